"""Declining the agreement, with or without a reason. Whoever has declined may still sign."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.refusals import add_refusal
from wagtail_mentoring.workflows import StepRefused

from .agreement_page import actor_on, own_record
from .forms import DeclineForm
from .session import Visit, frame, with_visit


@with_visit
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Say what declining means, and ask for a reason that may be left out; POST declines."""
    record, _agreement, _party = own_record(visit)
    if not record.must_sign or record.declined:
        return redirect("wagtail_mentoring:portal_agreement")
    form = DeclineForm(request.POST if request.method == "POST" else None)
    message = ""
    if request.method == "POST" and form.is_valid():
        try:
            moves.move(visit.case.pk, "decline", lambda case: actor_on(visit, case), form.cleaned_data)
        except StepRefused as error:
            message = add_refusal(form, error)
        else:
            return redirect("wagtail_mentoring:portal_agreement")
    context = frame(visit, record=record, form=form, message=message)
    return render(
        request, "wagtail_mentoring/portal/decline.html", context, status=422 if message or form.errors else 200
    )
