"""Asking mentors once a year whether their profile is still true, for ``mentoring_due``."""

import calendar
import datetime
import logging

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from wagtail_mentoring import clock
from wagtail_mentoring.due import Told, counted, job
from wagtail_mentoring.programme.models import Participation

from .models import Mentor
from .querysets import not_stopped
from .signals import mentor_check_due

logger = logging.getLogger(__name__)

#: Whoever does not answer is asked a second time after so many days, and then not before a year has passed.
AGAIN_DAYS = 30


def months_after(day: datetime.date, months: int) -> datetime.date:
    """Return the same day of the month ``months`` later, or that month's last day when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


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


def _askable() -> "QuerySet[Mentor]":
    """Return the mentors who have been approved and have not stopped."""
    mentors = Mentor.objects.filter(not_stopped(), anonymised_at__isnull=True, approved_on__isnull=False)
    return mentors.exclude(email="").order_by("pk")


def to_be_asked() -> list[int]:
    """Return the keys of the mentors who are to be asked today whether their profile is still true. Two queries.

    Those whose profile was confirmed since are not read.
    """
    months, today = months_by_union(), clock.today()
    if not months:
        return []
    # By the shortest of all unions, and two days more for months of other lengths: exactly is_due decides.
    latest = months_after(today, -min(months.values())) + datetime.timedelta(days=2)
    late = _askable().annotate(since=Coalesce("checked_on", "approved_on")).filter(since__lte=latest)
    columns = late.only("union_id", "checked_on", "approved_on", "check_asked_on")
    return [one.pk for one in columns.iterator() if one.union_id in months and is_due(one, months[one.union_id], today)]


@job("ask-mentors", order=200)
def ask_mentors(dry_run: bool) -> Told:
    """Ask the mentors who are to be asked today, each in a transaction of its own."""
    due = to_be_asked()
    if dry_run:
        return counted("Mentors to ask whether their profile is still true", len(due))
    done = failed = 0
    for pk in due:
        try:
            done += _ask(pk)
        except Exception:
            logger.exception("Mentor %s could not be asked about the profile; it is tried again at the next run.", pk)
            failed += 1
    return counted("Mentors asked whether their profile is still true", done, failed)


@transaction.atomic
def _ask(pk: int) -> bool:
    mentor = _askable().select_for_update(no_key=True).filter(pk=pk).first()
    if mentor is None or not is_due(mentor, months_by_union().get(mentor.union_id, 12), clock.today()):
        return False
    mentor.check_asked_on = clock.today()
    mentor.save(update_fields=["check_asked_on"])
    mentor_check_due.send(Mentor, mentor=mentor)
    return True
