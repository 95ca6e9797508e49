"""Whose tries are counted together: the address of a visitor, also behind a proxy."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client, RequestFactory

from wagtail_mentoring.privacy.limits import client_address


def by_last_hop(request: HttpRequest) -> str:
    """As a site behind one proxy of its own may write it: the last address is the one that the proxy has seen."""
    return request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()


def test_what_a_visitor_claims_counts_for_nothing_by_itself() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR="203.0.113.5")
    assert client_address(request) == "198.51.100.1"


def test_a_site_says_where_the_address_stands(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "CLIENT_ADDRESS": f"{__name__}.by_last_hop"}
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.9, 203.0.113.5")
    assert client_address(request) == "203.0.113.5"
    # Without it, as from the machine itself, the address is that of the connection.
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="127.0.0.1")) == "127.0.0.1"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limit", "path", "data"),
    [
        ("LIMIT_VERIFY", "/mentoring/verify/", {}),
        ("LIMIT_LINK_REQUEST", "/mentoring/p/new-link/", {"email": "nobody@example.org"}),
    ],
)
def test_visitors_behind_a_proxy_are_counted_apart(settings: Any, limit: str, path: str, data: dict[str, str]) -> None:
    changes = {"CLIENT_ADDRESS": f"{__name__}.by_last_hop", limit: "1/hour"}
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, **changes}

    def post(address: str) -> int:
        sent = data or {"document": SimpleUploadedFile("a.pdf", b"no pdf")}
        client = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=address)
        return client.post(path, sent).status_code

    first = post("203.0.113.51")
    assert first in (200, 302)
    assert post("203.0.113.51") == 429
    assert post("203.0.113.52") == first
