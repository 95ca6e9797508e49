"""SMS by a function of the site; without one a text to copy."""

import logging
import threading
import time
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.factories import make_case
from wagtail_mentoring.messages import sms
from wagtail_mentoring.people import links
from wagtail_mentoring.people.phones import number_of

pytestmark = pytest.mark.django_db

SENT: list[tuple[str, str]] = []
GO_ON = threading.Event()


def backend(number: str, text: str) -> None:
    SENT.append((number, text))


def broken(number: str, text: str) -> None:
    raise RuntimeError(f"{number} {text}")


def hangs(number: str, text: str) -> None:
    GO_ON.wait(60)


@pytest.fixture(autouse=True)
def _backend(settings: Any) -> None:
    SENT.clear()
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SMS_BACKEND": f"{__name__}.backend"}


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("040 123 4567", "+358401234567"),
        ("+358 40 123 4567", "+358401234567"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("00372 5123 4567", "+37251234567"),
        ("(040) 123-4567", "+358401234567"),
        ("", ""),
        ("ask my brother", ""),
        ("1234567", ""),
        ("+1", ""),
        ("+12345678901234567", ""),
    ],
)
def test_numbers_are_sent_with_their_country(phone: str, number: str) -> None:
    assert number_of(phone) == number


def test_a_link_goes_to_the_stored_number_in_the_persons_language() -> None:
    case = make_case(language="fi", phone="040 123 4567")
    link = links.link_for(case, mentee=case.mentee)
    assert sms.reachable(case.mentee)
    sms.send(case.mentee, sms.link_text(link))
    ((number, text),) = SENT
    assert number == "+358401234567"
    assert text.startswith("TEK: ")
    # A token tells the second in which it was made.
    token = text.partition("http://127.0.0.1:8000/mentoring/p/")[2].partition("/")[0]
    assert links.read_token(token) == link
    assert case.mentee.name not in text
    assert "482913" in sms.code_text(case.mentee, "482913")


def test_without_a_backend_or_a_number_the_person_reads_what_to_do(settings: Any) -> None:
    case = make_case(phone="no")
    with pytest.raises(sms.NotSent, match="no phone number"):
        sms.send(case.mentee, "Hello")
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SMS_BACKEND": None}
    assert not sms.available()
    assert not sms.reachable(make_case(phone="040 123 4567").mentee)
    with pytest.raises(sms.NotSent, match="Copy the text"):
        sms.send(case.mentee, "Hello")
    assert SENT == []


def test_a_backend_that_fails_is_told_and_neither_number_nor_text_is_logged(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SMS_BACKEND": f"{__name__}.broken"}
    case = make_case(phone="040 123 4567")
    with caplog.at_level(logging.WARNING), pytest.raises(sms.NotSent, match="could not be sent"):
        sms.send(case.mentee, "The code is 482913")
    assert "RuntimeError" in caplog.text
    assert "482913" not in caplog.text and "401234567" not in caplog.text


def test_a_gateway_that_says_nothing_is_left_alone_after_its_time(settings: Any) -> None:
    ours = {"SMS_BACKEND": f"{__name__}.hangs", "SMS_SECONDS": 0.2}
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, **ours}
    case, begun = make_case(phone="040 123 4567"), time.monotonic()
    GO_ON.clear()
    try:
        with pytest.raises(sms.NotSent, match="did not answer in time"):
            sms.send(case.mentee, "Hello")
        assert time.monotonic() - begun < 5
    finally:
        GO_ON.set()


@pytest.mark.parametrize("path", ["no.such.module", "django.conf.settings"])
def test_a_setting_that_names_nothing_says_so(settings: Any, path: str) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SMS_BACKEND": path}
    with pytest.raises(ImproperlyConfigured, match="SMS_BACKEND"):
        sms.send(make_case(phone="040 123 4567").mentee, "Hello")
