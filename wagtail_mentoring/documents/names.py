"""Names of people in a document: every script welcome, no tricks."""

import unicodedata

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
