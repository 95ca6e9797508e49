"""Template filters of the handlers' screens."""

import datetime

from django import template

from wagtail_mentoring.programme import dates

register = template.Library()


@register.filter
def mentoring_iso_day(value: str) -> str:
    """Return "2026-11-02" as the desk writes days, "Mon 2 Nov 2026"; "" for ""."""
    return dates.day(datetime.date.fromisoformat(value)) if value else ""
