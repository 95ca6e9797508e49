"""When a mentor is asked whether the profile is still true."""

import datetime

from wagtail_mentoring.programme.dates import months_after
from wagtail_mentoring.programme.models import Participation

from .models import Mentor

#: Whoever does not answer is asked a second time after so many days, and then not before a year has passed.
AGAIN_DAYS = 30


def is_due(mentor: Mentor, months: int, today: datetime.date) -> bool:
    """Return whether ``mentor`` is to be asked today, when profiles hold for ``months``."""
    since = mentor.checked_on or mentor.approved_on
    if since is None:
        return False
    due, asked = months_after(since, months), mentor.check_asked_on
    if today < due:
        return False
    if asked is None or asked < due or months_after(asked, months) <= today:
        return asked is None or asked + datetime.timedelta(days=AGAIN_DAYS) <= today
    first_time = asked < due + datetime.timedelta(days=AGAIN_DAYS)
    return first_time and asked + datetime.timedelta(days=AGAIN_DAYS) <= today


def months_by_union() -> dict[int, int]:
    """Return by union after how many months a profile is asked about: the shortest of its programmes."""
    found: dict[int, int] = {}
    for union, months in Participation.objects.values_list("union", "mentor_check_months"):
        found[union] = min(months, found.get(union, months))
    return found
