"""A queue of people who wait, and mentors for them, made for tests of plans."""

from typing import Any

from tests.days import noon
from tests.factories import make_case, make_field, make_mentor
from wagtail_mentoring.models import Case, Consent, Mentor, Participation
from wagtail_mentoring.privacy.models import ConsentKind


def make_waiting(field: Any, days: int = 10, **values: Any) -> Case:
    """Return an eligible case of ``field`` that has waited for ``days``."""
    case = make_case(field, "eligible", opened_at=noon(-days - 2), **values)
    Case.objects.filter(pk=case.pk).update(state_since=noon(-days))
    case.refresh_from_db()
    return case


def make_willing(field: Any, **values: Any) -> Mentor:
    """Return a mentor of ``field`` who has agreed to be shown to a mentee."""
    mentor = make_mentor(field, **({"topics": ["cv", "networks"], "times": ["evenings"]} | values))
    Consent.objects.create(mentor=mentor, kind=ConsentKind.SHOWN_TO_MENTEE, fields=["name", "title"])
    return mentor


def make_queue(people: int, mentors: int, **rules: Any) -> Any:
    """Return a field in which so many wait, the first the longest, and so many could mentor."""
    field = make_field()
    for number in range(people):
        make_waiting(field, days=10 + people - number, name=f"Person {number + 1:02}")
    for number in range(mentors):
        make_willing(field, name=f"Mentor {number + 1:02}")
    if rules:
        Participation.objects.filter(pk=field.participation_id).update(**rules)
    return field
