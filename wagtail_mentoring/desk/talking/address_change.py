"""Somebody cannot read the old address any more and asks for a new one: the contact person decides."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people import address_changes
from wagtail_mentoring.people.models import AddressChange, Mentee
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.rights import may_handle, unions_for
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows import StepRefused

from ..base import Screen
from ..forms.base import show_refusal
from .forms import ACCEPT, AddressForm


def asked_of(user: Any) -> Any:
    """Return what was asked of the contact persons of the unions that are granted to ``user``, the oldest first."""
    unions = unions_for(user).values("pk")
    rows = AddressChange.objects.filter(by_handler=True).select_related("mentee__union", "mentor__union", "decided_by")
    return (rows.filter(mentee__union__in=unions) | rows.filter(mentor__union__in=unions)).order_by("asked_at", "pk")


class ChangeAddress(Screen):
    """One request: who asks, both addresses, and the decision."""

    template_name = "wagtail_mentoring/desk/talking/address_change.html"
    header_icon = "mail"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        user = request.user
        if user.has_perm("wagtail_mentoring.view_case"):
            union = getattr(self.person, "union_id", 0)
            if not (user.has_perm("wagtail_mentoring.change_case") and may_handle(user, union)):
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def change(self) -> AddressChange:
        found: AddressChange = get_object_or_404(asked_of(self.request.user), pk=self.kwargs["pk"])
        return found

    @property
    def person(self) -> Any:
        return self.change.person

    def crumbs(self) -> list[tuple[str, str]]:
        return [(reverse("mentoring_desk:desk"), _("My desk"))]

    def get_page_title(self) -> str:
        return _("Another address for %(name)s") % {"name": self.person.name}

    def form(self, data: Any = None) -> AddressForm:
        return AddressForm(data, new=self.change.new_email, old=self.person.email)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, change = self.form(request.POST), self.change
        if not form.is_valid():
            return self.show(form)
        accept = form.cleaned_data["decision"] == ACCEPT
        try:
            address_changes.decide(change.pk, request.user, accept=accept)
        except StepRefused as refused:
            show_refusal(form, refused)
            self.__dict__.pop("change")
            return self.show(form, 409)
        said = {"name": self.person.name, "address": change.new_email}
        if accept:
            messages.success(request, _("The address of %(name)s is now %(address)s.") % said)
        else:
            messages.success(request, _("The address of %(name)s stays as it is.") % said)
        return redirect(reverse("mentoring_desk:desk"))

    def show(self, form: AddressForm, status: int = 200) -> HttpResponse:
        change, person = self.change, self.person
        return self.respond(
            status,
            form=form,
            media=form.media,
            change=change,
            person=person,
            asked=dates.moment(change.asked_at),
            decided=self.decided(),
            places=self.places(),
            submit_button_label=_("Save the decision"),
            submit_button_active_label=_("Working…"),
            has_unsaved_changes=form.is_bound,
            action_url=self.request.get_full_path(),
            after=[
                _("If you change it: %(new)s gets a fresh private link, and every older link stops to work.")
                % {"new": change.new_email},
                _("%(old)s gets a mail that the address was changed, so that nobody takes over a page unseen.")
                % {"old": person.email},
                _("If you leave it: nothing is sent. Tell %(name)s by phone.") % {"name": person.called},
                _("Your name and the time are kept."),
            ],
        )

    def decided(self) -> str:
        """Return what became of the request, "" while it is open."""
        change = self.change
        said = {"name": user_name(change.decided_by)}
        if change.done_at:
            return _("The address was changed on %(day)s.") % {"day": dates.day(change.done_at)} + self.by(said)
        if change.refused_at and change.decided_by_id:
            return _("The address was left as it is on %(day)s.") % {"day": dates.day(change.refused_at)} + self.by(
                said
            )
        if change.refused_at:
            return _("This was taken back, or another address was asked for since.")
        return ""

    def by(self, said: dict[str, str]) -> str:
        return " " + _("Decided by %(name)s.") % said if said["name"] else ""

    def places(self) -> list[tuple[str, str]]:
        """Return where the person is found in the admin: the cases of a mentee, the page of a mentor."""
        if isinstance(self.person, Mentee):
            cases = Case.objects.readable_by(self.request.user).filter(mentee=self.person).order_by("-pk")[:5]
            return [(case.reference, reverse("mentoring_desk:case", args=[case.pk])) for case in cases]
        return [(self.person.name, reverse("mentoring_mentors:inspect", args=[self.person.pk]))]
