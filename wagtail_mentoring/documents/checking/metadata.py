"""What a PDF says of itself: title, reference, language, from its XMP."""

import re
from dataclasses import dataclass
from html import unescape

import pikepdf

from ..names import clean_name
from .limits import UNPACKED

_LARGEST = 512 * 1024
_TAGS = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class About:
    """The file's own words; empty where it says nothing. ``reference`` is XMP's dc:identifier, ``kind`` its dc:type."""

    title: str = ""
    reference: str = ""
    kind: str = ""
    language: str = ""


def read_metadata(pdf: pikepdf.Pdf) -> About:
    """Read the metadata without an XML parser, so that nothing in it can unfold; odd metadata count as empty."""
    metadata = pdf.Root.get("/Metadata")
    text = ""
    if isinstance(metadata, pikepdf.Stream) and int(metadata.get("/Length", 0)) < _LARGEST < UNPACKED:
        content = metadata.read_bytes()[:_LARGEST]
        text = content.decode("utf-8", "replace")
    language = pdf.Root.get("/Lang")
    return About(
        title=_value(text, "dc:title"),
        reference=_value(text, "dc:identifier"),
        kind=_value(text, "dc:type"),
        language=str(language)[:20] if isinstance(language, pikepdf.String) else "",
    )


def _value(xmp: str, name: str) -> str:
    found = re.search(rf"<{name}(?:\s[^>]*)?>(.*?)</{name}>", xmp, re.DOTALL)
    return clean_name(unescape(_TAGS.sub(" ", found[1])))[:300] if found else ""
