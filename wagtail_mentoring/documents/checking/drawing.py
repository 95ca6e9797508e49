"""Draws the pages of a stranger's PDF and unpacks a stranger's picture, within bounds of size."""

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from .found import FileRefused, PageSheet

FORMATS = {"png": "PNG", "jpeg": "JPEG"}
TYPES = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg"}
#: Pixels of a photo that may be unpacked; the best telephones make 50 million by default.
MOST_PIXELS = 64_000_000
#: The longest side of a page's picture, in pixels, however large the file says that its page is.
LONGEST_SIDE = 2400
#: Pixels of a sheet with all pages on it: 17 of A4 at 100 dots per inch.
SHEET_PIXELS = 16_000_000
#: Bytes of such a sheet without loss; what is larger, as photos are, is packed with some.
_LARGEST_PNG = 4 * 1024 * 1024
#: Between two pages of a sheet.
_GAP, _GREY = 12, (128, 128, 128)

#: Takes the sizes of the pages in points; returns the pixels for one point.
Scale = Callable[[list[tuple[float, float]]], list[float]]


def unpack(content: bytes, kind: str, *, whole: bool = False) -> Image.Image:
    """Unpack a picture, ``whole`` at its full size, else a photo no larger than needed to show it.

    Raises FileRefused: too_heavy, truncated or damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=[FORMATS[kind]])
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


def on_paper(picture: Image.Image) -> Image.Image:
    """Return the picture in colours that every format knows; what is clear in it becomes white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        paper = Image.new("RGB", seen.size, "white")
        paper.paste(seen, mask=seen.getchannel("A"))
        return paper
    return picture.convert("RGB")


@contextmanager
def drawn(content: bytes, most: int, scale: Scale) -> Iterator[Iterator[tuple[tuple[float, float], Image.Image]]]:
    """Draw the first ``most`` pages of a PDF one by one: each page's size in points, and its picture.

    Raises FileRefused when they cannot be drawn, also while they are.
    """
    try:
        with pypdfium2.PdfDocument(content) as document:
            # Without this, filled fields and the looks of signatures would be missing from the picture.
            document.init_forms()
            numbers = range(min(len(document), most))
            sizes = [_size(document[number]) for number in numbers]
            scales = scale(sizes)
            yield (
                (sizes[number], document[number].render(scale=scales[number], may_draw_forms=True).to_pil())
                for number in numbers
            )
    except pypdfium2.PdfiumError as error:
        raise FileRefused("encrypted" if "password" in str(error).lower() else "damaged") from error
    except MemoryError as error:
        raise FileRefused("too_heavy") from error


def _size(page: pypdfium2.PdfPage) -> tuple[float, float]:
    width, height = page.get_size()
    return max(width, 1), max(height, 1)


def bounded(size: tuple[float, float], dpi: int) -> float:
    """Return how many pixels a point becomes so that no side is longer than LONGEST_SIDE."""
    return min(dpi / 72, LONGEST_SIDE / max(size))


def draw_pages(content: bytes, content_type: str, dpi: int, most: int) -> list[bytes]:
    """Return the first pages as PNG, none larger than LONGEST_SIDE. Raises FileRefused when they cannot be drawn."""
    if content_type != TYPES["pdf"]:
        return [_png(_photo(content, content_type, dpi))]
    with drawn(content, most, lambda sizes: [bounded(size, dpi) for size in sizes]) as pages:
        return [_png(page.convert("RGB")) for _size, page in pages]


def draw_sheet(content: bytes, content_type: str, dpi: int, most: int) -> PageSheet:
    """Return the first pages under each other as one picture of at most SHEET_PIXELS. Raises FileRefused."""
    if content_type != TYPES["pdf"]:
        return _packed(_photo(content, content_type, dpi))

    def scale(sizes: list[tuple[float, float]]) -> list[float]:
        each = [bounded(size, dpi) for size in sizes]
        width = max(size[0] * one for size, one in zip(sizes, each, strict=True))
        height = sum(size[1] * one for size, one in zip(sizes, each, strict=True))
        # A wide page above many tall ones makes a sheet that is larger than all of them.
        shrink = min(1.0, (SHEET_PIXELS / (width * height)) ** 0.5)
        return [one * shrink for one in each]

    with drawn(content, most, scale) as found:
        pages = [page.convert("RGB") for _size, page in found]
    if not pages:
        raise FileRefused("damaged")
    height = sum(page.height for page in pages) + _GAP * (len(pages) - 1)
    whole = Image.new("RGB", (max(page.width for page in pages), height), _GREY)
    top = 0
    for page in pages:
        whole.paste(page, (0, top))
        top += page.height + _GAP
    return _packed(whole)


def _photo(content: bytes, content_type: str, dpi: int) -> Image.Image:
    kind = next((kind for kind, name in TYPES.items() if name == content_type), "")
    if kind not in FORMATS:
        raise FileRefused("not_a_scan")
    picture = ImageOps.exif_transpose(unpack(content, kind))
    # A picture has no true size; on a sheet of A4 it would be so wide.
    picture.thumbnail((min(round(dpi * 8.27), LONGEST_SIDE), LONGEST_SIDE))
    return on_paper(picture)


def _packed(picture: Image.Image) -> PageSheet:
    content = _png(picture)
    if len(content) <= _LARGEST_PNG:
        return PageSheet(content, TYPES["png"])
    return PageSheet(jpeg(picture, 75), TYPES["jpeg"])


def _png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """Return the picture as JPEG, with nothing beside it."""
    picture.info = {}
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()
