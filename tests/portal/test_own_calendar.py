"""The private address of a person's calendar: made, read by a program, made anew, stopped."""

import datetime
from typing import Any

import icalendar
import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_case, make_field, make_handler, make_mentor, pair_of
from tests.portal.asking import own
from tests.portal.conftest import link_of
from tests.portal.own import CODE, DATA, step_up
from wagtail_mentoring import clock
from wagtail_mentoring.people import address_changes, links
from wagtail_mentoring.people.models import Mentee, MentorLogEntry, PrivateLink

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
    step_up(page, "calendar")
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
        page = own(one)
        step_up(page, "calendar")
        page.post(PAGE, {"what": "make"})
    assert b"BEGIN:VEVENT" in client.get(feed(mentor)).content
    assert b"BEGIN:VEVENT" not in client.get(feed(stranger)).content


def test_a_link_alone_neither_makes_nor_shows_it_and_may_stop_it(opened: Any, client: Client) -> None:
    case = make_case(make_field(), "paired")
    thief = opened(case)
    for what in ("make", "renew", "anything"):
        assert thief.post(PAGE, {"what": what}).url == CODE("calendar")
    assert links.calendar_link(case.mentee) is None
    links.link_for_calendar(case.mentee)
    address = feed(case.mentee)
    for what in ("make", "renew"):
        assert thief.post(PAGE, {"what": what}).url == CODE("calendar")
    shown = thief.get(PAGE).content.decode()
    assert ".ics" not in shown and "Show my private address" in shown and client.get(address).status_code == 200
    assert thief.post(PAGE, {"what": "stop"}).url == PAGE and client.get(address).status_code == 404
    assert case.log.filter(action="mentoring.own_calendar").count() == 1

    page = opened(case)
    step_up(page, "calendar")
    assert page.post(PAGE, {"what": "make"}).url == PAGE and feed(case.mentee) in page.get(PAGE).content.decode()
    with clock.at(clock.now() + datetime.timedelta(minutes=11)):
        assert ".ics" not in page.get(PAGE).content.decode()


def test_each_change_is_in_the_history_and_they_are_limited(opened: Any, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"LIMIT_WRITE": "3/hour"}
    mentor = make_mentor(make_field())
    page = own(mentor)
    step_up(page, "calendar")
    for what in ("make", "renew", "stop"):
        assert page.post(PAGE, {"what": what}).status_code == 302
    refused = page.post(PAGE, {"what": "make"})
    assert refused.status_code == 429 and "very often" in refused.content.decode()
    assert links.calendar_link(mentor) is None
    assert MentorLogEntry.objects.filter(mentor=mentor, action="mentoring.own_calendar").count() == 3


@pytest.mark.parametrize("ended_by", ["fresh link", "revocation", "another address", "corrected in the admin"])
def test_it_ends_with_the_links_that_could_show_it(opened: Any, client: Client, ended_by: str) -> None:
    case = make_case(make_field(), "paired")
    mentor = pair_of(case)[0]
    link, handler = link_of(case, mentor), make_handler(case.union)
    links.link_for_calendar(mentor)
    others = links.link_for_calendar(case.mentee)
    address = feed(mentor)
    assert client.get(address).status_code == 200
    if ended_by == "fresh link":
        admin = Client()
        admin.force_login(handler)
        sent = admin.post(reverse("mentoring_desk:send_link", args=[case.pk, link.pk]), {"way": "mail"})
        assert sent.status_code == 302
    elif ended_by == "revocation":
        links.revoke(link)
    elif ended_by == "another address":
        change = address_changes.ask(mentor, "new@example.org", by_handler=True)
        address_changes.decide(change.pk, handler, accept=True)
    else:
        address_changes.correct(mentor, "new@example.org", handler)
    assert client.get(address).status_code == 404 and links.calendar_link(mentor) is None
    assert links.calendar_link(case.mentee) == others
    # Made anew, it has another address.
    links.link_for_calendar(mentor)
    assert client.get(address).status_code == 404 and client.get(feed(mentor)).status_code == 200


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
