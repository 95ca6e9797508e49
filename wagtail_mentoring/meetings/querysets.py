"""Named queries over meetings, and over answers to suggested times."""

import datetime
from typing import Any

from django.db import models

from wagtail_mentoring.workflows.states import PAIR_STATES


class MeetingQuerySet(models.QuerySet[Any]):
    """Meetings by whether something must be done about them."""

    def planned(self) -> "MeetingQuerySet":
        """Those that have a time, of cases with a pair."""
        return self.filter(status="planned", case__state__in=[state.value for state in PAIR_STATES])

    def planned_of(self, case: Any) -> Any:
        """The planned meeting of ``case``, or None. A case has one at most."""
        return self.filter(case=case, status="planned").first()

    def coming(self, after: datetime.datetime) -> "MeetingQuerySet":
        """Planned ones after the moment ``after``, the next one first."""
        return self.planned().filter(starts_at__gte=after).order_by("starts_at", "pk")


class SlotAnswerQuerySet(models.QuerySet[Any]):
    """Answers to suggested times."""

    def standing(self) -> "SlotAnswerQuerySet":
        """Those that hold for the length that the search has now, as ``SlotAnswer.holds_for`` says."""
        length = models.F("slot__search__minutes")
        return self.filter(models.Q(suits=True, minutes__gte=length) | models.Q(suits=False, minutes__lte=length))
