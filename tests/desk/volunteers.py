"""Mentors who may be suggested: as the factories make them, and willing to be shown to a mentee."""

from typing import Any

from tests.factories import make_mentor
from wagtail_mentoring.models import Consent, Mentor
from wagtail_mentoring.privacy.models import ConsentKind


def make_volunteer(field: Any, **values: Any) -> Mentor:
    """Return a mentor of ``field`` who has agreed to be shown to a mentee."""
    mentor = make_mentor(field, **values)
    Consent.objects.create(mentor=mentor, kind=ConsentKind.SHOWN_TO_MENTEE, fields=["name", "title"])
    return mentor
