"""From a template and its context to the bytes of a PDF.

The template is filled here, the layout is made in a document process. The same context always gives the same bytes on
one machine, but another version of WeasyPrint, HarfBuzz or a font may give others: store what was issued together with
its SHA-256, and never render again to compare.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.utils import translation
from django.utils.translation import gettext

from . import layout, workers
from .document_kinds import DocumentKind
from .errors import AssetRefused, DocumentRenderError, ForeignField, GlyphsMissing
from .finish import About
from .fonts import how_to_draw
from .layout import Attachment as Attachment
from .templates import search_path, template_engine

# Control characters come with pasted text and have no look: a box would stand for each. Ends of lines become spaces.
_UNSEEN: dict[int, str | None] = dict.fromkeys(
    code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\f\r"
) | dict.fromkeys((0x85, 0x2028, 0x2029), " ")


@dataclass(frozen=True)
class RenderedPdf:
    """The bytes of a PDF, their SHA-256 in hexadecimal, and the number of pages."""

    content: bytes
    sha256: str
    pages: int


def render_html(template: str, context: Mapping[str, Any], *, language: str, title: str) -> str:
    """Return the document's HTML as it goes to the layout.

    ``template`` is a name in the documents' folders (see templates.py). The context gets ``language``, ``direction``
    and ``title`` added. Raises DocumentRenderError when there is no such template or it cannot be read.
    """
    try:
        with translation.override(language):
            values = {
                **context,
                "language": language,
                "direction": "rtl" if translation.get_language_bidi() else "ltr",
                "title": title,
            }
            return template_engine(search_path()).get_template(template).render(values)
    except TemplateDoesNotExist as error:
        raise DocumentRenderError(
            gettext("There is no document template named “%(name)s”.") % {"name": error}
        ) from error
    except TemplateSyntaxError as error:
        raise DocumentRenderError(
            gettext("The document template “%(name)s” cannot be read: %(error)s") % {"name": template, "error": error}
        ) from error


def render_pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    language: str,
    title: str,
    reference: str = "",
    kind: DocumentKind | None = None,
    attachments: Sequence[Attachment] = (),
) -> RenderedPdf:
    """Render a document that is PDF/A-3a and PDF/UA-1, with its signature fields empty.

    ``template`` and ``context`` are as in render_html, ``language`` is the code of the document's own language (which
    may differ from the reader's), ``title`` is what a PDF reader shows in its title bar. ``reference`` and ``kind``
    (such as "agreement") go into the file's metadata, so that it can be recognised by itself; ``attachments`` are
    embedded, each under its own name.

    Raises PdfLibrariesMissing when Pango or WeasyPrint is not installed; AssetRefused when a template or text asks for
    a file that is not the documents' own; GlyphsMissing when no font draws some character of it; WorkerTimedOut and
    WorkerKilled when it took too long or too much; and DocumentRenderError for all else that prevents the document.
    """
    names = [attachment.name for attachment in attachments]
    if len(set(names)) < len(names) or not all(name and name.isascii() for name in names):
        raise ValueError(f"Files inside a document need names of their own, in ASCII: {names}.")
    html = render_html(template, context, language=language, title=title).translate(_UNSEEN)
    about = About(reference, DocumentKind(kind).value if kind else "")
    try:
        content, pages = workers.call(layout.make, html, search_path(), about, tuple(attachments), pool="render")
    except AssetRefused as error:
        raise AssetRefused(
            gettext(
                "The document “%(name)s” asks for %(address)s. Only files in its own folders can be used: put the file "
                "into templates/wagtail_mentoring/pdf/ and name it without a host."
            )
            % {"name": template, "address": error}
        ) from error
    except ForeignField as error:
        raise ForeignField(
            gettext(
                "The document “%(name)s” has a form field “%(field)s”. It can have places for signatures only: "
                "checkboxes whose names begin with sig_, each name once."
            )
            % {"name": template, "field": error}
        ) from error
    except GlyphsMissing as error:
        raise GlyphsMissing(how_to_draw(error.characters), error.characters) from error
    except RecursionError as error:
        raise DocumentRenderError(
            gettext("The text is nested too deeply to be laid out: remove lists inside lists.")
        ) from error
    return RenderedPdf(content, hashlib.sha256(content).hexdigest(), pages)
