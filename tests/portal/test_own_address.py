"""A new e-mail address over HTTP: both codes, what is guessed or replayed, and the contact person's way."""

import datetime
from typing import Any

import pytest

from tests.factories import make_case, make_field, make_handler, make_mentor, make_supervisor, make_union
from tests.portal.asking import own, text
from tests.portal.conftest import address as page_address
from tests.portal.own import ADDRESS, CODE, DATA, KEEP, LOST, NEW_ADDRESS, newest_code, step_up, wrong
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import CaseLogEntry
from wagtail_mentoring.messages.models import OutboxMessage, OutboxStatus
from wagtail_mentoring.people import address_changes
from wagtail_mentoring.people.models import AddressChange, Mentee, Mentor
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
NEW = "new@example.org"


def asked(client: Any, email: str = NEW) -> str:
    """Ask for ``email`` and return the code that went there."""
    step_up(client, "address_old")
    assert client.post(ADDRESS, {"email": email}).url == NEW_ADDRESS
    code, row = newest_code()
    assert row.address == email
    return code


def test_the_old_address_then_the_new_one(opened: Any) -> None:
    case = make_case(make_field(), "paired", email="old@example.org")
    client = opened(case)
    before = page_address(case, case.mentee)
    waiting = OutboxMessage.objects.filter(mentee=case.mentee, status=OutboxStatus.WAITING).count()
    assert waiting
    client.post(CODE("address_old"))
    code, row = newest_code()
    assert row.address == "old@example.org"
    assert client.post(CODE("address_old"), {"code": code}).url == ADDRESS
    assert client.post(ADDRESS, {"email": NEW}).url == NEW_ADDRESS
    assert Mentee.objects.get(pk=case.mentee_id).email == "old@example.org"
    assert NEW in text(client.get(NEW_ADDRESS)) and NEW in text(client.get(DATA))
    code, row = newest_code()
    assert row.address == NEW and row.mentee_id == case.mentee_id
    assert client.post(NEW_ADDRESS, {"code": code}).url == f"{ADDRESS}changed/"
    assert Mentee.objects.get(pk=case.mentee_id).email == NEW
    # This device stays in; the links of older mails do not open anything.
    assert client.get(f"{ADDRESS}changed/").status_code == 200
    assert client.post(before).status_code == 403
    fresh = OutboxMessage.objects.filter(event="fresh_link").last()
    assert fresh is not None and fresh.address == NEW
    told = OutboxMessage.objects.get(event="address_changed")
    assert told.address == "old@example.org" and told.link is None
    others = OutboxMessage.objects.filter(mentee=case.mentee, status=OutboxStatus.WAITING).exclude(pk=told.pk)
    assert not others.filter(address="old@example.org").exists()
    last = CaseLogEntry.objects.filter(case=case).order_by("-sequence").first()
    assert last is not None and (last.action, last.actor) == ("mentoring.address_changed", "mentee")
    change = AddressChange.objects.get()
    assert (change.old_email, change.new_email) == ("old@example.org", NEW) and change.done_at and change.allowed_at


def test_a_mentor_on_the_own_page(opened: Any) -> None:
    field = make_field()
    mentor = make_mentor(field)
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)])
    client, on_case = own(mentor), page_address(case, mentor)
    code = asked(client)
    assert client.post(NEW_ADDRESS, {"code": code}).status_code == 302
    assert Mentor.objects.get(pk=mentor.pk).email == NEW
    assert client.get(DATA).status_code == 200
    assert client.post(on_case).status_code == 403
    events = OutboxMessage.objects.filter(mentor=mentor, address=NEW).values_list("event", flat=True)
    assert {"fresh_link", "fresh_mentor_link"} <= set(events)


def test_each_change_takes_codes_of_its_own(opened: Any) -> None:
    case = make_case(make_field(), "paired")
    client = opened(case)
    first = asked(client, "first@example.org")
    # The code from the old address is spent.
    assert client.get(ADDRESS).url == CODE("address_old")
    second = asked(client, "second@example.org")
    assert AddressChange.objects.filter(done_at=None, refused_at=None).get().new_email == "second@example.org"
    if first != second:
        assert client.post(NEW_ADDRESS, {"code": first}).status_code == 422
    assert client.post(NEW_ADDRESS, {"code": second}).status_code == 302
    assert Mentee.objects.get(pk=case.mentee_id).email == "second@example.org"
    assert client.post(NEW_ADDRESS, {"code": second}).url == DATA


