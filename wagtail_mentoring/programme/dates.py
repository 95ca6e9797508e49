"""Days and times as people write them, in the active language."""

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

# Django's own formats leave out the weekday, and give Finnish months in a case that does not fit a sentence.
_DAY_FORMATS = {"fi": "l j. E", "sv": "l j F"}


def _language() -> str:
    return (get_language() or "en").split("-")[0]


def long_day(day: datetime.date, *, year: bool = False) -> str:
    """Return ``day`` with its weekday: "Monday 5 October"; with ``year``, the year too. Moments count in local time."""
    if isinstance(day, datetime.datetime):
        day = timezone.localtime(day).date()
    words = date_format(day, _DAY_FORMATS.get(_language(), "l j F") + (" Y" if year else ""), use_l10n=False)
    return words[:1].lower() + words[1:] if _language() in _DAY_FORMATS else words


def clock_time(moment: datetime.datetime) -> str:
    """Return the local time of day in 24 hours: "17:00"; in Finnish with a full stop."""
    return timezone.localtime(moment).strftime("%H.%M" if _language() == "fi" else "%H:%M")


def on_day(day: datetime.date, *, year: bool = False) -> str:
    """Return ``day`` as it stands after "on" or "by": as :func:`long_day`, in Finnish with "maanantaina"."""
    words = long_day(day, year=year)
    if _language() != "fi":
        return words
    weekday, rest = words.split(" ", 1)
    return f"{weekday}na {rest}"
