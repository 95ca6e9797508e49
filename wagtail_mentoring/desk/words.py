"""Dates and durations as people write them, for the handlers' screens."""

import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import ngettext, pgettext

from wagtail_mentoring import clock


def day(value: datetime.date | datetime.datetime) -> str:
    """Return "Tue 3 Nov 2026"."""
    return formats.date_format(local(value), pgettext("date format", "D j M Y"))


def short_day(value: datetime.date | datetime.datetime) -> str:
    """Return "3 Nov", with the year when it is not this one."""
    there = local(value)
    pattern = pgettext("date format", "j M") if there.year == clock.today().year else pgettext("date format", "j M Y")
    return formats.date_format(there, pattern)


def moment(value: datetime.datetime) -> str:
    """Return "Tue 3 Nov 2026, 21:14" in local time."""
    return formats.date_format(local(value), pgettext("date format", "D j M Y, H:i"))


def local(value: Any) -> Any:
    """Return a moment in local time, and a date as it is."""
    return timezone.localtime(value) if isinstance(value, datetime.datetime) else value


def days(number: int) -> str:
    """Return "1 day" or "9 days"."""
    return ngettext("%(number)s day", "%(number)s days", number) % {"number": number}


def days_since(value: datetime.datetime) -> int:
    """Return the whole local days from ``value`` until today, negative for the future."""
    return (clock.today() - local(value).date()).days


def months_after(value: datetime.datetime, months: int) -> datetime.date:
    """Return the local day ``months`` later; the last day of the month where that month is shorter."""
    start = local(value).date()
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    first_of_next = datetime.date(year + month // 12, month % 12 + 1, 1)
    return datetime.date(year, month, min(start.day, (first_of_next - datetime.timedelta(days=1)).day))


def user_name(user: Any) -> str:
    """Return the full name of ``user``, else the user name; "" for nobody."""
    if user is None:
        return ""
    return str(user.get_full_name() or user.get_username())


def number(value: float, places: int) -> str:
    """Return a number with so many decimal places, as people write it in the active language."""
    return formats.number_format(value, decimal_pos=places)
