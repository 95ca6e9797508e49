"""Headless Chromium on the live server: a browser, pages for several people, a watch over what goes wrong unseen."""

import os
from collections.abc import Callable, Iterator
from typing import Any

# Playwright keeps an event loop in this thread, in which Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.driving import ARGUMENTS, DESKTOP, Problems, find_chromium, watch


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium for the tests of one file.

    Not for the whole process: Playwright's event loop runs until it ends, and tests in between that sign documents
    have loops of their own.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def problems() -> Iterator[Problems]:
    """Problems seen by the pages of this test; the test fails when any is left."""
    collected = Problems()
    yield collected
    assert not collected, "\n".join(collected)


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(chromium: Browser, live_server: Any, problems: Problems) -> Iterator[NewPage]:
    """Return a function that opens a page of its own (cookies apart from other pages: another person).

    ``user``: log this Wagtail user in. ``size``: DESKTOP or PHONE. Further arguments go to the browser context,
    such as ``locale="fi"``, ``java_script_enabled=False`` or ``color_scheme="dark"``.
    """
    contexts: list[BrowserContext] = []

    def make(user: Any = None, size: dict[str, int] = DESKTOP, **options: Any) -> Page:
        options.setdefault("locale", "en")
        context = chromium.new_context(base_url=live_server.url, viewport=size, reduced_motion="reduce", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        if user is not None:
            from django.conf import settings
            from django.test import Client

            client = Client()
            client.force_login(user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page = context.new_page()
        watch(page, live_server.url, problems)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A visitor's page at desktop size."""
    return new_page()
