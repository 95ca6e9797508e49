"""Notes of the three: who reads which."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import as_handler, make_case, make_field, make_mentor, pair_of
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings import signals
from wagtail_mentoring.meetings.models import Note
from wagtail_mentoring.meetings.notes import delete, notes_for, write
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def case() -> Case:
    field = make_field()
    mentors = [make_mentor(field, preferred_name="Maija", shown=["name"]), make_mentor(field)]
    return make_case(field, "meeting_1", mentors=mentors, preferred_name="Amal")


def refused(act: Any, *arguments: Any) -> StepRefused:
    before = rows()
    with pytest.raises(StepRefused) as caught:
        act(*arguments)
    assert rows() == before
    return caught.value


def read(case: Case, person: Any) -> list[tuple[str, str]]:
    return [(row.note.body, row.author) for row in notes_for(case, person)]


def test_a_private_note_is_read_by_nobody_else(case: Case) -> None:
    maija, erik = pair_of(case)
    for person in (maija, case.mentee):
        write(case.pk, person, 1, f" Mine {person.pk} ", False)
    assert read(case, maija) == [(f"Mine {maija.pk}", "")]
    assert read(case, case.mentee) == [(f"Mine {case.mentee.pk}", "")]
    assert read(case, erik) == []


def test_a_shared_note_is_read_by_the_three_with_the_name_that_each_may_see(case: Case) -> None:
    maija, erik = pair_of(case)
    note = write(case.pk, maija, 2, "Bring the CV.", True)
    assert read(case, case.mentee) == [("Bring the CV.", "Maija")]
    assert read(case, erik) == [("Bring the CV.", "The second mentor")]
    assert [row.mine for row in notes_for(case, maija)] == [True]
    write(case.pk, maija, 2, "Bring the CV.", False, note.pk)
    assert read(case, erik) == []
    assert notes_for(case, maija, 1) == []


def test_the_others_are_told_of_what_is_new_to_them(case: Case) -> None:
    maija, _erik = pair_of(case)
    told: list[Any] = []

    def hear(signal: Any, note: Note, by: Any, **kwargs: Any) -> None:
        told.append((note.body, by))

    signals.note_shared.connect(hear)
    try:
        note = write(case.pk, maija, 1, "One", False)
        write(case.pk, maija, 1, "One", True, note.pk)
        write(case.pk, maija, 1, "One", True, note.pk)
        write(case.pk, maija, 1, "Two", True, note.pk)
        write(case.pk, maija, 1, "Three", False, note.pk)
    finally:
        signals.note_shared.disconnect(hear)
    assert told == [("One", maija), ("Two", maija)]


def test_only_the_own_note_is_changed_or_deleted(case: Case) -> None:
    maija, erik = pair_of(case)
    note = write(case.pk, maija, 1, "One", True)
    other = make_case(case.field, "meeting_1", mentors=[make_mentor(case.field), make_mentor(case.field)])
    for person in (erik, case.mentee):
        refused(write, case.pk, person, 1, "Two", True, note.pk)
        refused(delete, case.pk, person, note.pk)
    refused(write, other.pk, maija, 1, "Two", True, note.pk)
    refused(delete, other.pk, pair_of(other)[0], note.pk)
    delete(case.pk, maija, note.pk)
    refused(delete, case.pk, maija, note.pk)


@pytest.mark.parametrize(
    "number, body, field", [(1, "  ", "body"), (1, "x" * 5001, "body"), (0, "x", "number"), (3, "x", "number")]
)
def test_what_is_wrong_stands_beside_its_field(case: Case, number: int, body: str, field: str) -> None:
    assert list(refused(write, case.pk, case.mentee, number, body, False).errors) == [field]


def test_a_new_mentor_does_not_read_what_was_shared_before(case: Case) -> None:
    maija, erik = pair_of(case)
    write(case.pk, case.mentee, 1, "Before", True)
    write(case.pk, erik, 1, "Of Erik", True)
    joining = make_mentor(case.field)
    with clock.at(clock.now() + DAY):
        inputs = {"leaving": erik, "joining": joining, "reason": "Moved."}
        moves.move(case.pk, "replace_mentor", as_handler(), inputs)
        assert read(case, joining) == []
        assert ("Of Erik", "A mentor before") in read(case, maija)
        refused(write, case.pk, erik, 1, "After", True)
        with pytest.raises(StepRefused):
            notes_for(case, erik)
        write(case.pk, case.mentee, 1, "After", True)
        assert read(case, joining) == [("After", case.mentee.called)]


def test_after_the_end_notes_are_read_and_deleted_only(case: Case) -> None:
    note = write(case.pk, case.mentee, 1, "One", True)
    moves.move(case.pk, "end", as_handler(), {"end_reason": "no_contact", "situation": "unknown"})
    assert read(case, case.mentee) == [("One", "")]
    refused(write, case.pk, case.mentee, 1, "Two", True)
    delete(case.pk, case.mentee, note.pk)


def test_many_notes_take_no_more_queries(case: Case) -> None:
    maija, erik = pair_of(case)

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            notes_for(Case.objects.select_related("mentee").get(pk=case.pk), maija)
        return len(found)

    write(case.pk, erik, 1, "One", True)
    with_one = count()
    for number in range(6):
        write(case.pk, erik, 1, f"{number}", True)
    assert count() == with_one <= 6
