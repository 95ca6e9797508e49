"""What all tests share: markers by kind, and the rows that Wagtail's migrations made."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.test import TransactionTestCase
from django.utils import translation

from tests.kinds import LONG, ONE_DATABASE, WAGTAIL, is_of

HERE = Path(__file__).parent
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by kind: what runs again on PostgreSQL and on Wagtail 7.4 (tests/kinds.py)."""
    for item in items:
        path = item.path.relative_to(HERE) if item.path.is_relative_to(HERE) else item.path
        folder = path.parts[0]
        if is_of(ONE_DATABASE, path):
            item.add_marker("one_database")
        if is_of(WAGTAIL, path):
            item.add_marker("wagtail")
        if folder == "browser":
            item.add_marker("browser")
            # The files of a walk share a browser: one file, one worker.
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
        elif folder == "postgres":
            item.add_marker("postgres")
        elif item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Return 0 for the files of the browser, of which each is one worker's, 1 for what takes long, 2 for the rest."""
    if item.get_closest_marker("browser"):
        return 0
    return 1 if item.path.is_relative_to(HERE) and is_of(LONG, item.path.relative_to(HERE)) else 2


def restore_wagtail() -> None:
    """Make the rows that Wagtail's migrations leave, in a database that was made without them.

    Without them `/admin/` answers 500: locale, root page, the first page, site, root collection, the two groups.
    """
    from django.contrib.auth.models import Group
    from wagtail.models import Collection, Locale, Page, Site

    locale, _ = Locale.objects.get_or_create(language_code="en")
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    root = Page.get_first_root_node()
    if root is None:
        root = Page.add_root(title="Root", slug="root", locale=locale)
    if not Site.objects.exists():
        home = root.get_children().first() or root.add_child(
            instance=Page(title="Welcome to your new Wagtail site!", slug="home", locale=locale)
        )
        Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    for name in ("Moderators", "Editors"):
        Group.objects.get_or_create(name=name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Give the database of the process Wagtail's own rows, and have them there again after each test that commits."""
    from tests.beginning import Beginning

    with django_db_blocker.unblock():
        restore_wagtail()
        beginning = Beginning()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: beginning.put_back())
        yield


@pytest.fixture(autouse=True)
def _clean_start() -> Iterator[None]:
    """Give every test empty counters and no cached site addresses."""
    cache.clear()
    # A page in Finnish leaves the thread in Finnish, and the next test may run in the same one.
    translation.activate(settings.LANGUAGE_CODE)
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tokens of a test tell the same second, so that one made again is the same one: nothing of ours ages by it."""
    second = signing.b62_encode(int(time.time()))
    monkeypatch.setattr(signing.TimestampSigner, "timestamp", lambda signer: second)


@pytest.fixture(scope="session", autouse=True)
def _nobody_waits() -> Iterator[None]:
    """The work after an answer does not fill its slot of time, which takes a second for each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wagtail_mentoring.portal.answered.wait", lambda seconds: None)
        yield
