"""Days and times as people write them, in the active language."""

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# Django's own formats leave out the weekday, and give Finnish months in a case that does not fit a sentence.
_DAY_FORMATS = {"fi": "l j. E", "sv": "l j F"}


def long_day(day: datetime.date, *, year: bool = False) -> str:
    """Return ``day`` with its weekday: "Monday 5 October"; with ``year``, the year too. Moments count in local time."""
    if isinstance(day, datetime.datetime):
        day = timezone.localtime(day).date()
    code = (get_language() or "en").split("-")[0]
    words = date_format(day, _DAY_FORMATS.get(code, "l j F") + (" Y" if year else ""), use_l10n=False)
    return words[:1].lower() + words[1:] if code in _DAY_FORMATS else words


def clock_time(moment: datetime.datetime) -> str:
    """Return the local time of day in 24 hours: "17:00"; in Finnish with a full stop."""
    code = (get_language() or "en").split("-")[0]
    return timezone.localtime(moment).strftime("%H.%M" if code == "fi" else "%H:%M")


def span(starts_at: datetime.datetime, minutes: int) -> str:
    """Return day, start and end of a meeting: "Tuesday 10 November, 17:00–18:30 (Finnish time)"."""
    ends_at = starts_at + datetime.timedelta(minutes=minutes)
    return str(
        format_lazy(
            _("{day}, {start}–{end} (Finnish time)"),
            day=long_day(starts_at),
            start=clock_time(starts_at),
            end=clock_time(ends_at),
        )
    )
