"""Days and moments of tests, counted from today: what is typed, and what holds at every hour of the day."""

import datetime

from django.utils import timezone

from wagtail_mentoring import clock

DAY = datetime.timedelta(days=1)


def typed(days: int) -> str:
    """Return the day so many days from today as a person types it: ``24.11.2026``."""
    day = clock.today() + days * DAY
    return f"{day.day}.{day.month}.{day.year}"


def noon(days: int) -> datetime.datetime:
    """Return noon of the day so many days from today. Days counted from it do not depend on the hour of the test."""
    return timezone.localtime(clock.now()).replace(hour=12, minute=0, second=0, microsecond=0) + days * DAY
