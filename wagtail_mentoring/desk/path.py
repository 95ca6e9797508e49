"""The path of a case: every state with its date, for the row of dots at the top of the case page."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import STATE_LABELS, CaseState, meeting_number

from .dossier import Dossier
from .situation import decision_due


@dataclass(frozen=True, slots=True)
class PathStep:
    """One dot. ``kind`` is ``done``, ``now`` or ``next``; ``late`` marks a date that has passed."""

    number: int
    label: str
    kind: str
    date: str
    late: bool
    second_half: bool


def path_of(dossier: Dossier) -> list[PathStep]:
    """Return the steps of the case's path, without the meetings that its rules leave out."""
    case = dossier.case
    states = [state for state in CaseState if meeting_number(state) <= max(case.max_meetings, len(dossier.held))]
    current = states.index(case.case_state)
    steps = []
    for position, state in enumerate(states):
        reached = _reached(dossier, state)
        if state == case.case_state:
            kind, date, late = "now", _("since %(day)s") % {"day": dates.short_day(case.state_since)}, False
        elif position < current and reached is not None:
            kind, date, late = "done", _done(dossier, state, reached), False
        else:
            kind = "skipped" if position < current else "next"
            date, late = _expected(dossier, state)
        steps.append(
            PathStep(
                number=position + 1,
                label=str(STATE_LABELS[state]),
                kind=kind,
                date=date,
                late=late,
                second_half=position * 2 > len(states),
            )
        )
    return steps


def _reached(dossier: Dossier, state: CaseState) -> datetime.datetime | None:
    """When ``state`` was reached: for a meeting, when it was held, and only if it has not been undone."""
    number = meeting_number(state)
    if number:
        return next((meeting.starts_at for meeting in dossier.held if meeting.number == number), None)
    if state == CaseState.PAIRED and dossier.pairs:
        return dossier.pairs[0].created_at
    return dossier.since(state)


def _done(dossier: Dossier, state: CaseState, reached: datetime.datetime) -> str:
    """The day of a state that is over; of a pair after others have met, that it is a new one."""
    day = dates.short_day(reached)
    pairs = dossier.pairs
    if state != CaseState.PAIRED or all(meeting.pair_id == pairs[0].pk for meeting in dossier.held):
        return day
    number = len(pairs[0].members)  # type: ignore[attr-defined]
    return ngettext("new mentor since %(day)s", "new mentors since %(day)s", number) % {"day": day}


def _expected(dossier: Dossier, state: CaseState) -> tuple[str, bool]:
    """What is known of a state that is still ahead, and whether it is late."""
    case = dossier.case
    if state == CaseState.ELIGIBLE and case.case_state == CaseState.APPLIED:
        due = decision_due(case)
        return _("due %(day)s") % {"day": dates.short_day(due)}, due < clock.today()
    number = meeting_number(state)
    held = next((meeting for meeting in dossier.held if meeting.number == number), None)
    if held is not None:
        return _("held %(day)s") % {"day": dates.short_day(held.starts_at)}, False
    planned = dossier.planned
    if planned is not None and planned.number == number:
        day = dates.short_day(planned.starts_at)
        return _("planned %(day)s") % {"day": day}, planned.starts_at < clock.now()
    return "", False
