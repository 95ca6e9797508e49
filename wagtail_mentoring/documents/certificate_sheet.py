"""What a certificate's template needs, as types: the one way to fill ``certificate.html``."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils import translation
from django.utils.translation import gettext

from .agreement_sheet import UnionBrand
from .document_kinds import DocumentKind
from .errors import DocumentRenderError
from .names import clean_name
from .render import RenderedPdf, render_pdf

Kind = Literal["participation", "thanks"]
TEMPLATE = "certificate.html"

#: From so many letters on a name is set smaller, so that it stays on the page: it is never cut.
LONG_NAME, LONGEST_NAME = 32, 80
#: More than this cannot stand on one page, and to find that out takes the layout long.
MOST_LETTERS = 240


@dataclass(frozen=True)
class CertificateSheet:
    """A mentee's certificate of participation, or the union's thanks to a mentor. It names nobody else.

    ``minutes`` is the time spent in ``meetings``; ``first`` and ``last`` are the days of the first and the last of
    them. ``contact`` is the name of the union's contact person, ``verify_address`` where a reader can check the file;
    empty: nothing is said of them.
    """

    kind: Kind
    union: UnionBrand
    reference: str
    language: str
    name: str
    field: str
    meetings: int
    minutes: int
    first: datetime.date
    last: datetime.date
    issued: datetime.date
    contact: str = ""
    verify_address: str = ""

    def title(self) -> str:
        """Return the document's title in its own language, with the reference."""
        with translation.override(self.language):
            what = {
                "participation": gettext("Certificate of participation in mentoring"),
                "thanks": gettext("Thank you for being a mentor"),
            }[self.kind]
        return f"{what}, {self.reference}"

    def context(self) -> Mapping[str, Any]:
        """Return the template's context."""
        letters = len(clean_name(self.name))
        size = "longest" if letters >= LONGEST_NAME else "long" if letters >= LONG_NAME else ""
        return {**vars(self), "name_size": size}


def render_certificate(sheet: CertificateSheet) -> RenderedPdf:
    """Render the certificate on one page.

    Raises ValueError without a name or with fewer than one meeting, DocumentRenderError when it does not fit on one
    page, else as render_pdf.
    """
    if not clean_name(sheet.name):
        raise ValueError(f"The certificate {sheet.reference} has no name.")
    if sheet.meetings < 1 or sheet.last < sheet.first:
        raise ValueError(f"The certificate {sheet.reference} needs a meeting, and a last day not before the first.")
    too_much = DocumentRenderError(
        f"The certificate {sheet.reference} does not fit on one page. Shorten the name of the field or the person."
    )
    if max(len(sheet.name), len(sheet.field), len(sheet.union.name)) > MOST_LETTERS:
        raise too_much
    rendered = render_pdf(
        TEMPLATE,
        sheet.context(),
        language=sheet.language,
        title=sheet.title(),
        reference=sheet.reference,
        kind=DocumentKind(sheet.kind),
    )
    if rendered.pages != 1:
        raise too_much
    return rendered
