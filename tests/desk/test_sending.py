"""A fresh private link by SMS, or as a text to copy: logged, limited, shown once."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories import make_case
from wagtail_mentoring.models import Case, OutboxMessage, PrivateLink
from wagtail_mentoring.people import links

pytestmark = pytest.mark.django_db
SENT: list[tuple[str, str]] = []


def backend(number: str, text: str) -> None:
    SENT.append((number, text))


def broken(number: str, text: str) -> None:
    raise RuntimeError("no signal")


def unsure(number: str, text: str) -> None:
    SENT.append((number, text))
    raise ConnectionResetError("no answer")


@pytest.fixture(autouse=True)
def _clean() -> None:
    SENT.clear()
    cache.clear()


@pytest.fixture
def case(field: Any) -> Case:
    made = make_case(field, phone="040 123 4567", name="Amina Yusuf")
    OutboxMessage.objects.all().delete()
    return made


def with_sms(settings: Any, name: str) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SMS_BACKEND": f"{__name__}.{name}"}


def link_of(case: Case) -> PrivateLink:
    return PrivateLink.objects.get(case=case, mentee=case.mentee)


def page_of(case: Case) -> str:
    return reverse("mentoring_desk:send_link", args=[case.pk, link_of(case).pk])


def test_the_text_is_shown_once_and_stored_nowhere(admin: Client, case: Case) -> None:
    before = links.token(link_of(case))
    answer = admin.post(page_of(case), {"way": "copy"})
    assert answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]
    token = links.token(link_of(case))
    assert token != before and token in answer.content.decode()
    line = case.log.order_by("sequence").last()
    assert (line.action, line.data["way"]) == ("mentoring.link_sent", "copy") and token not in str(line.data)
    assert not OutboxMessage.objects.exists()
    for address in (page_of(case), reverse("mentoring_desk:case", args=[case.pk])):
        assert token not in admin.get(address).content.decode()


def test_without_a_backend_no_sms_is_offered(admin: Client, case: Case) -> None:
    assert "By SMS" not in admin.get(page_of(case)).content.decode()
    generation = link_of(case).generation
    assert admin.post(page_of(case), {"way": "sms"}).context["form"].errors["way"]
    assert link_of(case).generation == generation


def test_by_sms(admin: Client, case: Case, settings: Any) -> None:
    with_sms(settings, "backend")
    assert "By SMS to +358401234567" in admin.get(page_of(case)).content.decode()
    assert admin.post(page_of(case), {"way": "sms"}).status_code == 302
    [(number, text)] = SENT
    # A token tells the second in which it was made.
    token = text.split("/p/")[1].split("/")[0]
    assert number == "+358401234567" and links.read_token(token) == link_of(case)
    assert case.log.order_by("sequence").last().data["way"] == "sms" and not OutboxMessage.objects.exists()


def test_an_sms_that_does_not_leave_changes_nothing(admin: Client, case: Case, settings: Any) -> None:
    with_sms(settings, "broken")
    before, lines = links.token(link_of(case)), case.log.count()
    answer = admin.post(page_of(case), {"way": "sms"})
    assert "could not be sent" in str(answer.context["form"].errors["way"])
    assert links.token(link_of(case)) == before and case.log.count() == lines


def test_a_link_that_was_taken_back_never_works_even_if_its_sms_has_come(
    admin: Client, case: Case, settings: Any
) -> None:
    with_sms(settings, "unsure")
    before, asked = links.token(link_of(case)), page_of(case)
    admin.post(asked, {"way": "sms"})
    ((_number, text),) = SENT
    lost = text.split("/p/")[1].split("/")[0]
    assert links.read_token(before) == link_of(case)
    for _time in range(2):
        with pytest.raises(links.LinkRefused):
            links.read_token(lost)
        admin.post(asked, {"way": "mail"})
    with pytest.raises(links.LinkRefused):
        links.read_token(before)


def test_links_by_hand_are_limited_and_the_mail_is_not(admin: Client, case: Case) -> None:
    for _time in range(5):
        assert "link-text" in admin.post(page_of(case), {"way": "copy"}).content.decode()
    generation = link_of(case).generation
    answer = admin.post(page_of(case), {"way": "copy"})
    assert answer.status_code == 429 and "too often" in answer.content.decode()
    assert link_of(case).generation == generation
    assert admin.post(page_of(case), {"way": "mail"}).status_code == 302
    assert OutboxMessage.objects.get().event == "fresh_link"
