"""Addresses that PostgreSQL cannot look up: text with a NUL is answered as any other that means nothing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_handler, make_user, pair_of
from tests.portal.asking import own
from tests.portal.conftest import address
from tests.portal.three import P, three

pytestmark = pytest.mark.django_db(transaction=True)
LISTS = (
    "mentoring_desk:desk mentoring_desk:cases mentoring_desk:cases_results mentoring_desk:concerns "
    "mentoring_desk:mails mentoring_mentors:index mentoring_mentors:index_results"
).split()
ASKED = (
    "q",
    "p",
    "all",
    "kind",
    "state",
    "status",
    "event",
    "union",
    "field",
    "handler",
    "ordering",
    "due",
    "show",
    "o",
)


def answers(client: Client, path: str, **sent: Any) -> set[int]:
    client.raise_request_exception = False
    return {client.get(path, sent).status_code, client.post(path, sent).status_code}


def test_on_the_private_pages() -> None:
    case = three()
    visitor, mentor, colleague = Client(), Client(), own(pair_of(case)[1])
    assert visitor.post(address(case, case.mentee)).status_code == 302
    assert mentor.post(address(case, pair_of(case)[0])).status_code == 302
    for client in (visitor, mentor, colleague):
        for path in ("case/%00/", "case/a%00b/", "mentor/case/%00/", "%00/", "calendar/%00.ics", "data/code/%00/"):
            assert answers(client, P + path) <= {403, 404, 405}, path
        for path in ("", "times/", "messages/", "notes/", "feedback/", "data/", "data/calendar/", "mentor/"):
            assert not {500} & answers(client, P + path, what="\0", slot="\0", meeting="\0", q="\0", body="\0"), path
    assert answers(Client(), "/mentoring/apply/resume/%00/") <= {403, 404, 405}


@pytest.mark.parametrize("name", LISTS)
def test_in_the_lists_of_the_admin(name: str) -> None:
    case = three()
    # Each name with each text and by each person; not all three crossed: a page of the desk takes its time.
    asking = ((make_handler(case.union), "a\0b", "\0"), (make_user("root", is_superuser=True), "\0", "a\0b"))
    for user, *texts in asking:
        client = Client()
        client.force_login(user)
        for number, asked in enumerate(ASKED):
            answer = client.get(reverse(name), {asked: texts[number % 2]})
            assert answer.status_code in (200, 302, 403, 404), asked
