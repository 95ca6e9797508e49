"""What the database itself refuses, when somebody writes around the code."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import make_case, make_mentor
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case, CaseLogEntry
from wagtail_mentoring.models import Consent, Meeting, MentorPair, Participation, PrivateLink, Signature

pytestmark = pytest.mark.django_db


def copy_of(row: Any, **change: Any) -> None:
    """Insert the row once more by plain SQL, with some columns changed, a new primary key, and a new ``uid``."""
    if hasattr(row, "uid"):
        change = {"uid": uuid.uuid4()} | change
    columns = {
        field.column: field.get_db_prep_save(change.get(field.attname, getattr(row, field.attname)), connection)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{row._meta.db_table}" ({names}) VALUES ({places})', list(columns.values()))  # noqa: S608


def update(table: str, setting: str, pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE wagtail_mentoring_{table} SET {setting} WHERE id = %s", [pk])  # noqa: S608


def pair_of(case: Case) -> MentorPair:
    return MentorPair.objects.get(case=case)


FORBIDDEN: dict[str, Callable[[Case], Any]] = {
    "a state that is none": lambda case: update("case", "state = 'lost'", case.pk),
    "closed without a date": lambda case: update("case", "state = 'closed'", case.pk),
    "a date of closing on an open case": lambda case: update("case", "closed_at = now()", case.pk),
    "an end reason on an open case": lambda case: update("case", "end_reason = 'duplicate'", case.pk),
    "two current pairs": lambda case: copy_of(pair_of(case)),
    "one mentor twice in a pair": lambda case: copy_of(pair_of(case).memberships.first()),
    "meeting 1 twice": lambda case: copy_of(Meeting.objects.get(case=case)),
    "meeting 6": lambda case: copy_of(Meeting.objects.get(case=case), number=6),
    "a second signature of one party": lambda case: copy_of(
        Signature.objects.filter(party__agreement__case=case).first(), code_id=None
    ),
    "one code for two signatures": lambda case: update(
        "signature",
        "code_id = (SELECT min(code_id) FROM wagtail_mentoring_signature)",
        Signature.objects.order_by("-code_id")[0].pk,
    ),
    "two log lines with one number": lambda case: copy_of(CaseLogEntry.objects.get(case=case, sequence=2)),
    "two references alike": lambda case: copy_of(case),
    "a consent of two persons": lambda case: Consent.objects.create(
        mentee=case.mentee, mentor=make_mentor(), kind="adult"
    ),
    "a consent of nobody": lambda case: Consent.objects.create(kind="adult"),
    "a second link of one person": lambda case: copy_of(PrivateLink.objects.filter(case=case).first()),
    "a link of two persons": lambda case: update(
        "privatelink", f"mentor_id = {make_mentor().pk}", PrivateLink.objects.get(case=case, mentee=case.mentee).pk
    ),
    "more meetings at least than at most": lambda case: update(
        "participation", "min_meetings = 5, max_meetings = 3", Participation.objects.get(union=case.union).pk
    ),
    "a mentor with four mentees at once": lambda case: update("mentor", "capacity = 4", make_mentor().pk),
    "a case without its mentee": lambda case: (
        update("case", "mentee_id = 987654", case.pk),
        connection.check_constraints(),
    ),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_database_refuses(what: str) -> None:
    case = make_case(state="meeting_1")
    with pytest.raises(IntegrityError), transaction.atomic():
        FORBIDDEN[what](case)
    assert clock.now()


def test_what_the_tests_above_write_is_allowed_when_it_is_right() -> None:
    """Or else they might fail for another reason than the constraint."""
    case = make_case(state="meeting_1")
    copy_of(Meeting.objects.get(case=case), number=2)
    copy_of(pair_of(case), ended_at=clock.now())
    copy_of(CaseLogEntry.objects.get(case=case, sequence=2), sequence=500)
    copy_of(case, reference="TEK-1999-0001")
    copy_of(PrivateLink.objects.get(case=case, mentee=case.mentee), mentee_id=make_case().mentee_id)
    update("case", "state = 'closed', closed_at = now()", case.pk)
