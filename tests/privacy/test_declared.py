"""What is kept about people is declared: every model and column, who reads it, and whose rows a person gets."""

import re
from typing import Any

import pytest
from django.apps import apps

from tests.factories import make_case, make_field, make_handler, make_mentor
from wagtail_mentoring import clock
from wagtail_mentoring.meetings.models import Note
from wagtail_mentoring.messages.conversation.models import Circle, Concern, Letter, Reminder
from wagtail_mentoring.messages.models import MailEvent
from wagtail_mentoring.people.models import Mentor, MentorConflict
from wagtail_mentoring.privacy import declared
from wagtail_mentoring.privacy.declared import Column, PersonalData, Reader
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.privacy.reading import record_reading

MODELS = list(apps.get_app_config("wagtail_mentoring").get_models())
DECLARED = {entry.name: entry for entry in declared.declared()}
BY_MODEL = {entry.model for entry in declared.declared()}


def entry(name: str) -> PersonalData:
    return next(one for one in declared.declared() if one.name == name)


def test_every_model_is_declared_or_about_nobody_and_never_both() -> None:
    nobody = set(declared.models_about_nobody())
    assert set(MODELS) - nobody - BY_MODEL == set(), "say in personal.py of the room what they keep"
    assert nobody & BY_MODEL == set()
    assert all(len(reason) > 5 for reason in declared.models_about_nobody().values())


@pytest.mark.parametrize("name", DECLARED)
def test_every_column_is_declared_or_left_out_with_a_reason(name: str) -> None:
    found = DECLARED[name]
    model = found.model
    own = {field.name for field in model._meta.get_fields() if field.concrete}
    relations = {field.name for field in model._meta.get_fields() if field.is_relation}
    given = {column.name for column in found.columns}
    assert given <= own and set(found.left_out) <= own, "names a column that is not there"
    assert given & set(found.left_out) == set()
    assert own - relations - {"id"} - given - set(found.left_out) == set(), "a column of which nothing is said"
    assert all(len(reason) > 5 for reason in found.left_out.values())


def test_whatever_leads_to_a_person_is_not_about_nobody() -> None:
    for model in declared.models_about_nobody():
        targets = {field.related_model for field in model._meta.get_fields() if field.concrete and field.is_relation}
        names = {getattr(target, "__name__", "") for target in targets}
        assert not names & {"Mentee", "Mentor"}, model


def test_each_declaration_says_why_who_and_how_long() -> None:
    rules = declared.Participation()
    for one in declared.declared():
        assert str(one.title) and str(one.purpose) and one.readers and one.kept(rules), one.name
        assert one.of_mentee or one.of_mentor, one.name
        assert all(str(column.label) for column in one.columns), one.name


def test_a_name_is_taken_once() -> None:
    taken = entry("mentee")
    declared.declare(taken)
    other = PersonalData("mentee", "x", Mentor, (), "y", (Reader.NOBODY,), declared.with_case, of_mentor=("pk",))
    with pytest.raises(ValueError, match="declared already"):
        declared.declare(other)


@pytest.mark.django_db
def test_a_person_gets_the_own_rows_and_nobody_elses() -> None:
    field = make_field()
    mentors = [make_mentor(field), make_mentor(field)]
    case = make_case(field, "meeting_2", mentors=mentors)
    others = [make_mentor(field), make_mentor(field)]
    strangers = (make_case(field, "meeting_2", mentors=others).mentee, *others)
    found = 0
    for person, stranger in zip((case.mentee, *mentors), strangers, strict=True):
        for one in declared.declared_of(person):
            rows = list(one.rows_of(person))
            keys = {row.pk for row in rows}
            assert len(keys) == len(rows), one.name
            # The list of mentors is read as a whole.
            assert one.name == "reading" or not keys & {row.pk for row in one.rows_of(stranger)}, one.name
            for row in rows:
                found += 1
                assert all(isinstance(column.shown(row), str) for column in one.columns), one.name
    assert found > 40


