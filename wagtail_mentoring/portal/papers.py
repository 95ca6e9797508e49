"""The documents of a private page: the agreement's files, supplements and signing records."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
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


def documents_of(agreements: Iterable[Agreement]) -> QuerySet[Document]:
    """Return the files of ``agreements``, as issued, signed and recorded, the oldest first.

    Found by their keys: a condition over all that may name a document would read every document there is.
    """
    wanted = list(agreements)
    keys = {key for one in wanted for key in (one.document_id, one.record_id) if key is not None}
    issued = Document.objects.filter(pk__in=keys).order_by().values("pk")
    signed = AgreementVersion.objects.filter(agreement__in=wanted).order_by().values("document")
    rows = Document.objects.filter(pk__in=issued.union(signed))
    return rows.select_related("agreement", "version_of", "recorded_agreement").order_by("pk")


def papers_of(agreements: Iterable[Agreement]) -> list[Paper]:
    """Return what there is to download of ``agreements``, in one query; of each the newest file first."""
    wanted = {agreement.pk: agreement for agreement in agreements}
    files: dict[int, list[Document]] = {pk: [] for pk in wanted}
    records: dict[int, Document] = {}
    for document in documents_of(wanted.values()):
        if hasattr(document, "recorded_agreement"):
            records[document.recorded_agreement.pk] = document
        elif hasattr(document, "version_of"):
            files[document.version_of.agreement_id].append(document)
        else:
            files[document.agreement.pk].append(document)
    found: list[Paper] = []
    for pk, agreement in wanted.items():
        found += _of_one(agreement, files[pk], records.get(pk))
    return found


def _of_one(agreement: Agreement, files: list[Document], record: Document | None) -> list[Paper]:
    issued_on = _("Made on %(day)s") % {"day": on_day(timezone.localdate(agreement.issued_at), year=True)}
    issued, *later = files
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
