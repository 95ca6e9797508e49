"""Mails to mentors apart from cases: signed up, approved, declined, asked once a year, thanked."""

import datetime
from unittest import mock

import pytest
from django.core import mail as left
from django.urls import reverse

from tests.factories import make_mentor, make_union
from tests.messages.asked import CONTACT, FIRST, Asked, mails, opens
from wagtail_mentoring import clock
from wagtail_mentoring.messages.compose import compose
from wagtail_mentoring.messages.delivery import deliver
from wagtail_mentoring.messages.models import MailText, OutboxMessage
from wagtail_mentoring.messages.receivers import send_link
from wagtail_mentoring.people import links, signals
from wagtail_mentoring.people.models import Mentor

pytestmark = pytest.mark.django_db


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
