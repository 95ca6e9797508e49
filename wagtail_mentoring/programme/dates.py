"""Days, times and durations as people write them, in the active language."""

import calendar
import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wagtail_mentoring import clock

from .localized import page_language

# Django's own formats leave out the weekday, and give Finnish months in a case that does not fit a sentence.
_DAY_FORMATS = {"fi": "l j. E", "sv": "l j F"}


def long_day(day: datetime.date, *, year: bool = False) -> str:
    """Return ``day`` with its weekday: "Monday 5 October"; with ``year``, the year too. Moments count in local time."""
    if isinstance(day, datetime.datetime):
        day = timezone.localtime(day).date()
    words = date_format(day, _DAY_FORMATS.get(page_language(), "l j F") + (" Y" if year else ""), use_l10n=False)
    return words[:1].lower() + words[1:] if page_language() in _DAY_FORMATS else words


def weekday_and_day(value: datetime.date) -> str:
    """Return the short day with its weekday: "Tue 10 Nov"; Finnish "ti 10.11.", Swedish "tis 10 nov"."""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value).date()
    words = date_format(value, "D j.n." if page_language() == "fi" else "D j M", use_l10n=False)
    return words.lower() if page_language() in _DAY_FORMATS else words


def clock_time(moment: datetime.datetime) -> str:
    """Return the local time of day in 24 hours: "17:00"; in Finnish with a full stop."""
    return timezone.localtime(moment).strftime("%H.%M" if page_language() == "fi" else "%H:%M")


def on_day(day: datetime.date, *, year: bool = False) -> str:
    """Return ``day`` as it stands after "on" or "by": as :func:`long_day`, in Finnish with "maanantaina"."""
    words = long_day(day, year=year)
    if page_language() != "fi":
        return words
    weekday, rest = words.split(" ", 1)
    return f"{weekday}na {rest}"


def span(starts_at: datetime.datetime, minutes: int, zone: datetime.tzinfo | None = None) -> str:
    """Return day, start and end of a meeting in ``zone``: "Tuesday 10 November, 17:00–18:30 (Finnish time)".

    Without a zone in that of the site. In another one its city is named, so that nobody reads it as Finnish time.
    """
    ends_at = starts_at + datetime.timedelta(minutes=minutes)
    zone = zone or timezone.get_default_timezone()
    here = str(zone) == str(timezone.get_default_timezone())
    words = _("{day}, {start}–{end} (Finnish time)") if here else _("{day}, {start}–{end} (time in {city})")
    with timezone.override(zone):
        return str(
            format_lazy(
                words,
                day=long_day(starts_at),
                start=clock_time(starts_at),
                end=clock_time(ends_at),
                city=str(zone).rpartition("/")[2].replace("_", " "),
            )
        )


# The short forms of the handlers' screens, where many days stand together.


def day(value: datetime.date | datetime.datetime) -> str:
    """Return "Tue 3 Nov 2026"."""
    return date_format(local(value), pgettext("date format", "D j M Y"))


def short_day(value: datetime.date | datetime.datetime) -> str:
    """Return "3 Nov", with the year when it is not this one."""
    there = local(value)
    pattern = pgettext("date format", "j M") if there.year == clock.today().year else pgettext("date format", "j M Y")
    return date_format(there, pattern)


def moment(value: datetime.datetime) -> str:
    """Return "Tue 3 Nov 2026, 21:14" in local time."""
    return date_format(local(value), pgettext("date format", "D j M Y, H:i"))


def local(value: Any) -> Any:
    """Return a moment in local time, and a date as it is."""
    return timezone.localtime(value) if isinstance(value, datetime.datetime) else value


def days(number: int) -> str:
    """Return "1 day" or "9 days"."""
    return ngettext("%(number)s day", "%(number)s days", number) % {"number": number}


def length(minutes: int) -> str:
    """Return a length in minutes as people say it: 45 minutes, 1.5 hours, 1 hour 20 minutes."""
    hours, rest = divmod(minutes, 60)
    of_hours = ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    if rest == 0 and hours:
        return of_hours
    if rest == 30 and hours:
        return _("%(number)s hours") % {"number": number_format(hours + 0.5, 1)}
    of_minutes = ngettext("%(number)s minute", "%(number)s minutes", rest) % {"number": rest}
    return f"{of_hours} {of_minutes}" if hours else of_minutes


def days_since(value: datetime.datetime) -> int:
    """Return the whole local days from ``value`` until today, negative for the future."""
    return (clock.today() - local(value).date()).days


def months_after(value: datetime.date, months: int) -> datetime.date:
    """Return the day ``months`` later, or earlier where they are negative: the last of a month that is too short.

    ``value`` is a day, or a moment, whose local day counts.
    """
    start = local(value).date() if isinstance(value, datetime.datetime) else value
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
