"""Private files: handed out by one checked view, and every reading is written down."""

import datetime
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from tests.factories import make_case, make_field, make_handler, make_supervisor, make_union, make_user
from wagtail_mentoring.models import PrivateFile, ReadingLogEntry
from wagtail_mentoring.privacy.files import store, sweep
from wagtail_mentoring.privacy.storage import private_storage

pytestmark = pytest.mark.django_db

CONTENT = b"%PDF-1.7 a curriculum"


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def cv() -> PrivateFile:
    """The CV of a case of TEK."""
    case = make_case(make_field(make_union("tek")))
    stored = store(case.union, "Åsa's CV.pdf", CONTENT, "application/pdf")
    case.application.cv = stored
    case.application.save()
    return stored


def address(stored: PrivateFile) -> str:
    return reverse("wagtail_mentoring_private_file", args=[stored.pk])


def test_the_handler_of_the_union_gets_it_and_the_reading_is_logged(cv: PrivateFile) -> None:
    handler = make_handler(make_union("tek"))
    response = client_of(handler).get(address(cv))
    assert (response.status_code, response.content) == (200, CONTENT)
    headers = response.headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "%C3%85sa" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    entry = ReadingLogEntry.objects.get()
    assert (entry.user, entry.union_id, entry.what) == (handler, cv.union_id, "cv")
    assert entry.case is not None and entry.case.application.cv == cv


def test_a_supervisor_reads_it_too(cv: PrivateFile) -> None:
    assert client_of(make_supervisor(make_union("tek"))).get(address(cv)).status_code == 200
    assert ReadingLogEntry.objects.count() == 1


def test_to_another_union_it_does_not_exist(cv: PrivateFile) -> None:
    stranger = client_of(make_handler(make_union("safa")))
    foreign = stranger.get(address(cv))
    missing = stranger.get(reverse("wagtail_mentoring_private_file", args=[cv.pk + 999]))
    assert foreign.status_code == missing.status_code == 404
    assert CONTENT not in foreign.content
    assert not ReadingLogEntry.objects.exists()


def test_without_the_right_to_view_cases_it_is_refused(cv: PrivateFile) -> None:
    assert client_of(make_user("editor", ("view_mentor",))).get(address(cv)).status_code in (302, 403)
    anonymous = Client().get(address(cv))
    assert anonymous.status_code == 302 and "login" in anonymous.headers["Location"]
    assert not ReadingLogEntry.objects.exists()


def test_a_file_of_no_case_is_served_to_nobody() -> None:
    stored = store(make_union("tek"), "draft.pdf", CONTENT, "application/pdf")
    assert client_of(make_handler(make_union("tek"))).get(address(stored)).status_code == 404


def test_it_is_read_by_get_alone(cv: PrivateFile) -> None:
    assert client_of(make_handler(make_union("tek"))).post(address(cv)).status_code == 405


@pytest.mark.parametrize("damage", ["altered", "gone"])
def test_a_damaged_file_is_not_handed_out(cv: PrivateFile, damage: str) -> None:
    path = Path(private_storage().path(cv.file))
    assert CONTENT not in path.read_bytes(), "stored encrypted"
    path.unlink() if damage == "gone" else path.write_bytes(b"something else")
    response = client_of(make_handler(make_union("tek"))).get(address(cv))
    assert response.status_code == 410
    assert "damaged or gone" in response.content.decode()
    assert not ReadingLogEntry.objects.exists()


def test_bytes_whose_row_cannot_be_written_are_not_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    union = make_union("tek")

    def fail(**columns: Any) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(PrivateFile.objects, "create", fail)
    folder = Path(private_storage().path(union.slug))
    before = set(folder.glob("*"))
    with pytest.raises(RuntimeError):
        store(union, "cv.pdf", CONTENT, "application/pdf")
    assert set(folder.glob("*")) == before


def test_what_a_killed_process_left_is_swept_away(cv: PrivateFile) -> None:
    """Bytes without a row: the young may belong to a transaction that still runs, the old to nobody."""
    storage = private_storage()
    left = [storage.save(f"{cv.union.slug}/{name}", ContentFile(b"left behind")) for name in ("old", "young")]
    day = 24 * 60 * 60
    for name in (left[0], cv.file):
        path = Path(storage.path(name))
        os.utime(path, (path.stat().st_atime - 2 * day, path.stat().st_mtime - 2 * day))
    assert sweep() == 1
    assert not storage.exists(left[0])
    assert storage.exists(left[1]) and storage.exists(cv.file)
    assert sweep() == 0
    sweep(datetime.timedelta(0))
    assert not storage.exists(left[1]) and storage.exists(cv.file)
    # The row goes with this test: a later one that sweeps must not find the old bytes.
    storage.delete(cv.file)
