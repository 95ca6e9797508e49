"""Everything that is kept about the person, to take along: for people as PDF, for machines as JSON."""

import datetime
import logging
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from wagtail.log_actions import log

from wagtail_mentoring import clock
from wagtail_mentoring.cases.corrections import EXPORTED, note_on_cases
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.export_sheet import render_export
from wagtail_mentoring.people.log import OWN_EXPORT
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy.limits import allowed

from ..certificate import language_of_page
from . import step_up
from .gathering import machine_readable, parts_of, sheet
from .visits import OwnVisit, own_frame, with_person

logger = logging.getLogger(__name__)
PURPOSE = "export"


def _note(visit: OwnVisit) -> None:
    """Write into the history that it was downloaded: whoever did it by a stolen link is seen."""
    person = visit.person
    if isinstance(person, Mentor):
        log(person, OWN_EXPORT)
    else:
        note_on_cases(person, EXPORTED)


def _reference(visit: OwnVisit) -> str:
    return visit.case.reference if visit.case else visit.union.short


def _file(response: HttpResponse, ending: str) -> HttpResponse:
    name = f"mentoring-{clock.today().isoformat()}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _made_at() -> datetime.datetime:
    return timezone.localtime(clock.now())


@with_person
@require_safe
def export(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """The two files to choose from. Without a fresh code, the way to one."""
    if not step_up.is_fresh(request, visit.link, PURPOSE):
        return step_up.to_code(PURPOSE)
    return _page(request, visit)


def _page(request: HttpRequest, visit: OwnVisit, *, status: int = 200, **context: Any) -> HttpResponse:
    context = own_frame(visit, minutes=step_up.FRESH_MINUTES, **context)
    return render(request, step_up.TEMPLATES + "export.html", context, status=status)


@with_person
@require_safe
def as_json(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """The data for machines."""
    if not step_up.is_fresh(request, visit.link, PURPOSE):
        return step_up.to_code(PURPOSE)
    found = machine_readable(visit.person, parts_of(visit.person), made_at=_made_at(), reference=_reference(visit))
    _note(visit)
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
    code, _name = language_of_page()
    made = sheet(visit.person, parts_of(visit.person), made_at=_made_at(), reference=_reference(visit), language=code)
    try:
        content = render_export(made).content
    except DocumentRenderError:
        logger.exception("The export of %s could not be made", _reference(visit))
        return _page(request, visit, failed=True, status=503)
    _note(visit)
    return _file(HttpResponse(content, content_type="application/pdf"), "pdf")
