"""The documents of a private page as files to download."""

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wagtail_mentoring.documents.models import Document
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.views import download

from .agreement_page import own_record
from .papers import papers_of
from .session import Visit, frame, with_visit

logger = logging.getLogger(__name__)


@with_visit
@require_safe
def pdf(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The newest file of the agreement that the reader signs: to read, to sign in it, or to print."""
    _record, agreement, _party = own_record(visit)
    return _file(request, visit, agreement.files()[-1])


@with_visit
@require_safe
def document(request: HttpRequest, visit: Visit, pk: int) -> HttpResponse:
    """One of the documents that stand on the reader's page, and no other."""
    record, _agreement, _party = own_record(visit)
    found = next((paper.document for paper in papers_of(record.agreements) if paper.document.pk == pk), None)
    if found is None:
        raise Http404
    return _file(request, visit, found)


def _file(request: HttpRequest, visit: Visit, found: Document) -> HttpResponse:
    try:
        content = files.read(found.stored)
    except files.FileChanged:
        logger.exception("A document of %s cannot be read", visit.case.reference)
        return no_file(request, visit)
    return download(found.stored, content)


def no_file(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Return the page that says that a stored file is damaged or gone."""
    return render(request, "wagtail_mentoring/portal/no_file.html", frame(visit), status=503)
