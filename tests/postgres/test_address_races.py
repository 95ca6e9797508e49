"""New e-mail addresses at once, on PostgreSQL: one counts, the others read why, and nobody waits for ever."""

from typing import Any

import pytest

from tests.factories import as_handler, make_case, make_field, make_handler, make_mentor
from tests.postgres.test_races import at_once
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.people import address_changes, codes, links
from wagtail_mentoring.people.models import AddressChange, Mentee, Mentor, OneTimeCode, PrivateLink
from wagtail_mentoring.people.whose import of_person
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "new@example.org"


def typed(link: PrivateLink, change: AddressChange) -> OneTimeCode:
    """Return the code that went to the new address, typed and right."""
    code, plain = codes.issue(link, address_changes.code_purpose(change))
    return codes.check(link, code.purpose, plain)


def refused(results: list[Any]) -> list[Any]:
    """Return those who were refused; anything else that went wrong is a fault."""
    found = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(result, StepRefused) for result in found), found
    return found


def fresh_mentee(case: Case) -> Mentee:
    """Return the mentee as a request of its own has read it."""
    return Mentee.objects.select_related("union").get(pk=case.mentee_id)


def test_one_code_confirmed_on_six_devices_at_once() -> None:
    case = make_case(make_field(), "paired", email="old@example.org")
    link = links.link_for(case, mentee=case.mentee)
    code = typed(link, address_changes.ask(case.mentee, NEW))
    OutboxMessage.objects.all().delete()
    length = Case.objects.get(pk=case.pk).log_length

    def confirms() -> AddressChange:
        return address_changes.confirm(fresh_mentee(case), OneTimeCode.objects.get(pk=code.pk))

    results = at_once([confirms] * 6)
    assert len(refused(results)) == 5
    assert fresh_mentee(case).email == NEW
    assert PrivateLink.objects.get(pk=link.pk).generation == link.generation + 1
    events = list(OutboxMessage.objects.order_by("event").values_list("event", "address"))
    assert events == [("address_changed", "old@example.org"), ("fresh_link", NEW)]
    case.refresh_from_db()
    assert case.log_length == length + 1 and verify_chain(case) == []


def test_the_mentee_and_both_mentors_of_a_case_confirm_at_once() -> None:
    field = make_field()
    pair = [make_mentor(field, capacity=3), make_mentor(field, capacity=3)]
    cases = [make_case(field, "paired", mentors=pair), make_case(field, "paired", mentors=list(reversed(pair)))]
    people: list[Mentee | Mentor] = [*(case.mentee for case in cases), *pair]
    work = []
    for number, person in enumerate(people):
        link = links.link_for(cases[number % 2], **of_person(person))
        code = typed(link, address_changes.ask(person, f"new{number}@example.org"))
        work.append(lambda person=person, code=code: address_changes.confirm(person, code))
    assert not refused(at_once(work))
    for number, person in enumerate(people):
        person.refresh_from_db()
        assert person.email == f"new{number}@example.org"
    for case in cases:
        case.refresh_from_db()
        assert verify_chain(case) == []


def test_the_case_moves_while_the_mentee_confirms() -> None:
    for _again in range(3):
        case = make_case(make_field(), "paired")
        link = links.link_for(case, mentee=case.mentee)
        code = typed(link, address_changes.ask(case.mentee, NEW))
        results = at_once(
            [
                lambda: address_changes.confirm(fresh_mentee(case), code),  # noqa: B023
                lambda: moves.move(case.pk, "go_back", as_handler(), {"reason": "The fit was poor."}),  # noqa: B023
            ]
        )
        assert not refused(results)
        case.refresh_from_db()
        assert case.state == "eligible" and verify_chain(case) == []
        # What the move has told goes to the new address, whoever was first.
        left = OutboxMessage.objects.filter(mentee=case.mentee, status="waiting").exclude(event="address_changed")
        assert set(left.values_list("address", flat=True)) <= {NEW}


def test_asked_twice_at_once() -> None:
    """A double press, or two devices: both are answered, and one change is open."""
    mentor = make_mentor()

    def asks(address: str) -> AddressChange:
        return address_changes.ask(Mentor.objects.get(pk=mentor.pk), address)

    for _again in range(3):
        work = [lambda address=f"new{number}@example.org": asks(address) for number in range(6)]
        assert not refused(at_once(work))
        open_ones = AddressChange.objects.filter(mentor=mentor, done_at=None, refused_at=None)
        assert open_ones.count() == 1


def test_another_address_is_asked_while_one_is_confirmed() -> None:
    """Whoever is first: the open change knows the address that counts, so that the right one is told of the next."""
    for _again in range(4):
        mentor = make_mentor(email="old@example.org")
        code = typed(links.link_for_mentor(mentor), address_changes.ask(mentor, NEW))
        persons = [Mentor.objects.select_related("union").get(pk=mentor.pk) for _person in range(2)]
        confirmed, asked = at_once(
            [
                lambda: address_changes.confirm(persons[0], code),  # noqa: B023
                lambda: address_changes.ask(persons[1], "third@example.org"),  # noqa: B023
            ]
        )
        assert isinstance(asked, AddressChange), asked
        mentor.refresh_from_db()
        asked.refresh_from_db()
        if isinstance(confirmed, AddressChange):
            assert (mentor.email, asked.old_email) == (NEW, NEW)
        else:
            refused([confirmed])
            assert (mentor.email, asked.old_email) == ("old@example.org", "old@example.org")
        assert AddressChange.objects.filter(mentor=mentor, done_at=None, refused_at=None).get() == asked


def test_confirmed_and_taken_back_at_once() -> None:
    for _again in range(4):
        mentor = make_mentor(email="old@example.org")
        code = typed(links.link_for_mentor(mentor), address_changes.ask(mentor, NEW))
        confirmed, cancelled = at_once(
            [lambda: address_changes.confirm(mentor, code), lambda: address_changes.cancel(mentor)]  # noqa: B023
        )
        change = AddressChange.objects.get(mentor=mentor)
        changed = Mentor.objects.get(pk=mentor.pk).email == NEW
        assert changed == (change.done_at is not None) == (cancelled == 0)
        assert len(refused([confirmed])) == (not changed) and (change.done_at is None) != (change.refused_at is None)


def test_two_contact_persons_decide_at_once() -> None:
    for _again in range(3):
        mentor = make_mentor(email="old@example.org")
        change = address_changes.ask(mentor, NEW, by_handler=True)
        first, second = make_handler(mentor.union), make_handler(mentor.union)
        results = at_once(
            [
                lambda: address_changes.decide(change.pk, first, accept=True),  # noqa: B023
                lambda: address_changes.decide(change.pk, second, accept=False),  # noqa: B023
            ]
        )
        (late,) = refused(results)
        assert "decided already" in str(late)
        change.refresh_from_db()
        assert (change.done_at is None) != (change.refused_at is None)
        assert (Mentor.objects.get(pk=mentor.pk).email == NEW) == (change.done_at is not None)
        assert change.decided_by == (first if change.done_at else second)
