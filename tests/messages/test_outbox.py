"""Who gets a mail about what, in the transaction of the cause."""

import datetime
from typing import Any

import pytest
from django.db import transaction

from tests.factories import (
    Drive,
    as_handler,
    make_agreement_text,
    make_case,
    make_field,
    make_handler,
    make_mentee,
    make_mentor,
    make_union,
    pretend_pdf,
    sign,
)
from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.models import OutboxMessage, OutboxStatus
from wagtail_mentoring.messages.outbox import put
from wagtail_mentoring.people import links
from wagtail_mentoring.people.signals import link_renewed, mentor_registered
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


def mails(case: Case) -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.filter(case=case).order_by("pk").values_list("event", "address"))


def drive(case: Case) -> Drive:
    OutboxMessage.objects.all().delete()
    return Drive(case, clock.now() - datetime.timedelta(days=2), None, False)


def test_an_application_is_told_to_the_mentee_and_to_the_union() -> None:
    case = make_case(email="amina@example.org")
    assert mails(case) == [
        ("application_received", "amina@example.org"),
        ("new_case", "mentoring@tek.example.org"),
    ]
    receipt, told = OutboxMessage.objects.filter(case=case).order_by("pk")
    assert receipt.link == links.link_for(case, mentee=case.mentee)
    assert told.link is None and told.mentee is None


def test_without_a_contact_address_the_handlers_are_told() -> None:
    union = make_union(contact_email="")
    handler, _away = make_handler(union, "kaisa"), make_handler(union, "gone", is_active=False)
    make_handler(make_union("safa"), "other")
    case = make_case(make_field(union))
    assert mails(case)[1:] == [("new_case", handler.email)]


def test_a_registered_mentee_gets_the_notice_and_the_union_nothing() -> None:
    field, mentee = make_field(), make_mentee(email="by-phone@example.org")
    case = moves.open_case(mentee, field, as_handler(make_handler())(None))
    assert mails(case) == [("registered_mentee", "by-phone@example.org")]


def test_each_party_gets_a_mail_with_the_own_link_at_every_step() -> None:
    first, second = make_mentor(email="m1@example.org"), make_mentor(email="m2@example.org")
    case = make_case(email="amina@example.org")
    everybody = ["amina@example.org", "m1@example.org", "m2@example.org"]
    way = drive(case)
    way.accept()
    assert mails(case) == [("eligible", "amina@example.org")]
    way = drive(case)
    way.pair([first, second])
    assert mails(case) == [
        ("paired_mentee", "amina@example.org"),
        ("paired_mentor", "m1@example.org"),
        ("paired_mentor", "m2@example.org"),
    ]
    own = [(row.link.mentee or row.link.mentor) == (row.mentee or row.mentor) for row in OutboxMessage.objects.all()]
    assert own == [True, True, True]
    make_agreement_text()
    way = drive(case)
    with pretend_pdf():
        way.go("send_agreement")
    assert mails(case) == [("agreement_out", address) for address in everybody]
    OutboxMessage.objects.all().delete()
    case = way.case
    sign(case, mentee=case.mentee)
    sign(case, mentor=first)
    assert mails(case) == []
    sign(case, mentor=second)
    assert mails(case) == [("agreement_signed", address) for address in everybody]
    way = drive(case)
    way.go("plan_meeting", starts_at=clock.now() + datetime.timedelta(days=9), place="Library")
    assert mails(case) == [("meeting_planned", address) for address in everybody]
    way = drive(case)
    way.go("go_back", reason="A mentor moved away.")
    assert mails(case) == [("new_mentors", "amina@example.org")]


def test_the_end_is_told_to_those_who_are_still_in() -> None:
    case = make_case(state="meeting_3", email="amina@example.org")
    way = drive(case)
    way.go("complete", situation="studies")
    assert [event for event, _address in mails(case)] == ["closed"] * 3
    way = drive(case)
    way.go("reopen", reason="By mistake.")
    assert [event for event, _address in mails(case)] == ["reopened"] * 3
    alone = make_case(state="eligible")
    way = drive(alone)
    way.go("end", end_reason="mentee_withdrew", situation="unknown")
    assert mails(alone) == [("closed", alone.mentee.email)]


def test_a_refusal_carries_its_reason() -> None:
    case = make_case()
    drive(case).go("refuse", reason="The degree is not academic.")
    (row,) = OutboxMessage.objects.filter(case=case)
    assert (row.event, row.context["reason"]) == ("not_eligible", "The degree is not academic.")


