"""The ethics agreement's text as shipped: one HTML fragment per language, and a short version of each.

They are what a union starts from; ``mentoring_setup`` copies them into rows that editors change.
"""

from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

LANGUAGES = ("en", "fi", "sv")

_FOLDER = Path(__file__).parent


def _read(name: str, language: str) -> SafeString:
    if language not in LANGUAGES:
        raise ValueError(f"There is no shipped agreement text in “{language}”, only in {', '.join(LANGUAGES)}.")
    return mark_safe((_FOLDER / name).read_text(encoding="utf-8"))  # noqa: S308 - our own file


def agreement_text(language: str) -> SafeString:
    """Return the full text: ``h2`` headings, each with its paragraphs. Raises ValueError for another language."""
    return _read(f"{language}.html", language)


def agreement_summary(language: str) -> SafeString:
    """Return the text in short, as one list. Raises ValueError for another language."""
    return _read(f"{language}.summary.html", language)
