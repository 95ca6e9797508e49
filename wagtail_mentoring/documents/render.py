"""From a template and its context to the bytes of a PDF.

The same context always gives the same bytes on one machine, but another version of WeasyPrint, HarfBuzz or a font may
give others: store what was issued together with its SHA-256, and never render again to compare.
"""

import atexit
import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.utils import translation

from .assets import BASE_URL, find_asset, search_path, template_engine
from .errors import AssetRefused, DocumentRenderError
from .finish import finish
from .libraries import load_weasyprint

STYLE_SHEET = "document.css"

# Archival (PDF/A-3, level A: tagged, with text that can be extracted) in one pass.
PDF_VARIANT = "pdf/a-3a"

# Pango's font maps may not be used by two threads at once, and the font configuration is shared.
_layout = threading.Lock()


@dataclass(frozen=True)
class RenderedPdf:
    """The bytes of a PDF, their SHA-256 in hexadecimal, and the number of pages."""

    content: bytes
    sha256: str
    pages: int


@lru_cache(maxsize=1)
def _fetcher_class() -> type:
    """Make the fetcher's class; its base exists only once WeasyPrint is loaded."""
    load_weasyprint()
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class BundledAssets(URLFetcher):  # type: ignore[misc, unused-ignore]
        """Give bundled files and stop the rendering at any other address."""

        def __init__(self, folders: tuple[Path, ...]) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False)
            self.folders = folders

        def fetch(self, url: str, headers: Any = None) -> Any:
            found = find_asset(url, self.folders)
            if found is None:
                # WeasyPrint only warns about ordinary exceptions; a document with a hole must not be issued.
                raise FatalURLFetchingError(url)
            path, mime_type = found
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": mime_type})

    return BundledAssets


@lru_cache(maxsize=8)
def _styles(folders: tuple[Path, ...]) -> tuple[Any, Any, Any]:
    """Return the fetcher, the parsed style sheet and the fonts; to parse them is a third of the work of a document."""
    weasyprint = load_weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    fetcher = _fetcher_class()(folders)
    fonts = FontConfiguration()
    style_sheet = weasyprint.CSS(url=BASE_URL + STYLE_SHEET, url_fetcher=fetcher, font_config=fonts)
    return fetcher, style_sheet, fonts


# Fonts know how to tidy up after themselves, but not once Python has begun to take itself apart.
atexit.register(_styles.cache_clear)


def render_html(template: str, context: Mapping[str, Any], *, language: str, title: str) -> str:
    """Return the document's HTML as it goes to the layout.

    ``template`` is a name in the documents' folders (see assets.py). The context gets ``language``, ``direction``
    and ``title`` added. Raises DocumentRenderError when there is no such template or it cannot be read.
    """
    with translation.override(language):
        values = {
            **context,
            "language": language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "title": title,
        }
        try:
            return template_engine(search_path()).get_template(template).render(values)
        except TemplateDoesNotExist as error:
            raise DocumentRenderError(f"There is no document template named “{error}”.") from error
        except TemplateSyntaxError as error:
            raise DocumentRenderError(f"The document template “{template}” cannot be read: {error}") from error


def render_pdf(template: str, context: Mapping[str, Any], *, language: str, title: str) -> RenderedPdf:
    """Render a tagged PDF/A-3a.

    ``template`` and ``context`` are as in render_html, ``language`` is the code of the document's own language (which
    may differ from the reader's), ``title`` is what a PDF reader shows in its title bar.

    Raises PdfLibrariesMissing when Pango or WeasyPrint is not installed, AssetRefused when a template or text asks for
    a file that is not the documents' own, and DocumentRenderError for all else that prevents the document.
    """
    weasyprint = load_weasyprint()
    from weasyprint.urls import FatalURLFetchingError

    html = render_html(template, context, language=language, title=title)
    try:
        with _layout:
            fetcher, style_sheet, fonts = _styles(search_path())
            document = weasyprint.HTML(string=html, base_url=BASE_URL, url_fetcher=fetcher).render(
                font_config=fonts, stylesheets=[style_sheet], pdf_variant=PDF_VARIANT, pdf_tags=True
            )
            content = document.write_pdf(finisher=finish, pdf_variant=PDF_VARIANT, pdf_tags=True)
    except FatalURLFetchingError as error:
        raise AssetRefused(
            f"The document “{template}” asks for {error}. Only files in its own folders can be used: "
            f"put the file into templates/wagtail_mentoring/pdf/ and name it without a host."
        ) from error
    except RecursionError as error:
        raise DocumentRenderError("The text is nested too deeply to be laid out: remove lists inside lists.") from error
    return RenderedPdf(content, hashlib.sha256(content).hexdigest(), len(document.pages))
