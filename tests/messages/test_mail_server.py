"""Delivery to a real mail server on this machine: one that refuses, hangs and recovers."""

import datetime
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.factories import make_case
from tests.messages.mail_server import Server
from wagtail_mentoring import clock
from wagtail_mentoring.messages import delivery
from wagtail_mentoring.messages.models import OutboxMessage, OutboxStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    """Run a mail server, and let the site send by it with the patience of a second."""
    running = Server()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, None
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "MAIL_SECONDS": 1}
    yield running
    running.stop()


def one_waits() -> OutboxMessage:
    make_case()
    OutboxMessage.objects.exclude(event="application_received").delete()
    return OutboxMessage.objects.get()


def later(row: OutboxMessage) -> dict[str, int]:
    """Deliver what waits when the row's pause is over."""
    row.refresh_from_db()
    assert row.next_try_at is not None
    with clock.at(row.next_try_at):
        return delivery.deliver_waiting()


@pytest.mark.parametrize("mood", ["busy", "greylists", "hangs", "hangs_at_receiver"])
def test_what_is_refused_for_a_while_waits_and_arrives_once_the_server_is_well(server: Server, mood: str) -> None:
    row = one_waits()
    server.mood = mood
    assert delivery.deliver_waiting() == {"waiting": 1}
    assert delivery.deliver_waiting() == {}
    assert later(row) == {"waiting": 1}
    server.mood = "well"
    assert later(row) == {"sent": 1}
    (wire,) = server.mails
    mail = message_from_bytes(wire)
    assert mail["To"] == row.address
    assert str(row.message_uuid) in mail["Message-ID"]
    row.refresh_from_db()
    assert (row.status, row.attempts, row.error) == (OutboxStatus.SENT, 3, "")


@pytest.mark.parametrize(("mood", "code"), [("knows_nobody", "550"), ("dislikes", "554")])
def test_what_is_refused_for_good_is_not_tried_again(server: Server, mood: str, code: str) -> None:
    row = one_waits()
    server.mood = mood
    assert delivery.deliver_waiting() == {"failed": 1}
    row.refresh_from_db()
    assert (row.status, row.attempts) == (OutboxStatus.FAILED, 1)
    assert code in row.error
    assert list(OutboxMessage.objects.to_look_at(clock.now())) == [row]


def test_a_server_that_took_the_text_and_said_nothing_has_perhaps_sent_it(server: Server) -> None:
    row = one_waits()
    server.mood = "hangs_at_text"
    assert delivery.deliver_waiting() == {"sending": 1}
    assert len(server.mails) == 1
    server.mood = "well"
    with clock.at(clock.now() + datetime.timedelta(days=2)):
        assert delivery.deliver_waiting() == {}
        assert list(OutboxMessage.objects.to_look_at(clock.now())) == [row]
        row.refresh_from_db()
        assert "did not answer" in row.error
        assert delivery.send_again(row) == OutboxStatus.SENT
    ids = {message_from_bytes(wire)["Message-ID"] for wire in server.mails}
    assert (len(server.mails), len(ids)) == (2, 1)


def test_a_server_that_hangs_does_not_hold_up_the_process(server: Server) -> None:
    one_waits()
    server.mood = "hangs"
    began = time.monotonic()
    assert delivery.deliver_waiting() == {"waiting": 1}
    assert time.monotonic() - began < 10


def test_no_server_at_all_is_a_refusal_for_a_while(server: Server) -> None:
    row = one_waits()
    server.stop()
    assert delivery.deliver_waiting() == {"waiting": 1}
    row.refresh_from_db()
    assert "Error" in row.error


#: A worker as a process of its own, on the database and the mail server of this test.
WORKER = """
import sys
from tests import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[2])
import django
django.setup()
from wagtail_mentoring.messages.delivery import deliver
deliver(int(sys.argv[3]))
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mood", ["hangs", "hangs_at_text"])
def test_a_worker_that_is_killed_leaves_a_mail_that_nobody_repeats_unasked(server: Server, mood: str) -> None:
    row = one_waits()
    # Outside of a test's transaction it has left by now.
    OutboxMessage.objects.filter(pk=row.pk).update(status=OutboxStatus.WAITING, attempts=0, sent_at=None)
    server.mails.clear()
    server.mood = mood
    arguments = [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"]), str(server.port), str(row.pk)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    worker = subprocess.Popen(arguments, cwd=Path(__file__).parents[2], env=environment)
    try:
        for _ in range(600):
            row.refresh_from_db()
            if worker.poll() is not None or (row.status == OutboxStatus.SENDING and (server.mails or mood == "hangs")):
                break
            time.sleep(0.1)
        assert worker.poll() is None, "The worker ended before it could be killed."
    finally:
        worker.kill()
        worker.wait()
    row.refresh_from_db()
    assert row.status == OutboxStatus.SENDING
    server.mood = "well"
    taken = len(server.mails)
    with clock.at(clock.now() + datetime.timedelta(days=2)):
        assert delivery.deliver_waiting() == {}
        assert list(OutboxMessage.objects.to_look_at(clock.now())) == [row]
    assert len(server.mails) == taken
    assert delivery.send_again(row) == OutboxStatus.SENT
    assert {message_from_bytes(wire)["Message-ID"].partition("@")[0] for wire in server.mails} == {
        f"<{row.message_uuid}"
    }
