"""Dates in documents, as a sentence needs them."""

import datetime

import pytest
from django.utils.translation import override

from wagtail_mentoring.documents.pdf_tags import weekday_date


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Monday 23 November 2026"),
        ("fi", "maanantaina 23. marraskuuta 2026"),
        ("sv", "måndag 23 november 2026"),
    ],
)
def test_a_day_with_its_weekday_answers_when(language: str, words: str) -> None:
    with override(language):
        assert weekday_date(datetime.date(2026, 11, 23)) == words
