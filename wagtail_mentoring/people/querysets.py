"""Named queries over mentors and private links."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, Coalesce, TruncDate

from wagtail_mentoring import clock

#: The columns of the three languages whose levels are asked, by what a filter calls them.
LANGUAGE_COLUMNS = {
    "english": "english",
    "finnish": "finnish",
    "swedish": "swedish",
    "other": "other_languages",
}


class PrivateLinkQuerySet(QuerySet[Any]):
    """Private links."""

    def working(self) -> "PrivateLinkQuerySet":
        """Narrow to links whose newest address opens something, as ``PrivateLink.works`` says of one."""
        return self.filter(revoked_at__isnull=True, expires_at__gte=clock.now())


def not_stopped() -> Q:
    """Return the condition of a mentor who has not ended volunteering: an end that is still to come counts not yet."""
    return Q(ended_on__isnull=True) | Q(ended_on__gt=clock.today())


def filter_known_language(mentors: "QuerySet[Any]", languages: Iterable[str]) -> "QuerySet[Any]":
    """Narrow to mentors who know every one of ``languages`` (names of :data:`LANGUAGE_COLUMNS`)."""
    for language in languages:
        mentors = mentors.exclude(**{LANGUAGE_COLUMNS[language]: ""})
    return mentors


def filter_topics(mentors: "QuerySet[Any]", topics: Iterable[str]) -> "QuerySet[Any]":
    """Narrow to mentors who can help with at least one of ``topics``."""
    # As text: SQLite cannot ask JSON what it contains. A topic stands in quotation marks there, and in no other way.
    wanted = Q()
    for topic in topics:
        wanted |= Q(topics_as_text__contains=f'"{topic}"')
    return mentors.annotate(topics_as_text=Cast("topics", TextField())).filter(wanted)


def filter_unchecked(mentors: "QuerySet[Any]", before: Mapping[int, datetime.date]) -> "QuerySet[Any]":
    """Narrow to approved mentors whose profile was last known to be true on the day of their union, or earlier."""
    unions: dict[datetime.date, list[int]] = {}
    for union, day in before.items():
        unions.setdefault(day, []).append(union)
    old = Q(pk__in=[])
    for day, here in unions.items():
        old |= Q(union__in=here, last_checked__lte=day)
    return (
        mentors.filter(approved_on__isnull=False)
        .annotate(last_checked=Coalesce("checked_on", "approved_on", TruncDate("created_at")))
        .filter(old)
    )
