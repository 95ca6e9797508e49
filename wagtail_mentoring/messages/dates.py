"""Days and times as people write them, in the active language."""

import datetime

from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from wagtail_mentoring.programme.dates import clock_time as clock_time
from wagtail_mentoring.programme.dates import long_day as long_day
from wagtail_mentoring.programme.dates import on_day as on_day


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
