"""Concerns: the list of those that are the user's to deal with, and one of them. Any other is 404."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring.messages.conversation import services
from wagtail_mentoring.messages.conversation.models import Concern, ConcernAbout
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows import StepRefused

from ..base import Screen
from ..forms.base import show_refusal
from ..rights import deals_with_concerns, may_move_cases, supervises
from .forms import ConcernForm


def row_of(concern: Concern) -> dict[str, Any]:
    """Return what lists and pages say of ``concern``."""
    person: Any = concern.mentee or concern.mentor
    taken = ""
    if concern.taken_at is not None:
        said = {"name": user_name(concern.taken_by) or _("somebody who has left"), "day": dates.day(concern.taken_at)}
        taken = _("Taken up by %(name)s on %(day)s") % said
    state = taken or _("Open")
    if concern.closed_at is not None:
        state = _("Settled on %(day)s") % {"day": dates.day(concern.closed_at)}
    return {
        "concern": concern,
        "address": reverse("mentoring_desk:concern", args=[concern.pk]),
        "who": person.name,
        "role": _("mentee") if concern.mentee_id else _("mentor"),
        "about": concern.get_about_display(),
        "when": dates.day(concern.raised_at),
        "state": state,
        "taken": taken,
        "open": concern.closed_at is None,
        "late": concern.taken_at is None and concern.closed_at is None,
    }


class ConcernScreen(Screen):
    """Only for those who can have concerns to deal with."""

    header_icon = "warning"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not deals_with_concerns(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class Concerns(ConcernScreen):
    """The open ones, oldest first, then those that are settled."""

    template_name = "wagtail_mentoring/desk/talking/concerns.html"
    page_title = gettext_lazy("Concerns")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mine = services.concerns_for(request.user)
        waiting = [row_of(one) for one in mine.filter(closed_at=None)]
        page = Paginator(mine.filter(closed_at__isnull=False).order_by("-closed_at", "-pk"), 20)
        settled = page.get_page(request.GET.get("p"))
        heading = _("No concern is open")
        if waiting:
            heading = ngettext("%(n)s concern is open", "%(n)s concerns are open", len(waiting)) % {"n": len(waiting)}
        return self.respond(
            heading=heading, waiting=waiting, settled=[row_of(one) for one in settled], page=settled, **self.whose()
        )

    def whose(self) -> dict[str, Any]:
        """Return what to say of who reads the concerns on this screen."""
        user = self.request.user
        return {"handles": may_move_cases(user), "supervises": supervises(user)}


class ConcernPage(ConcernScreen):
    """One concern: what happened, taking it up, and what was done."""

    template_name = "wagtail_mentoring/desk/talking/concern.html"

    @cached_property
    def concern(self) -> Concern:
        mine = services.concerns_for(self.request.user).select_related("case__mentee")
        found: Concern = get_object_or_404(mine, pk=self.kwargs["pk"])
        return found

    def crumbs(self) -> list[tuple[str, str]]:
        return [(reverse("mentoring_desk:concerns"), _("Concerns"))]

    def get_page_title(self) -> str:
        return _("Concern of %(name)s") % {"name": row_of(self.concern)["who"]}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(ConcernForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "take" in request.POST:
            return self.take()
        form = ConcernForm(request.POST)
        if not form.is_valid():
            return self.show(form)
        key = self.concern.pk
        try:
            services.settle(key, request.user, form.cleaned_data["outcome"])
        except StepRefused as refused:
            show_refusal(form, refused)
            self.__dict__.pop("concern")
            return self.show(form, 409)
        messages.success(request, _("The concern is settled."))
        return redirect(reverse("mentoring_desk:concerns"))

    def take(self) -> HttpResponse:
        """Note that the user deals with it."""
        key = self.concern.pk
        try:
            services.take_up(key, self.request.user)
        except StepRefused as refused:
            messages.warning(self.request, str(refused))
        else:
            messages.success(self.request, _("The concern is yours now."))
        return redirect(reverse("mentoring_desk:concern", args=[key]))

    def show(self, form: ConcernForm, status: int = 200) -> HttpResponse:
        concern = self.concern
        return self.respond(
            status,
            form=form,
            media=form.media,
            case=concern.case,
            to_supervisors=concern.about == ConcernAbout.CONTACT,
            submit_button_label=_("Settle the concern"),
            submit_button_active_label=_("Working…"),
            has_unsaved_changes=form.is_bound,
            action_url=self.request.get_full_path(),
            raised=dates.moment(concern.raised_at),
            after=self.after(),
            **row_of(concern),
        )

    def after(self) -> list[str]:
        sentences = [_("The concern is not on anybody’s desk any more. It stays in the list of concerns.")]
        if self.concern.about == ConcernAbout.CONTACT:
            sentences.append(_("Nothing is written in the history of the case, which the contact person reads."))
        else:
            sentences.append(_("The history of the case says that a concern was settled, without what or by whose."))
        person: Any = self.concern.mentee or self.concern.mentor
        sentences.append(_("No mail is sent. Tell %(name)s yourself what was done.") % {"name": person.called})
        return sentences
