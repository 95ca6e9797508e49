"""Mentors who may be suggested: as the factories make them, and willing to be shown to a mentee."""

from typing import Any

from tests.factories import make_mentor
from wagtail_mentoring.models import Mentor


def make_volunteer(field: Any, **values: Any) -> Mentor:
    """Return a mentor of ``field`` who has agreed to be shown to a mentee."""
    return make_mentor(field, shown=["name", "title"], **values)
