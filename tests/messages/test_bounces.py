"""Mails that come back, told by django-anymail."""

import datetime
from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.core import mail

from tests.factories import make_case
from wagtail_mentoring import clock
from wagtail_mentoring.messages import bounces, delivery
from wagtail_mentoring.messages.models import OutboxMessage, OutboxStatus

pytestmark = pytest.mark.django_db


def sent() -> tuple[OutboxMessage, Any]:
    """Return the row of a mail that has left, and the mail."""
    make_case()
    OutboxMessage.objects.exclude(event="application_received").delete()
    row = OutboxMessage.objects.get()
    delivery.deliver(row.pk)
    (message,) = mail.outbox
    return row, message


def tell(event_type: str, **values: Any) -> None:
    given = {"timestamp": None, "event_id": "1", "metadata": {}, "message_id": "of-the-service"} | values
    event = AnymailTrackingEvent(event_type=event_type, **given)
    tracking.send(sender=None, event=event, esp_name="Test")


@pytest.mark.parametrize("by", ["metadata", "message_id"])
def test_a_bounce_is_written_beside_the_mail_and_stands_among_those_to_look_at(by: str) -> None:
    row, message = sent()
    at = clock.now() + datetime.timedelta(minutes=3)
    given = {"metadata": message.metadata} if by == "metadata" else {"message_id": message.extra_headers["Message-ID"]}
    tell("bounced", timestamp=at, reject_reason="bounced", description="No such user.", **given)
    row.refresh_from_db()
    assert (row.bounced_at, row.status) == (at, OutboxStatus.SENT)
    assert row.error == "bounced: bounced No such user."
    assert list(OutboxMessage.objects.to_look_at(clock.now())) == [row]
    tell("bounced", timestamp=at + datetime.timedelta(days=1), **given)
    row.refresh_from_db()
    assert row.bounced_at == at


def test_a_mail_that_came_back_can_be_sent_again() -> None:
    row, message = sent()
    tell("rejected", metadata=message.metadata)
    row.refresh_from_db()
    assert delivery.may_be_repeated(row)
    assert delivery.send_again(row) == OutboxStatus.SENT
    row.refresh_from_db()
    assert (row.bounced_at, row.error) == (None, "")
    assert list(OutboxMessage.objects.to_look_at(clock.now())) == []
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("event_type", ["delivered", "opened", "deferred", "unknown"])
def test_what_is_no_bounce_changes_nothing(event_type: str) -> None:
    row, message = sent()
    tell(event_type, metadata=message.metadata)
    row.refresh_from_db()
    assert row.bounced_at is None


@pytest.mark.parametrize(
    "given", [{}, {"metadata": {bounces.METADATA: "1' OR 1=1"}}, {"message_id": None, "metadata": None}]
)
def test_a_bounce_of_another_mail_changes_nothing(given: dict[str, Any]) -> None:
    row, _message = sent()
    tell("bounced", **given)
    row.refresh_from_db()
    assert row.bounced_at is None


def test_without_anymail_the_site_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "anymail.signals", None)
    assert bounces.connect() is False
    monkeypatch.undo()
    assert bounces.connect() is True
