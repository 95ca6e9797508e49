"""The planned meeting: when and where, another place, and cancelling it."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from wagtail_mentoring.applications.forms import StepForm
from wagtail_mentoring.cases import moves
from wagtail_mentoring.meetings.guides import guide_numbers
from wagtail_mentoring.meetings.models import Meeting
from wagtail_mentoring.meetings.recording import ends_at, to_record
from wagtail_mentoring.meetings.searching import change_place
from wagtail_mentoring.meetings.whose import acting
from wagtail_mentoring.people.models import Mentor

from ..session import Visit
from .entering import HOME, Outcome, has_one_mentor, page, submitted, with_one_of_three, zone_words
from .meeting_forms import CancelForm
from .time_forms import PlaceForm

MEETING = "wagtail_mentoring:portal_meeting"


def planned_meeting(visit: Visit) -> Meeting | None:
    """Return the planned meeting of the visitor's case, or None."""
    return Meeting.objects.planned_of(visit.case)


def _shown(request: HttpRequest) -> str:
    """Return the stamp of the meeting that the page showed on which the button was pressed."""
    return request.POST.get("shown", "")


@with_one_of_three
@require_safe
def meeting(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The planned meeting. One that has begun is for the mentors to record."""
    found = to_record(visit.case)
    if found.planned is None:
        return redirect(HOME)
    if found.begun and isinstance(visit.person, Mentor):
        return redirect("wagtail_mentoring:portal_meeting_record")
    guide = found.number in guide_numbers(visit.case)
    return page(
        request,
        visit,
        "meeting",
        found=found,
        ends_at=ends_at(found.planned),
        guide=guide,
        alone=has_one_mentor(visit.case),
        zone=zone_words(visit),
    )


@sensitive_post_parameters()
@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Another place for the planned meeting; its time stays."""
    planned = planned_meeting(visit)
    if planned is None:
        return redirect(HOME)
    form = PlaceForm(request.POST if request.method == "POST" else None, initial={"place": planned.place})

    def change(given: dict[str, Any]) -> None:
        change_place(visit.case.pk, visit.person, given["place"], shown=_shown(request))

    outcome = submitted(request, visit, form, change, to=MEETING)
    return outcome.answer or _still(request, visit, "place", form, outcome, planned)


@sensitive_post_parameters()
@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Say what cancelling does, and ask for a word about it that may be left out; POST cancels."""
    planned = planned_meeting(visit)
    if planned is None:
        return redirect(HOME)
    form = CancelForm(request.POST if request.method == "POST" else None)

    def cancelled(given: dict[str, Any]) -> None:
        moves.move(visit.case.pk, "cancel_meeting", acting(visit.person), given | {"shown": _shown(request)})

    outcome = submitted(request, visit, form, cancelled, to=HOME)
    return outcome.answer or _still(request, visit, "cancel", form, outcome, planned)


def _still(
    request: HttpRequest, visit: Visit, name: str, form: StepForm, outcome: Outcome, planned: Meeting
) -> HttpResponseBase:
    """Show the page ``name`` of the meeting, as it is by now where a step was refused; without one, the own page."""
    current = planned_meeting(visit) if outcome.refused else planned
    if current is None:
        return redirect(HOME)
    return page(request, visit, name, form=form, message=outcome.message, status=outcome.status, planned=current)
