"""A browser without JavaScript that has opened somebody's private page."""

from collections.abc import Callable

import pytest
from django.test import Client

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentee, PrivateLink

Opened = Callable[..., Client]


def link_of(case: Case, person: object) -> PrivateLink:
    """Return the private link of a mentee or mentor to ``case``."""
    return links.link_for(case, **{"mentee" if isinstance(person, Mentee) else "mentor": person})


def address(case: Case, person: object) -> str:
    """Return the path of the private link of ``person``."""
    return f"/mentoring/p/{links.token(link_of(case, person))}/"


@pytest.fixture
def opened(db: None) -> Opened:
    """Return a function that opens the page of a person of a case, by the mentee by default."""

    def open_page(case: Case, person: object = None, language: str = "") -> Client:
        client = Client()
        if language:
            client.cookies["django_language"] = language
        response = client.post(address(case, person or case.mentee))
        assert response.status_code == 302 and response.url == "/mentoring/p/"
        return client

    return open_page
