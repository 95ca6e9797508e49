"""Scans of a signed paper: is it a harmless picture or PDF, and what do its pages look like?"""

import io
import warnings

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from .found import FileRefused, ScanFound
from .kinds import kind_of
from .limits import MOST_PAGES, opened
from .pictures import bare
from .structure import refuse_powers

_FORMATS = {"png": "PNG", "jpeg": "JPEG"}
TYPES = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg"}
#: Pixels of a photo that may be unpacked; the best telephones make 50 million by default.
MOST_PIXELS = 64_000_000
#: The longest side of a page's picture, in pixels, however large the file says that its page is.
LONGEST_SIDE = 2400


def look_at_scan(content: bytes) -> ScanFound:
    """Return what the scan is, and what may be kept of it. Raises FileRefused.

    A picture is kept without what its maker wrote beside it, such as where it was taken: everybody gets it inside the
    signing record. A PDF stays as it is, byte for byte, so that a signature or stamp of the scanner still holds.
    """
    kind = kind_of(content)
    if kind == "empty":
        raise FileRefused("empty")
    if kind == "container":
        raise FileRefused("signature_container")
    if kind not in TYPES:
        raise FileRefused("not_a_scan")
    if kind != "pdf":
        picture = _picture(content, kind, whole=True)
        try:
            return ScanFound(TYPES[kind], 1, bare(content, picture))
        except (OSError, ValueError, SyntaxError) as error:
            raise FileRefused("damaged") from error
    with opened(content) as pdf:
        refuse_powers(pdf)
        pages = len(pdf.pages)
    if pages > MOST_PAGES:
        raise FileRefused("too_many_pages", most=str(MOST_PAGES))
    if not pages:
        raise FileRefused("damaged")
    # Drawn once, so that whoever must look at it later can.
    draw_pages(content, TYPES["pdf"], 20, 1)
    return ScanFound(TYPES["pdf"], pages, content)


def _picture(content: bytes, kind: str, *, whole: bool = False) -> Image.Image:
    """Unpack a picture, ``whole`` at its full size, else a photo no larger than needed to show it.

    Raises FileRefused: too_heavy, truncated or damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=[_FORMATS[kind]])
            if picture.width * picture.height > MOST_PIXELS:
                raise FileRefused("too_heavy")
            if not whole:
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise FileRefused("too_heavy") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise FileRefused("truncated" if "truncated" in str(error) else "damaged") from error
    return picture


def draw_pages(content: bytes, content_type: str, dpi: int, most: int) -> list[bytes]:
    """Return the first pages as PNG, none larger than LONGEST_SIDE. Raises FileRefused when they cannot be drawn."""
    if content_type != TYPES["pdf"]:
        kind = next((kind for kind, name in TYPES.items() if name == content_type), "")
        if kind not in _FORMATS:
            raise FileRefused("not_a_scan")
        picture = ImageOps.exif_transpose(_picture(content, kind))
        # A picture has no true size; on a sheet of A4 it would be so wide.
        width = round(dpi * 8.27)
        picture.thumbnail((min(width, LONGEST_SIDE), LONGEST_SIDE))
        return [_png(picture)]
    try:
        with pypdfium2.PdfDocument(content) as document:
            # Without this, filled fields and the looks of signatures would be missing from the picture.
            document.init_forms()
            return [_draw(document[number], dpi) for number in range(min(len(document), most))]
    except pypdfium2.PdfiumError as error:
        raise FileRefused("encrypted" if "password" in str(error).lower() else "damaged") from error
    except MemoryError as error:
        raise FileRefused("too_heavy") from error


def _draw(page: pypdfium2.PdfPage, dpi: int) -> bytes:
    width, height = page.get_size()
    longest = max(width, height, 1)
    scale = min(dpi / 72, LONGEST_SIDE / longest)
    return _png(page.render(scale=scale, may_draw_forms=True).to_pil())


def _png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.convert("RGB").save(written, "PNG")
    return written.getvalue()
