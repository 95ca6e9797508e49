"""The steps of a case as the mentee, or a mentor, sees them, with their dates."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.programme.dates import long_day
from wagtail_mentoring.workflows import CaseState, EndReason

from .record import Record


@dataclass(frozen=True, slots=True)
class TrailStep:
    """One step. ``kind`` is ``done``, ``now`` or ``next``."""

    number: int
    title: str
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Step:
    done: str
    now: str
    ahead: str
    on: datetime.datetime | None
    detail: str = ""
    since: str = ""

    @property
    def when(self) -> str:
        """The day, "" without one; in the sentence ``since`` where there is one."""
        day = _day(self.on)
        return self.since % {"day": day} if day and self.since else day


def _steps(record: Record) -> list[_Step]:
    case, union = record.case, record.case.union.short
    looked = _Step(
        done=_("Your mentor is found") if record.alone else _("Your mentors are found"),
        now=_looking(record),
        ahead=_("We look for your mentors"),
        on=record.paired_at,
        detail=_waiting(record),
        since=_since(record),
    )
    chosen = _Step(_("You became a mentor here"), "", "", record.paired_at)
    before = [
        _Step(_("You applied"), "", "", case.opened_at),
        _Step(
            _("%(union)s said yes to your application") % {"union": union},
            _("Now: %(union)s reads your application") % {"union": union},
            "",
            record.accepted_at,
        ),
        looked,
    ]
    return [
        *(before if record.for_mentee else [chosen]),
        _Step(
            done=_("You have all signed the agreement"),
            now=_("Now: you all sign the agreement"),
            ahead=_("You all sign the agreement"),
            on=record.all_signed_at,
        ),
        _Step(
            done=_held(record),
            now=_("Now: you meet"),
            ahead=_how_often(record),
            on=None,
            detail=_held(record) if record.held else _how_often(record),
        ),
    ]


def _looking(record: Record) -> str:
    if record.must_choose:
        return _("Now: you say who suits you")
    if record.mentors_asked:
        return _("Now: we have asked mentors")
    return _("Now: we look for your mentors")


def _waiting(record: Record) -> str:
    # While it is the mentee who is asked, nobody else lets wait.
    if record.case.case_state != CaseState.ELIGIBLE or record.must_choose:
        return ""
    days = record.case.days_in_state
    return ngettext("%(days)d day so far", "%(days)d days so far", days) % {"days": days} if days else ""


def _since(record: Record) -> str:
    # Meetings held before would else seem to come before the mentors.
    if not record.met_with_others:
        return ""
    return ngettext("New mentor since %(day)s", "New mentors since %(day)s", len(record.members))


def _how_often(record: Record) -> str:
    case = record.case
    if case.min_meetings == case.max_meetings:
        return ngettext("You meet %(most)d time", "You meet %(most)d times", case.max_meetings) % {
            "most": case.max_meetings
        }
    return _("You meet %(least)d to %(most)d times") % {"least": case.min_meetings, "most": case.max_meetings}


def _held(record: Record) -> str:
    number = len(record.held)
    return ngettext("You have met %(number)d time", "You have met %(number)d times", number) % {"number": number}


def trail(record: Record) -> list[TrailStep]:
    """Return the steps: done ones with their day, the one where the case stands, and what comes."""
    case = record.case
    if case.case_state == CaseState.CLOSED:
        return _closed_trail(record)
    steps = _steps(record)
    position = _position(record)
    found = []
    for number, step in enumerate(steps, 1):
        if number - 1 < position:
            found.append(TrailStep(number, step.done, "done", step.when))
        elif number - 1 == position:
            found.append(TrailStep(number, step.now, "now", step.detail))
        else:
            found.append(TrailStep(number, step.ahead, "next"))
    return found


def _position(record: Record) -> int:
    state = record.case.case_state
    before = {CaseState.APPLIED: 1, CaseState.ELIGIBLE: 2}
    if record.for_mentee and state in before:
        return before[state]
    first = 3 if record.for_mentee else 1
    # Also after a rematch, with meetings held already: the new pair signs before the next one.
    return first + 1 if record.all_signed_at else first


def _far(moment: datetime.datetime | None) -> bool:
    return moment is not None and moment.year != clock.now().year


def _day(moment: datetime.datetime | None) -> str:
    return long_day(moment, year=_far(moment)) if moment else ""


def _closed_trail(record: Record) -> list[TrailStep]:
    case = record.case
    rows: list[tuple[str, str]] = []
    for step in _steps(record):
        if step.on:
            rows.append((step.done, step.when))
    if record.held:
        rows.append((_held(record), _day(record.held[-1].starts_at)))
    if case.end_reason == EndReason.NOT_ELIGIBLE:
        last = _("%(union)s could not accept the application") % {"union": case.union.short}
    else:
        last = _("The mentoring ended")
    rows.append((last, _day(case.closed_at)))
    return [TrailStep(number, title, "done", when) for number, (title, when) in enumerate(rows, 1)]
