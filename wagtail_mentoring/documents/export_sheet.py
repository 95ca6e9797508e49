"""What the template of a personal data export needs, as types: the one way to fill ``export.html``."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext

from .agreement_sheet import UnionBrand
from .document_kinds import DocumentKind
from .names import clean_name
from .render import RenderedPdf, render_pdf

TEMPLATE = "export.html"


@dataclass(frozen=True)
class ExportGroup:
    """One thing of several of its kind, such as a mail: what it is called, and its rows as (label, value)."""

    title: str
    rows: tuple[tuple[str | Promise, str | Promise], ...]


@dataclass(frozen=True)
class ExportSection:
    """One part of what is kept: why, who can read it, until when (in words), and its rows as (label, value).

    A value may have several lines and be of any length; an empty one is shown as a dash. ``table`` holds many things of
    one kind, a line each, under ``heads``; ``groups`` holds those that are too long for a line, each under a heading of
    its own. Then ``rows`` is what is said besides.
    """

    title: str | Promise
    purpose: str | Promise
    readers: str | Promise
    kept_until: str | Promise
    rows: tuple[tuple[str | Promise, str | Promise], ...] = ()
    heads: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    groups: tuple[ExportGroup, ...] = ()

    @property
    def lines(self) -> int:
        """How many lines it has; a thing under a heading of its own is one."""
        return len(self.rows) + len(self.table) + len(self.groups)


@dataclass(frozen=True)
class ExportSheet:
    """Everything that a union keeps about a person. ``made_at`` must know its zone."""

    union: UnionBrand
    reference: str
    language: str
    person_name: str
    made_at: datetime.datetime
    sections: tuple[ExportSection, ...]

    def title(self) -> str:
        """Return the document's title in its own language, with the reference."""
        with translation.override(self.language):
            title = gettext("Your personal data")
            return f"{title}, {self.reference}"

    def context(self) -> Mapping[str, Any]:
        """Return the template's context."""
        return {**vars(self), "issued": self.made_at}


def render_export(sheet: ExportSheet) -> RenderedPdf:
    """Render the export. Raises ValueError when the person has no name, else as render_pdf."""
    if not clean_name(sheet.person_name):
        raise ValueError(f"The export {sheet.reference} is about nobody: the person has no name.")
    return render_pdf(
        TEMPLATE,
        sheet.context(),
        language=sheet.language,
        title=sheet.title(),
        reference=sheet.reference,
        kind=DocumentKind.EXPORT,
    )
