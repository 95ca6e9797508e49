"""What the ethics agreement's template needs, as types: the one way to fill ``agreement.html``."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext

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
    the agreement does not wait for. ``field_name`` names the signature's place in the document (``sig_mentee``).
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


@dataclass(frozen=True)
class AgreementSheet:
    """Everything that an agreement's document shows. ``text`` is HTML; it is sanitized and split into clauses."""

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

    def title(self) -> str:
        """Return the document's title in its own language, with the reference."""
        with translation.override(self.language):
            return f"{gettext('Ethics agreement for mentoring')}, {self.reference}"

    def context(self) -> Mapping[str, Any]:
        """Return the template's context."""
        return {
            "union": self.union,
            "reference": self.reference,
            "language_name": self.language_name,
            "parties": self.parties,
            "text": self.text,
            "version_label": self.version_label,
            "issued": self.issued,
            "field": self.field,
            "meetings": self.meetings,
        }


def meetings_label(minimum: int, maximum: int) -> str:
    """Return “3–5” or “4” for the number of meetings agreed on."""
    return str(minimum) if minimum == maximum else f"{minimum}–{maximum}"


def render_agreement(sheet: AgreementSheet) -> RenderedPdf:
    """Render the agreement. Raises ValueError when a party has no name, else as render_pdf."""
    for party in sheet.parties:
        if not clean_name(party.name):
            raise ValueError(f"A party ({party.role}) of agreement {sheet.reference} has no name.")
    return render_pdf(TEMPLATE, sheet.context(), language=sheet.language, title=sheet.title())
