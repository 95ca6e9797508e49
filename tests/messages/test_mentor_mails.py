"""Mails around mentors: who gets which, in every language, with the right link and with nobody else's name."""

import datetime
import re
from typing import Any
from unittest import mock

import pytest
from django.core import mail as left
from django.urls import reverse

from tests.factories import make_case, make_field, make_handler, make_mentor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.compose import Mail, compose
from wagtail_mentoring.messages.delivery import deliver
from wagtail_mentoring.messages.models import NOT_TO_A_PERSON, MailEvent, MailText, OutboxMessage
from wagtail_mentoring.messages.receivers import send_link
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.models import Invitation, InvitationStatus, Proposal
from wagtail_mentoring.people import links, signals
from wagtail_mentoring.people.models import LinkPurpose, Mentor, PrivateLink
from wagtail_mentoring.privacy.models import Consent, ConsentKind

pytestmark = pytest.mark.django_db

LANGUAGES = ("en", "fi", "sv")
#: Names that no mail may hold but the reader's own.
MENTEE, FIRST, SECOND = "Zainab Qasim", "Orvokki Ahtisaari", "Ture Blomqvist"


class Asked:
    """A waiting case of a union, two mentors who can be asked, and a third."""

    def __init__(self, *, mentee_asked: bool = True, language: str = "en") -> None:
        self.field = make_field(mentee_asked_about_pair=mentee_asked)
        self.user = make_handler(self.field.union)
        self.case = make_case(self.field, state="eligible", language=language)
        self.case.mentee.name, self.case.mentee.language = MENTEE, language
        self.case.mentee.save()
        self.first = make_mentor(self.field, name=FIRST, email="first@example.org", language=language)
        self.second = make_mentor(self.field, name=SECOND, email="second@example.org", language=language)
        self.third = make_mentor(self.field, name="Third Mentor", email="third@example.org", language=language)
        self.proposal: Proposal | None = None
        OutboxMessage.objects.all().delete()

    def propose(self, *mentors: Mentor, **values: Any) -> Proposal:
        chosen = mentors or (self.first, self.second)
        made = invitations.propose(self.case.pk, chosen, self.user, override_reason="They know each other.", **values)
        self.proposal = self.proposal or made
        return made

    def invitation(self, mentor: Mentor, proposal: Proposal | None = None) -> Invitation:
        return Invitation.objects.get(proposal=proposal or self.proposal, mentor=mentor)

    def yes(self, *mentors: Mentor) -> None:
        for mentor in mentors:
            invitations.answer_yes(self.invitation(mentor).pk, oriented=True)

    def no(self, mentor: Mentor, **values: Any) -> None:
        invitations.answer_no(self.invitation(mentor).pk, **{"reason": "no_time", **values})


def mails(case: Case | None = None) -> list[tuple[str, str]]:
    """Return event and address of what was written since the last call, in order."""
    rows = OutboxMessage.objects.order_by("pk")
    found = list((rows.filter(case=case) if case else rows).values_list("event", "address"))
    rows.delete()
    return found


CONTACT = "mentoring@tek.example.org"


def opens(content: str) -> set[PrivateLink]:
    """Return the private links to which the addresses in a mail lead."""
    return {links.read_token(token) for token in re.findall(r"http://127.0.0.1:8000/mentoring/p/([\w:-]+)/", content)}


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


def test_a_sign_up_gets_a_receipt_and_the_union_the_way_to_it() -> None:
    mentor = make_mentor(name=FIRST, email="m@example.org", approved_on=None)
    signals.mentor_signed_up.send(Mentor, mentor=mentor)
    receipt, told = OutboxMessage.objects.order_by("pk")
    assert (receipt.event, receipt.address, receipt.link) == ("mentor_signed_up", "m@example.org", None)
    assert (told.event, told.address, told.union) == ("new_mentor", CONTACT, mentor.union)
    text = compose(told).text
    assert reverse("mentoring_mentors:inspect", args=[mentor.pk]) in text
    assert FIRST not in text and "m@example.org" not in text


