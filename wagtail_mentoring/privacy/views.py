"""The one view that hands out private files: CVs and documents."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from wagtail_mentoring.programme.rights import may_read

from .files import FileChanged, read
from .models import PrivateFile
from .ownership import owner_of
from .reading import record_reading

_RIGHT = "wagtail_mentoring.view_case"


@never_cache
@require_GET
def private_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Serve a private file to those who may read its union's cases, and record the reading.

    Raises PermissionDenied without the right to view cases, and Http404 for a file of another union: as if it did not
    exist. A file that is damaged or gone is answered with 410 and a sentence.
    """
    if not request.user.has_perm(_RIGHT):
        raise PermissionDenied
    stored = get_object_or_404(PrivateFile, pk=pk)
    owner = owner_of(stored)
    if owner is None or not may_read(request.user, stored.union_id):
        raise Http404
    try:
        content = read(stored)
    except FileChanged:
        return HttpResponse(
            _("This file is damaged or gone, and is not shown. Tell the person who looks after the site."),
            status=410,
            content_type="text/plain; charset=utf-8",
        )
    record_reading(request.user, stored.union_id, owner.what, owner.case_id)
    return download(stored, content)


def download(stored: PrivateFile, content: bytes) -> HttpResponse:
    """Return the file as a download that no browser shows in place, guesses about or keeps."""
    response = HttpResponse(content, content_type=stored.content_type or "application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, stored.name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
