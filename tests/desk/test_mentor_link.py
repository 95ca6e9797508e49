"""A fresh link to a mentor's own page: by mail, by SMS, or as a text to copy; logged, limited, shown once."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.desk.test_sending import SENT, with_sms
from tests.factories import make_mentor
from wagtail_mentoring import clock
from wagtail_mentoring.models import Mentor, OutboxMessage, PrivateLink
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import LinkPurpose, MentorLogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clean() -> None:
    SENT.clear()
    cache.clear()


@pytest.fixture
def mentor(field: Any) -> Mentor:
    return make_mentor(field, name="Maija Niemi", email="maija@example.org", phone="040 123 4567")


def page_of(mentor: Mentor) -> str:
    return reverse("mentoring_mentor:link", args=[mentor.pk])


def token_of(mentor: Mentor) -> str:
    return links.token(PrivateLink.objects.get(mentor=mentor, purpose=LinkPurpose.MENTOR))


def lines(mentor: Mentor) -> list[MentorLogEntry]:
    return list(MentorLogEntry.objects.filter(mentor=mentor, action="mentoring.mentor_link"))


def test_the_text_is_shown_once_and_opens_the_own_page(admin: Client, mentor: Mentor, handler: Any) -> None:
    before = links.token(links.link_for_mentor(mentor))
    assert page_of(mentor) in admin.get(reverse("mentoring_mentors:inspect", args=[mentor.pk])).content.decode()
    answer = admin.post(page_of(mentor), {"way": "copy"})
    assert answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]
    token, shown = token_of(mentor), answer.content.decode()
    assert token != before and token in shown and "Back to the mentor" in shown
    (line,) = lines(mentor)
    assert line.user == handler and line.data == {"way": "copy"}
    assert not OutboxMessage.objects.exists()
    for address in (page_of(mentor), reverse("mentoring_mentors:inspect", args=[mentor.pk])):
        assert token not in admin.get(address).content.decode()
    opened = Client().post(f"/mentoring/p/{token}/")
    assert opened.status_code == 302 and opened.url == "/mentoring/p/mentor/"
    assert Client().post(f"/mentoring/p/{before}/").status_code == 403


def test_by_mail_without_a_link_before(admin: Client, mentor: Mentor) -> None:
    assert "maija@example.org" in admin.get(page_of(mentor)).content.decode()
    answer = admin.post(page_of(mentor), {"way": "mail"})
    assert answer.url == reverse("mentoring_mentors:inspect", args=[mentor.pk])
    mail = OutboxMessage.objects.get()
    assert (mail.event, mail.address) == ("fresh_mentor_link", "maija@example.org") and len(lines(mentor)) == 1


def test_by_sms(admin: Client, mentor: Mentor, settings: Any) -> None:
    assert "By SMS" not in admin.get(page_of(mentor)).content.decode()
    with_sms(settings, "backend")
    assert "By SMS to +358401234567" in admin.get(page_of(mentor)).content.decode()
    assert admin.post(page_of(mentor), {"way": "sms"}).status_code == 302
    [(number, text)] = SENT
    assert number == "+358401234567" and token_of(mentor) in text and lines(mentor)[0].data == {"way": "sms"}


def test_an_sms_that_does_not_leave_changes_nothing(admin: Client, mentor: Mentor, settings: Any) -> None:
    with_sms(settings, "broken")
    before = links.token(links.link_for_mentor(mentor))
    answer = admin.post(page_of(mentor), {"way": "sms"})
    assert "could not be sent" in str(answer.context["form"].errors["way"])
    assert token_of(mentor) == before and not lines(mentor)


def test_links_by_hand_are_limited(admin: Client, mentor: Mentor) -> None:
    for _time in range(5):
        assert "link-text" in admin.post(page_of(mentor), {"way": "copy"}).content.decode()
    token = token_of(mentor)
    assert admin.post(page_of(mentor), {"way": "copy"}).status_code == 429
    assert token_of(mentor) == token


def test_nobody_without_a_page_gets_a_link(admin: Client, field: Any) -> None:
    waiting = make_mentor(field, approved_on=None)
    erased = make_mentor(field, anonymised_at=clock.now())
    for mentor, why in ((waiting, "waits for approval"), (erased, "are erased")):
        answer = admin.post(page_of(mentor), {"way": "copy"}, follow=True)
        assert why in answer.content.decode() and "link-text" not in answer.content.decode()
        assert not PrivateLink.objects.filter(mentor=mentor).exists()
