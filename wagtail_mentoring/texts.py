"""Texts that people send: whether there is anything in them to read."""

import unicodedata

#: Letters and signs of Unicode that are drawn as nothing: Hangul fillers and the Braille pattern without dots.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
#: Letters, figures, punctuation and symbols; not marks alone, spaces, and what only steers the writing.
_SEEN = frozenset("LNPS")


def visible(text: str) -> bool:
    """Return whether a reader of ``text`` would see anything: a letter, a figure, or another sign."""
    return any(unicodedata.category(sign)[0] in _SEEN and sign not in _BLANK for sign in text)


def said(text: object) -> str:
    """Return what ``text`` says, without spaces around it; "" for None, and where nothing of it can be seen."""
    written = str(text or "").strip()
    return written if visible(written) else ""
