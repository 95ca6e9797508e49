"""The files of agreements: how they are stored, and whose they are."""

import hashlib
from functools import partial

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.moves import Move
from wagtail_mentoring.documents.models import Document, DocumentKind
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.models import PrivateFile
from wagtail_mentoring.privacy.ownership import Owner, register_finder
from wagtail_mentoring.privacy.storage import private_storage

from .models import Agreement, SignatureUpload

#: What a copy or scan may be, and how the name of its file ends.
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def new_document(case: Case, kind: DocumentKind, title: str, language: str, name: str, content: bytes) -> Document:
    """Store ``content`` as a document of ``case``; ``name`` is what a download is called."""
    stored = files.store(case.union, name, content, "application/pdf")
    sha256 = hashlib.sha256(content).hexdigest()
    return Document.objects.create(kind=kind, title=title[:255], language=language, stored=stored, sha256=sha256)


def store_document(move: Move, kind: DocumentKind, title: str, language: str, name: str, content: bytes) -> Document:
    """As :func:`new_document`, inside a move: the bytes go again when the move is refused after all."""
    document = new_document(move.case, kind, title, language, name, content)
    move.take_back.append(partial(private_storage().delete, document.stored.file))
    return document


def store_upload(move: Move, name: str, content: bytes, content_type: str) -> PrivateFile:
    """Store what somebody sent, inside a move."""
    stored = files.store(move.case.union, name, content, content_type)
    move.take_back.append(partial(private_storage().delete, stored.file))
    return stored


@register_finder
def owner_of_file(stored: PrivateFile) -> Owner | None:
    """Return the case of an agreement that the file belongs to: as issued, signed, its record, or a sent copy."""
    # One after the other, each by its key: all in one condition, the database would read every agreement there is.
    for document in ("document", "versions__document", "record"):
        found = Agreement.objects.filter(**{f"{document}__stored": stored})
        if (case_id := found.values_list("case_id", flat=True).first()) is not None:
            return Owner(case_id, "agreement")
    case_id = SignatureUpload.objects.filter(stored=stored).values_list("agreement__case_id", flat=True).first()
    return None if case_id is None else Owner(case_id, "signed_copy")
