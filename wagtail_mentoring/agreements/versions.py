"""The versions of an agreement's file: each holds the one before it, and one more signature."""

from django.utils.translation import gettext as _

from wagtail_mentoring.cases.moves import Move
from wagtail_mentoring.documents.models import Document, DocumentKind
from wagtail_mentoring.workflows import StepRefused

from .files import store_document
from .models import Agreement, AgreementVersion, Party


def add_version(move: Move, agreement: Agreement, party: Party, content: bytes, based_on: Document) -> Document:
    """Store ``content`` as the newest version, with the signature of ``party``, and return its document.

    ``based_on`` is the version that the content was checked against. Raises StepRefused when it is not the newest any
    more: the signature of somebody who was quicker would be lost.
    """
    number = len(refuse_older(agreement, based_on))
    issued = agreement.document
    name = f"{move.case.reference}-{issued.language}-{number + 1}.pdf"
    document = store_document(move, DocumentKind.AGREEMENT_SIGNED, issued.title, issued.language, name, content)
    AgreementVersion.objects.create(agreement=agreement, document=document, number=number)
    return document


def refuse_older(agreement: Agreement, based_on: Document) -> list[Document]:
    """Return every version of the agreement's file. Raises StepRefused when ``based_on`` is not the newest."""
    files = agreement.files()
    if files[-1].pk != based_on.pk:
        raise StepRefused(
            _("Somebody has signed in the file since this copy was made. Download the newest file, and sign that one.")
        )
    return files


def refuse_recorded(agreement: Agreement) -> None:
    """Raise StepRefused for an agreement that has its signing record: what came after would not stand in it."""
    if agreement.record_id is not None:
        raise StepRefused(_("This agreement is complete: its signing record is made, and nobody can sign it any more."))
