"""Named queries over mentors."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, Coalesce, TruncDate

#: The columns of the three languages whose levels are asked, by what a filter calls them.
LANGUAGE_COLUMNS = {
    "english": "english",
    "finnish": "finnish",
    "swedish": "swedish",
    "other": "other_languages",
}


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


def filter_unchecked(mentors: "QuerySet[Any]", before: datetime.date) -> "QuerySet[Any]":
    """Narrow to approved mentors whose profile was last known to be true before the day ``before``."""
    return (
        mentors.filter(approved_on__isnull=False)
        .annotate(last_checked=Coalesce("checked_on", "approved_on", TruncDate("created_at")))
        .filter(last_checked__lt=before)
    )
