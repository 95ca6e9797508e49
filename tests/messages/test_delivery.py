"""Delivery: once, with nothing private left in what is stored, in the person's language."""

import datetime
import smtplib
from io import StringIO
from unittest import mock

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import override_settings

from tests.factories import make_case, make_handler, make_mentee, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.messages import delivery
from wagtail_mentoring.messages.models import MailEvent, MailText, OutboxMessage, OutboxStatus
from wagtail_mentoring.messages.outbox import SEALED_CODE, put, put_code
from wagtail_mentoring.people import links

pytestmark = pytest.mark.django_db
QUIET = {"FILE_KEYS": ["wVhEAhqVPl1U5vVTFPa9NPSFAn7fVUXbPvtxz0Ky0j8="], "DEMO": False}


@pytest.fixture(autouse=True)
def _no_demo(settings):
    settings.WAGTAIL_MENTORING = QUIET


def written(event: str = "eligible", **mentee) -> OutboxMessage:
    """Return a waiting row with a private link, alone in the outbox."""
    case = make_case(**mentee)
    OutboxMessage.objects.all().delete()
    link = links.link_for(case, mentee=case.mentee)
    return put(event, to=case.mentee, case=case, link=link, context={"look_until_on": "2026-11-13"})


def html_of(message) -> str:
    (alternative,) = message.alternatives
    return alternative[0]


def test_a_mail_is_sent_once() -> None:
    row = written(name="Amina Yusuf", preferred_name="Amina", email="amina@example.org")
    assert delivery.deliver(row.pk) == OutboxStatus.SENT
    assert delivery.deliver(row.pk) == ""
    (message,) = mail.outbox
    row.refresh_from_db()
    assert message.to == ["amina@example.org"]
    assert message.reply_to == ["mentoring@tek.example.org"]
    assert message.from_email == "TEK <mentoring@example.org>"
    assert message.extra_headers["Message-ID"] == f"<{row.message_uuid}@example.org>"
    assert "Hello Amina," in message.body
    assert "We look until: Friday 13 November" in message.body
    assert "Sanna Lindqvist" in message.body
    assert "Union TEK" in html_of(message)
    assert (row.attempts, row.error) == (1, "")
    assert row.sent_at is not None


def test_the_link_works_and_what_is_stored_does_not_hold_it() -> None:
    row = written()
    delivery.deliver(row.pk)
    row.refresh_from_db()
    (message,) = mail.outbox
    token = links.token(row.link)
    assert f"http://127.0.0.1:8000/mentoring/p/{token}/" in message.body
    assert f'href="http://127.0.0.1:8000/mentoring/p/{token}/"' in html_of(message)
    assert links.read_token(token) == row.link
    assert token not in row.body
    assert token.split(":")[0] not in row.body
    assert "http://127.0.0.1:8000/mentoring/p/…/" in row.body


def test_in_the_demo_what_is_stored_can_be_walked(settings) -> None:
    settings.WAGTAIL_MENTORING = {**QUIET, "DEMO": True}
    row = written()
    delivery.deliver(row.pk)
    row.refresh_from_db()
    assert links.token(row.link) in row.body


def test_the_code_lies_encrypted_and_is_wiped() -> None:
    case = make_case()
    OutboxMessage.objects.all().delete()
    row = put_code(MailEvent.CODE, to=case.mentee, case=case, code="482913", context={"minutes": 15})
    assert "482913" not in str(row.context)
    delivery.deliver(row.pk)
    row.refresh_from_db()
    (message,) = mail.outbox
    assert "482913" in message.body
    assert "482913" in html_of(message)
    assert "482913" not in message.subject
    assert "482913" not in row.body + row.subject + str(row.context)
    assert SEALED_CODE not in row.context
    assert row.context["minutes"] == 15


def test_a_code_that_waited_too_long_is_not_sent() -> None:
    case = make_case()
    OutboxMessage.objects.all().delete()
    row = put_code(MailEvent.CODE, to=case.mentee, case=case, code="482913")
    with clock.at(clock.now() + datetime.timedelta(minutes=16)):
        assert delivery.deliver(row.pk) == OutboxStatus.FAILED
    row.refresh_from_db()
    assert mail.outbox == []
    assert SEALED_CODE not in row.context
    assert "too old" in row.error


