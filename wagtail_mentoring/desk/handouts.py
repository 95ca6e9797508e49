"""What a handler hands out beside the agreement: the guide to a meeting, and certificates of a case that has ended."""

import logging
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_mentoring.cases.actors import user_on
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.meetings.guides import guide_pdf
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.reports.certificates import CertificateFailed, CertificateRefused, Offer, certificate_for, offers

from .actions import HandlersScreen
from .base import CaseScreen, too_often

logger = logging.getLogger(__name__)


def key_of(offer: Offer) -> str:
    """Return what names the person of ``offer`` in a form: ``mentee``, or a mentor's number."""
    return str(offer.person.pk) if isinstance(offer.person, Mentor) else "mentee"


class GuidePdf(CaseScreen):
    """The guide to one meeting of the case as a PDF, in the reader's language."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        number = self.kwargs["number"]
        refused = too_often("guide", request.user)
        if refused is not None:
            return refused
        try:
            found = guide_pdf(self.case, number)
        except DocumentRenderError as error:
            logger.exception("The guide to meeting %s of %s could not be made", number, self.case.reference)
            messages.error(request, _("The guide could not be made: %(why)s") % {"why": error})
            return redirect(reverse("mentoring_desk:case", args=[self.case.pk]))
        if found is None:
            raise Http404
        response = HttpResponse(found.content, content_type="application/pdf")
        response.headers["Content-Disposition"] = f'inline; filename="mentoring-{number}.pdf"'
        return response


class MakeCertificate(HandlersScreen):
    """Makes the certificate of one person, in the person's language. A GET goes back: the case page has the buttons."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.back()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = request.POST.get("person", "")
        person = next((offer.person for offer in offers(self.case) if key_of(offer) == chosen), None)
        if person is None:
            messages.error(request, _("There is nothing to certify for this person. Look at the case again."))
            return self.back()
        try:
            certificate_for(self.case.pk, person, lambda case: user_on(request.user, case))
        except CertificateFailed as error:
            why = _("The reason: %(why)s") % {"why": error.__cause__}
            messages.error(request, f"{error.reason} {why}")
        except CertificateRefused as error:
            messages.error(request, str(error.reason))
        else:
            messages.success(request, _("The certificate of %(name)s is there.") % {"name": person.name})
        return self.back()
