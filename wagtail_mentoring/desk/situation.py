"""The finer situation under a case's state, in words: derived, never stored."""

import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import END_REASON_LABELS, CaseState, EndReason, Situation

from .wording import ACT_NOW, ASKING, SITUATIONS


def decision_due(case: Case) -> datetime.date:
    """Return the day by which the union promised a decision on eligibility."""
    return dates.local(case.opened_at).date() + datetime.timedelta(days=case.participation.decision_days)


def situation(case: Case) -> tuple[str, bool]:
    """Return what is the matter with ``case`` and whether something is late.

    ``case`` comes from ``Case.objects.for_listing()`` with ``participation`` selected.
    """
    state = case.case_state
    if state == CaseState.APPLIED:
        late = (clock.today() - decision_due(case)).days
        if late > 0:
            text = ngettext("decision %(days)s day late", "decision %(days)s days late", late)
            return text % {"days": late}, True
        return _("waits for the decision on eligibility"), False
    if state == CaseState.ELIGIBLE:
        late = case.days_in_state > case.participation.pairing_days
        return str(ASKING[case.asking]), late or case.asking in ACT_NOW
    if state == CaseState.CLOSED:
        parts: list[Any] = []
        if case.end_reason:
            parts.append(END_REASON_LABELS[EndReason(case.end_reason)])
        if case.situation and case.situation != Situation.UNKNOWN:
            parts.append(SITUATIONS[Situation(case.situation)])
        return " · ".join(str(part) for part in parts), False
    return _working(case)


def _working(case: Any) -> tuple[str, bool]:
    """A case with mentors: a new mentor who is asked, the agreement, then the next meeting."""
    if case.asking == "mentors":
        return _("a new mentor is being asked"), False
    if case.asking:
        return str(ASKING[case.asking]), case.asking in ACT_NOW
    if not case.agreement_out:
        return _("agreement not sent"), False
    if case.copy_waiting:
        return _("signed copy to look at"), False
    if case.signature_missing:
        return _("signature missing"), False
    number = int(case.state[-1]) + 1 if case.state[-1].isdigit() else 1
    if case.next_meeting_at is not None:
        if case.next_meeting_at < clock.now():
            return _("meeting %(number)s not recorded") % {"number": number}, True
        when = dates.short_day(case.next_meeting_at)
        return _("meeting %(number)s on %(day)s") % {"number": number, "day": when}, False
    if number > case.max_meetings:
        return _("ready to close"), False
    if number > case.min_meetings:
        return _("no meeting planned, may be closed"), False
    return _("no meeting planned"), False
