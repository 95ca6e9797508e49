"""Correcting how one is called and reached, after a fresh code."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_mentoring.cases.corrections import correct_contact

from . import step_up
from .forms import ContactForm
from .visits import TEMPLATES, OwnVisit, own_frame, with_person


@sensitive_post_parameters()
@with_person
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """The own contact data to correct. Without a fresh code, the way to one."""
    fresh = step_up.is_fresh(request, visit.link, "contact")
    if not fresh and request.method != "POST":
        return step_up.to_code("contact")
    form = ContactForm(request.POST if request.method == "POST" else None, person=visit.person)
    if request.method == "POST" and form.is_valid() and fresh:
        correct_contact(visit.person, form.changed(visit.person))
        return redirect("wagtail_mentoring:portal_data_contact_saved")
    # The ten minutes are over: what was typed stays, and is sent again after another code.
    status = 403 if not fresh else 422 if form.errors else 200
    context = own_frame(visit, form=form, too_late=not fresh, minutes=step_up.FRESH_MINUTES)
    return render(request, TEMPLATES + "contact.html", context, status=status)


@with_person
@require_http_methods(["GET", "HEAD"])
def saved(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """Say that it is saved."""
    return render(request, TEMPLATES + "contact_saved.html", own_frame(visit))
