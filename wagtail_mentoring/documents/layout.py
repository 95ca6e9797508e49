"""From HTML to the bytes of a PDF, in a document process. Without Django: see workers.py.

Style sheet and fonts are read once for each process: to parse them is a third of the work of a document.
"""

import atexit
import datetime
import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

from .assets import BASE_URL, find_asset
from .cjk import font_faces
from .errors import AssetRefused
from .finish import About, finish
from .libraries import load_weasyprint

STYLE_SHEET = "document.css"
NOTHING = About()

# Archival (PDF/A-3, level A: tagged, with text that can be extracted) in one pass. Forms: the places of signatures.
OPTIONS = {"pdf_variant": "pdf/a-3a", "pdf_tags": True, "pdf_forms": True, "uncompressed_pdf": True}

#: What a file inside the document is to it (ISO 19005-3, 6.8).
Relationship = Literal["Source", "Data", "Alternative", "Supplement", "Unspecified"]

# A file's own times would give other bytes at every rendering. This one stands for "not said".
_NO_TIME = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)

# Pango's font maps may not be used by two threads at once, and the font configuration is shared.
_layout = threading.Lock()


@dataclass(frozen=True)
class Attachment:
    """A file inside the document. ``made_at`` is shown as its time, with the zone; None: no time of its own."""

    name: str
    content: bytes
    mime_type: str
    description: str
    relationship: Relationship = "Unspecified"
    made_at: datetime.datetime | None = None


def warm(folders: tuple[Path, ...]) -> None:
    """Make a document of one word, so that the first real one finds everything loaded."""
    make("<html lang=en><title>-</title><p>-</p>", folders)


def make(
    html: str, folders: tuple[Path, ...], about: About = NOTHING, attachments: Sequence[Attachment] = ()
) -> tuple[bytes, int]:
    """Return the PDF and its number of pages.

    ``folders`` hold styles and fonts (see templates.search_path). ``about`` is written into the file's metadata.
    Raises PdfLibrariesMissing; AssetRefused with the address of what is not ours; GlyphsMissing with the characters
    that no font can draw; ForeignField with the name of an input that is no place for a signature; RecursionError for
    a text that is nested too deeply.
    """
    weasyprint = load_weasyprint()
    from weasyprint.urls import FatalURLFetchingError

    by_name = sorted(attachments, key=lambda attachment: attachment.name)
    try:
        with _layout:
            assets, style_sheet, fonts = _styles(folders, _version(folders))
            document = weasyprint.HTML(string=html, base_url=BASE_URL, url_fetcher=assets).render(
                font_config=fonts, stylesheets=[style_sheet], **OPTIONS
            )
            content = document.write_pdf(
                finisher=partial(finish, about=about, attachments=by_name),
                attachments=[_embedded(weasyprint, attachment) for attachment in by_name],
                **OPTIONS,
            )
    except FatalURLFetchingError as error:
        raise AssetRefused(str(error)) from error
    return content, len(document.pages)


def _embedded(weasyprint: Any, attachment: Attachment) -> Any:
    moment = (attachment.made_at or _NO_TIME).astimezone(datetime.UTC)
    return weasyprint.Attachment(
        file_obj=io.BytesIO(attachment.content),
        name=attachment.name,
        description=attachment.description,
        relationship=attachment.relationship,
        created=moment,
        modified=moment,
    )


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


def fetcher(folders: tuple[Path, ...]) -> Any:
    """Return what gives WeasyPrint the files in these folders, and nothing else."""
    return _fetcher_class()(folders)


def _version(folders: tuple[Path, ...]) -> int:
    """Return when the style sheet was last changed: whoever designs a document sees the change at once."""
    found = find_asset(BASE_URL + STYLE_SHEET, folders)
    return found[0].stat().st_mtime_ns if found else 0


@lru_cache(maxsize=2)
def _styles(folders: tuple[Path, ...], version: int) -> tuple[Any, Any, Any]:
    """Return the fetcher, the parsed style sheet and the fonts."""
    weasyprint = load_weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    assets = fetcher(folders)
    fonts = FontConfiguration()
    style_sheet = weasyprint.CSS(url=BASE_URL + STYLE_SHEET, url_fetcher=assets, font_config=fonts)
    # No style names these: Pango takes them for characters that the fonts of the style sheet do not have.
    more, places = font_faces()
    weasyprint.CSS(string=more, base_url=BASE_URL, url_fetcher=fetcher(places), font_config=fonts)
    return assets, style_sheet, fonts


# Fonts know how to tidy up after themselves, but not once Python has begun to take itself apart.
atexit.register(_styles.cache_clear)
