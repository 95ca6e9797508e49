"""Files that are held in memory only: the first one, and no more of it than the limit."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory

from wagtail_mentoring.privacy.uploads import MemoryUploadHandler


def request(**files: bytes) -> HttpRequest:
    data = {name: SimpleUploadedFile(f"{name}.pdf", content) for name, content in files.items()}
    return RequestFactory().post("/", data)


def received(given: HttpRequest, limit: int) -> tuple[MemoryUploadHandler, dict[str, bytes]]:
    handler = MemoryUploadHandler(given, limit=limit)
    given.upload_handlers = [handler]
    return handler, {name: file.read() for name, file in given.FILES.items()}


def test_a_second_file_is_not_kept() -> None:
    """It would take the place of the first, or as much memory again; and nobody asked for it."""
    handler, files = received(request(first=b"the first", second=b"x" * 100), limit=50)
    assert files == {"first": b"the first"}
    assert handler.kept.getbuffer().nbytes == 0, "nothing of the second"


def test_a_second_file_of_the_same_name() -> None:
    given = RequestFactory().post("/", {"file": [SimpleUploadedFile("a", b"one"), SimpleUploadedFile("b", b"two")]})
    handler = MemoryUploadHandler(given, limit=50)
    given.upload_handlers = [handler]
    assert [file.read() for file in given.FILES.getlist("file")] == [b"one"]


def test_of_a_large_file_one_byte_more_than_the_limit() -> None:
    assert received(request(file=b"x" * 200), limit=50)[1] == {"file": b"x" * 51}
    assert received(request(file=b"x" * 50), limit=50)[1] == {"file": b"x" * 50}
