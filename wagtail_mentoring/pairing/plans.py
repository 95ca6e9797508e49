"""Plans for everybody who waits at one union: made in the background, made again, given up.

Nothing of a plan is sent before a handler approves rows of it (``plan_approval``). A plan is worked on by one task at a
time: ``round`` counts up with each, so that a slow task of an earlier round writes nothing over a later one.
"""

import datetime
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import task

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.conf import conf
from wagtail_mentoring.programme.models import Union
from wagtail_mentoring.programme.rights import may_handle
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.steps import NOT_YOURS

from .choices import PlanRowStatus, PlanStatus, ProposalStatus
from .gather import waiting
from .models import PairingPlan, PlanRow, Proposal
from .plan_result import mark, write
from .planning import GATHERING, INVITE, work_out

logger = logging.getLogger(__name__)

#: A begun task without a sign of life for so long, besides the time that the solver may take, is taken for dead.
SILENCE = datetime.timedelta(seconds=60)
#: What a press on an older page of a plan is told.
CHANGED_SINCE = gettext_lazy("The plan has changed since this page was shown. Nothing was sent. Look at it again.")
_AT_WORK = (PlanStatus.WAITING, PlanStatus.RUNNING)


def check_right(user: Any, union_id: int) -> None:
    """Raise :class:`StepRefused` unless ``user`` handles the cases of the union."""
    if not (user.is_active and may_handle(user, union_id) and user.has_perm("wagtail_mentoring.change_case")):
        raise StepRefused(NOT_YOURS)


def at_work(plans: "QuerySet[PairingPlan]") -> "QuerySet[PairingPlan]":
    """Narrow to the plans on which a task works, or should."""
    return plans.filter(status__in=_AT_WORK)


def lost(plan: PairingPlan) -> bool:
    """Return whether the task of ``plan`` has given no sign of life for so long that it must have been killed."""
    if plan.status not in _AT_WORK:
        return False
    patience = SILENCE
    if plan.status == PlanStatus.WAITING:
        # Not begun: the worker may be busy with another union's plan, or with a thousand mails.
        patience = datetime.timedelta(minutes=conf.PLAN_WAITS_MINUTES)
    elif plan.stage != INVITE:
        patience += datetime.timedelta(seconds=conf.PLAN_SECONDS)
    return (plan.alive_at or plan.created_at) + patience < clock.now()


def queues(unions: Iterable[Union]) -> dict[int, tuple[int, datetime.datetime]]:
    """Return for each of ``unions`` (by key) where somebody waits how many do, and since when the first. One query."""
    asked = Proposal.objects.filter(case=OuterRef("pk"), status=ProposalStatus.OPEN)
    waiting_now = Case.objects.filter(union__in=list(unions)).waiting().filter(~Exists(asked)).order_by()
    rows = waiting_now.values("union").annotate(number=Count("pk"), since=Min("state_since"))
    return {row["union"]: (row["number"], row["since"]) for row in rows}


def make_plan(union: Union, user: Any) -> PairingPlan:
    """Begin a plan for everybody who waits at ``union``; return it, or the one that is being made already.

    Raises :class:`StepRefused` when ``user`` does not handle the union's cases, or nobody waits.
    """
    check_right(user, union.pk)
    with transaction.atomic():
        # Two who press at once: the second one waits here, and finds the plan of the first.
        Union.objects.select_for_update(no_key=True).get(pk=union.pk)
        running = at_work(PairingPlan.objects.filter(union=union)).first()
        if running is not None:
            return start_again(running, user) if lost(running) else running
        if not waiting(union).exists():
            raise StepRefused(_("Nobody waits for mentors at %(union)s now.") % {"union": union.short})
        plan = PairingPlan(union=union, created_by=user, round=0)
        _begin(plan)
    return plan


def start_again(plan: PairingPlan, user: Any) -> PairingPlan:
    """Let a new task take over a plan that failed, or whose task was killed; return it as it is then.

    Where the invitations were interrupted, nothing is begun: the plan is ready, or ended when all are invited, and
    shows who has been invited.
    """
    with locked(plan, user) as found:
        if found.status == PlanStatus.FAILED or lost(found):
            if found.stage == INVITE:
                found.round += 1
                end_approval(found)
            else:
                _begin(found)
        return found


def solve_again(plan: PairingPlan, user: Any) -> PairingPlan:
    """Keep the rows that are locked or were chosen by hand, and look for mentors for everybody else once more.

    Who has begun to wait since comes in, who does not wait any more goes out. Raises :class:`StepRefused`.
    """
    with locked(plan, user) as found:
        ready(found)
        if at_work(PairingPlan.objects.filter(union=found.union_id)).exists():
            raise StepRefused(_("Another plan of this union is being made. Wait until it is ready."))
        _begin(found)
        return found


def discard(plan: PairingPlan, user: Any) -> None:
    """Give ``plan`` up. It is deleted, or only ended when mentors were invited by it: then it says why these.

    Raises :class:`StepRefused`.
    """
    with locked(plan, user) as found:
        # First its round ends, so that a task that invites begins no further row; then the row on which it works now
        # is waited for. Only then is it known whether anybody was invited.
        found.status, found.round = PlanStatus.ENDED, found.round + 1
        found.save(update_fields=["status", "round"])
        statuses = found.rows.order_by("pk").select_for_update(of=("self",)).values_list("status", flat=True)
        if PlanRowStatus.APPROVED in list(statuses):
            found.rows.exclude(status=PlanRowStatus.APPROVED).delete()
        else:
            found.delete()


