"""What the mails around mentors say, in every language: to whom, with which link, and with nobody else's name."""

import datetime
import re

import pytest

from tests.factories import make_case, make_mentor
from tests.messages.asked import FIRST, LANGUAGES, MENTEE, SECOND, Asked, opens
from wagtail_mentoring import clock
from wagtail_mentoring.messages.compose import Mail, compose
from wagtail_mentoring.messages.models import NOT_TO_A_PERSON, MailEvent, OutboxMessage
from wagtail_mentoring.messages.receivers import send_link
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.choices import InvitationStatus
from wagtail_mentoring.people import links, signals
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy.models import Consent, ConsentKind

pytestmark = pytest.mark.django_db


ABOUT_MENTORS = {
    event
    for event in MailEvent.values
    if event.startswith(("mentor_", "invitation", "pair_", "proposal_", "question_")) or event in ("new_mentor",)
} - {"mentor_joined", "mentor_left", "mentor_leaves"} | {"fresh_mentor_link"}


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
