"""What a handler does to a case outside the flow: another handler, a signing record, reading access needs."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.agreements.models import Agreement
from wagtail_mentoring.agreements.record import make_record
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.privacy.reading import record_reading
from wagtail_mentoring.programme.models import Union, UnionRole

from .base import CaseScreen
from .forms import AssignForm


def handlers_of(union: Union) -> Any:
    """Return the active users who may move cases of ``union``: by their group's grant and the right to change cases."""
    change = Q(codename="change_case", content_type__app_label="wagtail_mentoring")
    right = Permission.objects.filter(change).values("pk")
    users = get_user_model()._default_manager.filter(is_active=True)
    granted = users.filter(
        groups__mentoring_union_permissions__union=union,
        groups__mentoring_union_permissions__role=UnionRole.HANDLER,
    ).filter(Q(user_permissions__in=right) | Q(groups__permissions__in=right) | Q(is_superuser=True))
    return users.filter(pk__in=granted.values("pk")).order_by("last_name", "first_name", "pk")


class HandlersScreen(CaseScreen):
    """A screen on which something is changed: only for those who may move the case."""

    template_name = "wagtail_mentoring/desk/step.html"

    def load(self, *, whole: bool = True) -> None:
        super().load(whole=whole)
        if not self.dossier.may_handle:
            raise PermissionDenied

    def back(self) -> HttpResponse:
        return redirect(reverse("mentoring_desk:case", args=[self.case.pk]))

    def page(self, **context: Any) -> HttpResponse:
        return self.respond(
            action_url=self.request.path,
            submit_button_active_label=_("Working…"),
            known=[],
            happened=[],
            **context,
        )


class Assign(HandlersScreen):
    """Chooses who handles the case."""

    page_title = gettext_lazy("Choose the handler")
    header_icon = "user"

    def form(self, data: Any = None) -> AssignForm:
        handlers = handlers_of(self.case.union)
        return AssignForm(data, handlers=handlers, initial={"handler": self.case.handler_id})

    def show(self, form: AssignForm) -> HttpResponse:
        after = [_("The case stands under this name in the list."), _("The choice is written in the history.")]
        return self.page(form=form, media=form.media, submit_button_label=_("Save"), after=after)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form)
        chosen = form.cleaned_data["handler"]
        with transaction.atomic():
            Case.objects.filter(pk=self.case.pk).update(handler=chosen)
            data = {"handler": chosen.pk if chosen else None}
            moves.note(self.case.pk, "mentoring.assigned", self.dossier.actor, data)
        messages.success(request, _("The handler has been saved."))
        return self.back()


class MakeRecord(HandlersScreen):
    """Makes the signing record that could not be made by itself. A GET goes back: the case page has the button."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.back()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        agreement = get_object_or_404(Agreement, case=self.case, pk=self.kwargs["agreement_pk"])
        if make_record(agreement.pk):
            messages.success(request, _("The signing record is there."))
        elif agreement.pk in self.dossier.without_record:
            messages.error(
                request,
                _("The signing record could not be made. Try again later, or tell your administrator."),
            )
        else:
            messages.warning(request, _("There is no signing record to make: not everyone has signed."))
        return self.back()


class AccessNeeds(HandlersScreen):
    """Shows the mentee's access needs, health data: only asked for by a button, and every reading is logged."""

    page_title = gettext_lazy("Access needs")
    header_icon = "view"
    template_name = "wagtail_mentoring/desk/access_needs.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # A page opened by its address, or again, is not asked for: the case page has the button.
        return self.back()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record_reading(request.user, self.case.union_id, "access_needs", self.case.pk)
        return self.respond()
