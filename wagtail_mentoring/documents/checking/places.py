"""Places of signatures: where they stand, and whether what is drawn in them can leave them or hide something.

A look is drawn so that its box fits into the rectangle of its place (ISO 32000, 12.5.5) and is cut off at the box.
What a signer shows inside the own place is the signer's; nothing may be moved, grown or put over what was agreed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2

from .found import FileRefused

#: What makes a place what and where it is. No signing program changes it.
FIXED = ("/Kids", "/Subtype", "/FT", "/Parent", "/A", "/AA", "/PMD", "/Popup", "/OC", "/P")
#: What a signature may write into its own place: the value, its look, and that it is printed and locked.
FREE = ("/V", "/AP", "/AS", "/F", "/MK", "/DA", "/Ff", "/M")

_PRINTED, _READ_ONLY, _LOCKED, _LOCKED_CONTENTS = 4, 64, 128, 512
_LARGEST = 100_000.0
_ROUNDED = 0.01
# Pixels for each point, and how bright an empty page is.
_SCALE, _EMPTY = 2, 254


@dataclass(frozen=True)
class Place:
    """A new place for a signature: the number of its page, and its rectangle."""

    page: int
    box: tuple[float, float, float, float]


def box_of(value: Any) -> tuple[float, float, float, float] | None:
    """Return a rectangle with its lower left corner first; None for what is none."""
    found = _numbers(value, 4)
    if found is None:
        return None
    left, low, right, high = found
    return min(left, right), min(low, high), max(left, right), max(low, high)


def _numbers(value: Any, count: int) -> list[float] | None:
    if not isinstance(value, pikepdf.Array) or len(value) != count:
        return None
    try:
        found = [float(one) for one in value]
    except (TypeError, ValueError):
        return None
    return found if all(math.isfinite(one) and abs(one) < _LARGEST for one in found) else None


def moved(old: pikepdf.Object, new: pikepdf.Object) -> bool:
    """Tell whether a place stands elsewhere, or is larger. Programs that write it anew round its numbers."""
    one, other = box_of(old.get("/Rect")), box_of(new.get("/Rect"))
    if one is None or other is None:
        return True
    return any(abs(first - second) > _ROUNDED for first, second in zip(one, other, strict=True))


def hidden(place: pikepdf.Object) -> bool:
    """Tell whether a filled place is not shown, not printed, or changes its size with the reader's."""
    flags = place.get("/F", 0)
    if not isinstance(flags, int):
        return True
    return flags & ~(_READ_ONLY | _LOCKED | _LOCKED_CONTENTS) != _PRINTED


def refuse_odd_look(place: pikepdf.Object) -> None:
    """Raise FileRefused when the look of a place is not made so that every reader keeps it inside."""
    looks = place.get("/AP")
    if looks is None:
        return
    if not isinstance(looks, pikepdf.Dictionary):
        raise FileRefused("annotation")
    for _kind, look in looks.items():
        if not isinstance(look, pikepdf.Stream) or look.get("/Subtype") != pikepdf.Name.Form:
            raise FileRefused("annotation")
        box = box_of(look.get("/BBox"))
        matrix = _numbers(look.get("/Matrix"), 6) if "/Matrix" in look else [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
        if box is None or matrix is None:
            raise FileRefused("annotation")
        area = (box[2] - box[0]) * (box[3] - box[1]) * (matrix[0] * matrix[3] - matrix[1] * matrix[2])
        # Readers do not agree on what a box without an area is fitted into.
        if abs(area) < 1e-6 and look.read_raw_bytes().strip():
            raise FileRefused("annotation")


def new_place(number: int, widget: pikepdf.Object) -> Place:
    """Look at a place that was added to a page. Raises FileRefused when it is more than that."""
    box = box_of(widget.get("/Rect"))
    flags = widget.get("/F", 0)
    if (
        widget.get("/Subtype") != pikepdf.Name.Widget
        or box is None
        or any(key in widget for key in ("/A", "/AA", "/Popup", "/Contents"))
        or not isinstance(flags, int)
        or flags & ~(_READ_ONLY | _LOCKED | _LOCKED_CONTENTS | _PRINTED | 2)
    ):
        raise FileRefused("annotation", page=str(number + 1))
    refuse_odd_look(widget)
    return Place(number, box)


def refuse_covering(content: bytes, before: pikepdf.Pdf, places: Sequence[Place]) -> None:
    """Raise FileRefused when a new place stands where the pages of ``content``, ours, are not empty.

    ``before`` is the same file, opened.
    """
    shown = [one for one in places if one.box[0] < one.box[2] and one.box[1] < one.box[3]]
    if not shown:
        return
    for place in shown:
        for note in before.pages[place.page].obj.get("/Annots", pikepdf.Array()):
            other = box_of(note.get("/Rect"))
            if other is None or _meet(place.box, other):
                raise FileRefused("covers_page", page=str(place.page + 1))
    with pypdfium2.PdfDocument(content) as document:
        for place in shown:
            if not _empty(document[place.page], place.box):
                raise FileRefused("covers_page", page=str(place.page + 1))


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _empty(page: pypdfium2.PdfPage, box: tuple[float, float, float, float]) -> bool:
    left, low, _right, high = page.get_mediabox()
    picture = page.render(scale=_SCALE, grayscale=True).to_pil().convert("L")
    # A pixel more on each side: lines are drawn between pixels.
    area = (
        max(math.floor((box[0] - left) * _SCALE) - 1, 0),
        max(math.floor((high - box[3]) * _SCALE) - 1, 0),
        min(math.ceil((box[2] - left) * _SCALE) + 1, picture.width),
        min(math.ceil((high - box[1]) * _SCALE) + 1, picture.height),
    )
    if area[0] >= area[2] or area[1] >= area[3]:
        return True  # beside the page
    darkest, _brightest = picture.crop(area).getextrema()
    return bool(darkest >= _EMPTY)
