"""Names of people in a document: every script welcome, no tricks."""

import unicodedata
from collections.abc import Iterable

# Marks, embeddings, overrides and isolates: with these a name can make the text around it read backwards.
# The joiners U+200C and U+200D stay: Persian and many Indic names need them.
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_name(name: str) -> str:
    """Return the name without bidi and other control characters, composed (NFC), on one line."""
    kept = (
        " " if character in "\t\n\r\v\f\u2028\u2029" else character
        for character in unicodedata.normalize("NFC", str(name))
        if character not in _BIDI_CONTROLS and (unicodedata.category(character) != "Cc" or character in "\t\n\r\v\f")
    )
    return " ".join("".join(kept).split())


def comparable(name: str) -> str:
    """Return ``name`` without what only keyboards differ in: case, spaces, composed letters, kinds of apostrophe."""
    plain = unicodedata.normalize("NFKC", clean_name(name)).translate({ord(mark): "'" for mark in "’‘ʼ`´"})
    return " ".join(plain.split()).casefold()


def _words(name: str) -> list[str]:
    # Certificates of many countries put the family name first, commas between, and a number at the end.
    words = comparable(name).replace(",", " ").split()
    return sorted(word for word in words if not any(character.isdigit() for character in word))


def is_name_of(written: Iterable[str], printed: str) -> bool:
    """Tell whether one of the names in a certificate is the printed name, in whatever order its words stand.

    Numbers beside a name, as some national cards have them, are left out. A missing or further word is another name.
    """
    wanted = _words(printed)
    return bool(wanted) and any(_words(name) == wanted for name in written)
