"""The certificates of a case that has ended: who may have one, and those that were made."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.localized import language_name
from wagtail_mentoring.reports.certificates import Offer, offers
from wagtail_mentoring.workflows import CaseState

from ..addresses import file_address
from ..dossier import Dossier
from ..handouts import key_of
from . import register


def _row(offer: Offer) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": offer.person.name,
        "role": _("Mentee") if offer.is_mentee else _("Mentor"),
        "what": _("Participation") if offer.is_mentee else _("Thanks"),
        "key": key_of(offer),
    }
    if offer.certificate is None:
        return row
    document = offer.certificate.document
    parts = {
        "day": dates.day(offer.certificate.issued_at),
        "language": language_name(document.language),
    }
    return row | {
        "made": _("Made on %(day)s, in %(language)s") % parts,
        "address": file_address(document.stored),
    }


@register("certificates", gettext_lazy("Certificates"), "doc-full-inverse", 55)
def certificates(dossier: Dossier) -> Mapping[str, Any]:
    """Everybody who may have a certificate of the case, with a way to make or to read it."""
    return {
        "rows": [_row(offer) for offer in offers(dossier.case)],
        "closed": dossier.case.case_state == CaseState.CLOSED,
    }
