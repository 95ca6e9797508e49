"""The documents of a private page: the agreement's files, supplements and signing records."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring.agreements.models import Agreement, AgreementVersion
from wagtail_mentoring.documents.fingerprints import grouped
from wagtail_mentoring.documents.models import Document, DocumentKind
from wagtail_mentoring.programme.dates import on_day


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to download."""

    title: str
    detail: str
    document: Document

    @property
    def address(self) -> str:
        return reverse("wagtail_mentoring:portal_document", args=[self.document.pk])

    @property
    def fingerprint(self) -> str:
        return grouped(self.document.sha256)


def papers_of(agreements: Sequence[Agreement]) -> list[Paper]:
    """Return what there is to download of ``agreements``, in one query; of each the newest file first.

    ``agreements`` come with the documents as issued and recorded: asked for besides are the files signed since.
    """
    signed: dict[int, list[Document]] = {agreement.pk: [] for agreement in agreements}
    versions = AgreementVersion.objects.filter(agreement__in=signed).select_related("document").order_by("document_id")
    for version in versions:
        signed[version.agreement_id].append(version.document)
    return [paper for agreement in agreements for paper in _of_one(agreement, signed[agreement.pk])]


def _of_one(agreement: Agreement, later: list[Document]) -> list[Paper]:
    issued_on = _("Made on %(day)s") % {"day": on_day(timezone.localdate(agreement.issued_at), year=True)}
    issued, record = agreement.document, agreement.record
    supplement = agreement.is_supplement
    found: list[Paper] = []
    if later:
        signatures = sum(document.kind == DocumentKind.AGREEMENT_SIGNED for document in later)
        inside = ngettext(
            "With %(number)d signature in the file", "With %(number)d signatures in the file", signatures
        ) % {"number": signatures}
        title = _("The supplement, newest file") if supplement else _("The agreement, newest file")
        found.append(Paper(title, inside, later[-1]))
        title = _("The supplement as it was made") if supplement else _("The agreement as it was made")
    else:
        title = _("Supplement to the agreement") if supplement else _("Ethics agreement")
    found.append(Paper(title, issued_on, issued))
    if record is not None:
        title = _("Signing record of the supplement") if supplement else _("Signing record")
        found.append(Paper(title, _("Who has signed, how and when"), record))
    return found
