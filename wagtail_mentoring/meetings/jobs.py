"""Asking mentees 3 and 12 months after the end how they are, for ``mentoring_due``."""

import datetime
import logging

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.moves import lock
from wagtail_mentoring.due import Told, counted, job
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.programme.dates import months_after
from wagtail_mentoring.workflows import CaseState

from .feedback import NOT_ASKED
from .models import Feedback, FeedbackKind, Meeting, MeetingStatus

logger = logging.getLogger(__name__)

MONTHS = {FeedbackKind.MONTHS_3: 3, FeedbackKind.MONTHS_12: 12}
#: A question that could not be asked on its day (cron stood still) is asked up to so many days later.
LATE_DAYS = 30


@job("ask-follow-ups", order=200)
def ask_follow_ups(dry_run: bool) -> Told:
    """Ask each mentee who has agreed to it, once 3 and once 12 months after the end."""
    done = failed = 0
    for kind in MONTHS:
        for pk in list(due(kind).values_list("pk", flat=True)):
            try:
                done += dry_run or _ask(pk, kind)
            except Exception:
                logger.exception("The follow-up of case %s could not be asked; it is tried at the next run.", pk)
                failed += 1
    return counted("Follow-ups to ask" if dry_run else "Follow-ups asked", done, failed)


def due(kind: FeedbackKind) -> "QuerySet[Case]":
    """Return the cases whose mentee is to be asked now. Read by the days of their end alone, however many there are."""
    until = months_after(clock.today(), -MONTHS[kind]) + datetime.timedelta(days=1)
    midnight = timezone.make_aware(datetime.datetime.combine(until, datetime.time()))
    meetings = Meeting.objects.filter(case=OuterRef("pk"), status=MeetingStatus.HELD)
    consents = Consent.objects.filter(mentee=OuterRef("mentee"), kind=ConsentKind.FOLLOW_UP, withdrawn_at__isnull=True)
    asked = Feedback.objects.filter(case=OuterRef("pk"), kind=kind, mentee__isnull=False)
    ended = Case.objects.filter(
        state=CaseState.CLOSED.value,
        # By the column with the index: a closed case has been in its state since it was closed.
        state_since__gte=midnight - datetime.timedelta(days=LATE_DAYS),
        state_since__lt=midnight,
        anonymised_at__isnull=True,
    ).exclude(end_reason__in=[reason.value for reason in NOT_ASKED])
    return ended.filter(Exists(meetings), Exists(consents), ~Exists(asked)).order_by("pk")


@transaction.atomic
def _ask(pk: int, kind: FeedbackKind) -> bool:
    case = lock(pk)
    if not due(kind).filter(pk=pk).exists():
        return False
    # What was asked earlier and never answered is not asked any more beside the new question.
    Feedback.objects.filter(case=case, mentee=case.mentee, given_at=None).delete()
    Feedback.objects.create(case=case, kind=kind, mentee=case.mentee, asked_at=clock.now())
    return True
