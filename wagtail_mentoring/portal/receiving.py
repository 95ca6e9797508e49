"""How a file comes in: never more of it is kept than a signed copy may be large."""

import functools
import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from wagtail_mentoring.conf import conf

from .session import View


class LimitedUpload(FileUploadHandler):
    """Keeps a file in memory up to one byte more than allowed, which the check then refuses; the rest is passed by."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.kept.write(raw_data[: max(conf.UPLOAD_MAX_BYTES + 1 - self.kept.tell(), 0)])

    def file_complete(self, file_size: int) -> UploadedFile:
        size = self.kept.tell()
        self.kept.seek(0)
        return InMemoryUploadedFile(self.kept, self.field_name, self.file_name, self.content_type, size, self.charset)


def limited_upload(view: View) -> View:
    """Decorate a view that takes a file. The token of the form is checked after the handler is in place."""
    checked = csrf_protect(view)

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.upload_handlers = [LimitedUpload(request)]
        return checked(request, *args, **kwargs)

    return csrf_exempt(wrapped)
