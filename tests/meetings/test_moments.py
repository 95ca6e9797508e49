"""Times that somebody types, also on the days on which the clocks change."""

import datetime
import zoneinfo

import pytest
from django.core.exceptions import ValidationError

from wagtail_mentoring.meetings.moments import moment, moments_of

HELSINKI = zoneinfo.ZoneInfo("Europe/Helsinki")
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
LORD_HOWE = zoneinfo.ZoneInfo("Australia/Lord_Howe")  # by half an hour
TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")


def utc(day: str, time: str, zone: zoneinfo.ZoneInfo, which: str = "") -> str:
    found = moment(datetime.date.fromisoformat(day), datetime.time.fromisoformat(time), zone, which)
    assert found.tzinfo is zone
    return found.astimezone(datetime.UTC).strftime("%d %H:%M")


@pytest.mark.parametrize(
    "day, time, zone, expected",
    [
        ("2026-06-15", "17:00", HELSINKI, "15 14:00"),
        ("2026-12-15", "17:00", HELSINKI, "15 15:00"),
        ("2026-12-15", "17:00", TOKYO, "15 08:00"),
        # The days of the change, beside the hour that changes.
        ("2027-03-28", "02:59", HELSINKI, "28 00:59"),
        ("2027-03-28", "04:00", HELSINKI, "28 01:00"),
        ("2026-10-25", "02:59", HELSINKI, "24 23:59"),
        ("2026-10-25", "04:00", HELSINKI, "25 02:00"),
        ("2027-03-14", "01:59", NEW_YORK, "14 06:59"),
        ("2027-03-14", "03:00", NEW_YORK, "14 07:00"),
    ],
)
def test_ordinary_times(day: str, time: str, zone: zoneinfo.ZoneInfo, expected: str) -> None:
    assert utc(day, time, zone) == expected
    # Which of two is meant does not matter where there is one.
    assert utc(day, time, zone, "second") == expected


@pytest.mark.parametrize(
    "day, time, zone",
    [
        ("2027-03-28", "03:00", HELSINKI),
        ("2027-03-28", "03:59", HELSINKI),
        ("2027-03-14", "02:30", NEW_YORK),
        ("2026-10-04", "02:15", LORD_HOWE),
    ],
)
def test_a_time_that_the_clocks_skip(day: str, time: str, zone: zoneinfo.ZoneInfo) -> None:
    for which in ("", "first", "second"):
        with pytest.raises(ValidationError) as caught:
            utc(day, time, zone, which)
        assert caught.value.code == "skipped" and time in caught.value.message
    assert moments_of(datetime.date.fromisoformat(day), datetime.time.fromisoformat(time), zone) == []


@pytest.mark.parametrize(
    "day, time, zone, first, second",
    [
        ("2026-10-25", "03:00", HELSINKI, "25 00:00", "25 01:00"),
        ("2026-10-25", "03:59", HELSINKI, "25 00:59", "25 01:59"),
        ("2026-11-01", "01:30", NEW_YORK, "01 05:30", "01 06:30"),
        ("2027-04-04", "01:45", LORD_HOWE, "03 14:45", "03 15:15"),
    ],
)
def test_a_time_that_comes_twice(day: str, time: str, zone: zoneinfo.ZoneInfo, first: str, second: str) -> None:
    for which in ("", "perhaps"):
        with pytest.raises(ValidationError) as caught:
            utc(day, time, zone, which)
        assert caught.value.code == "twice" and time in caught.value.message
    assert (utc(day, time, zone, "first"), utc(day, time, zone, "second")) == (first, second)
    offered = moments_of(datetime.date.fromisoformat(day), datetime.time.fromisoformat(time), zone)
    assert [one.strftime("%H:%M") for one in offered] == [time, time]
    assert offered[0].utcoffset() != offered[1].utcoffset()
