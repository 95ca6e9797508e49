"""How long applicants usually wait, as a visitor may know it: measured where enough people waited, else promised."""

import datetime
from dataclasses import dataclass
from statistics import median

from django.core.cache import cache

from wagtail_mentoring import clock
from wagtail_mentoring.pairing.models import MentorPair
from wagtail_mentoring.programme.models import Participation, ProfessionalField

#: Fewer people than this are no figure to publish: it could tell something about one of them.
FEWEST = 5
_DAYS = 365
_SECONDS = 3600


@dataclass(frozen=True)
class Waiting:
    """``weeks`` from application to mentors; ``measured`` over the last year, or the union's promise."""

    weeks: int
    measured: bool


def _promised(rules: Participation) -> Waiting:
    return Waiting(max(1, round((rules.decision_days + rules.pairing_days) / 7)), measured=False)


def _measured_weeks(field: ProfessionalField) -> int:
    since = clock.now() - datetime.timedelta(days=_DAYS)
    pairs = (
        MentorPair.objects.filter(case__participation=field.participation_id, created_at__gte=since)
        .order_by("case", "pk")
        .values_list("case_id", "case__field_id", "case__opened_at", "created_at")
    )
    days: dict[int, float] = {}
    of_field: set[int] = set()
    for case_id, field_id, opened_at, created_at in pairs:
        # The first pair of a case counts; a later one replaces mentors.
        days.setdefault(case_id, (created_at - opened_at) / datetime.timedelta(days=1))
        if field_id == field.pk:
            of_field.add(case_id)
    chosen = [days[case_id] for case_id in of_field]
    if len(chosen) < FEWEST:
        chosen = list(days.values())
    return max(1, round(median(chosen) / 7)) if len(chosen) >= FEWEST else 0


def usual_waiting(field: ProfessionalField) -> Waiting:
    """Return the usual waiting in ``field``; of its union when too few applied; as promised when too few at all."""
    key = f"wagtail_mentoring.waiting.{field.pk}"
    weeks = cache.get(key)
    if weeks is None:
        weeks = _measured_weeks(field)
        cache.set(key, weeks, _SECONDS)
    return Waiting(weeks, measured=True) if weeks else _promised(field.participation)
