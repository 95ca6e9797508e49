"""The theme of a meeting in the language of whoever reads of it."""

from wagtail_mentoring.cases.models import Case

from .moves import theme_of


def theme_words(case: Case, number: int, written: str) -> str:
    """Return what a person wrote as theme for this meeting, else the case's own theme in the active language."""
    if written and written != theme_of(case, number, case.language):
        return written
    return theme_of(case, number)
