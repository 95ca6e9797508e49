"""Mails around mentors: who gets which, in every language, with the right link and with nobody else's name."""

import datetime
from typing import Any

import pytest

from tests.factories import make_mentor
from tests.messages.asked import CONTACT, FIRST, MENTEE, Asked, mails
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.compose import compose
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.models import Invitation, Proposal
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import LinkPurpose

pytestmark = pytest.mark.django_db


def test_two_mentors_are_asked_each_with_the_own_link() -> None:
    asked = Asked()
    asked.propose()
    first, second = OutboxMessage.objects.order_by("pk")
    assert [(row.event, row.address, row.case) for row in (first, second)] == [
        ("invitation", "first@example.org", asked.case),
        ("invitation", "second@example.org", asked.case),
    ]
    for row, mentor in ((first, asked.first), (second, asked.second)):
        assert row.link == links.link_for_invitation(asked.invitation(mentor))
        assert (row.link.purpose, row.link.mentor) == (LinkPurpose.INVITATION, mentor)
        assert row.context["answer_by_on"] == asked.invitation(mentor).answer_by.isoformat()


def test_a_yes_of_both_asks_the_mentee_and_nobody_else_is_written_to() -> None:
    asked = Asked()
    asked.propose()
    mails()
    asked.yes(asked.first)
    assert mails() == []
    asked.yes(asked.second)
    row = OutboxMessage.objects.get()
    until = clock.today() + datetime.timedelta(days=asked.case.participation.invitation_days)
    context = {"mentors": 2, "answer_by_on": until.isoformat()}
    assert (row.event, row.mentee, row.context) == ("pair_asked", asked.case.mentee, context)
    assert row.link == links.link_for(asked.case, mentee=asked.case.mentee)


def test_when_the_mentee_says_no_the_mentors_are_thanked_and_the_contact_person_is_told() -> None:
    asked = Asked()
    proposal = asked.propose()
    asked.yes(asked.first, asked.second)
    mails()
    invitations.mentee_answers(proposal.pk, False, "I know one of them.")
    texts = {row.event: compose(row).text for row in OutboxMessage.objects.all()}
    assert sorted(mails()) == [
        ("invitation_withdrawn", "first@example.org"),
        ("invitation_withdrawn", "second@example.org"),
        ("pair_refused", CONTACT),
    ]
    assert "Thank you for saying yes." in texts["invitation_withdrawn"]
    assert "I know one of them" not in "".join(texts.values())


def mentee_asked_about(*, reason: str = "") -> Asked:
    """Return somebody who was asked about two mentors, or one for a reason."""
    asked = Asked()
    chosen = (asked.first,) if reason else (asked.first, asked.second)
    asked.propose(*chosen, one_mentor_reason=reason)
    asked.yes(*chosen)
    mails()
    return asked


def days_later(number: int) -> Any:
    return clock.at(clock.now() + datetime.timedelta(days=number))


def test_a_mentee_who_does_not_answer_is_reminded_and_then_everybody_knows() -> None:
    asked = mentee_asked_about()
    with days_later(3):
        invitations.remind_mentees_due()
    row = OutboxMessage.objects.get()
    assert (row.event, row.address, row.case) == ("pair_reminder", asked.case.mentee.email, asked.case)
    assert row.link == links.link_for(asked.case, mentee=asked.case.mentee)
    assert "Please answer by" in compose(row).text
    mails()
    with days_later(8):
        invitations.expire_mentees_due()
    texts = {row.event: compose(row).text for row in OutboxMessage.objects.all()}
    assert sorted(mails()) == [
        ("invitation_withdrawn", "first@example.org"),
        ("invitation_withdrawn", "second@example.org"),
        ("pair_over", asked.case.mentee.email),
        ("pair_silent", CONTACT),
    ]
    assert "You have not answered" in texts["pair_over"] and "looking for others" in texts["pair_over"]
    assert "Nobody else is being asked now." in texts["pair_silent"]


def test_when_others_are_asked_in_the_place_of_a_silent_mentees_mentors_the_union_reads_so() -> None:
    asked = mentee_asked_about()
    asked.propose(asked.third, make_mentor(asked.field))
    with days_later(8):
        invitations.expire_mentees_due()
    text = compose(OutboxMessage.objects.get(event="pair_silent")).text
    assert "Whom you chose to ask next is asked now." in text and "Nobody else" not in text


def test_a_mentee_who_was_asked_learns_that_the_pair_is_not_available() -> None:
    asked = mentee_asked_about()
    asked.no(asked.first, by=asked.user)
    row = OutboxMessage.objects.get(event="pair_over")
    text = compose(row).text
    assert row.mentee == asked.case.mentee and FIRST not in text
    assert "This pair is not available after all." in text and "We are looking for another one." in text
    assert [event for event, _address in mails()] == ["pair_over", "mentor_missing"]
    asked = mentee_asked_about(reason="One fits.")
    assert asked.proposal is not None
    invitations.withdraw(asked.proposal.pk, asked.user)
    text = compose(OutboxMessage.objects.get(event="pair_over")).text
    assert "This mentor is not available after all." in text


