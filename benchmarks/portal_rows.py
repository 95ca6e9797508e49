"""A mentee's private page against a plain Wagtail page: as the server makes it, and as a person waits for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from django.test.testcases import LiveServerThread
from django.urls import reverse

from tests.browser.driving import ARGUMENTS, PHONE, find_chromium
from tests.factories import make_case, make_mentor
from wagtail_mentoring.people import links
from wagtail_mentoring.setup.programme import load_themes

from .measure import Arm, Row, compare
from .rows import ROUNDS, field_page, plain_page_like

HOST = "127.0.0.1"
MADE_AT_MOST = 2.5


def a_private_page() -> list[Row]:
    """A mentee's own page in the middle of the way, against a plain Wagtail page with the text of a field page.

    Once in process: what the server has to do. That page asks for what fifteen tables know of one person, the plain
    one for one row that is the same for everybody, so there is no limit but the figure before. And once as a person
    waits for it: from the click to the loaded page, in a browser with the size of a phone, over HTTP.
    """
    page = field_page()
    plain = plain_page_like(page, "plain-beside-private").get_url()
    field = page.field
    # As on every site: with the guides to the meetings, which a case keeps from its first day.
    load_themes(field.participation.programme)
    case = make_case(field, "meeting_2", mentors=[make_mentor(field), make_mentor(field)])
    opened = Client()
    address = reverse("wagtail_mentoring:portal_open", args=[links.token(links.link_for(case, mentee=case.mentee))])
    assert opened.post(address).status_code == 302
    home = reverse("wagtail_mentoring:portal_home")
    told = "a mentee's private page", "a plain Wagtail page"
    made = compare(
        f"{told[0]}, made", _get(opened, home), told[1], _get(Client(), plain), at_most=MADE_AT_MOST, rounds=ROUNDS
    )
    with _loading({settings.SESSION_COOKIE_NAME: opened.cookies[settings.SESSION_COOKIE_NAME].value}) as load:
        loaded = compare(
            f"{told[0]}, loaded in a browser", load(home), told[1], load(plain), at_most=1.5, rounds=ROUNDS
        )
    return made + loaded


def _get(browser: Client, address: str) -> Arm:
    def ready() -> Any:
        def get() -> None:
            assert browser.get(address).status_code == 200

        return get

    return ready


@contextmanager
def _loading(cookies: dict[str, str]) -> Iterator[Any]:
    """Yield what makes an arm of an address: the page is loaded in Chromium until its styles and pictures are there.

    The server is a thread of this process. Files of styles and fonts are in the browser's cache after the first time.
    """
    # Playwright keeps an event loop in this thread, in which Django would refuse the database.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    from playwright.sync_api import ViewportSize, sync_playwright

    server = LiveServerThread(HOST, StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    base = f"http://{HOST}:{server.port}"
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            size = ViewportSize(width=PHONE["width"], height=PHONE["height"])
            context = chromium.new_context(base_url=base, viewport=size, locale="en")
            context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
            page = context.new_page()

            def load(address: str) -> Arm:
                def ready() -> Any:
                    page.goto("about:blank")

                    def goto() -> None:
                        response = page.goto(address, wait_until="load")
                        assert response is not None and response.status == 200

                    return goto

                return ready

            yield load
            chromium.close()
    finally:
        server.terminate()
        server.join()
