"""What the template of a meeting's guide needs, as types: the one way to fill ``guide.html``."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils import translation
from django.utils.translation import gettext

from .agreement_sheet import UnionBrand
from .document_kinds import DocumentKind
from .render import RenderedPdf, render_pdf

TEMPLATE = "guide.html"

#: Lines to write on: on a page of their own, and where they follow a long text.
PAGE_LINES, FLOW_LINES = (7, 7, 6), (3, 3, 3)


@dataclass(frozen=True)
class GuideSheet:
    """The guide for meeting ``number`` of ``of``. ``body_html`` is sanitized here; its ``h2`` become points.

    ``issued`` is the day on which the guide's text was published; ``reference`` may be empty.
    """

    union: UnionBrand
    language: str
    number: int
    of: int
    title: str
    summary: str
    body_html: str
    issued: datetime.date
    reference: str = ""

    def full_title(self) -> str:
        """Return the document's title in its own language: the meeting and its theme."""
        with translation.override(self.language):
            return gettext("Meeting {number}: {title}").format(number=self.number, title=self.title)

    def context(self, notes: Literal["page", "flow"] = "page") -> Mapping[str, Any]:
        """Return the template's context, with a page for notes, or with notes that follow the text."""
        with translation.override(self.language):
            headings = (
                gettext("What we talked about"),
                gettext("What we agreed"),
                gettext("What each of us does next"),
            )
        lines = PAGE_LINES if notes == "page" else FLOW_LINES
        steps = (
            "past" if step < self.number else "now" if step == self.number else "" for step in range(1, self.of + 1)
        )
        return {
            "union": self.union,
            "reference": self.reference,
            "number": self.number,
            "of": self.of,
            "heading": self.title,
            "summary": self.summary,
            "body_html": self.body_html,
            "issued": self.issued,
            "steps": tuple(steps),
            "notes": notes,
            "areas": [
                {"heading": heading, "lines": range(count)} for heading, count in zip(headings, lines, strict=True)
            ],
        }


def render_guide(sheet: GuideSheet) -> RenderedPdf:
    """Render the guide: two pages (a sheet printed on both sides), or more when its text is long.

    Raises ValueError when the number is not one of the meetings, else as render_pdf.
    """
    if not 1 <= sheet.number <= sheet.of:
        raise ValueError(f"There is no meeting {sheet.number} of {sheet.of}.")

    def rendered(notes: Literal["page", "flow"]) -> RenderedPdf:
        return render_pdf(
            TEMPLATE,
            sheet.context(notes),
            language=sheet.language,
            title=sheet.full_title(),
            reference=sheet.reference,
            kind=DocumentKind.GUIDE,
        )

    pdf = rendered("page")
    # A text that runs over its page shares the next one with the notes.
    return pdf if pdf.pages <= 2 else rendered("flow")
