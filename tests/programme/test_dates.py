"""Days and times as people write them."""

import datetime

import pytest
from django.utils import translation

from wagtail_mentoring.programme.dates import clock_time, long_day, on_day

MOMENT = datetime.datetime(2026, 12, 7, 11, 5, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("language", "day", "on", "with_year", "time"),
    [
        ("en", "Monday 7 December", "Monday 7 December", "Monday 7 December 2026", "13:05"),
        ("fi", "maanantai 7. joulukuuta", "maanantaina 7. joulukuuta", "maanantaina 7. joulukuuta 2026", "13.05"),
        ("sv", "måndag 7 december", "måndag 7 december", "måndag 7 december 2026", "13:05"),
    ],
)
def test_in_each_language(language: str, day: str, on: str, with_year: str, time: str) -> None:
    with translation.override(language):
        assert long_day(MOMENT) == long_day(MOMENT.date()) == day
        assert on_day(MOMENT) == on
        assert on_day(MOMENT, year=True) == with_year
        assert clock_time(MOMENT) == time


def test_moments_count_in_local_time() -> None:
    late = datetime.datetime(2026, 12, 7, 23, 0, tzinfo=datetime.UTC)
    with translation.override("en"):
        assert long_day(late) == "Tuesday 8 December"


@pytest.mark.parametrize("number", range(7))
def test_every_finnish_weekday_takes_the_same_ending(number: int) -> None:
    with translation.override("fi"):
        weekday = on_day(datetime.date(2026, 12, 7) + datetime.timedelta(days=number)).split()[0]
    assert weekday.endswith(("aina", "ona", "ina"))