def test_the_code_to_the_new_address_is_guessed_five_times_at_most(opened: Any) -> None:
    case = make_case(make_field(), "paired")
    client = opened(case)
    code = asked(client)
    assert [client.post(NEW_ADDRESS, {"code": wrong(code)}).status_code for _try in range(5)] == [422] * 5
    assert client.post(NEW_ADDRESS, {"code": code}).status_code == 422
    assert Mentee.objects.get(pk=case.mentee_id).email != NEW
    with clock.at(clock.now() + datetime.timedelta(minutes=1)):
        assert client.post(NEW_ADDRESS).status_code == 302
        code, _row = newest_code()
        assert client.post(NEW_ADDRESS, {"code": code}).status_code == 302


def test_it_is_taken_back(opened: Any) -> None:
    case = make_case(make_field(), "paired")
    client = opened(case)
    code = asked(client)
    assert client.get(KEEP).status_code == 405
    assert client.post(KEEP).url == DATA
    assert client.post(NEW_ADDRESS, {"code": code}).url == DATA
    assert Mentee.objects.get(pk=case.mentee_id).email != NEW


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "OLD@example.org"])
def test_a_wrong_address_is_refused_with_words(opened: Any, email: str) -> None:
    client = opened(make_case(make_field(), "paired", email="old@example.org"))
    step_up(client, "address_old")
    response = client.post(ADDRESS, {"email": email})
    assert response.status_code == 422 and response.context["form"].errors["email"]
    assert not AddressChange.objects.exists()


def test_too_many_codes_leave_nothing_half_done(opened: Any, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LIMIT_CODE": "1/hour"}
    client = opened(make_case(make_field(), "paired"))
    step_up(client, "address_old")
    response = client.post(ADDRESS, {"email": NEW})
    assert response.status_code == 429 and NEW in response.content.decode()
    assert not AddressChange.objects.exists()


def test_who_cannot_read_the_old_address_asks_the_contact_person(opened: Any) -> None:
    field = make_field()
    case = make_case(field, "paired", email="old@example.org")
    client = opened(case)
    assert LOST in client.get(CODE("address_old")).content.decode()
    assert client.post(LOST, {"email": NEW}).url == DATA
    change = AddressChange.objects.get()
    assert change.by_handler and change.allowed_at is None
    mail = OutboxMessage.objects.get(event="address_asked")
    assert mail.address == "mentoring@tek.example.org"
    # No code does it now.
    assert client.get(NEW_ADDRESS).url == DATA
    before = page_address(case, case.mentee)
    for user in (make_supervisor(field.union), make_handler(make_union("kt"))):
        with pytest.raises(StepRefused, match="do not handle"):
            address_changes.decide(change.pk, user, accept=True)
    handler = make_handler(field.union)
    address_changes.decide(change.pk, handler, accept=True)
    assert Mentee.objects.get(pk=case.mentee_id).email == NEW
    assert AddressChange.objects.get().decided_by == handler
    assert client.post(before).status_code == 403 and client.get(DATA).status_code == 403
    last = CaseLogEntry.objects.filter(case=case).order_by("-sequence").first()
    assert last is not None and (last.action, last.user, last.actor) == (
        "mentoring.address_changed",
        handler,
        "handler",
    )
    with pytest.raises(StepRefused, match="decided already"):
        address_changes.decide(change.pk, handler, accept=False)


def test_the_contact_person_may_refuse(opened: Any) -> None:
    mentor = make_mentor(email="old@example.org")
    client = own(mentor)
    client.post(LOST, {"email": NEW})
    change = AddressChange.objects.get()
    address_changes.decide(change.pk, make_handler(mentor.union), accept=False)
    assert Mentor.objects.get(pk=mentor.pk).email == "old@example.org"
    assert client.get(DATA).status_code == 200 and NEW not in text(client.get(DATA))


def test_what_was_asked_by_code_is_not_the_contact_persons(opened: Any) -> None:
    case = make_case(make_field(), "paired")
    client = opened(case)
    asked(client)
    with pytest.raises(StepRefused, match="decided already"):
        address_changes.decide(AddressChange.objects.get().pk, make_handler(case.union), accept=True)