def test_a_mentee_whose_case_ends_reads_only_that() -> None:
    asked = mentee_asked_about()
    ends = {"end_reason": "no_contact", "situation": "unknown"}
    moves.move(asked.case.pk, "end", lambda case: handler_of(asked), ends)
    assert [event for event, address in mails() if address == asked.case.mentee.email] == ["closed"]


def test_a_no_of_the_mentee_that_the_handler_wrote_down_is_no_news_to_the_union() -> None:
    asked = Asked()
    proposal = asked.propose()
    asked.yes(asked.first, asked.second)
    mails()
    invitations.mentee_answers(proposal.pk, False, by=asked.user)
    assert {event for event, _address in mails()} == {"invitation_withdrawn"}


def test_the_first_no_is_told_and_the_second_ends_the_proposal() -> None:
    asked = Asked()
    asked.propose()
    mails()
    asked.no(asked.first, message="My mother is ill.")
    row = OutboxMessage.objects.get()
    text = compose(row).text
    assert (row.event, row.address) == ("invitation_no", CONTACT)
    assert "I have no time now" in text and "has not answered yet" in text
    assert "My mother" not in text and FIRST not in text
    mails()
    asked.no(asked.second)
    assert mails() == [("proposal_failed", CONTACT)]


def test_a_no_after_a_yes_asks_for_another_mentor() -> None:
    asked = Asked()
    asked.propose()
    asked.yes(asked.first)
    mails()
    asked.no(asked.second)
    assert mails() == [("mentor_missing", CONTACT)]


def test_a_no_that_the_handler_wrote_down_is_no_news() -> None:
    asked = Asked()
    asked.propose()
    mails()
    asked.no(asked.first, by=asked.user)
    assert mails() == []


def test_when_the_next_are_asked_by_themselves_the_union_reads_that_nothing_is_to_do() -> None:
    asked = Asked()
    asked.propose(asked.first, one_mentor_reason="Only one fits.")
    asked.propose(asked.second, one_mentor_reason="Only one fits.")
    mails()
    asked.no(asked.first)
    rows = {row.event: row for row in OutboxMessage.objects.all()}
    assert "Whom you chose to ask next is asked now." in compose(rows["invitation_no"]).text
    assert sorted(mails()) == [("invitation", "second@example.org"), ("invitation_no", CONTACT)]


def test_a_question_goes_to_the_union_and_its_answer_to_the_mentor() -> None:
    asked = Asked()
    asked.propose()
    mails()
    one = asked.invitation(asked.first)
    invitations.ask(one.pk, f"Does {MENTEE} speak Dari?")
    row = OutboxMessage.objects.get()
    assert (row.event, row.address) == ("invitation_question", CONTACT)
    assert "Dari" not in compose(row).text
    mails()
    invitations.reply(one.pk, "Yes, and Farsi.", asked.user)
    row = OutboxMessage.objects.get()
    assert (row.event, row.address, row.link) == ("question_answered", one.mentor.email, links.link_for_invitation(one))
    assert "Farsi" not in compose(row).text


def test_a_mentor_who_is_late_is_reminded_once_and_then_somebody_else_is_asked() -> None:
    asked = Asked()
    asked.propose()
    mails()
    with clock.at(clock.now() + datetime.timedelta(days=3)):
        invitations.remind_due()
        invitations.remind_due()
    row = OutboxMessage.objects.order_by("pk")[0]
    assert row.link == links.link_for_invitation(asked.invitation(asked.first))
    assert mails() == [("invitation_reminder", "first@example.org"), ("invitation_reminder", "second@example.org")]
    with clock.at(clock.now() + datetime.timedelta(days=8)):
        invitations.expire_due()
    row = OutboxMessage.objects.filter(event="invitation_expired").order_by("pk")[0]
    assert row.link == links.link_for_mentor(asked.first), "where a pause can be taken"
    assert sorted(mails()) == [
        ("invitation_expired", "first@example.org"),
        ("invitation_expired", "second@example.org"),
        ("proposal_failed", CONTACT),
    ]


def test_when_the_case_ends_the_mentors_are_released_and_nobody_is_asked_or_bothered() -> None:
    asked = Asked()
    proposal = asked.propose()
    asked.yes(asked.first, asked.second)
    mails()
    moves.move(
        asked.case.pk, "end", lambda case: handler_of(asked), {"end_reason": "mentee_withdrew", "situation": "unknown"}
    )
    written = mails()
    assert written.count(("invitation_withdrawn", "first@example.org")) == 1
    assert [address for event, address in written if event == "closed"] == [asked.case.mentee.email]
    proposal.case = Case.objects.get(pk=asked.case.pk)
    from wagtail_mentoring.pairing.signals import invitation_reminded, mentee_asked, mentor_missing, proposal_failed

    for signal in (mentee_asked, mentor_missing, proposal_failed):
        signal.send(Proposal, proposal=proposal)
    one = asked.invitation(asked.first)
    invitation_reminded.send(Invitation, invitation=one)
    assert mails() == []


def handler_of(asked: Asked) -> Any:
    from wagtail_mentoring.cases import actors

    return actors.user_on(asked.user, asked.case)
