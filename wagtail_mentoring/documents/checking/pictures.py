"""Photos and pictures without what their maker wrote beside them: place, time, device, owner, comments.

What the picture needs to look as it does stays: its pixels as they were packed, its colours, its resolution.
"""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image, ImageOps

#: Turned photos are packed anew at this quality; nobody sees a difference.
QUALITY = 92
_ORIENTATION = 0x0112
# Of the application segments of a JPEG: JFIF, a colour profile, and how Adobe's programs packed the colours.
_JPEG_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_COMMENT, _START_OF_SCAN, _END = 0xFE, 0xDA, 0xD9
_PNG_START = b"\x89PNG\r\n\x1a\n"
# Pixels, colours and resolution. Words (tEXt, zTXt, iTXt), eXIf, tIME, moving pictures and private chunks go.
_PNG_KEPT = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD", b"pHYs",
}  # fmt: skip


class Odd(ValueError):
    """The file is not built as the standard says; it can be drawn all the same, and is packed anew."""


def bare(content: bytes, picture: Image.Image) -> bytes:
    """Return the JPEG or PNG ``content`` without what stands beside the picture.

    ``picture`` is what it unpacks to, at its full size. The packed pixels stay as they are, except where the file
    asks to be shown turned or is oddly built: then it is packed anew, upright.
    """
    strip = _png if content.startswith(_PNG_START) else _jpeg
    if picture.getexif().get(_ORIENTATION, 1) == 1:
        try:
            return strip(content)
        except Odd:
            pass
    # What Pillow takes over by itself, such as a comment, goes here.
    return strip(_packed(ImageOps.exif_transpose(picture), picture.format or ""))


def _packed(picture: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    colours = picture.info.get("icc_profile")
    dpi = picture.info.get("dpi")
    more = {"icc_profile": colours} if colours else {}
    if isinstance(dpi, tuple):
        more["dpi"] = dpi
    if kind == "JPEG":
        picture.save(written, "JPEG", quality=QUALITY, subsampling=0, **more)
    else:
        picture.save(written, "PNG", **more)
    return written.getvalue()


def _jpeg(content: bytes) -> bytes:
    kept = [content[:2]]
    for marker, segment in _segments(content):
        if marker == _COMMENT:
            continue
        if 0xE0 <= marker <= 0xEF and not _is_kept(marker, segment):
            continue
        kept.append(segment)
    # What stands after the end goes too: telephones put a film or a second picture there.
    return b"".join(kept)


def _is_kept(marker: int, segment: bytes) -> bool:
    begins = _JPEG_KEPT.get(marker)
    return begins is not None and segment[4:].startswith(begins)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each segment up to the end of the picture, that of a scan with its packed pixels. Raises Odd."""
    at = 2
    while at + 1 < len(content):
        if content[at] != 0xFF:
            raise Odd
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == _END:
            yield marker, content[at : at + 2]
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            yield marker, content[at : at + 2]
            at += 2
            continue
        size = int.from_bytes(content[at + 2 : at + 4], "big")
        end = at + 2 + size
        if size < 2 or end > len(content):
            raise Odd
        if marker == _START_OF_SCAN:
            end = _end_of_scan(content, end)
        yield marker, content[at:end]
        at = end
    raise Odd


def _end_of_scan(content: bytes, at: int) -> int:
    """Return where the next marker stands that is no part of the packed pixels. Raises Odd."""
    while (at := content.find(b"\xff", at)) >= 0:
        after = content[at + 1 : at + 2]
        if not after:
            break
        if after[0] != 0 and after[0] != 0xFF and not 0xD0 <= after[0] <= 0xD7:
            return at
        at += 1 if after[0] == 0xFF else 2
    raise Odd


def _png(content: bytes) -> bytes:
    kept, at = [_PNG_START], len(_PNG_START)
    while at + 12 <= len(content):
        size, name = struct.unpack(">I4s", content[at : at + 8])
        end = at + 12 + size
        if end > len(content):
            raise Odd
        if name in _PNG_KEPT:
            kept.append(_nameless(content[at:end]) if name == b"iCCP" else content[at:end])
        at = end
        if name == b"IEND":
            return b"".join(kept)
    raise Odd


def _nameless(chunk: bytes) -> bytes:
    """Return the colour profile under a name that says nothing: programs may write any words there."""
    _name, _zero, profile = chunk[8:-4].partition(b"\0")
    body = b"iCCP" + b"icc\0" + profile
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
