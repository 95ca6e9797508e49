"""The public page that checks a document: what it answers, and that it keeps nothing."""

import io
import tempfile
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DEFAULT_DB_ALIAS
from django.test import Client, RequestFactory
from django.urls import resolve

from tests.documents import attacks
from tests.documents.signatures import MENTEE, authority, issued, person, signed
from wagtail_mentoring.documents.errors import WorkerBusy
from wagtail_mentoring.privacy.uploads import MemoryUploadHandler

pytestmark = pytest.mark.django_db
ADDRESS = "/mentoring/verify/"


def post(content: bytes | None, client: Client | None = None, name: str = "agreement.pdf") -> Any:
    data = {} if content is None else {"document": SimpleUploadedFile(name, content, "application/pdf")}
    return (client or Client()).post(ADDRESS, data)


def test_the_form_is_there_and_every_page_leads_to_it() -> None:
    response = Client().get(ADDRESS)
    html = response.content.decode()
    assert response.status_code == 200 and "Check a document" in html
    assert response.headers["Cache-Control"] == "no-store, private"
    assert html.index("csrfmiddlewaretoken") < html.index('type="file"')
    assert f'href="{ADDRESS}"' in Client().get("/mentoring/texts/cookies/").content.decode()


def test_no_transaction_lies_around_the_looking() -> None:
    """It takes seconds, and on a site with ATOMIC_REQUESTS the count of visits would be held all the while."""
    assert resolve(ADDRESS).func._non_atomic_requests == {DEFAULT_DB_ALIAS}


def test_a_document_of_ours_is_told_in_plain_words() -> None:
    response = post(signed(issued(), person(MENTEE, authority())))
    html = response.content.decode()
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store, private"
    assert "<h1>This document is genuine and unchanged</h1>" in html
    for words in ("SAFA-2026-0417", "Finnish Association of Architects SAFA", "Signed by Amal Example",
                  "Example Population Register CA", "Ethics agreement", "stand in the signing record"):  # fmt: skip
        assert words in html, words


@pytest.mark.parametrize(
    ("make", "headline", "words"),
    [
        (lambda: attacks.page_text(issued()), "This document was changed", "A page was changed."),
        (lambda: issued()[:9000], "We cannot read this file", "Its end is missing"),
        (lambda: b"Dear union", "We cannot read this file", "It is not a PDF"),
    ],
)
def test_what_is_wrong_is_told(make: Any, headline: str, words: str) -> None:
    html = post(make()).content.decode()
    assert headline in html and words in html
    assert "genuine" not in html


def test_a_strange_file_shows_nothing_of_what_it_says() -> None:
    """Its title could be any text that somebody wants to see on our page."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        with pdf.open_metadata() as metadata:
            metadata["dc:title"] = "Buy gold now"
        pdf.save(out)
    html = post(out.getvalue()).content.decode()
    assert "This is not a document of ours" in html and "Buy gold" not in html
    html = post(attacks.rewritten(issued())).content.decode()
    assert "The part that the union certified was altered" in html and "SAFA-2026-0417" not in html


def test_no_file_and_an_empty_one_are_told_beside_the_field() -> None:
    for content, words in ((None, "Choose the file first."), (b"", "The file is empty.")):
        response = post(content)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert 'aria-invalid="true"' in response.content.decode()


@pytest.mark.parametrize("times", [1.5, 8])
def test_a_large_file_is_told_beside_the_field(settings: Any, times: float) -> None:
    """One that is read to its end, and one at which the reading stops."""
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "UPLOAD_MAX_BYTES": 200_000}
    response = post(b"%PDF-" + b"x" * int(200_000 * times))
    assert response.status_code == 422
    assert "The file is larger than 195.3" in response.content.decode()


class Endless:
    """An upload that never ends."""

    def __init__(self) -> None:
        self.head = (
            b'--b\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\n'
            b"Content-Type: application/pdf\r\n\r\n"
        )
        self.given = 0

    def read(self, size: int) -> bytes:
        self.given += size
        piece, self.head = self.head or b"x" * size, b""
        return piece


def test_reading_stops_early() -> None:
    """Of an endless upload no more is read than a few times the limit, and no more is kept than the limit."""
    handler = MemoryUploadHandler(limit=100_000)
    stream = Endless()
    request = RequestFactory().generic("POST", ADDRESS, b"x", "multipart/form-data; boundary=b")
    request.META["CONTENT_LENGTH"] = str(10**12)
    request._stream = stream  # type: ignore[assignment]
    request.upload_handlers = [handler]
    assert not request.FILES
    assert 600_000 < stream.given < 1_000_000
    assert handler.as_file().size == 100_001


def test_nothing_is_written_to_a_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> None:
    """Django puts files above 2.5 MB into the system's folder for temporary files by default."""
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "DOCUMENT_PROCESSES": 0}
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    content = issued() + b"\0" * 4_000_000
    post(content)  # What is loaded with the first look may need a file for itself.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a temporary file was made")

    for name in ("NamedTemporaryFile", "TemporaryFile", "mkstemp", "mkdtemp", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("django.core.files.temp.NamedTemporaryFile", refuse)  # Django keeps a name of its own.
    html = post(content).content.decode()
    assert "Something that is no signature stands at the end" in html
    assert list(tmp_path.iterdir()) == []


def test_the_token_is_asked_for() -> None:
    client = Client(enforce_csrf_checks=True)
    assert post(issued(), client).status_code == 403
    client.get(ADDRESS)
    data = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, "document": io.BytesIO(b"no pdf")}
    assert client.post(ADDRESS, data).status_code == 200


def test_only_so_many_an_hour(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LIMIT_VERIFY": "2/hour"}
    client = Client(REMOTE_ADDR="198.51.100.77")
    assert [post(b"no pdf", client).status_code for _ in range(3)] == [200, 200, 429]
    response = post(b"no pdf", client)
    assert "many files were checked lately" in response.content.decode()
    assert post(b"no pdf", Client(REMOTE_ADDR="198.51.100.78")).status_code == 200


def test_other_methods_are_refused() -> None:
    assert Client().put(ADDRESS).status_code == 405


def test_when_too_many_are_looked_at_nothing_is_said_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise WorkerBusy("Many files are being looked at just now. Try again in a minute.")

    monkeypatch.setattr("wagtail_mentoring.documents.verify.call", refuse)
    response = post(issued())
    html = response.content.decode()
    assert response.status_code == 503 and "Try again in a minute." in html
    assert "cannot read this file" not in html
