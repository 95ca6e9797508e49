"""The guides to the meetings on the private page: to read, and to print."""

import logging
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wagtail_mentoring.cases.actors import mentor_on
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.meetings.guides import guide_for, guide_numbers, guide_pdf
from wagtail_mentoring.meetings.moves import theme_of
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy.limits import allowed

from .overview import Overview
from .session import Visit, frame, with_visit

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Guides:
    """The meetings to which there is a guide, and those of them that stand on the page with nothing but their guide."""

    numbers: frozenset[int]
    ahead: list[tuple[int, str]]


def guides_on(shown: Overview) -> Guides:
    """Return the guides of the page: from the day on which the case has mentors."""
    case, listed = shown.record.case, {meeting.number for meeting in shown.meetings}
    if not listed and not shown.record.members:
        return Guides(frozenset(), [])
    numbers = guide_numbers(case)
    ahead = [number for number in numbers if number not in listed] if shown.running and shown.record.members else []
    return Guides(frozenset(numbers), [(number, theme_of(case, number)) for number in ahead])


def _of_reader(visit: Visit) -> None:
    """Raise Http404 for a mentor who belongs to the case no more, and for an erased case."""
    left = isinstance(visit.person, Mentor) and not mentor_on(visit.person, visit.case).roles
    if left or visit.case.anonymised_at is not None:
        raise Http404


@with_visit
@require_safe
def guide(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """The guide to one meeting, to read."""
    _of_reader(visit)
    found = guide_for(visit.case, number)
    if found is None:
        raise Http404
    numbers = guide_numbers(visit.case)
    context = frame(
        visit,
        guide=found,
        before=max((other for other in numbers if other < number), default=None),
        after=min((other for other in numbers if other > number), default=None),
    )
    return render(request, "wagtail_mentoring/portal/guide.html", context)


@with_visit
@require_safe
def pdf(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """The guide to one meeting, to print."""
    _of_reader(visit)
    if not allowed(conf.LIMIT_RENDER, "guide", "link", visit.link.pk):
        context = frame(visit, number=number, too_often=True)
        return render(request, "wagtail_mentoring/portal/no_guide.html", context, status=429)
    try:
        found = guide_pdf(visit.case, number)
    except DocumentRenderError:
        logger.exception("The guide to meeting %s of %s could not be made", number, visit.case.reference)
        return render(request, "wagtail_mentoring/portal/no_guide.html", frame(visit, number=number), status=503)
    if found is None:
        raise Http404
    response = HttpResponse(found.content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="mentoring-{number}.pdf"'
    return response