@pytest.mark.parametrize(
    ("language", "hello", "until", "button"),
    [
        ("fi", "Hei ", "Etsimme tähän päivään asti: perjantai 13. marraskuuta", "mentorointihakemuksesi"),
        ("sv", "Hej ", "Vi söker till och med: fredag 13 november", "ansökan om mentorskap"),
    ],
)
def test_the_mail_speaks_the_persons_language(language: str, hello: str, until: str, button: str) -> None:
    row = written(name="Amina", language="en")
    row.language = language
    row.save()
    delivery.deliver(row.pk)
    (message,) = mail.outbox
    assert hello + "Amina," in message.body
    assert until in message.body
    assert button in message.subject.lower() or button in message.subject
    assert f'<html lang="{language}">' in html_of(message)


def test_a_crash_between_mark_and_mail_is_not_repeated() -> None:
    row = written()
    with mock.patch.object(delivery, "_send", side_effect=SystemExit), pytest.raises(SystemExit):
        delivery.deliver(row.pk)
    row.refresh_from_db()
    assert row.status == OutboxStatus.SENDING
    assert row.subject and row.marked_at
    assert delivery.deliver_waiting() == {}
    assert mail.outbox == []
    assert delivery.send_again(row) == OutboxStatus.SENT
    first = row.message_uuid
    row.refresh_from_db()
    assert len(mail.outbox) == 1
    assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<{first}@")


def test_of_two_processes_one_sends() -> None:
    row = written()
    claim = delivery._claim

    def quicker(own: OutboxMessage, shown: object, **how: bool) -> bool:
        """Let another process deliver the row just before this one marks it."""
        with mock.patch.object(delivery, "_claim", claim):
            assert delivery.deliver(row.pk) == OutboxStatus.SENT
        return claim(own, shown, **how)

    with mock.patch.object(delivery, "_claim", quicker):
        assert delivery.deliver(row.pk) == ""
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no such user")}), OutboxStatus.FAILED),
        (smtplib.SMTPRecipientsRefused({"a@example.org": (450, b"greylisted")}), OutboxStatus.WAITING),
        (smtplib.SMTPDataError(554, b"spam"), OutboxStatus.FAILED),
        (smtplib.SMTPConnectError(421, b"busy"), OutboxStatus.WAITING),
        (ConnectionRefusedError("no server"), OutboxStatus.WAITING),
    ],
)
def test_a_mail_server_that_refuses(error: Exception, status: str) -> None:
    row = written()
    with mock.patch.object(delivery, "_send", side_effect=error):
        assert delivery.deliver(row.pk) == status
    row.refresh_from_db()
    assert type(error).__name__ in row.error
    assert row.attempts == 1
    assert delivery.deliver_waiting() == {}
    with clock.at(clock.now() + datetime.timedelta(minutes=5)):
        assert delivery.deliver_waiting() == ({"sent": 1} if status == OutboxStatus.WAITING else {})


def test_it_is_tried_five_times_with_growing_pauses() -> None:
    row, moment = written(), clock.now()
    tried = []
    with mock.patch.object(delivery, "_send", side_effect=ConnectionRefusedError("no server")):
        for minute in range(0, 24 * 60, 5):
            with clock.at(moment + datetime.timedelta(minutes=minute)):
                if delivery.deliver_waiting():
                    tried.append(minute)
    assert tried == [0, 5, 35, 155, 875]
    row.refresh_from_db()
    assert (row.status, row.attempts) == (OutboxStatus.FAILED, 5)
    assert "no server" in row.error


def test_who_asks_for_it_again_does_not_wait_for_the_pause() -> None:
    row = written()
    with mock.patch.object(delivery, "_send", side_effect=ConnectionRefusedError("no server")):
        for _ in range(5):
            delivery.deliver(row.pk)
    assert delivery.send_again(row) == OutboxStatus.SENT


