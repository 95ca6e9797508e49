"""The private address of a person's calendar: made, read by a program, made anew, stopped."""

import datetime
from typing import Any

import icalendar
import pytest
from django.test import Client

from tests.factories import make_case, make_field, make_mentor
from tests.portal.asking import own
from tests.portal.conftest import link_of
from tests.portal.own import DATA
from wagtail_mentoring import clock
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentee, PrivateLink

pytestmark = pytest.mark.django_db
PAGE = f"{DATA}calendar/"


def feed(person: Any) -> str:
    link = links.calendar_link(person)
    assert link is not None
    return f"/mentoring/p/calendar/{links.token(link)}.ics"


def test_the_address_is_made_read_made_anew_and_stopped(opened: Any, client: Client) -> None:
    case = make_case(make_field(), "meeting_2")
    page = opened(case)
    assert ".ics" not in page.get(PAGE).content.decode()
    for _twice in range(2):
        assert page.post(PAGE, {"what": "make"}).url == PAGE
    first = feed(case.mentee)
    assert first in page.get(PAGE).content.decode()
    response = client.get(first)
    assert response.status_code == 200 and response["Content-Type"].startswith("text/calendar")
    assert "no-store" in response["Cache-Control"]
    events = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert len(events) == 2 and case.mentee.email.encode() not in response.content
    assert client.get("/mentoring/p/").status_code == 403
    page.post(PAGE, {"what": "renew"})
    second = feed(case.mentee)
    assert client.get(first).status_code == 404 and client.get(second).status_code == 200
    page.post(PAGE, {"what": "stop"})
    assert client.get(second).status_code == 404 and ".ics" not in page.get(PAGE).content.decode()
    page.post(PAGE, {"what": "make"})
    assert client.get(second).status_code == 404 and client.get(feed(case.mentee)).status_code == 200
    assert page.post(PAGE, {"what": "anything"}).url == PAGE


def test_each_person_has_the_own_one(client: Client) -> None:
    field = make_field()
    mentor, stranger = make_mentor(field), make_mentor(field)
    make_case(field, "meeting_1", mentors=[mentor, make_mentor(field)])
    for one in (mentor, stranger):
        own(one).post(PAGE, {"what": "make"})
    assert b"BEGIN:VEVENT" in client.get(feed(mentor)).content
    assert b"BEGIN:VEVENT" not in client.get(feed(stranger)).content


def test_other_links_and_altered_ones_are_not_found(client: Client) -> None:
    case = make_case()
    links.link_for_calendar(case.mentee)
    good = feed(case.mentee)
    page_token = links.token(link_of(case, case.mentee))
    for address in (
        good.replace(".ics", "x.ics"),
        f"/mentoring/p/calendar/{page_token}.ics",
        good.replace("p/c", "p/d"),
    ):
        assert client.get(address).status_code in (403, 404), address
    assert client.post(good).status_code == 405
    Mentee.objects.filter(pk=case.mentee_id).update(anonymised_at=clock.now())
    assert client.get(good).status_code == 404


def test_one_in_use_does_not_run_out(client: Client) -> None:
    case = make_case()
    link = links.link_for_calendar(case.mentee)
    later = link.expires_at - datetime.timedelta(days=1)
    with clock.at(later):
        assert client.get(feed(case.mentee)).status_code == 200
    assert PrivateLink.objects.get(pk=link.pk).expires_at > link.expires_at
    with clock.at(PrivateLink.objects.get(pk=link.pk).expires_at + datetime.timedelta(days=1)):
        assert client.get(f"/mentoring/p/calendar/{links.token(link)}.ics").status_code == 404
