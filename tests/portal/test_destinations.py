"""A private link with the name of a page opens that page after one press; what it does not know opens the home."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import as_handler, make_case, make_mentor, pair_of
from tests.portal.conftest import address
from tests.portal.three import FEEDBACK, HOME, MESSAGES, TIMES, soon, three
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings import searching
from wagtail_mentoring.meetings.models import Slot
from wagtail_mentoring.people import links
from wagtail_mentoring.portal.destinations import ROUTES

pytestmark = pytest.mark.django_db


def another_time_is_looked_for() -> Case:
    """Return a case whose next meeting has a time, while the three look for a better one."""
    case = three("meeting_1")
    first, second = pair_of(case)
    searching.suggest(case.pk, first, starts=[soon()], place="Oodi", minutes=90)
    slot = Slot.objects.get(search__case=case)
    for person in (case.mentee, second):
        searching.answer(case.pk, person, {slot.pk}, {slot.pk})
    searching.fix(case.pk, first, slot.pk)
    searching.suggest(case.pk, second, starts=[soon(5)], place="Oodi", minutes=90)
    return case


@pytest.mark.parametrize("name", ROUTES)
def test_the_press_leads_to_the_page_that_is_meant(client: Client, name: str) -> None:
    case = another_time_is_looked_for()
    opening = f"{address(case, case.mentee)}?to={name}"
    page = client.get(opening).content.decode()
    # Nothing before the press but what is asked.
    assert client.get(HOME).status_code == 403
    (heading,) = re.findall(r"<h1>(.*?)</h1>", page)
    assert heading != "Open your page" and f"<title>{heading}" in page and "Open my page" in page
    assert re.search(r'<form method="post">', page)
    meant = reverse(ROUTES[name])
    assert client.post(opening).url == meant
    # Where the page is open already, it is the same.
    assert client.get(opening).status_code == 200 and client.post(opening).url == meant


def test_feedback_and_messages_are_there(client: Client) -> None:
    case = three("meeting_1")
    page = client.post(f"{address(case, case.mentee)}?to=feedback", follow=True)
    assert (
        page.request["PATH_INFO"] == FEEDBACK and "How did your first meeting together feel?" in page.content.decode()
    )
    page = client.post(f"{address(case, pair_of(case)[0])}?to=messages", follow=True)
    assert page.request["PATH_INFO"] == MESSAGES


@pytest.mark.parametrize(
    "name", ["", "home", "//evil.example/", "https://evil.example/", "/admin/", "feedback/", "FEEDBACK", "a" * 5000]
)
def test_what_is_not_known_leads_home(client: Client, name: str) -> None:
    case = three("meeting_1")
    page = client.get(address(case, case.mentee), {"to": name}).content.decode()
    assert "<h1>Open your page</h1>" in page and "evil" not in page.split("<main")[-1]
    assert client.post(f"{address(case, case.mentee)}?to={name}").url == HOME
    # No second name of an address decides either.
    assert client.post(f"{address(case, case.mentee)}?next=/admin/&to=").url == HOME


@pytest.mark.parametrize("name", ROUTES)
def test_a_page_that_is_not_there_yet_or_any_more_leads_somewhere(client: Client, name: str) -> None:
    back = make_case(state="meeting_1")
    moves.move(back.pk, "go_back", as_handler(), {"reason": "They have no time any more."})
    for case in (make_case(), make_case(state="closed"), back):
        page = client.post(f"{address(case, case.mentee)}?to={name}", follow=True)
        assert page.status_code == 200


@pytest.mark.parametrize("name", ["tick", "times", "record"])
def test_an_old_mail_asks_nothing_new(client: Client, name: str) -> None:
    # The time was fixed, or another one said how it went: neither new times nor the next meeting is meant.
    case = three("meeting_1")
    mentor = pair_of(case)[0]
    assert client.post(f"{address(case, mentor)}?to={name}").url == HOME
    searching.suggest(case.pk, mentor, starts=[soon()], place="Oodi", minutes=90)
    assert client.post(f"{address(case, mentor)}?to={name}").url == (HOME if name == "record" else TIMES)


def test_the_page_of_an_invitation_or_of_a_mentor_knows_none(client: Client) -> None:
    mentor = make_mentor()
    opening = f"/mentoring/p/{links.token(links.link_for_mentor(mentor))}/?to=feedback"
    assert "<h1>Open your page</h1>" in client.get(opening).content.decode()
    assert client.post(opening).url == reverse("wagtail_mentoring:portal_mentor")