def test_a_second_sign_up_is_told_to_the_stored_address_once_a_day() -> None:
    waiting = make_mentor(email="w@example.org", approved_on=None)
    approved = make_mentor(email="a@example.org")
    for mentor in (waiting, waiting, approved):
        signals.mentor_signed_up_again.send(Mentor, mentor=mentor)
    first, second = OutboxMessage.objects.order_by("pk")
    assert (first.event, first.address, first.link) == ("mentor_known", "w@example.org", None)
    assert "reads your first sign-up" in compose(first).text
    assert (second.address, second.link) == ("a@example.org", links.link_for_mentor(approved))
    with clock.at(clock.now() + datetime.timedelta(hours=25)):
        signals.mentor_signed_up_again.send(Mentor, mentor=waiting)
    assert OutboxMessage.objects.count() == 3


def test_who_is_approved_gets_the_own_page_and_the_orientation() -> None:
    mentor = make_mentor(email="m@example.org")
    signals.mentor_approved.send(Mentor, mentor=mentor)
    row = OutboxMessage.objects.get()
    assert (row.event, row.link) == ("mentor_approved", links.link_for_mentor(mentor))
    mail = compose(row)
    for content in (mail.text, mail.html):
        assert opens(content) == {row.link}
        assert "/mentoring/texts/orientation/tek/" in content


def test_who_is_declined_reads_why_though_the_row_is_gone() -> None:
    union = make_union()
    values = {"name": "Orvokki", "email": "o@example.org", "language": "fi", "reason": "Liitossa on nyt tauko."}
    signals.mentor_declined.send(Mentor, union=union, **values)
    row = OutboxMessage.objects.get()
    assert (row.event, row.address, row.mentor) == ("mentor_declined", "o@example.org", None)
    text = compose(row).text
    assert "Hei Orvokki," in text and "Miksi: Liitossa on nyt tauko." in text
    OutboxMessage.objects.all().delete()
    signals.mentor_declined.send(Mentor, union=union, **values | {"reason": ""})
    assert "Miksi" not in compose(OutboxMessage.objects.get()).text


def test_a_declined_persons_details_go_with_the_mail() -> None:
    values = {"name": "Orvokki", "email": "o@example.org", "language": "fi", "reason": "Liitossa on nyt tauko."}
    signals.mentor_declined.send(Mentor, union=make_union(), **values)
    row = OutboxMessage.objects.get()
    with mock.patch("wagtail_mentoring.messages.delivery._send", side_effect=OSError("down")):
        assert deliver(row.pk) == "waiting"
    # Until it has left it must know where to.
    row.refresh_from_db()
    assert row.address == "o@example.org"
    assert deliver(row.pk) == "sent" and left.outbox[-1].to == ["o@example.org"]
    kept = OutboxMessage.objects.filter(pk=row.pk).values().get()
    assert kept["sent_at"] is not None and kept["event"] == "mentor_declined"
    assert not any(word in str(kept) for word in ("Orvokki", "o@example.org", "tauko"))


def test_the_yearly_question_thanks_and_a_wish_to_stop() -> None:
    mentor = make_mentor(name=FIRST, email="m@example.org")
    signals.mentor_check_due.send(Mentor, mentor=mentor)
    signals.mentor_thanked.send(Mentor, mentor=mentor)
    signals.mentor_wants_to_stop.send(Mentor, mentor=mentor, message="I move to Norway.\n\nThank you all.")
    check, thanks, stop = OutboxMessage.objects.order_by("pk")
    assert (check.event, check.link) == ("mentor_check", links.link_for_mentor(mentor))
    assert (thanks.event, thanks.address, thanks.link) == ("mentor_thanks", "m@example.org", None)
    assert (stop.event, stop.address) == ("mentor_stops", CONTACT)
    text = compose(stop).text
    assert "I move to Norway." in text and "Thank you all." in text and FIRST not in text
    assert reverse("mentoring_mentors:inspect", args=[mentor.pk]) in text


