"""Cases in which nothing has happened for long."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Meeting, MeetingStatus
from wagtail_mentoring.workflows.states import OPEN_STATES, CaseState

from ..addressing import to_contacts
from ..models import MailEvent
from .running import Rule, about_what, count, groups, said_enough


def idle_cases(moment: datetime.datetime) -> Iterator[tuple[datetime.datetime, "QuerySet[Any]"]]:
    """Yield the cases in which nothing has happened, as ``log_at`` tells, for as long as their union's rules say.

    A query for each interval of the unions, with the moment before which that was.
    """
    ahead = Meeting.objects.filter(case=OuterRef("pk"), status=MeetingStatus.PLANNED, starts_at__gt=moment)
    states = [state.value for state in OPEN_STATES if state != CaseState.APPLIED]
    # Not closed, by the column of the index: closed cases only ever become more.
    cases = Case.objects.filter(~Exists(ahead), state__in=states, closed_at__isnull=True)
    for days, keys in groups("idle_days"):
        since = moment - days
        yield since, cases.filter(participation__in=keys, log_at__lte=since)


def _idle(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    for since, late in idle_cases(moment):
        late = late.annotate(of_reference=F("reference"), of_about=about_what("idle", "log_length"))
        said = said_enough(MailEvent.IDLE, "pk", "participation__most_reminders", since)
        yield late.filter(~said).order_by("pk")


def _tell_that_idle(case: Case, row: Any) -> None:
    if count(case, MailEvent.IDLE, row.of_about):
        to_contacts(MailEvent.IDLE, case, days=(clock.now() - row.log_at).days)


IDLE = Rule("idle", _idle, lambda case: int(case.pk), _tell_that_idle)