@pytest.mark.django_db
def test_what_others_said_in_confidence_stays_out() -> None:
    field = make_field()
    first, second = make_mentor(field), make_mentor(field)
    case = make_case(field, "paired", mentors=[first, second])
    MentorConflict.objects.create(mentor=first, mentee=case.mentee)
    Concern.objects.create(case=case, mentor=first, about="mentee", body="I am worried")
    Note.objects.create(case=case, mentor=first, number=1, body="Mine")
    Letter.objects.create(case=case, mentor=first, circle=Circle.THREE, body="I am late")
    Letter.objects.create(case=case, mentee=case.mentee, circle=Circle.CONTACT, body="Hello", from_contact=True)

    def numbers(person: Any) -> list[int]:
        names = ("conflict", "concern", "concern_contact", "note", "note_shared", "letter", "letter_contact")
        return [entry(name).rows_of(person).count() for name in names]

    assert numbers(case.mentee) == [0, 0, 0, 0, 0, 0, 1]
    assert numbers(first) == [1, 1, 0, 1, 0, 1, 0]
    assert numbers(second) == [0, 0, 0, 0, 0, 0, 0]


@pytest.mark.django_db
def test_readers_follow_what_a_person_has_chosen() -> None:
    field = make_field()
    mentor = make_mentor(field, shown=["name", "languages"])
    readers = entry("mentor").readers_of(mentor)
    assert Reader.MENTEE in readers["english"] and Reader.MENTEE in readers["name"]
    assert Reader.MENTEE not in readers["email"] and Reader.PARTNER not in readers["english"]
    Consent.objects.create(mentor=mentor, kind=ConsentKind.SHOWN_TO_PARTNER, fields=["email"])
    assert Reader.PARTNER in entry("mentor").readers_of(mentor)["email"]
    open_case, hidden = make_case(field), make_case(field, hide_municipality=True)
    assert Reader.MENTORS in entry("mentee").readers_of(open_case.mentee)["municipality"]
    # The form says "Only my contact person may see my municipality", and the case page keeps it from supervisors.
    assert entry("mentee").readers_of(hidden.mentee)["municipality"] == (Reader.CONTACTS,)
    assert entry("mentee").readers_of(hidden.mentee)["email"] == declared.UNION


@pytest.mark.django_db
def test_who_read_what_is_told_to_the_person_it_is_about() -> None:
    field = make_field()
    case, other, mentor = make_case(field), make_case(field), make_mentor(field)
    handler = make_handler(field.union)
    record_reading(handler, case.union_id, "access_needs", case.pk)
    record_reading(handler, case.union_id, "mentors_export")
    assert entry("reading").rows_of(case.mentee).count() == 1
    assert entry("reading").rows_of(other.mentee).count() == 0
    [row] = entry("reading").rows_of(mentor)
    words = [column.shown(row) for column in entry("reading").columns]
    assert words[0] == "List of mentors, downloaded" and words[2] == "Sanna Lindqvist" and str(row.at.year) in words[1]


def test_values_are_put_into_words() -> None:
    day = clock.now()
    assert declared.in_words(None) == "" and declared.in_words(0) == "0"
    assert (declared.in_words(True), declared.in_words(False)) == ("Yes", "No")
    assert str(day.year) in declared.in_words(day) and ":" in declared.in_words(day)
    assert declared.in_words(["a", 2, True]) == "a, 2, Yes"
    assert declared.in_words({"a": [1, 2]}) == "a: 1, 2"
    assert Column("x", "X", lambda row: "y").shown(None) == "y"  # type: ignore[arg-type]


@pytest.mark.django_db
def test_nobody_reads_codes_of_the_software() -> None:
    field = make_field()
    mentors = [make_mentor(field, shown=["name", "experience_years"]), make_mentor(field)]
    case = make_case(field, "meeting_2", mentors=mentors)
    Reminder.objects.create(case=case, mentee=case.mentee, event="feedback_asked", about="feedback first")
    read = 0
    for person in (case.mentee, *mentors):
        for one in declared.declared_of(person):
            for row in one.rows_of(person):
                shown = {
                    column.name: column.shown(row) for column in one.columns if column.name not in ("body", "file")
                }
                read += len(shown)
                codes = {name: value for name, value in shown.items() if re.fullmatch(r"[a-z]+(_[a-z0-9]+)+.*", value)}
                assert not codes, one.name
    assert read > 200
    about = entry("reminder").columns[0]
    assert {about.shown(row) for row in entry("reminder").rows_of(case.mentee)} == {MailEvent.FEEDBACK_ASKED.label}
    named = [column.shown(row) for row in entry("consent").rows_of(mentors[0]) for column in entry("consent").columns]
    assert "Name; Years of experience" in named
