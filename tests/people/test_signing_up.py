"""Who is known already when somebody signs up as a mentor, and what one sign-up writes."""

import datetime
from typing import Any

import pytest

from tests.factories import make_field, make_mentor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.signing_up import known_mentor, sign_up
from wagtail_mentoring.privacy.models import Consent, Notice
from wagtail_mentoring.privacy.public_texts import notice_in_force
from wagtail_mentoring.setup.texts import load_notices

pytestmark = pytest.mark.django_db

ANSWERS: dict[str, Any] = {"name": "Maija  Meikäläinen", "email": "maija@example.org", "english": "c1", "capacity": 1}


def notice() -> Notice:
    load_notices()
    found = notice_in_force("privacy_notice", make_union().participations.get(), "en")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("values", "known"),
    [
        ({}, True),
        ({"name": "MAIJA MEIKÄLÄINEN"}, True),
        ({"email": "MAIJA@example.org"}, True),
        ({"name": "Matti Meikäläinen"}, False),
        ({"name": "Matti Meikäläinen", "approved_on": None}, True),
        ({"email": "other@example.org"}, False),
        ({"ended_on": datetime.date(2026, 1, 2)}, False),
        ({"ended_on": datetime.date(2999, 1, 1)}, True),
        ({"anonymised_at": clock.now()}, False),
    ],
)
def test_who_is_known(values: dict[str, Any], known: bool) -> None:
    mentor = make_mentor(**{"name": "Maija Meikäläinen", "email": "maija@example.org"} | values)
    found = known_mentor(mentor.union, ANSWERS["name"], ANSWERS["email"])
    assert found == (mentor if known else None)
    assert known_mentor(make_union("kt"), ANSWERS["name"], ANSWERS["email"]) is None


def test_a_sign_up_writes_one_row_with_what_was_consented_to() -> None:
    field = make_field()
    mentor = sign_up(field.union, [field], ANSWERS, notice=notice(), shown_to_partner=["name"])
    assert mentor is not None and mentor.approved_on is None and mentor.checked_on == clock.today()
    assert list(mentor.fields.all()) == [field]
    consents = {row.kind: (row.fields, row.notice_id is not None) for row in Consent.objects.filter(mentor=mentor)}
    assert consents == {"notice": ([], True), "shown_to_partner": (["name"], False)}
    assert sign_up(field.union, [field], ANSWERS, notice=notice()) is None
    assert Mentor.objects.count() == 1 and Consent.objects.count() == 2


def test_a_field_of_another_union_is_refused() -> None:
    foreign = make_field(make_union("kt"))
    with pytest.raises(ValueError, match="not the union's"):
        sign_up(make_union(), [foreign], ANSWERS, notice=notice())
    assert not Mentor.objects.exists()
