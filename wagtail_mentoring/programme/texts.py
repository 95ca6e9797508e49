"""Finds the version of a text that counts now."""

from typing import Any, TypeVar

from django.db.models import QuerySet

from wagtail_mentoring import clock

from .models import Participation, VersionedText

Text = TypeVar("Text", bound=VersionedText)


def in_force(
    texts: "QuerySet[Text, Any]", participation: Participation | None, language: str, fallback: str = "en"
) -> Text | None:
    """Return the newest text of ``texts`` in force now, in one query, or None.

    Language comes before owner: a reader's own language in the default wording beats the union's wording in another
    language. Of one language the union's own text beats the default.
    """
    owners = [None] if participation is None else [None, participation.pk]
    candidates = texts.filter(language__in=[language, fallback], in_force_from__lte=clock.now())
    own = candidates.filter(participation__isnull=True) | candidates.filter(participation__in=owners[1:])
    return max(
        own,
        key=lambda text: (
            text.language == language,
            text.participation_id is not None,
            text.in_force_from,
            text.version,
        ),
        default=None,
    )
