"""The one place that says what time it is, so that a demo or a simulated year can set it."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_set_time: ContextVar[datetime.datetime | None] = ContextVar("wagtail_mentoring_set_time", default=None)


def now() -> datetime.datetime:
    """Return the current time (aware), or the one set by :func:`at`."""
    return _set_time.get() or timezone.now()


def today() -> datetime.date:
    """Return the current local date."""
    return timezone.localdate(now())


def days_since(moment: datetime.datetime) -> int:
    """Return how many local midnights have passed since ``moment`` (aware); 0 for what is to come."""
    return max(0, (today() - timezone.localdate(moment)).days)


@contextmanager
def at(moment: datetime.datetime) -> Iterator[None]:
    """Let everything inside believe that it is ``moment`` (aware)."""
    token = _set_time.set(moment)
    try:
        yield
    finally:
        _set_time.reset(token)
