"""Template tags of the private pages."""

import datetime

from django import template

from wagtail_mentoring.messages import dates
from wagtail_mentoring.portal import shown

register = template.Library()


@register.filter
def long_day(moment: datetime.date) -> str:
    """Return the day with its weekday, in the active language."""
    return dates.long_day(moment)


@register.filter
def clock_time(moment: datetime.datetime) -> str:
    """Return the local time of day."""
    return dates.clock_time(moment)


@register.filter
def initials(name: str) -> str:
    """Return the initials of a name."""
    return shown.initials(name)
