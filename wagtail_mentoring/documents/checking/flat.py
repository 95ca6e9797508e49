"""Makes scans small enough, and of a PDF plain pictures: nothing of the file remains but how its pages look.

A stranger's PDF could carry programs, other files, signatures, words about its maker, or be a document of ours with
something added; and everybody gets it inside the signing record, which must stay small enough to be checked.
"""

import io
from collections.abc import Iterable

import pikepdf
from PIL import Image

from .drawing import LONGEST_SIDE, drawn, jpeg
from .found import FileRefused

#: The longest side in pixels and the quality of JPEG, tried in this order until the scan is small enough. The second
#: shows A4 as a scanner at 150 dots per inch; the last fits whatever is on the pages.
STEPS = ((LONGEST_SIDE, 82), (1754, 78), (1404, 72), (1123, 65), (900, 50), (702, 40), (500, 25))
#: The longest side of a drawn page in pixels, and of the sheet that it becomes, in points: that of A4.
_DRAWN, _SHEET = 1754, 842
# How much of a page's part of a PDF is not the picture, in bytes.
_AROUND = 600


def shrunk(pictures: list[Image.Image], most_bytes: int) -> list[bytes]:
    """Return the pictures, which may be changed, as JPEGs of at most ``most_bytes`` together. Raises FileRefused."""
    for longest, quality in STEPS:
        for picture in pictures:
            picture.thumbnail((longest, longest))
        packed: list[bytes] = []
        for one in (jpeg(picture, quality) for picture in pictures):
            packed.append(one)
            if sum(map(len, packed)) > most_bytes:
                break
        else:
            return packed
    raise FileRefused("too_heavy")


def flat_pdf(content: bytes, most_pages: int, most_bytes: int) -> bytes:
    """Return a PDF made of pictures of the pages of ``content``. Raises FileRefused when they cannot be drawn."""
    with drawn(content, most_pages, lambda sizes: [_DRAWN / max(size) for size in sizes]) as found:
        pages = [(size, page.convert("RGB")) for size, page in found]
    packed = shrunk([picture for _size, picture in pages], most_bytes - _AROUND * (len(pages) + 1))
    sizes = [size for size, _picture in pages]
    return _bound(zip(sizes, [picture.size for _size, picture in pages], packed, strict=True))


def _bound(pages: Iterable[tuple[tuple[float, float], tuple[int, int], bytes]]) -> bytes:
    """Bind JPEGs to a PDF. Each comes with the size of its page in points and its own in pixels."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for (width, height), (columns, rows), content in pages:
            # Some programs take a point for a pixel, and their pages are as large as a wall.
            scale = min(1.0, _SHEET / max(width, height))
            width, height = width * scale, height * scale
            page = pdf.add_blank_page(page_size=(width, height))
            picture = pikepdf.Stream(
                pdf,
                content,
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=columns,
                Height=rows,
                ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
                Filter=pikepdf.Name.DCTDecode,
            )
            page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=picture))
            page.obj.Contents = pikepdf.Stream(pdf, f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Page Do Q".encode())
        pdf.save(out, deterministic_id=True)
    return out.getvalue()
