"""What is late by the rules of each union, as conditions: read once for a desk."""

from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Meeting
from wagtail_mentoring.messages import reminders


class Late:
    """The conditions as the rules are now. Each reads the rules of the unions once, and no case."""

    @cached_property
    def without_time(self) -> Q:
        """Which cases have had no time for the next meeting for too long."""
        late = Q(pk__in=[])
        for _since, cases in reminders.without_time(clock.now()):
            late |= Q(pk__in=cases.values("pk"))
        return late

    @cached_property
    def idle(self) -> Q:
        """In which cases nothing has happened for too long."""
        late = Q(pk__in=[])
        for _since, cases in reminders.idle_cases(clock.now()):
            late |= Q(pk__in=cases.values("pk"))
        return late

    @cached_property
    def meetings(self) -> QuerySet[Any]:
        """Planned meetings that nobody has recorded for too long."""
        return Meeting.objects.planned().filter(reminders.not_recorded(clock.now()))

    @property
    def standing_still(self) -> QuerySet[Any]:
        """Cases with a pair in which nothing has happened for too long, and of which no other kind says why."""
        told = self.without_time | Q(pk__in=self.meetings.values("case"))
        told |= Q(pk__in=Case.objects.all_meetings_held().values("pk"))
        told |= Q(pk__in=Case.objects.agreement_to_send().values("pk"))
        return Case.objects.paired().filter(self.idle).exclude(told)
