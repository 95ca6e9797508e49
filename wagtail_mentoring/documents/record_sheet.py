"""What the signing record's template needs, as types: the one way to fill ``signing_record.html``."""

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext

from .agreement_sheet import UnionBrand
from .document_kinds import DocumentKind
from .names import clean_name
from .render import Attachment, RenderedPdf, render_pdf

TEMPLATE = "signing_record.html"

#: Ways to sign. ``account`` is a typed name of somebody who is signed in to the site.
Method = Literal["typed", "account", "certificate", "paper"]
METHODS: tuple[Method, ...] = ("typed", "account", "certificate", "paper")
Details = tuple[tuple[str | Promise, str | Promise], ...]


@dataclass(frozen=True)
class SignatureEntry:
    """One signature: who in which role, ``how`` in a sentence, when, and what else was kept, as (label, value).

    ``method`` chooses what the record explains; None explains every way to sign.
    """

    role_label: str | Promise
    name: str
    how: str | Promise
    at: datetime.datetime
    details: Details = ()
    method: Method | None = None


@dataclass(frozen=True)
class DeclinedEntry:
    """A party that did not want to sign, and whose signature was not needed."""

    role_label: str | Promise
    name: str
    at: datetime.datetime
    reason: str = ""


@dataclass(frozen=True)
class RecordSheet:
    """Everything that a signing record shows. Times must know their zone; they are printed in the site's own.

    ``agreement_title`` and ``agreement_sha256`` are those of the document as it was issued; ``version`` is the label
    of its text. ``verify_address`` is where a reader can check the file; empty: nothing is said of it.
    """

    union: UnionBrand
    reference: str
    language: str
    agreement_title: str
    agreement_sha256: str
    issued_at: datetime.datetime
    entries: tuple[SignatureEntry, ...]
    completed_at: datetime.datetime
    version: str
    declined: tuple[DeclinedEntry, ...] = ()
    verify_address: str = ""

    def title(self) -> str:
        """Return the document's title in its own language, with the reference."""
        with translation.override(self.language):
            title = gettext("Signing record")
            return f"{title}, {self.reference}"

    def events(self) -> tuple[Mapping[str, Any], ...]:
        """Return what happened, oldest first: issued, each answer, completed."""
        answers = [{"kind": "signed", **vars(entry)} for entry in self.entries]
        answers += [{"kind": "declined", **vars(entry)} for entry in self.declined]
        answers.sort(key=lambda event: event["at"])
        issued = {"kind": "issued", "at": self.issued_at}
        return (issued, *answers, {"kind": "completed", "at": self.completed_at})

    def methods(self) -> frozenset[Method]:
        """Return the ways to sign that the record explains."""
        used = {entry.method for entry in self.entries}
        return frozenset(METHODS) if None in used else frozenset(method for method in METHODS if method in used)

    def context(self, attachments: Sequence[Attachment] = ()) -> Mapping[str, Any]:
        """Return the template's context; the attachments are listed with their fingerprints."""
        return {
            "union": self.union,
            "reference": self.reference,
            "agreement_title": self.agreement_title,
            "agreement_sha256": self.agreement_sha256,
            "issued_at": self.issued_at,
            "completed_at": self.completed_at,
            "issued": self.completed_at,
            "version": self.version,
            "events": self.events(),
            "methods": self.methods(),
            "verify_address": self.verify_address,
            "files": [self._file(attachment) for attachment in attachments],
        }

    def _file(self, attachment: Attachment) -> Mapping[str, str]:
        sha256 = hashlib.sha256(attachment.content).hexdigest()
        # The agreement may have grown since it was issued: by signatures in the file, and by the union's seal.
        grown = attachment.relationship == "Source" and sha256 != self.agreement_sha256
        return {
            "name": attachment.name,
            "description": attachment.description,
            "sha256": sha256,
            "begins_with": self.agreement_sha256[:16] if grown else "",
        }


def render_record(sheet: RecordSheet, attachments: Sequence[Attachment] = ()) -> RenderedPdf:
    """Render the signing record with the agreement and the data of the signatures inside it.

    Raises ValueError when nobody signed or somebody has no name, else as render_pdf.
    """
    if not sheet.entries:
        raise ValueError(f"Nobody has signed {sheet.reference}: there is nothing to record.")
    everybody: tuple[SignatureEntry | DeclinedEntry, ...] = (*sheet.entries, *sheet.declined)
    for entry in everybody:
        if not clean_name(entry.name):
            raise ValueError(f"A party ({entry.role_label}) of agreement {sheet.reference} has no name.")
    return render_pdf(
        TEMPLATE,
        sheet.context(attachments),
        language=sheet.language,
        title=sheet.title(),
        reference=sheet.reference,
        kind=DocumentKind.SIGNING_RECORD,
        attachments=attachments,
    )
