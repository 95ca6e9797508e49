"""Cases that stand still: no time for the next meeting, or nothing at all for long. When, the union's rules say."""

from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.programme import dates

from .base import Found, Kind, Whose, register, rows_of_cases, step_address
from .late import Late

UNPLANNED = Kind(
    "unplanned",
    82,
    "calendar",
    gettext_lazy("%(n)s case without a time"),
    gettext_lazy("%(n)s cases without a time"),
    gettext_lazy("No meeting is planned."),
    cases=lambda user: Case.objects.filter(Late().without_time).values("pk"),
)


@register(UNPLANNED)
def unplanned(whose: Whose) -> Found:
    """Cases whose three have found no time for the next meeting, since the last one or since the pair."""
    waiting = whose.cases.filter(whose.late.without_time).annotate(since=F("state_since"))
    return rows_of_cases("unplanned", whose.oldest(waiting, "since"), _unplanned)


def _unplanned(case: Any) -> dict[str, Any]:
    number = int(case.state[-1]) + 1 if case.state[-1].isdigit() else 1
    return {
        "what": str(UNPLANNED.what),
        "why": _("Meeting %(number)s has no time. The three have been reminded; ask what keeps them.")
        % {"number": number},
        "button": _("Plan meeting %(number)s") % {"number": number},
        "address": step_address(case.pk, "plan_meeting"),
    }


IDLE = Kind(
    "idle",
    84,
    "time",
    gettext_lazy("%(n)s case stands still"),
    gettext_lazy("%(n)s cases stand still"),
    gettext_lazy("Nothing has happened for long."),
    cases=lambda user: Late().standing_still.values("pk"),
)


@register(IDLE)
def standing_still(whose: Whose) -> Found:
    """Cases with a pair of which nothing else says that something waits, since the last line of their history."""
    waiting = whose.cases.filter(pk__in=whose.late.standing_still.values("pk")).annotate(since=F("log_at"))
    return rows_of_cases("idle", whose.oldest(waiting, "since"), _standing)


def _standing(case: Any) -> dict[str, Any]:
    return {
        "what": str(IDLE.what),
        "why": _("The last thing happened on %(day)s. Call the mentee and the mentors.")
        % {"day": dates.day(case.since)},
        "button": _("Open the case"),
        "address": reverse("mentoring_desk:case", args=[case.pk]),
    }
