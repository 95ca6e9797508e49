"""Files from strangers that are looked at first: in memory only, never on a disk, and no more than so many bytes.

    class MyForm(forms.Form):
        document = MemoryFileField(label=…)

    @uploads_in_memory
    def view(request): form = MyForm(request.POST, request.FILES)

In the page the token of ``{% csrf_token %}`` must stand before the file, as what follows a huge file is not read.
"""

import io
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from wagtail_mentoring.conf import conf

#: So many times the limit is read and thrown away, so that the browser comes to its end and shows our answer.
#: Beyond that the connection is closed in the middle.
_PATIENCE = 6


class MemoryUploadHandler(FileUploadHandler):
    """Keeps one file in memory, of a larger one only ``limit`` + 1 bytes: enough to see that it is too large."""

    def __init__(self, request: HttpRequest | None = None, limit: int | None = None) -> None:
        super().__init__(request)
        self.limit = conf.UPLOAD_MAX_BYTES if limit is None else limit
        self.count = 0
        self.received = 0
        self.kept = io.BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.count += 1
        self.received = 0
        self.kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece. Nothing is handed on, so that no other handler stores it."""
        self.received += len(raw_data)
        if self.count == 1:
            self.kept.write(raw_data[: max(self.limit + 1 - self.kept.tell(), 0)])
        if self.received > _PATIENCE * self.limit:
            raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        return self.as_file() if self.count == 1 else None

    def as_file(self) -> InMemoryUploadedFile:
        """Return what was kept, as Django's forms know a file."""
        size = self.kept.tell()
        self.kept.seek(0)
        name, kind = str(self.file_name), str(self.content_type)
        return InMemoryUploadedFile(
            self.kept, str(self.field_name), name, kind, size, self.charset, self.content_type_extra
        )


class MemoryFileField(forms.FileField):
    """A file of at most UPLOAD_MAX_BYTES; the form's cleaned value is its bytes."""

    default_error_messages = {
        "required": gettext_lazy("Choose the file first."),
        "empty": gettext_lazy("The file is empty. Choose another one."),
        "missing": gettext_lazy("The file did not arrive. Choose it again."),
    }

    def clean(self, data: Any, initial: Any = None) -> Any:
        if data is not None and (data.size or 0) > conf.UPLOAD_MAX_BYTES:
            raise ValidationError(
                _("The file is larger than %(most)s. Choose a smaller one.")
                % {"most": filesizeformat(conf.UPLOAD_MAX_BYTES)},
                code="too_large",
            )
        file = super().clean(data, initial)
        if not file:
            return b""
        file.seek(0)  # A form that is made again from the same request reads it again.
        return file.read()


def uploads_in_memory(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let the view get its files in memory only. The token against forged requests is checked as ever."""
    protected = csrf_protect(view)

    # Exempt from the middleware's check, which would read the request before our handler is in place; the inner view
    # is checked instead.
    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            handler = MemoryUploadHandler(request)
            request.upload_handlers = [handler]
            files = request.FILES
            if handler.count == 1 and handler.field_name not in files:
                # The connection was closed in the middle: the form says so beside the field all the same.
                files.appendlist(str(handler.field_name), handler.as_file())
        return protected(request, *args, **kwargs)

    return wrapper
