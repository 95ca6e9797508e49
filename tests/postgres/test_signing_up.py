"""Signing up on PostgreSQL: one at a time for a union, and nobody else has to wait for it."""

import threading
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from tests.factories import make_case, make_field
from tests.postgres.test_races import at_once
from wagtail_mentoring.models import Mentor, Notice
from wagtail_mentoring.people.signing_up import sign_up
from wagtail_mentoring.privacy.models import NoticeKind

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERS = {"name": "Aino Berg", "email": "aino@example.org", "online": True, "in_person": False, "capacity": 1}


def test_a_form_sent_six_times_at_once_makes_one_mentor() -> None:
    field, notice = make_field(), Notice.objects.create(kind=NoticeKind.PRIVACY)
    again = partial(sign_up, field.participation.union, [field], ANSWERS, notice=notice)
    results = at_once([again] * 6)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert sum(isinstance(result, Mentor) for result in results) == 1
    assert Mentor.objects.filter(email="aino@example.org").count() == 1


def test_a_case_of_the_union_is_opened_meanwhile() -> None:
    """What only refers to the union does not wait for the lock of the sign-up."""
    field, notice = make_field(), Notice.objects.create(kind=NoticeKind.PRIVACY)
    written, opened = threading.Event(), threading.Event()

    def signs_up() -> None:
        with transaction.atomic():
            sign_up(field.participation.union, [field], ANSWERS, notice=notice)
            written.set()
            assert opened.wait(20), "the handler waited for the sign-up"

    def opens() -> Any:
        assert written.wait(20)
        made = make_case(field)
        opened.set()
        return made

    results = at_once([signs_up, opens])
    assert not [result for result in results if isinstance(result, Exception)], results
