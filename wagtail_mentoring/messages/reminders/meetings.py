"""Meetings of the next day, and those that nobody has recorded."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Meeting
from wagtail_mentoring.people.whose import key_in, key_of

from ..calendars import of_meeting
from ..conversation.models import Reminder
from ..models import MailEvent, OutboxMessage
from .running import DAY, Rule, about_what, count, groups, remind, said_enough


def _planned() -> "QuerySet[Any]":
    return Meeting.objects.planned().annotate(
        of_reference=F("case__reference"), of_about=about_what("meeting", "pk", "sequence")
    )


def _tomorrow(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    said = Reminder.objects.filter(
        case=OuterRef("case"), event=MailEvent.MEETING_TOMORROW, about=OuterRef("of_about"), mentee=None, mentor=None
    )
    yield (
        _planned().filter(~Exists(said), starts_at__gt=moment, starts_at__lte=moment + DAY).order_by("starts_at", "pk")
    )


def _tell_of_meeting(case: Case, meeting: Any) -> None:
    """Remind the three. Whoever heard of the time within the last day before the meeting knows it."""
    event, about = MailEvent.MEETING_TOMORROW, meeting.of_about
    count(case, event, about)
    told = OutboxMessage.objects.filter(case=case, event=MailEvent.MEETING_PLANNED, context__number=meeting.number)
    know = {key_in(mail) for mail in told.filter(created_at__gt=meeting.starts_at - DAY)}
    context = of_meeting(meeting)
    # The calendar has it already.
    del context["calendar"]
    for person in (case.mentee, *current_mentors(case)):
        if key_of(person) not in know:
            remind(event, case, person, about, **context)


def not_recorded(moment: datetime.datetime) -> Q:
    """Return which meetings nobody has recorded for as long as their union's rules say: one query for the rules."""
    late = Q(pk__in=[])
    for days, keys in groups("unrecorded_days"):
        late |= Q(case__participation__in=keys, starts_at__lte=moment - days)
    return late


def _unrecorded(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    for days, keys in groups("unrecorded_days"):
        most = "case__participation__most_reminders"
        said = said_enough(MailEvent.MEETING_UNRECORDED, "case", most, moment - days)
        late = _planned().filter(case__participation__in=keys, starts_at__lte=moment - days)
        yield late.filter(~said).order_by("starts_at", "pk")


def _ask_whether_held(case: Case, meeting: Any) -> None:
    event, about = MailEvent.MEETING_UNRECORDED, meeting.of_about
    count(case, event, about)
    context = of_meeting(meeting)
    del context["calendar"]
    for mentor in current_mentors(case):
        remind(event, case, mentor, about, **context)


TOMORROW = Rule("tomorrow", _tomorrow, lambda meeting: int(meeting.case_id), _tell_of_meeting)
UNRECORDED = Rule("unrecorded", _unrecorded, lambda meeting: int(meeting.case_id), _ask_whether_held)
