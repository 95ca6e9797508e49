"""The mark that appears in a document when the union has really signed it: a tick at the seal's edge.

The seal itself is part of the page, and stands there in a draft too. The mark is the look of the signature's field:
lines and curves alone, so that it needs no font and leaves the file archival and accessible.
"""

import re
from dataclasses import dataclass

from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp.base import BaseStamp, BaseStampStyle

DEFAULT_COLOUR = "#0b5a4a"
# Where the curve of a quarter circle is bent, as a part of the radius.
_BEND = 0.5523
#: Smaller fields, in points, stay as they are: a tick in them would be a spot.
SMALLEST = 12


@dataclass(frozen=True)
class MarkStyle(BaseStampStyle):
    """The mark in the union's colour (``#rrggbb``)."""

    colour: str = DEFAULT_COLOUR

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: object) -> "_Mark | None":
        """Return the mark for a field of this size; None leaves the field's look as it is."""
        if min(box.width, box.height) < SMALLEST:
            return None
        return _Mark(writer, self, box)


class _Mark(BaseStamp):
    style: MarkStyle

    def render(self) -> bytes:
        width, height = float(self.box.width), float(self.box.height)
        if width < 1.6 * height:  # the round seal: on its ring, at the lower right
            size = min(width, height)
            x, y, radius = width / 2 + 0.353 * size, height / 2 - 0.353 * size, 0.13 * size
        else:  # a label: before its words
            x, y, radius = 0.46 * height, height / 2, 0.2 * height
        white = "1 1 1"
        parts = [
            f"{white} rg {_circle(x, y, radius * 1.12)} f",
            f"{_rgb(self.style.colour)} rg {_circle(x, y, radius)} f",
            f"{white} RG {radius * 0.24:.3f} w 1 J 1 j",
            f"{x - 0.42 * radius:.3f} {y + 0.02 * radius:.3f} m",
            f"{x - 0.1 * radius:.3f} {y - 0.32 * radius:.3f} l",
            f"{x + 0.45 * radius:.3f} {y + 0.32 * radius:.3f} l S",
        ]
        return ("/Artifact BMC q " + " ".join(parts) + " Q EMC").encode()


def _circle(x: float, y: float, radius: float) -> str:
    bend = radius * _BEND
    east, north, west, south = x + radius, y + radius, x - radius, y - radius
    return (
        f"{east:.3f} {y:.3f} m "
        f"{east:.3f} {y + bend:.3f} {x + bend:.3f} {north:.3f} {x:.3f} {north:.3f} c "
        f"{x - bend:.3f} {north:.3f} {west:.3f} {y + bend:.3f} {west:.3f} {y:.3f} c "
        f"{west:.3f} {y - bend:.3f} {x - bend:.3f} {south:.3f} {x:.3f} {south:.3f} c "
        f"{x + bend:.3f} {south:.3f} {east:.3f} {y - bend:.3f} {east:.3f} {y:.3f} c h"
    )


def _rgb(colour: str) -> str:
    digits = (colour if re.fullmatch(r"#[0-9a-fA-F]{6}", colour) else DEFAULT_COLOUR)[1:]
    return " ".join(f"{int(digits[place : place + 2], 16) / 255:.4f}" for place in (0, 2, 4))
