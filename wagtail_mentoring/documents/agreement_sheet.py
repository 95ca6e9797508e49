"""What the ethics agreement's template needs, as types: the one way to fill ``agreement.html``."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext

from .document_kinds import DocumentKind
from .names import clean_name
from .render import RenderedPdf, render_pdf

Role = Literal["mentee", "mentor", "contact"]
TEMPLATE = "agreement.html"


@dataclass(frozen=True)
class UnionBrand:
    """How a union presents itself: full name, short name, accent colour as ``#rrggbb``."""

    name: str
    short: str
    accent: str = ""


@dataclass(frozen=True)
class SheetParty:
    """One party and the state of its signature.

    ``detail`` stands beside the name (profession, or the union of a contact person). ``signed_at`` is None until the
    party has signed; ``signed_how`` says in words how it was done. ``required`` is False for a party whose signature
    the agreement does not wait for. ``field_name`` names the signature's place in the document (``sig_mentee``);
    left empty, it follows from the role and the order (see with_fields).
    """

    role: Role
    name: str
    detail: str = ""
    signed_at: datetime.datetime | None = None
    signed_how: str | Promise = ""
    required: bool = True
    field_name: str = ""

    @property
    def role_label(self) -> str:
        """The role in the active language."""
        return {
            "mentee": pgettext("role in an agreement", "Mentee"),
            "mentor": pgettext("role in an agreement", "Mentor"),
            "contact": pgettext("role in an agreement", "Contact person"),
        }[self.role]


def with_fields(parties: Iterable[SheetParty]) -> tuple[SheetParty, ...]:
    """Return the parties, each with the name of its signature field: its own, else by role and order.

    These are ``sig_mentee``, ``sig_mentor_1``, ``sig_mentor_2`` … and ``sig_contact``. Raises ValueError when two
    parties would sign in one field.
    """
    named: list[SheetParty] = []
    mentors = 0
    for party in parties:
        mentors += party.role == "mentor"
        field = party.field_name or (f"sig_mentor_{mentors}" if party.role == "mentor" else f"sig_{party.role}")
        if any(other.field_name == field for other in named):
            raise ValueError(f"Two parties cannot both sign in the field “{field}”.")
        named.append(replace(party, field_name=field))
    return tuple(named)


@dataclass(frozen=True)
class SupplementTo:
    """The agreement that a new mentor joins: its reference, date and SHA-256, and the parties that stay in it."""

    reference: str
    issued: datetime.date
    sha256: str
    parties: tuple[SheetParty, ...]


@dataclass(frozen=True)
class AgreementSheet:
    """Everything that an agreement's document shows. ``text`` is HTML; it is sanitized and split into clauses.

    With ``supplement`` it is the document by which the new mentor alone (the only one of ``parties``) joins another
    agreement. ``verify_address`` is where a reader can check the file; empty: nothing is said of it.
    """

    union: UnionBrand
    reference: str
    language: str
    language_name: str
    parties: tuple[SheetParty, ...]
    text: str
    version_label: str
    issued: datetime.date
    field: str
    meetings: str
    supplement: SupplementTo | None = None
    verify_address: str = ""

    def title(self) -> str:
        """Return the document's title in its own language, with the reference."""
        with translation.override(self.language):
            title = gettext("Ethics agreement for mentoring")
            if self.supplement:
                title = gettext("Supplement to the ethics agreement")
            return f"{title}, {self.reference}"

    def context(self) -> Mapping[str, Any]:
        """Return the template's context."""
        return {
            "union": self.union,
            "reference": self.reference,
            "language_name": self.language_name,
            "parties": with_fields(self.parties),
            "text": self.text,
            "version_label": self.version_label,
            "issued": self.issued,
            "field": self.field,
            "meetings": self.meetings,
            "supplement": self.supplement,
            "verify_address": self.verify_address,
        }


def meetings_label(minimum: int, maximum: int) -> str:
    """Return “3–5” or “4” for the number of meetings agreed on."""
    return str(minimum) if minimum == maximum else f"{minimum}–{maximum}"


def render_agreement(sheet: AgreementSheet) -> RenderedPdf:
    """Render the agreement or supplement. Raises ValueError when a party has no name, else as render_pdf."""
    for party in (*sheet.parties, *(sheet.supplement.parties if sheet.supplement else ())):
        if not clean_name(party.name):
            raise ValueError(f"A party ({party.role}) of agreement {sheet.reference} has no name.")
    return render_pdf(
        TEMPLATE,
        sheet.context(),
        language=sheet.language,
        title=sheet.title(),
        reference=sheet.reference,
        kind=DocumentKind.SUPPLEMENT if sheet.supplement else DocumentKind.AGREEMENT,
    )
