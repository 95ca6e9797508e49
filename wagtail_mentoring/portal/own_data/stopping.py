""" "I want to stop": the mentee ends the mentoring; a mentor tells the contact person, and the mentoring goes on."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.meetings.models import Meeting, MeetingStatus
from wagtail_mentoring.pairing.leaving import ask_to_leave, wants_to_leave
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import CaseState, StepRefused

from ..session import Visit, frame, with_visit
from .forms import StopForm
from .visits import TEMPLATES

HOME = "wagtail_mentoring:portal_home"


@sensitive_post_parameters()
@with_visit
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Say what will happen; POST does it. What is over already goes to the own page, which says so."""
    case, person = visit.case, visit.person
    if case.anonymised_at is not None:
        raise Http404
    if case.case_state == CaseState.CLOSED:
        return redirect(HOME)
    if isinstance(person, Mentor) and not actors.mentor_on(person, case).roles:
        return redirect(HOME)
    form, message = StopForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if isinstance(person, Mentor):
                ask_to_leave(case.pk, person, reason)
                return redirect("wagtail_mentoring:portal_stop")
            moves.move(case.pk, "withdraw", lambda one: actors.mentee_on(person, one), {"reason": reason})
            return redirect(HOME)
        except StepRefused as refusal:
            message = str(refusal)
    return _page(request, visit, form, message)


def _page(request: HttpRequest, visit: Visit, form: StopForm, message: str) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "message": message}
    if isinstance(visit.person, Mentor):
        context["told"] = wants_to_leave(visit.case, visit.person)
    else:
        meetings = Meeting.objects.filter(case=visit.case)
        context |= {
            "mentors": actors.current_mentors(visit.case).count(),
            "planned": meetings.filter(status=MeetingStatus.PLANNED).exists(),
            "held": meetings.filter(status=MeetingStatus.HELD).count(),
        }
    status = 409 if message else 422 if form.errors else 200
    name = "leave_pair.html" if isinstance(visit.person, Mentor) else "stop.html"
    return render(request, TEMPLATES + name, frame(visit, **context), status=status)