@contextmanager
def locked(plan: PairingPlan, user: Any) -> Iterator[PairingPlan]:
    """A transaction in which the plan's row, read anew, is locked; refuses who does not handle the union's cases."""
    check_right(user, plan.union_id)
    with transaction.atomic():
        # The union first, as make_plan does.
        Union.objects.select_for_update(no_key=True).get(pk=plan.union_id)
        found = PairingPlan.objects.defer("inputs").select_for_update(of=("self",)).filter(pk=plan.pk).first()
        if found is None:
            raise StepRefused(_("Somebody has given this plan up meanwhile."))
        yield found


def ready(plan: PairingPlan) -> None:
    """Raise :class:`StepRefused` unless ``plan`` is ready to be looked at and changed."""
    if plan.status != PlanStatus.READY:
        raise StepRefused(_("This plan is being worked on, or is done with. Look at it again."))


def refuse_unseen(plan: PairingPlan, seen: str | None) -> None:
    """Raise :class:`StepRefused` when ``plan`` proposes something else than the page with the mark ``seen`` showed."""
    if seen is not None and seen != mark(plan):
        raise StepRefused(CHANGED_SINCE)


def end_approval(plan: PairingPlan) -> None:
    """Note what became of the rows whose approval began last, also if it was interrupted; the caller has the lock.

    The plan is ready again, or ended when the mentors of every row are invited.
    """
    statuses = dict(plan.rows.order_by().values_list("pk", "status"))
    approving = [statuses.get(pk) for pk in plan.result.pop("approving", [])]
    invited, held_back = (approving.count(one) for one in (PlanRowStatus.APPROVED, PlanRowStatus.HELD_BACK))
    plan.result["approved"] = {"invited": invited, "held_back": held_back, "at": clock.now().isoformat()}
    left = any(status != PlanRowStatus.APPROVED for status in statuses.values())
    plan.status = PlanStatus.READY if left else PlanStatus.ENDED
    plan.stage, plan.progress, plan.error = "", 100, ""
    plan.save(update_fields=["round", "result", "status", "stage", "progress", "error"])


def _begin(plan: PairingPlan) -> None:
    """Hand the next round of ``plan`` to a task, after the transaction."""
    plan.round += 1
    plan.status, plan.stage, plan.progress, plan.error = PlanStatus.WAITING, "", 0, ""
    plan.alive_at, plan.started_at, plan.finished_at = clock.now(), None, None
    plan.save()
    hand_over(lambda: solve_plan.enqueue(plan.pk, plan.round), plan)


def hand_over(enqueue: Callable[[], Any], plan: PairingPlan) -> None:
    """Enqueue a task of this plan's round once the transaction is committed; what cannot be enqueued is FAILED."""
    mine = PairingPlan.objects.filter(pk=plan.pk, round=plan.round)

    def now() -> None:
        try:
            enqueue()
        except Exception as error:
            logger.exception("The task of plan %s could not be handed over", plan.pk)
            failed(mine.filter(status__in=_AT_WORK), error)

    transaction.on_commit(now)


def failed(plans: "QuerySet[PairingPlan]", error: BaseException) -> None:
    """Say of ``plans`` that they could not be made, and what went wrong."""
    what = f"{type(error).__name__}: {error}"[:500]
    plans.update(status=PlanStatus.FAILED, error=what, finished_at=clock.now())


def claim(pk: int, number: int, stage: str) -> "QuerySet[PairingPlan] | None":
    """Let this task have the plan's round; None when another has it or had it. Returns the plan as long as it is so."""
    mine = PairingPlan.objects.filter(pk=pk, round=number)
    now = clock.now()
    # One statement: a task that a worker begins twice works once.
    begun = mine.filter(status=PlanStatus.WAITING).update(
        status=PlanStatus.RUNNING, stage=stage, progress=0, started_at=now, alive_at=now
    )
    return mine.filter(status=PlanStatus.RUNNING) if begun else None


@task()
def solve_plan(pk: int, number: int) -> None:
    """Work out round ``number`` of a plan, unless it has been taken over or given up."""
    mine = claim(pk, number, GATHERING)
    if mine is None:
        return

    def tell(stage: str, percent: int) -> None:
        # Each at once, in no transaction: the page that waits reads it.
        mine.update(stage=stage, progress=percent, alive_at=clock.now())

    try:
        plan = PairingPlan.objects.select_related("union").get(pk=pk)
        outcome = work_out(plan.union, kept_rows(plan), conf.PLAN_SECONDS, tell)
        with transaction.atomic():
            found = mine.select_for_update(of=("self",)).first()
            if found is not None:
                write(found, outcome)
    except Exception as error:
        logger.exception("Plan %s could not be made", pk)
        failed(mine, error)


def kept_rows(plan: PairingPlan) -> list[PlanRow]:
    """Return the rows of ``plan`` that the next round leaves as they are, if their cases still wait.

    A row that was chosen by hand is locked, until somebody unlocks it.
    """
    return list(plan.rows.filter(locked=True, status=PlanRowStatus.PROPOSED, first__isnull=False).order_by("pk"))
