"""My desk: what people have said, and cases that stand still."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.test_my_desk import ago, counted, desk, listed, only, rows
from tests.factories import make_case, make_field, make_handler, make_mentor, make_union, pair_of, sign
from wagtail_mentoring import clock
from wagtail_mentoring.desk.due.daily import counts
from wagtail_mentoring.meetings import feedback
from wagtail_mentoring.messages.conversation import services
from wagtail_mentoring.models import (
    AddressChange,
    Case,
    Digest,
    Feedback,
    Letter,
    Meeting,
    OutboxMessage,
    Participation,
    PrivateLink,
)
from wagtail_mentoring.pairing.leaving import ask_to_leave
from wagtail_mentoring.people import address_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def field(field: Any) -> Any:
    """A union that is patient, so that what stands still comes in only where it is meant."""
    field.participation.idle_days, field.participation.unplanned_days = 365, 120
    field.participation.save()
    return field


def young(field: Any, state: str = "paired", **values: Any) -> Case:
    """Return a case in which nothing is late yet."""
    return make_case(field, state, opened_at=ago(days=20), **({"agreement": "signed"} | values))


def test_a_message_since_the_first_that_nobody_has_read(admin: Client, field: Any, handler: Any) -> None:
    case = young(field, name="Amina Yusuf")
    assert rows(admin) == []
    with clock.at(ago(days=2)):
        first = services.write_to_contact(case.pk, case.mentee, "Hello?")
    services.write_to_contact(case.pk, case.mentee, "Is anybody there?")
    services.write_to_three(case.pk, pair_of(case)[0], "Between us.")
    row = only(admin, "letter")
    assert row.since == first.written_at and row.button == "Answer Amina Yusuf"
    assert listed(admin, "letter") == [case.reference]
    services.write_to_contact(case.pk, pair_of(case)[0], "I have a question.")
    assert [one.kind for one in rows(admin)] == ["letter", "letter"]
    services.answer(case.pk, case.mentee, "Yes.", handler)
    services.mark_read(case, pair_of(case)[0], user=handler)
    assert rows(admin) == []


def test_a_message_after_the_end(admin: Client, field: Any) -> None:
    case = make_case(field, "closed")
    services.write_to_contact(case.pk, case.mentee, "I have found work!")
    only(admin, "letter")
    assert listed(admin, "letter") == [case.reference]


def test_a_concern_until_it_is_settled_or_a_colleague_takes_it(
    admin: Client, field: Any, union: Any, handler: Any
) -> None:
    case = young(field, name="Amina Yusuf")
    concern = services.raise_concern(case.pk, case.mentee, "mentor", "He shouts.")
    row = only(admin, "concern")
    assert row.why == "Amina Yusuf is worried. About: A mentor." and "shouts" not in str(row)
    services.take_up(concern.pk, make_handler(union))
    assert rows(admin) == [] and [one.kind for one in rows(admin, all="1")] == ["concern"]
    services.settle(concern.pk, handler, "We talked.")
    assert rows(admin, all="1") == []


def test_a_doubt_until_it_is_seen(admin: Client, field: Any, handler: Any) -> None:
    case = young(field, "meeting_1", name="Amina Yusuf")
    asked = Feedback.objects.get(case=case, mentee=case.mentee)
    feedback.give(asked.pk, case.mentee, {"fit": "poor", "comment": ""})
    mentors = Feedback.objects.get(case=case, mentor=pair_of(case)[0])
    feedback.give(mentors.pk, pair_of(case)[0], {"fit": "good", "comment": ""})
    row = only(admin, "doubt")
    assert row.why == "Amina Yusuf says that they do not fit together."
    assert listed(admin, "doubt") == [case.reference]
    feedback.mark_seen(asked.pk, handler)
    assert rows(admin) == []


def test_another_address_is_accepted(admin: Client, field: Any, handler: Any) -> None:
    case = young(field, name="Amina Yusuf", email="old@example.org")
    link = PrivateLink.objects.get(case=case, mentee=case.mentee)
    address_changes.ask(case.mentee, "mine@example.org")
    assert rows(admin) == [], "the person confirms it from the old address"
    change = address_changes.ask(case.mentee, "new@example.org", by_handler=True)
    row = only(admin, "address")
    assert admin.get(row.address).status_code == 200
    assert admin.post(row.address, {}).context["form"].errors["decision"] == ["Choose one."]
    OutboxMessage.objects.all().delete()
    assert admin.post(row.address, {"decision": "accept"}).status_code == 302
    change.refresh_from_db()
    case.mentee.refresh_from_db()
    assert change.decided_by == handler and case.mentee.email == "new@example.org"
    assert PrivateLink.objects.get(pk=link.pk).generation == link.generation + 1
    told = set(OutboxMessage.objects.filter(mentee=case.mentee).values_list("event", "address"))
    assert told == {("address_changed", "old@example.org"), ("fresh_link", "new@example.org")}
    assert rows(admin) == []
    late = admin.post(row.address, {"decision": "refuse"})
    assert late.status_code == 409 and "decided already" in late.content.decode()
    case.mentee.refresh_from_db()
    assert case.mentee.email == "new@example.org"


def test_another_address_is_refused(admin: Client, field: Any, handler: Any) -> None:
    mentor = make_mentor(field, email="old@example.org")
    change = address_changes.ask(mentor, "new@example.org", by_handler=True)
    row = only(admin, "address")
    OutboxMessage.objects.all().delete()
    assert admin.post(row.address, {"decision": "refuse"}).status_code == 302
    change.refresh_from_db()
    mentor.refresh_from_db()
    assert change.refused_at and change.decided_by == handler and mentor.email == "old@example.org"
    assert rows(admin) == [] and not OutboxMessage.objects.exists()
    foreign = make_mentor(make_field(make_union("kt")))
    theirs = address_changes.ask(foreign, "x@example.org", by_handler=True)
    assert rows(admin) == []
    address = reverse("mentoring_desk:address_change", args=[theirs.pk])
    assert [admin.get(address).status_code, admin.post(address, {"decision": "accept"}).status_code] == [404, 404]
    assert AddressChange.objects.get(pk=theirs.pk).done_at is None


def test_a_mentor_who_wants_to_leave(admin: Client, field: Any) -> None:
    case = young(field, mentors=[make_mentor(field, name="Maria Korhonen"), make_mentor(field)])
    maria = pair_of(case)[0]
    ask_to_leave(case.pk, maria, "No time.")
    row = only(admin, "leaves")
    assert row.why.startswith("Maria Korhonen wants to leave") and "No time" not in row.why
    assert listed(admin, "leaves") == [case.reference]
    from wagtail_mentoring.models import PairMembership

    PairMembership.objects.filter(mentor=maria).update(left_at=clock.now())
    assert rows(admin) == []


def test_a_meeting_not_recorded_by_the_unions_rule(admin: Client, field: Any) -> None:
    case = young(field, "meeting_1")
    plan = {"case": case, "pair": case.pairs.get(), "number": 2, "status": "planned"}
    Meeting.objects.create(**plan, starts_at=ago(days=4))
    only(admin, "meeting")
    Participation.objects.update(unrecorded_days=6)
    assert rows(admin) == [] and listed(admin, "meeting") == []


@pytest.fixture
def usual(field: Any) -> Any:
    """The intervals with which every union begins."""
    Participation.objects.update(idle_days=30, unplanned_days=14)
    return field


def test_no_time_for_the_next_meeting(admin: Client, usual: Any) -> None:
    case = make_case(usual, "paired", agreement="out", opened_at=ago(days=20))
    assert rows(admin) == []
    with clock.at(ago(days=13)):
        for mentor in pair_of(case):
            sign(case, mentor=mentor)
        sign(case, mentee=case.mentee)
    assert rows(admin) == [], "signed 13 days ago"
    with clock.at(ago(days=-2)):
        row = only(admin, "unplanned")
        assert row.button == "Plan meeting 1" and listed(admin, "unplanned") == [case.reference]
        plan = {"case": case, "pair": case.pairs.get(), "number": 1, "status": "planned"}
        Meeting.objects.create(**plan, starts_at=clock.now() + datetime.timedelta(days=3))
        assert rows(admin) == []


def test_a_case_that_stands_still_is_told_once(admin: Client, usual: Any) -> None:
    make_case(usual, "eligible", opened_at=ago(days=50))
    without = make_case(usual, "paired", agreement="signed", opened_at=ago(days=50))
    unsigned = make_case(usual, "paired", agreement="out", opened_at=ago(days=50))
    by_kind = {row.kind: row for row in rows(admin)}
    assert set(by_kind) == {"waiting", "unplanned", "idle"}
    assert by_kind["idle"].about.startswith(unsigned.reference) and listed(admin, "idle") == [unsigned.reference]
    assert by_kind["unplanned"].about.startswith(without.reference)
    assert by_kind["idle"].since == unsigned.log.order_by("sequence").last().timestamp
    services.write_to_contact(unsigned.pk, unsigned.mentee, "I cannot open it.")
    assert "idle" not in [row.kind for row in rows(admin)]


def one_of_each(field: Any, number: int) -> None:
    case = young(field, "meeting_1")
    services.write_to_contact(case.pk, case.mentee, "Hello?")
    services.raise_concern(case.pk, case.mentee, "other", "Worried.")
    Feedback.objects.filter(case=case, mentee=case.mentee).update(fit="poor", given_at=clock.now())
    address_changes.ask(case.mentee, f"new{number}@example.org", by_handler=True)
    ask_to_leave(case.pk, pair_of(case)[0])
    make_case(field, "paired", agreement="signed", opened_at=ago(days=150))
    late = make_case(field, "paired", agreement="out", opened_at=ago(days=400))
    assert late.log_length


def test_queries_do_not_grow(admin: Client, field: Any, django_assert_max_num_queries: Any) -> None:
    one_of_each(field, 0)
    expected = ["concern", "letter", "leaves", "doubt", "address", "unplanned", "idle"]
    assert list(counted(admin)) == expected
    with django_assert_max_num_queries(80) as few:
        desk(admin)
    for number in range(1, 4):
        one_of_each(field, number)
    with django_assert_max_num_queries(80) as many:
        assert len(desk(admin)["rows"]) == 28
    assert len(many) == len(few), "\n".join(query["sql"][:160] for query in many.captured_queries)
    for one in desk(admin)["counts"]:
        assert admin.get(one["address"]).status_code == 200


def test_never_another_unions_nor_a_colleagues(admin: Client, field: Any, union: Any) -> None:
    kt = make_union("kt")
    one_of_each(make_field(kt), 0)
    assert rows(admin, all="1") == []
    one_of_each(field, 1)
    Case.objects.filter(union=union).update(handler=make_handler(union))
    # An address is decided on by whoever comes first: it is of no case.
    assert [row.kind for row in rows(admin)] == ["address"]
    assert len(rows(admin, all="1")) == 7


def test_the_daily_mail_is_turned_off_and_on(admin: Client, field: Any, handler: Any) -> None:
    address = reverse("mentoring_desk:daily_mail")
    assert "Stop the daily mail" in admin.get(reverse("mentoring_desk:desk")).content.decode()
    assert admin.get(address).status_code == 302 and not Digest.objects.exists()
    admin.post(address, {"wanted": "no"})
    assert not Digest.objects.get(user=handler).wanted
    assert "Send me a daily mail" in admin.get(reverse("mentoring_desk:desk")).content.decode()
    admin.post(address, {"wanted": "yes"})
    assert Digest.objects.get(user=handler).wanted


def test_the_daily_mail_counts_without_names(field: Any, union: Any) -> None:
    one_of_each(field, 1)
    user = make_handler(union, "sanna")
    lines = counts(user)
    assert "1 person has written" in lines and "1 concern open" in lines
    assert not any(case.mentee.name in line for case in Case.objects.all() for line in lines)
    user.groups.clear()
    user = type(user).objects.get(pk=user.pk)
    assert counts(user) == []
    assert Letter.objects.exists()
