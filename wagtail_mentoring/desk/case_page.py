"""The case page: where it stands, what to do next, and everything about it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets.button import Button

from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows import STATE_LABELS, CaseState

from .base import CaseScreen
from .dossier import Dossier
from .next_step import next_step
from .panels import rows_of
from .path import path_of
from .retention import erasure_of
from .situation import situation


class CasePage(CaseScreen):
    """Everything about one case on one page, in a fixed order."""

    template_name = "wagtail_mentoring/desk/case.html"
    header_icon = "user"

    def get_page_title(self) -> str:
        return self.case.reference

    def crumbs(self) -> list[tuple[str, str]]:
        return [(reverse("mentoring_desk:cases"), _("Cases"))]

    def get_header_more_buttons(self) -> list[Button]:
        if not self.dossier.may_handle:
            return []
        assign = reverse("mentoring_desk:assign", args=[self.case.pk])
        buttons = [Button(_("Choose the handler"), url=assign, icon_name="user", priority=10)]
        for number, step in enumerate(self.dossier.steps):
            if step.quiet and step.allowed and step.name in ICONS:
                address = reverse("mentoring_desk:step", args=[self.case.pk, step.name])
                buttons.append(Button(step.label, url=address, icon_name=ICONS[step.name], priority=20 + number))
        return buttons

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.respond()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        dossier, case = self.dossier, self.case
        finer, late = situation(case)
        path = path_of(dossier)
        now = next(step.number for step in path if step.kind == "now")
        return super().get_context_data(
            state_label=STATE_LABELS[CaseState(case.state)],
            situation=finer,
            late=late,
            since=dates.day(case.state_since),
            days_in_state=dates.days(case.days_in_state) if case.days_in_state else "",
            path=path,
            position={"number": now, "of": len(path)},
            next=next_step(dossier),
            links=[_link_row(link, dossier) for link in dossier.links],
            erasure=erasure_of(dossier),
            rows=rows_of(dossier),
            handler_name=user_name(case.handler),
            opened=dates.day(case.opened_at),
            **context,
        )


ICONS = {
    "record_paper": "upload",
    "reissue": "rotate",
    "replace_mentor": "user",
    "cancel_meeting": "calendar-alt",
    "miss_meeting": "user",
    "undo_meeting": "undo",
    "go_back": "rotate",
    "end": "cross",
    "reopen": "lock-open",
}

NEVER = gettext_lazy("not opened yet")


def _link_row(link: Any, dossier: Dossier) -> dict[str, Any]:
    """What the side panel says of one private link."""
    current = {mentor.pk for mentor in dossier.mentors}
    active = link.mentee_id is not None or link.mentor_id in current
    return {
        "link": link,
        "name": str(link.mentee or link.mentor),
        "opened": _("opened %(when)s") % {"when": dates.moment(link.opened_at)} if link.opened_at else NEVER,
        "may_send": active and dossier.may_handle,
    }
