"""What the page after a meeting must know: which meeting is to be recorded, and whether the latest may be undone.

The steps themselves are ``record_meeting``, ``miss_meeting``, ``cancel_meeting`` and ``undo_meeting`` of
``cases.moves.move``, with ``whose.acting(by)`` as the one who acts.
"""

import datetime
from dataclasses import dataclass

from wagtail_mentoring import clock
from wagtail_mentoring.cases import facts
from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.whose import Someone
from wagtail_mentoring.workflows.steps import refusal

from .models import Meeting, MeetingStatus
from .moves import next_number
from .themes import theme_words
from .whose import acting


@dataclass(frozen=True, slots=True)
class ToRecord:
    """The next meeting of a case, to be recorded. ``planned`` is its plan, None where it has no time.

    ``begun``: it is planned, and its time has come, so that it can be asked about. ``blocked``: why ``by`` cannot
    record it, ``""`` when that is possible.
    """

    number: int
    theme: str
    planned: Meeting | None
    mentors: tuple[Mentor, ...]
    minutes: int
    place: str
    begun: bool
    blocked: str


def to_record(case: Case, by: Someone | None = None) -> ToRecord:
    """Return what is to be recorded next on ``case``, as its form begins. A constant number of queries.

    ``by``: who would record it; without, ``blocked`` stays empty.
    """
    number = next_number(case)
    planned = Meeting.objects.planned_of(case)
    blocked = refusal(facts.gather(case), acting(by)(case), "record_meeting") if by is not None else ""
    return ToRecord(
        number=number,
        theme=theme_words(case, number, planned.theme if planned else ""),
        planned=planned,
        mentors=tuple(current_mentors(case)),
        minutes=planned.minutes if planned else case.meeting_minutes,
        place=planned.place if planned else "",
        begun=planned is not None and planned.starts_at <= clock.now(),
        blocked=str(blocked),
    )


def missed_before(case: Case) -> Meeting | None:
    """Return the last meeting in the place of the next one, if somebody did not come to it, else None."""
    found = Meeting.objects.filter(case=case, number=next_number(case), pair__ended_at=None)
    latest = found.filter(status__in=[MeetingStatus.MISSED, MeetingStatus.CANCELLED]).order_by("pk").last()
    return latest if latest is not None and latest.status == MeetingStatus.MISSED else None


def ends_at(meeting: Meeting) -> datetime.datetime:
    """Return when ``meeting`` ends, or ended."""
    return meeting.starts_at + datetime.timedelta(minutes=meeting.minutes)


def may_undo(case: Case, by: Someone) -> bool:
    """Return whether ``by`` may take back that the latest meeting was held."""
    return not refusal(facts.gather(case), acting(by)(case), "undo_meeting")