def test_nobody_erased_is_written_to() -> None:
    mentor = make_mentor(anonymised_at=clock.now(), email="")
    for signal in (signals.mentor_approved, signals.mentor_check_due, signals.mentor_thanked):
        signal.send(Mentor, mentor=mentor)
    assert mails() == []


def test_a_fresh_link_to_the_own_page_is_sent_as_such() -> None:
    mentor = make_mentor(email="m@example.org")
    link = links.renew(links.link_for_mentor(mentor))
    signals.link_renewed.send(type(link), link=link)
    row = OutboxMessage.objects.get()
    assert (row.event, row.link, row.union) == ("fresh_mentor_link", link, mentor.union)
    assert opens(compose(row).text) == {link}


def test_the_link_of_an_invitation_is_never_sent_as_if_it_were_a_page_of_ones_own() -> None:
    asked = Asked()
    asked.propose()
    with pytest.raises(ValueError, match="invitation"):
        send_link(links.link_for_invitation(asked.invitation(asked.first)))


def test_a_unions_own_wording_stands_in_mails_without_a_case() -> None:
    mentor = make_mentor(language="en")
    participation = mentor.union.participations.get()
    MailText.objects.create(
        event="mentor_thanks", language="en", participation=participation, subject="Bye", body="Dear {name}, bye."
    )
    signals.mentor_thanked.send(Mentor, mentor=mentor)
    assert compose(OutboxMessage.objects.get()).subject == "Bye"


def every_mail(language: str) -> dict[str, tuple[OutboxMessage, Mail]]:
    """Let everything happen that writes mails about mentors; return one row of each event with its mail."""
    asked = Asked(language=language)
    proposal = asked.propose()
    one = asked.invitation(asked.first)
    invitations.ask(one.pk, f"Who is {MENTEE}?")
    invitations.reply(one.pk, f"{MENTEE} likes chess. {SECOND} is the other mentor.", asked.user)
    with clock.at(clock.now() + datetime.timedelta(days=4)):
        invitations.remind_due()
    asked.no(asked.first, message="Not with her.")
    asked.yes(asked.second)
    replaced = invitations.invite_another(proposal.pk, asked.third, asked.user, override_reason="They are friends.")
    invitations.answer_no(replaced.pk, reason="other")
    again = invitations.invite_another(
        proposal.pk, make_mentor(asked.field, language=language), asked.user, override_reason="-"
    )
    invitations.answer_yes(again.pk, oriented=True)
    invitations.mentee_answers(proposal.pk, False, f"Not {SECOND}.")
    quiet = make_case(asked.field, state="eligible", language=language)
    quiet.mentee.language = language
    quiet.mentee.save()
    them = [make_mentor(asked.field, language=language) for _mentor in range(2)]
    second = invitations.propose(quiet.pk, them, asked.user, override_reason="Fits.")
    for row in second.invitations.all():
        invitations.answer_yes(row.pk, oriented=True)
    for days in (4, 20):
        with clock.at(clock.now() + datetime.timedelta(days=days)):
            invitations.remind_mentees_due()
            invitations.expire_mentees_due()
    late = make_case(asked.field, state="eligible", language=language)
    lonely = make_mentor(asked.field, name=FIRST, language=language)
    invitations.propose(late.pk, [lonely], asked.user, one_mentor_reason="One fits.", override_reason="Fits.")
    with clock.at(clock.now() + datetime.timedelta(days=20)):
        invitations.expire_due()
    for signal in (
        signals.mentor_signed_up,
        signals.mentor_signed_up_again,
        signals.mentor_approved,
        signals.mentor_check_due,
        signals.mentor_thanked,
        signals.mentor_wants_to_stop,
    ):
        signal.send(Mentor, mentor=asked.first, message="I move.")
    signals.mentor_declined.send(
        Mentor, union=asked.field.union, name=FIRST, email="f@example.org", language=language, reason="-"
    )
    send_link(links.link_for_mentor(asked.first))
    OutboxMessage.objects.filter(user__isnull=True, mentee__isnull=True, mentor__isnull=True).update(language=language)
    return {row.event: (row, compose(row)) for row in OutboxMessage.objects.order_by("pk")}