def test_a_mail_shares_the_fate_of_its_cause() -> None:
    case = make_case()
    before = OutboxMessage.objects.count()
    with pytest.raises(StepRefused):
        moves.move(case.pk, "refuse", as_handler(), {"reason": ""})
    with pytest.raises(RuntimeError), transaction.atomic():
        moves.move(case.pk, "refuse", as_handler(), {"reason": "No."})
        raise RuntimeError
    assert OutboxMessage.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_is_rolled_back_never_leaves(mailoutbox) -> None:
    mentee = make_mentee()
    with pytest.raises(RuntimeError), transaction.atomic():
        put("test", to=mentee, union=mentee.union)
        raise RuntimeError
    assert mailoutbox == []
    with transaction.atomic():
        row = put("test", to=mentee, union=mentee.union)
        assert mailoutbox == []
    assert len(mailoutbox) == 1
    row.refresh_from_db()
    assert row.status == OutboxStatus.SENT


def test_people_signals() -> None:
    mentor = make_mentor(email="m@example.org")
    mentor_registered.send(type(mentor), mentor=mentor)
    row = OutboxMessage.objects.get()
    assert (row.event, row.address, row.union, row.link) == ("registered_mentor", "m@example.org", mentor.union, None)
    case = make_case(email="amina@example.org")
    OutboxMessage.objects.all().delete()
    link = links.renew(links.link_for(case, mentee=case.mentee))
    link_renewed.send(type(link), link=link)
    row = OutboxMessage.objects.get()
    assert (row.event, row.address, row.link) == ("fresh_link", "amina@example.org", link)


def test_a_double_application_is_told_to_the_person_of_the_first_one() -> None:
    from wagtail_mentoring.applications.signals import double_application

    case = make_case(email="amina@example.org")
    OutboxMessage.objects.all().delete()
    double_application.send(None, case=case, reference="TEK-2026-9999", language="en")
    row = OutboxMessage.objects.get()
    assert (row.event, row.address, row.case) == ("application_double", "amina@example.org", case)


def test_the_language_is_the_persons_own() -> None:
    case = make_case(language="en", **{"email": "a@example.org"})
    case.mentee.language = "sv"
    case.mentee.save()
    OutboxMessage.objects.all().delete()
    moves.move(case.pk, "refuse", as_handler(), {"reason": "No."})
    assert OutboxMessage.objects.get().language == "sv"


def test_actors_are_who_they_say() -> None:
    """The system acting on a case counts as the applicant's own way: the union is told."""
    case = moves.open_case(make_mentee(), make_field(), actors.SYSTEM)
    assert [event for event, _address in mails(case)] == ["application_received", "new_case"]


def test_an_unfinished_application_is_resumed_by_its_link(client, mailoutbox) -> None:
    from wagtail_mentoring.applications.models import ApplicationDraft
    from wagtail_mentoring.applications.signals import draft_saved_for_later
    from wagtail_mentoring.messages.delivery import deliver

    field = make_field()
    draft = ApplicationDraft.objects.create(
        programme=field.participation.programme,
        field=field,
        language="sv",
        expires_at=clock.now() + datetime.timedelta(days=30),
    )
    link = links.link_for_draft(draft)
    draft_saved_for_later.send(None, draft=draft, address="a@example.org", link=link)
    row = OutboxMessage.objects.get()
    assert (row.event, row.address, row.language, row.case) == ("draft_link", "a@example.org", "sv", None)
    assert deliver(row.pk) == OutboxStatus.SENT
    # A token tells the second in which it was made.
    token = mailoutbox[0].body.partition("http://127.0.0.1:8000/mentoring/apply/resume/")[2].partition("/")[0]
    assert links.read_token(token) == link
    # Typed or copied into the address of a private page it leads to the same.
    assert client.get(f"/mentoring/p/{token}/").url == f"/mentoring/apply/resume/{token}/"


def test_a_place_in_the_intake_queue_is_told() -> None:
    from wagtail_mentoring.applications.models import IntakeEntry
    from wagtail_mentoring.applications.signals import intake_received
    from wagtail_mentoring.messages.delivery import deliver

    entry = IntakeEntry.objects.create(
        programme=make_field().participation.programme,
        reason="no_union",
        name="Amina Yusuf",
        email="amina@example.org",
        language="fi",
    )
    intake_received.send(None, entry=entry)
    row = OutboxMessage.objects.get()
    assert (row.event, row.address, row.language, row.union) == ("intake_received", "amina@example.org", "fi", None)
    assert deliver(row.pk) == OutboxStatus.SENT
    row.refresh_from_db()
    assert "Hei Amina Yusuf," in row.body


def test_a_queue_that_is_down_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """The mail stays in its row and leaves with what is due; whoever caused it is told of no error."""

    def fail(pk: int) -> None:
        raise OSError("The queue is down.")

    monkeypatch.setattr("wagtail_mentoring.messages.outbox._hand_over", fail)
    with django_capture_on_commit_callbacks(execute=True):
        case = make_case()
    assert set(OutboxMessage.objects.filter(case=case).values_list("status", flat=True)) == {OutboxStatus.WAITING}
