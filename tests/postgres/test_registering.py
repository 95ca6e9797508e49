"""Registering and approving mentors on PostgreSQL: whoever presses at the same moment, a person is a mentor once."""

from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_field, make_handler, make_mentor
from tests.postgres.test_races import at_once
from wagtail_mentoring import clock
from wagtail_mentoring.models import Mentor, Notice, OutboxMessage
from wagtail_mentoring.people.mentors import approve, decline
from wagtail_mentoring.people.signing_up import sign_up
from wagtail_mentoring.privacy.models import NoticeKind
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERS = {"name": "Aino Berg", "email": "aino@example.org", "online": True, "in_person": False, "capacity": 1}
NO_ABSENCE = {"absences-TOTAL_FORMS": 0, "absences-INITIAL_FORMS": 0}


def sent(field: Any, **values: Any) -> dict[str, Any]:
    """Return the form of a mentor as a handler sends it."""
    person = {"name": "Aino Berg", "email": "aino@example.org", "language": "en", "english": "b2", "capacity": 1}
    return {"fields": [field.pk], "shown_to_mentee": ["name"], **NO_ABSENCE, **person} | values


def handlers(field: Any, number: int) -> list[Client]:
    clients = []
    for _one in range(number):
        client = Client()
        client.force_login(make_handler(field.participation.union))
        clients.append(client)
    return clients


def posted(client: Client, address: str, data: dict[str, Any]) -> int:
    return client.post(address, data).status_code


def test_four_handlers_register_the_same_mentor() -> None:
    field = make_field()
    address = reverse("mentoring_mentors:add")
    spelled = ["aino@example.org", "Aino@Example.org", "AINO@EXAMPLE.ORG", "aino@example.org"]
    work = [
        partial(posted, client, address, sent(field, email=email))
        for client, email in zip(handlers(field, 4), spelled, strict=True)
    ]
    assert sorted(at_once(work)) == [200, 200, 200, 302]
    assert Mentor.objects.filter(email__iexact="aino@example.org").count() == 1
    assert OutboxMessage.objects.filter(event="registered_mentor").count() == 1


@pytest.mark.parametrize("once_more", range(3))
def test_somebody_signs_up_while_a_handler_registers_them(once_more: int) -> None:
    field, notice = make_field(), Notice.objects.create(kind=NoticeKind.PRIVACY)
    [client] = handlers(field, 1)
    by_form = partial(sign_up, field.participation.union, [field], ANSWERS, notice=notice)
    by_hand = partial(posted, client, reverse("mentoring_mentors:add"), sent(field))
    results = at_once([by_form, by_hand])
    assert not [result for result in results if isinstance(result, Exception)], results
    mentor = Mentor.objects.get(email="aino@example.org")
    # Who came second was told so: the form by a mail, the handler beside the field.
    assert results == ([mentor, 200] if mentor.approved_on is None else [None, 302])


def test_one_address_with_several_names_at_once_waits_once() -> None:
    field, notice = make_field(), Notice.objects.create(kind=NoticeKind.PRIVACY)
    names = ["Aino Berg", "A. Berg", "aino  berg", "Aino Maria Berg"]
    work = [
        partial(sign_up, field.participation.union, [field], ANSWERS | {"name": name}, notice=notice) for name in names
    ]
    results = at_once(work)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert sum(isinstance(result, Mentor) for result in results) == 1
    assert Mentor.objects.filter(email="aino@example.org").count() == 1


def test_four_handlers_approve_the_same_sign_up() -> None:
    field = make_field()
    mentor = make_mentor(field, name="Aino Berg", approved_on=None, signed_up_at=clock.now())
    work = [
        partial(
            approve,
            mentor.pk,
            make_handler(field.participation.union),
            membership_confirmed_on=clock.today(),
            interview_note=f"Talked with number {number}.",
            fields=[field],
        )
        for number in range(4)
    ]
    results = at_once(work)
    assert sum(isinstance(result, Mentor) for result in results) == 1, results
    refused = [str(result) for result in results if isinstance(result, StepRefused)]
    assert refused == ["Aino Berg has been approved already."] * 3
    assert OutboxMessage.objects.filter(event="mentor_approved").count() == 1
    [won] = [result for result in results if isinstance(result, Mentor)]
    assert Mentor.objects.get(pk=mentor.pk).interview_note == won.interview_note


@pytest.mark.parametrize("once_more", range(3))
def test_one_approves_and_one_declines(once_more: int) -> None:
    field = make_field()
    user = make_handler(field.participation.union)
    mentor = make_mentor(field, name="Aino Berg", approved_on=None, signed_up_at=clock.now())
    told = {"membership_confirmed_on": clock.today(), "interview_note": "Talked.", "fields": [field]}
    results = at_once([partial(approve, mentor.pk, user, **told), partial(decline, mentor.pk, user, reason="No room.")])
    events = set(OutboxMessage.objects.values_list("event", flat=True))
    if Mentor.objects.filter(pk=mentor.pk).exists():
        assert isinstance(results[1], StepRefused) and events == {"mentor_approved"}
    else:
        assert isinstance(results[0], Mentor.DoesNotExist) and events == {"mentor_declined"}


def test_two_mentors_are_given_the_same_new_address() -> None:
    field = make_field()
    mentors = [make_mentor(field, name="Aino Berg", email=f"a{number}@example.org") for number in range(2)]
    work = [
        partial(posted, client, reverse("mentoring_mentors:edit", args=[mentor.pk]), sent(field))
        for client, mentor in zip(handlers(field, 2), mentors, strict=True)
    ]
    assert sorted(at_once(work)) == [200, 302]
    assert Mentor.objects.filter(email="aino@example.org").count() == 1
