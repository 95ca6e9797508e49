"""One mail a day: for whoever wants it, and for contact persons."""

import datetime
import re
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from tests.factories import as_handler, make_case, make_field, make_handler, make_supervisor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.messages import delivery, digests
from wagtail_mentoring.messages.conversation.models import Digest
from wagtail_mentoring.messages.models import CAN_WAIT, MailEvent, OutboxMessage, OutboxStatus
from wagtail_mentoring.messages.outbox import put, put_code
from wagtail_mentoring.people import links
from wagtail_mentoring.workflows import EndReason, Situation

pytestmark = pytest.mark.django_db

#: Eight in the morning in Finland, and three at night.
MORNING = datetime.datetime(2026, 11, 10, 6, 0, tzinfo=datetime.UTC)
NIGHT = datetime.datetime(2026, 11, 10, 1, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_demo(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "DEMO": False}


def one_a_day(**values: Any) -> Any:
    """Return a case whose mentee wants one mail a day, with an empty outbox."""
    case = make_case(opened_at=MORNING - 30 * DAY, **values)
    case.mentee.daily_digest = True
    case.mentee.save()
    OutboxMessage.objects.all().delete()
    return case


def hold(case: Any, event: str, **context: Any) -> OutboxMessage:
    return put(event, to=case.mentee, case=case, link=links.link_for(case, mentee=case.mentee), context=context)


def test_what_can_wait_is_held_and_what_cannot_leaves_at_once() -> None:
    case = one_a_day()
    assert hold(case, "eligible").status == OutboxStatus.HELD
    for event in ("meeting_tomorrow", "meeting_cancelled", "letter_three", "fresh_link", "closed"):
        assert hold(case, event).status == OutboxStatus.WAITING, event
    assert put_code("code_data", to=case.mentee, code="123456").status == OutboxStatus.WAITING
    assert not CAN_WAIT & {MailEvent.CODE, MailEvent.CODE_DATA, MailEvent.ADDRESS_CHANGED, MailEvent.MEETING_PLANNED}
    case.mentee.daily_digest = False
    assert hold(case, "eligible").status == OutboxStatus.WAITING


def test_the_daily_mail_holds_the_whole_of_each_mail_and_one_greeting() -> None:
    case = one_a_day(name="Amina")
    with clock.at(NIGHT):
        hold(case, "agreement_out", sha256="ab" * 32, text_language="en")
        hold(case, "letter_answered")
        assert digests.for_people().done == 0
    with clock.at(MORNING):
        assert digests.for_people(dry_run=True).done == 1
        assert digests.for_people().done == 1
        assert delivery.deliver_waiting() == {"sent": 1}
    (message,) = mail.outbox
    assert message.subject == "Your mails of today about mentoring"
    assert message.body.count("Hello Amina,") == 1
    assert "* Please read and sign the agreement" in message.body
    assert "* A message from your contact person" in message.body
    assert "abab" in message.body
    # Read, not made again: the second in which it was signed stands in a token.
    tokens = re.findall(r"/mentoring/p/([\w:-]+)/", message.body)
    assert [links.read_token(token) for token in tokens] == [links.link_for(case, mentee=case.mentee)] * 2
    (alternative,) = message.alternatives
    assert alternative[0].count("<h2") == 2
    daily = OutboxMessage.objects.get(event="daily")
    assert not any(token in daily.body for token in tokens) and "* A message" in daily.body
    held = OutboxMessage.objects.exclude(event="daily")
    assert {(row.status, row.digest, row.sent_at is not None) for row in held} == {("sent", daily, True)}


def test_there_is_one_a_day() -> None:
    case = one_a_day()
    with clock.at(MORNING):
        hold(case, "letter_answered")
        assert digests.for_people().done == 1
        hold(case, "letter_answered")
        assert digests.for_people().done == 0
    with clock.at(MORNING + datetime.timedelta(hours=14)):
        assert digests.for_people().done == 0
    with clock.at(MORNING + DAY):
        assert digests.for_people().done == 1
        assert digests.for_people().done == 0
    assert OutboxMessage.objects.filter(event="daily").count() == 2


def test_who_does_not_want_it_any_more_gets_what_was_held_at_once() -> None:
    case = one_a_day()
    with clock.at(NIGHT):
        hold(case, "letter_answered")
        case.mentee.daily_digest = False
        case.mentee.save()
        assert digests.for_people().done == 1


def test_what_is_over_with_the_end_is_forgotten() -> None:
    case = one_a_day(state="paired", agreement="out")
    hold(case, "signature_reminder")
    hold(case, "letter_answered")
    ended = {"end_reason": EndReason.MENTEE_WITHDREW.value, "situation": Situation.UNKNOWN.value}
    moves.move(case.pk, "end", as_handler(), ended)
    later = clock.now() + DAY
    with clock.at(timezone.localtime(later).replace(hour=9)):
        digests.for_people()
    daily = OutboxMessage.objects.get(event="daily")
    assert "signature_reminder" not in set(daily.digested.values_list("event", flat=True))
    assert "letter_answered" in set(daily.digested.values_list("event", flat=True))


def test_a_daily_mail_that_fails_and_is_sent_again_marks_what_is_in_it() -> None:
    case = one_a_day()
    with clock.at(MORNING):
        row = hold(case, "letter_answered")
        digests.for_people()
    daily = OutboxMessage.objects.get(event="daily")
    OutboxMessage.objects.filter(pk=daily.pk).update(status=OutboxStatus.FAILED)
    with clock.at(MORNING + DAY):
        assert digests.for_people().done == 0
    assert delivery.send_again(daily) == OutboxStatus.SENT
    row.refresh_from_db()
    assert row.status == OutboxStatus.SENT


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Stand in for the desk: lines by the user's name."""
    lines: dict[str, list[str]] = {}
    monkeypatch.setattr(digests, "_waiting", [lambda user: lines.get(user.username, [])])
    return lines


def test_a_contact_person_for_whom_something_waits_gets_one_mail_a_day(waiting: dict[str, list[str]]) -> None:
    union = make_union()
    kaisa, idle = make_handler(union, "kaisa", first_name="Kaisa"), make_handler(union, "idle")
    off = make_handler(union, "off")
    Digest.objects.create(user=off, wanted=False)
    make_supervisor(union, "above")
    waiting |= {name: ["3 new applications", "1 mail to look at"] for name in ("kaisa", "off", "above")}
    with clock.at(NIGHT):
        assert digests.for_handlers().done == 0
    with clock.at(MORNING):
        assert digests.for_handlers(dry_run=True).done == 1
        assert not OutboxMessage.objects.exists()
        assert digests.for_handlers().done == 1
        assert digests.for_handlers().done == 0
        delivery.deliver_waiting()
        # Nothing waited in the morning: the next mail is tomorrow's.
        waiting["idle"] = ["1 question"]
        assert digests.for_handlers().done == 0
    (message,) = mail.outbox
    assert message.to == [kaisa.email]
    assert "Hello Kaisa" in message.body
    assert "  3 new applications\n  1 mail to look at\n" in message.body
    assert "/admin/" in message.body
    with clock.at(MORNING + DAY):
        assert digests.for_handlers().done == 2
    assert idle.email in set(OutboxMessage.objects.values_list("address", flat=True))


def test_one_user_whose_count_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    union = make_union()
    make_handler(union, "a-first"), make_handler(union, "second")

    def lines(user: Any) -> list[str]:
        if user.username == "a-first":
            raise RuntimeError("no")
        return ["1 question"]

    monkeypatch.setattr(digests, "_waiting", [lines])
    with clock.at(MORNING):
        found = digests.for_handlers()
    assert (found.done, found.failed) == (1, 1)


def test_mentoring_due_writes_and_delivers_them() -> None:
    case = one_a_day(field=make_field())
    out = StringIO()
    with clock.at(MORNING):
        hold(case, "letter_answered")
        call_command("mentoring_due", stdout=out)
    assert "Daily mails written: 1." in out.getvalue()
    assert [message.to for message in mail.outbox] == [[case.mentee.email]]
