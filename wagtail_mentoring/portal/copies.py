"""Signed copies that a person sends from the page of the agreement: a signed file, or the scan of a paper."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wagtail_mentoring.agreements import evidence
from wagtail_mentoring.agreements.evidence import Handed
from wagtail_mentoring.cases.refusals import add_refusal
from wagtail_mentoring.conf import conf
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.limits import allowed
from wagtail_mentoring.privacy.uploads import uploads_in_memory
from wagtail_mentoring.workflows import StepRefused

from .agreement_page import Way, actor_on, agreement_page, own_record
from .downloads import no_file
from .forms import ScanForm, SignedFileForm
from .session import Visit, with_visit

_FORMS: dict[Way, type[SignedFileForm] | type[ScanForm]] = {"file": SignedFileForm, "paper": ScanForm}


# The check takes its time, and a refusal is written down: no transaction may lie around this.
@transaction.non_atomic_requests
@uploads_in_memory
@with_visit
@require_http_methods(["GET", "HEAD", "POST"])
def signed_file(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """POST takes the agreement's file with the reader's signature in it; a GET goes back to the agreement."""
    return _take(
        request,
        visit,
        "file",
        lambda content: evidence.hand_in_file(visit.case.pk, lambda case: actor_on(visit, case), content, visit.link),
    )


@transaction.non_atomic_requests
@uploads_in_memory
@with_visit
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """POST takes the scan of a signed paper; a GET goes back to the agreement."""
    return _take(
        request,
        visit,
        "paper",
        lambda content: evidence.hand_in_scan(visit.case.pk, lambda case: actor_on(visit, case), content),
    )


def _take(request: HttpRequest, visit: Visit, way: Way, hand_in: Callable[[bytes], Handed]) -> HttpResponseBase:
    record, _agreement, _party = own_record(visit)
    if record.signed:
        return redirect("wagtail_mentoring:portal_signed")
    if request.method != "POST":
        return redirect("wagtail_mentoring:portal_agreement")
    form = _FORMS[way](request.POST, request.FILES)
    if not form.is_valid():
        return agreement_page(request, visit, form, way=way, status=422)
    if not allowed(conf.LIMIT_UPLOAD, "upload", visit.link.pk):
        form.add_error("file", _("You have sent files too often. Try again in an hour, or sign in another way."))
        return agreement_page(request, visit, form, way=way, status=429)
    try:
        handed = hand_in(form.cleaned_data["file"].read())
    except files.FileChanged:
        return no_file(request, visit)
    except StepRefused as error:
        if own_record(visit)[0].signed:
            # The same form sent twice: the first one was quicker.
            return redirect("wagtail_mentoring:portal_signed")
        message = add_refusal(form, error)
        if message:
            form.add_error("file", message)
        return agreement_page(request, visit, form, way=way, status=422)
    to = "portal_signed" if handed.outcome == "signed" else "portal_agreement"
    return redirect(f"wagtail_mentoring:{to}")
