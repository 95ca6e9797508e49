"""Somebody who is a mentee or a mentor, as rows name whose they are."""

import pytest

from tests.factories import make_case, make_field, make_mentor, pair_of
from wagtail_mentoring.cases import actors
from wagtail_mentoring.meetings.models import Note
from wagtail_mentoring.people.whose import columns, key_in, key_of, of_person

pytestmark = pytest.mark.django_db


def test_a_row_is_of_the_person_by_whom_it_was_written() -> None:
    case = make_case(make_field(), "paired")
    people = [case.mentee, *pair_of(case)]
    for person in people:
        assert key_in(Note.objects.create(case=case, number=1, body="x", **of_person(person))) == key_of(person)
        assert Note.objects.get(**of_person(person)) == Note.objects.get(**columns(person))
        assert set(columns(person)) == {"mentee", "mentor"}
    assert len({key_of(person) for person in people}) == 3


def test_a_person_acts_on_the_own_case_alone() -> None:
    field = make_field()
    case, other = make_case(field, "paired"), make_case(field, "paired")
    for person in (case.mentee, *pair_of(case)):
        acting = actors.person_on(person, case)
        assert acting.roles and (acting.mentee or acting.mentor) == person
        assert not actors.person_on(person, other).roles
    assert not actors.person_on(make_mentor(field), case).roles
