"""The planned meeting: when and where, another place, and cancelling it."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.refusals import add_refusal
from wagtail_mentoring.meetings.guides import guide_numbers
from wagtail_mentoring.meetings.models import Meeting
from wagtail_mentoring.meetings.recording import ends_at, to_record
from wagtail_mentoring.meetings.searching import change_place
from wagtail_mentoring.meetings.whose import acting
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused

from ..session import Visit
from .entering import HOME, has_one_mentor, may_write, page, too_often, with_one_of_three, zone_words
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
    message, status = "", None
    if request.method == "POST" and form.is_valid():
        if not may_write(visit):
            message, status = too_often(), 429
        else:
            try:
                change_place(visit.case.pk, visit.person, form.cleaned_data["place"], shown=_shown(request))
                return redirect(MEETING)
            except StepRefused as refusal:
                message = add_refusal(form, refusal)
                planned = planned_meeting(visit)
    if planned is None:
        return redirect(HOME)
    return page(request, visit, "place", form=form, message=message, status=status, planned=planned)


@sensitive_post_parameters()
@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Say what cancelling does, and ask for a word about it that may be left out; POST cancels."""
    planned = planned_meeting(visit)
    if planned is None:
        return redirect(HOME)
    form = CancelForm(request.POST if request.method == "POST" else None)
    message, status = "", None
    if request.method == "POST" and form.is_valid():
        if not may_write(visit):
            message, status = too_often(), 429
        else:
            try:
                inputs = form.cleaned_data | {"shown": _shown(request)}
                moves.move(visit.case.pk, "cancel_meeting", acting(visit.person), inputs)
                return redirect(HOME)
            except StepRefused as refusal:
                message = add_refusal(form, refusal)
                planned = planned_meeting(visit)
    if planned is None:
        return redirect(HOME)
    return page(request, visit, "cancel", form=form, message=message, status=status, planned=planned)
