"""The reader's own certificate on the private page of a case that has ended."""

import logging

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wagtail_mentoring.cases import actors
from wagtail_mentoring.cases.actors import Actor
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.views import download
from wagtail_mentoring.programme.localized import language_name, served_language
from wagtail_mentoring.reports.certificates import (
    CertificateFailed,
    CertificateRefused,
    Offer,
    certificate_for,
    offer_to,
)

from .downloads import no_file
from .session import Visit, frame, with_visit

logger = logging.getLogger(__name__)


def own_offer(visit: Visit) -> Offer | None:
    """Return what the reader may have, None when there is nothing, or the reader belongs to the case no more."""
    if isinstance(visit.person, Mentor) and not actors.mentor_on(visit.person, visit.case).roles:
        return None
    return offer_to(visit.case, visit.person)


def language_of_page() -> tuple[str, str]:
    """Return the code and the name of the language in which a certificate would be made now."""
    code = served_language()
    return code, language_name(code)


def _actor(visit: Visit, case: Case) -> Actor:
    if isinstance(visit.person, Mentor):
        return actors.mentor_on(visit.person, case)
    return actors.mentee_on(visit.person, case)


@with_visit
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Make the reader's certificate in the language of the page; a GET goes home."""
    if request.method != "POST":
        return redirect("wagtail_mentoring:portal_home")
    language, _name = language_of_page()
    try:
        certificate_for(visit.case.pk, visit.person, lambda case: _actor(visit, case), language=language)
    except CertificateRefused as error:
        failed = isinstance(error, CertificateFailed)
        context = frame(visit, reason=error.reason, again=failed)
        return render(request, "wagtail_mentoring/portal/no_certificate.html", context, status=503 if failed else 409)
    return redirect(reverse("wagtail_mentoring:portal_home") + "#certificate")


@with_visit
@require_safe
def pdf(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The reader's certificate, once it was made."""
    offer = own_offer(visit)
    if offer is None or offer.certificate is None:
        raise Http404
    stored = offer.certificate.document.stored
    try:
        content = files.read(stored)
    except files.FileChanged:
        logger.exception("A certificate of %s cannot be read", visit.case.reference)
        return no_file(request, visit)
    return download(stored, content)