ABOUT_MENTORS = {
    event
    for event in MailEvent.values
    if event.startswith(("mentor_", "invitation", "pair_", "proposal_", "question_")) or event in ("new_mentor",)
} - {"mentor_joined", "mentor_left"} | {"fresh_mentor_link"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_in_every_language(language: str) -> None:
    found = every_mail(language)
    assert set(found) >= ABOUT_MENTORS, ABOUT_MENTORS - set(found)
    subjects = {}
    for event in sorted(ABOUT_MENTORS):
        row, mail = found[event]
        subjects[event] = mail.subject
        reader = (row.mentee or row.mentor).name if (row.mentee or row.mentor) else row.context.get("name", "")
        for name in {MENTEE, FIRST, SECOND, "Third Mentor"} - {reader}:
            assert name not in mail.text + mail.html, (event, name)
            assert not set(name.split()) & set(re.findall(r"\w+", mail.subject)), (event, name)
        assert reader not in mail.subject or not reader
        assert "{" not in mail.text, (event, mail.text)
        assert f'<html lang="{language}"' in mail.html, event
        assert {line for line in mail.text.splitlines() if "Not with her" in line or "chess" in line} == set()
        addresses = set(re.findall(r"https?://\S+?/(?:mentoring|admin)/\S+", mail.text))
        assert all(address.rstrip(".") in mail.html for address in addresses), event
        assert opens(mail.text) == opens(mail.html) == ({row.link} if row.link else set()), event
        if row.event in NOT_TO_A_PERSON:
            assert row.link is None and any("/admin/" in address for address in addresses), event
    assert len(set(subjects.values())) == len(subjects), "each mail is known by its subject"


def test_subjects_differ_from_language_to_language() -> None:
    from wagtail_mentoring.messages.texts import shipped

    for event in ABOUT_MENTORS:
        assert len({shipped(language)[event].subject for language in LANGUAGES}) == 3, event


def test_links_are_hidden_in_what_is_stored() -> None:
    asked = Asked()
    asked.propose()
    row = OutboxMessage.objects.order_by("pk")[0]
    assert opens(compose(row, hidden=True).text) == set()
    assert "Read and answer" in compose(row).html


def test_consent_makes_no_difference_to_mails() -> None:
    """What may be shown is shown on pages; a mail names no other person even when it might."""
    asked = Asked()
    for kind in (ConsentKind.SHOWN_TO_MENTEE, ConsentKind.SHOWN_TO_PARTNER):
        Consent.objects.create(mentor=asked.second, kind=kind, fields=["name", "title"])
    asked.propose()
    asked.yes(asked.first, asked.second)
    for row in OutboxMessage.objects.exclude(mentor=asked.second):
        assert SECOND not in compose(row).text and asked.second.title not in compose(row).text
    assert InvitationStatus.YES == asked.invitation(asked.first).status


def test_the_mentee_reads_how_many_mentors_were_found() -> None:
    asked = Asked()
    asked.propose(asked.first, one_mentor_reason="One fits.")
    asked.yes(asked.first)
    row = OutboxMessage.objects.get(event="pair_asked")
    assert "We have found a mentor of your profession" in compose(row).text
    row.context["mentors"] = 2
    assert "We have found two mentors of your profession" in compose(row).text


def test_a_mentor_reads_how_many_meetings_are_asked_for() -> None:
    asked = Asked()
    asked.propose()
    row = OutboxMessage.objects.order_by("pk")[0]
    assert "Meetings: 3 to 5, of 90 minutes each" in compose(row).text
    row.case.min_meetings = row.case.max_meetings = 3
    assert "Meetings: 3 of 90 minutes each" in compose(row).text
