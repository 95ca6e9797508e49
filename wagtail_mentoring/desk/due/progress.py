"""Applications to decide, meetings that nobody recorded, and cases in which all meetings are held."""

from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.programme import dates

from ..situation import decision_due
from .base import Found, Kind, Whose, of_case, register, rows_of_cases, step_address
from .late import Late

DECIDE = Kind(
    "decide",
    10,
    "clipboard-list",
    gettext_lazy("%(n)s application to decide"),
    gettext_lazy("%(n)s applications to decide"),
    gettext_lazy("Decide on an application."),
    cases=lambda user: Case.objects.to_decide().values("pk"),
)


@register(DECIDE)
def applications(whose: Whose) -> Found:
    """Applications that wait for the decision on eligibility, since they were sent."""
    waiting = whose.cases.to_decide().select_related("participation").annotate(since=F("opened_at"))
    return rows_of_cases("decide", whose.oldest(waiting, "since"), _decision)


def _decision(case: Any) -> dict[str, Any]:
    due = decision_due(case)
    late = (clock.today() - due).days
    why = _("The union promised a decision by %(day)s.") % {"day": dates.day(due)}
    if late > 0:
        why = ngettext(
            "The decision that the union promised is %(n)s day late.",
            "The decision that the union promised is %(n)s days late.",
            late,
        ) % {"n": late}
    return {
        "what": str(DECIDE.what),
        "why": why,
        "button": _("Read and decide"),
        "address": reverse("mentoring_desk:case", args=[case.pk]),
    }


MEETING = Kind(
    "meeting",
    80,
    "calendar-alt",
    gettext_lazy("%(n)s meeting not recorded"),
    gettext_lazy("%(n)s meetings not recorded"),
    gettext_lazy("Meeting not recorded."),
    cases=lambda user: Late().meetings.values("case"),
)


@register(MEETING)
def meetings(whose: Whose) -> Found:
    """Planned meetings whose time passed longer ago than the union's rules say, and nobody recorded them."""
    passed = whose.late.meetings.filter(case__in=whose.keys).select_related("case__mentee", "case__field__profession")
    found, total = whose.oldest(passed, "starts_at")
    rows = [
        of_case(
            "meeting",
            meeting.starts_at,
            meeting.case,
            what=str(MEETING.what),
            why=_("Meeting %(number)s was planned for %(day)s. Nobody has said whether it was held.")
            % {"number": meeting.number, "day": dates.day(meeting.starts_at)},
            button=_("Record meeting %(number)s") % {"number": meeting.number},
            address=step_address(meeting.case_id, "record_meeting"),
        )
        for meeting in found
    ]
    return Found(rows, total, total)


CLOSE = Kind(
    "close",
    90,
    "circle-check",
    gettext_lazy("%(n)s case to close"),
    gettext_lazy("%(n)s cases to close"),
    gettext_lazy("Ready to close."),
    cases=lambda user: Case.objects.all_meetings_held().values("pk"),
)


@register(CLOSE)
def to_close(whose: Whose) -> Found:
    """Cases in which no meeting is left."""
    full = whose.cases.all_meetings_held().annotate(since=F("state_since"))
    return rows_of_cases("close", whose.oldest(full, "since"), _closing)


def _closing(case: Any) -> dict[str, Any]:
    return {
        "what": str(CLOSE.what),
        "why": _("All %(most)s meetings have been held.") % {"most": case.max_meetings},
        "button": _("Close the case"),
        "address": step_address(case.pk, "complete"),
    }