def test_a_mail_that_cannot_be_written_says_why() -> None:
    case = make_case()
    OutboxMessage.objects.all().delete()
    row = put(MailEvent.CODE, to=case.mentee, case=case, context={SEALED_CODE: "not encrypted"})
    assert delivery.deliver(row.pk) == OutboxStatus.FAILED
    row.refresh_from_db()
    assert "could not be written" in row.error
    assert row.attempts == 1


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def test_names_cannot_add_headers() -> None:
    evil = "Amina\r\nBcc: victim@example.org\r\n\r\nBuy <b>this</b>"
    union = make_union(short="TEK\r\nBcc: v@example.org", contact_name="Kaisa\nBcc: v@example.org")
    MailText.objects.create(event="closed", language="en", subject="From {union_short}", body="Hello {name}")
    row = put("closed", to=make_mentee(union, name=evil), union=union)
    assert delivery.deliver(row.pk) == OutboxStatus.SENT
    message = mail.outbox[0].message()
    assert message["Bcc"] is None
    assert message["To"] == row.address
    assert "\n" not in message["Subject"] + message["From"]
    assert mail.outbox[0].recipients() == [row.address]
    assert "<b>this</b>" not in html_of(mail.outbox[0])
    assert "&lt;b&gt;this" in html_of(mail.outbox[0])


def test_mails_to_the_union_hold_no_name() -> None:
    case = make_case(name="Amina Yusuf", email="amina@example.org")
    row = OutboxMessage.objects.get(case=case, event="new_case")
    delivery.deliver(row.pk)
    (message,) = mail.outbox
    assert "Amina" not in message.body + html_of(message) + message.subject
    assert "amina@" not in message.body + html_of(message)
    assert "http://127.0.0.1:8000/admin/" in message.body


def test_a_mentor_is_not_named_to_the_mentee() -> None:
    case = make_case(state="paired", name="Amina Yusuf")
    rows = OutboxMessage.objects.filter(case=case).order_by("pk")
    for row in rows:
        delivery.deliver(row.pk)
    names = {member.mentor.name for member in case.pairs.get().memberships.all()}
    for row, message in zip(rows, mail.outbox, strict=True):
        text = message.subject + message.body + html_of(message)
        others = (names | {"Amina Yusuf"}) - {(row.mentee or row.mentor).name if row.mentee or row.mentor else ""}
        assert not [name for name in others if name in text], row.event


def test_lines_without_anything_to_say_are_left_out() -> None:
    case = make_case()
    starts = datetime.datetime(2026, 11, 10, 15, 0, tzinfo=datetime.UTC)
    context = {"number": 1, "starts_at": starts.isoformat(), "length": 90, "place": "", "theme": "Networks"}
    delivery.deliver(put("meeting_planned", to=case.mentee, case=case, context=context).pk)
    body = mail.outbox[-1].body
    assert "Tuesday 10 November, 17:00–18:30 (Finnish time)" in body
    assert "Place:" not in body
    assert "Theme: Networks" in body


def test_a_union_has_its_own_sender_and_address() -> None:
    union = make_union("safa", base_url="https://safa.example.org/", sender_address="mentorointi@safa.example.org")
    row = put("registered_mentor", to=make_mentee(union), union=union)
    delivery.deliver(row.pk)
    (message,) = mail.outbox
    assert message.from_email == "SAFA <mentorointi@safa.example.org>"
    assert "https://safa.example.org/mentoring/texts/privacy_notice/safa/" in message.body


def test_handlers_read_mails_in_the_language_of_their_profile() -> None:
    from wagtail.users.models import UserProfile

    handler = make_handler(make_union(contact_email=""))
    UserProfile.objects.create(user=handler, preferred_language="fi")
    handler.refresh_from_db()
    assert put("new_case", to=handler, union=make_union()).language == "fi"


def test_what_waits_is_delivered_by_the_command() -> None:
    row = written()
    stuck = put("test", to="b@example.org")
    OutboxMessage.objects.filter(pk=stuck.pk).update(status=OutboxStatus.SENDING)
    out = StringIO()
    call_command("mentoring_due", stdout=out)
    assert out.getvalue() == (
        "Sent 1, failed 0, still waiting 0.\n1 perhaps sent: look at them in the admin before sending them again.\n"
    )
    row.refresh_from_db()
    assert row.status == OutboxStatus.SENT
