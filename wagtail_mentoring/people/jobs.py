"""Asking mentors once a year whether their profile is still true, for ``mentoring_due``."""

import datetime
import logging

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from wagtail_mentoring import clock
from wagtail_mentoring.due import Told, counted, job
from wagtail_mentoring.programme.dates import months_after

from .checking import is_due, months_by_union
from .models import Mentor
from .querysets import not_stopped
from .signals import mentor_check_due

logger = logging.getLogger(__name__)


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
