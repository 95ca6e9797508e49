"""What is due about asking mentors and about plans, for ``mentoring_due``."""

import datetime
import logging

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.due import Told, counted, job

from .choices import PlanRowStatus, PlanStatus
from .invitations import Done, expire_due, expire_mentees_due, remind_due, remind_mentees_due
from .models import PairingPlan

logger = logging.getLogger(__name__)

#: A plan of which nobody has approved or given up the rest is ended so many days after it was last worked on.
UNFINISHED_DAYS = 30
#: After so many days nothing is kept any more of what a plan was made of. Its result and the reasons stay.
INPUTS_DAYS = 365


@job("expire-invitations", order=100)
def expire_invitations(dry_run: bool) -> Told:
    """End the invitations whose time is over; the next ones go out by that."""
    what = "Invitations to end" if dry_run else "Invitations ended"
    return _told(what, expire_due(dry_run=dry_run), dry_run, "proposals__invitations")


@job("expire-mentees", order=105)
def expire_mentees(dry_run: bool) -> Told:
    """End the questions to mentees about their mentors whose time is over; the next ones go out by that."""
    what = "Questions to mentees to end" if dry_run else "Questions to mentees ended"
    return _told(what, expire_mentees_due(dry_run=dry_run), dry_run, "proposals")


@job("remind-mentors", order=110)
def remind_mentors(dry_run: bool) -> Told:
    """Remind the mentors who have not answered."""
    what = "Mentors to remind" if dry_run else "Mentors reminded"
    return _told(what, remind_due(dry_run=dry_run), dry_run, "proposals__invitations")


@job("remind-mentees", order=115)
def remind_mentees(dry_run: bool) -> Told:
    """Remind the mentees who have not answered about their mentors."""
    what = "Mentees to remind" if dry_run else "Mentees reminded"
    return _told(what, remind_mentees_due(dry_run=dry_run), dry_run, "proposals")


def _told(what: str, found: Done, dry_run: bool, path: str) -> Told:
    """Return what was done, or would be; of what would be also the cases, which reach the found rows by ``path``."""
    told = counted(what, len(found.done), len(found.failed))
    if not dry_run or not found.done:
        return told
    cases = Case.objects.filter(**{f"{path}__in": found.done}).order_by("reference").distinct()
    return Told((*told.lines, *(f"  {reference}" for reference in cases.values_list("reference", flat=True))))


@job("end-old-plans", order=300)
def end_old_plans(dry_run: bool) -> Told:
    """Delete plans that nobody has finished; of one by which mentors were invited only the rest goes."""
    old = _unfinished()
    if dry_run:
        return counted("Unfinished plans to delete", old.count())
    done = failed = 0
    for pk in list(old.values_list("pk", flat=True)):
        try:
            done += _end(pk)
        except Exception:
            logger.exception("The plan %s could not be ended; it is tried again at the next run.", pk)
            failed += 1
    return counted("Unfinished plans deleted", done, failed)


def _unfinished() -> "QuerySet[PairingPlan]":
    before = clock.now() - datetime.timedelta(days=UNFINISHED_DAYS)
    # By the last sign of life: a plan that was solved again lately is in use, with everything locked in it.
    worked_on = PairingPlan.objects.annotate(last=Coalesce("alive_at", "created_at")).filter(last__lt=before)
    return worked_on.exclude(status=PlanStatus.ENDED).order_by("pk")


@transaction.atomic
def _end(pk: int) -> bool:
    plan = _unfinished().select_for_update().filter(pk=pk).first()
    if plan is None:
        return False
    if plan.rows.filter(status=PlanRowStatus.APPROVED).exists():
        plan.rows.exclude(status=PlanRowStatus.APPROVED).delete()
        # A task that still works on it finds another round, and writes nothing.
        plan.status, plan.round = PlanStatus.ENDED, plan.round + 1
        plan.save(update_fields=["status", "round"])
    else:
        plan.delete()
    return True


@job("wipe-plan-inputs", order=310)
def wipe_plan_inputs(dry_run: bool) -> Told:
    """Wipe what plans of long ago were made of: facts about people whom the programme may have forgotten since."""
    before = clock.now() - datetime.timedelta(days=INPUTS_DAYS)
    old = PairingPlan.objects.filter(created_at__lt=before).exclude(inputs={})
    if dry_run:
        return counted("Plans whose inputs are to be wiped", old.count())
    return counted("Plans whose inputs were wiped", old.update(inputs={}))
