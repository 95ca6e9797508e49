"""Everything that is kept about the person, to take along: PDF for people, JSON for machines, ZIP with the files."""

import datetime
import logging
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from wagtail_mentoring import clock
from wagtail_mentoring.cases.corrections import note_export
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.export_sheet import render_export
from wagtail_mentoring.privacy.limits import allowed

from ..certificate import language_of_page
from . import step_up
from .gathering import Part, files_of, machine_readable, parts_of, sheet
from .packing import packed
from .visits import TEMPLATES, OwnVisit, own_frame, with_person

logger = logging.getLogger(__name__)
PURPOSE = "export"


def _reference(visit: OwnVisit) -> str:
    return visit.case.reference if visit.case else visit.union.short


def _file(response: HttpResponseBase, ending: str) -> HttpResponseBase:
    name = f"mentoring-{clock.today().isoformat()}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _made_at() -> datetime.datetime:
    return timezone.localtime(clock.now())


@with_person
@require_safe
def export(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """What to choose from. Without a fresh code, the way to one."""
    if not step_up.is_fresh(request, visit.link, PURPOSE):
        return step_up.to_code(PURPOSE)
    return _page(request, visit)


def _page(request: HttpRequest, visit: OwnVisit, *, status: int = 200, **context: Any) -> HttpResponse:
    own = files_of(parts_of(visit.person))
    context = own_frame(visit, minutes=step_up.FRESH_MINUTES, own_files=own, **context)
    return render(request, TEMPLATES + "export.html", context, status=status)


@with_person
@require_safe
def as_json(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """The data for machines."""
    if not step_up.is_fresh(request, visit.link, PURPOSE):
        return step_up.to_code(PURPOSE)
    found = machine_readable(visit.person, parts_of(visit.person), made_at=_made_at(), reference=_reference(visit))
    note_export(visit.person)
    response = JsonResponse(found, encoder=DjangoJSONEncoder, json_dumps_params={"ensure_ascii": False, "indent": 2})
    return _file(response, "json")


@with_person
@require_safe
def as_pdf(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """The data for people, in the language of the page."""
    if not step_up.is_fresh(request, visit.link, PURPOSE):
        return step_up.to_code(PURPOSE)
    if not allowed(conf.LIMIT_RENDER, "export", visit.link.pk):
        return _page(request, visit, too_often=True, status=429)
    try:
        content = _pdf(visit, parts_of(visit.person), _made_at())
    except DocumentRenderError:
        return _not_made(request, visit)
    note_export(visit.person)
    return _file(HttpResponse(content, content_type="application/pdf"), "pdf")


def _pdf(visit: OwnVisit, parts: list[Part], made_at: datetime.datetime) -> bytes:
    """Return the data for people, in the language of the page. Raises DocumentRenderError."""
    code, _name = language_of_page()
    made = sheet(visit.person, parts, made_at=made_at, reference=_reference(visit), language=code)
    return render_export(made).content


def _not_made(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    logger.exception("The export of %s could not be made", _reference(visit))
    return _page(request, visit, failed=True, status=503)


@with_person
@require_safe
def as_zip(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """The data for people and for machines, with the files that the person gave us, in one archive."""
    if not step_up.is_fresh(request, visit.link, PURPOSE):
        return step_up.to_code(PURPOSE)
    if not allowed(conf.LIMIT_RENDER, "export", visit.link.pk):
        return _page(request, visit, too_often=True, status=429)
    parts, made_at = parts_of(visit.person), _made_at()
    try:
        pdf = _pdf(visit, parts, made_at)
    except DocumentRenderError:
        return _not_made(request, visit)
    data = machine_readable(visit.person, parts, made_at=made_at, reference=_reference(visit))
    note_export(visit.person)
    language, _name = language_of_page()
    content = packed(pdf, data, files_of(parts), made_at=made_at, language=language)
    return _file(StreamingHttpResponse(content, content_type="application/zip"), "zip")
