"""The guides to the five meetings as shipped: one HTML fragment per meeting and language.

They are what a programme starts from; ``mentoring_setup`` copies them into the themes that editors change.
"""

from pathlib import Path

LANGUAGES = ("en", "fi", "sv")
NUMBERS = range(1, 6)

_FOLDER = Path(__file__).parent


def guide_text(number: int, language: str) -> str:
    """Return the guide to meeting ``number``: ``h2`` headings, each with its text. ValueError for one not shipped."""
    if number not in NUMBERS or language not in LANGUAGES:
        raise ValueError(f"There is no shipped guide to meeting {number} in “{language}”.")
    return (_FOLDER / f"guide_{number}.{language}.html").read_text(encoding="utf-8")


def guide_texts(number: int) -> dict[str, str]:
    """Return the shipped guide to meeting ``number`` by language."""
    return {language: guide_text(number, language) for language in LANGUAGES}
