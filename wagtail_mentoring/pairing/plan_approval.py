"""Approving rows of a plan: their mentors are invited, each row by itself; what does not hold any more is held back."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task

from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import StepRefused

from .choices import PlanRowStatus, PlanStatus, ProposalStatus
from .invitations import propose
from .models import PairingPlan, PlanRow, Proposal
from .plan_rows import why_decided
from .planning import ELSEWHERE, INVITE, NOBODY_ELSE
from .plans import check_right, claim, end_approval, failed, hand_over, locked, ready, refuse_unseen

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Approved:
    """Keys of the rows whose mentors were invited, and of those that were held back with a sentence."""

    invited: tuple[int, ...] = ()
    held_back: tuple[int, ...] = ()


def begin_approval(plan: PairingPlan, rows: Iterable[int], user: Any, *, seen: str | None = None) -> PairingPlan:
    """Let a task approve ``rows`` (keys) of ``plan`` as ``user``; return the plan as it is then.

    ``seen`` is the plan's mark (``plan_result.mark``) as the page showed it; None: no page. Raises
    :class:`StepRefused` when the plan is not ready or proposes something else than was seen, or when none of the rows
    proposes anybody any more.
    """
    with locked(plan, user) as found:
        ready(found)
        refuse_unseen(found, seen)
        chosen = proposed(found, rows)
        if not chosen:
            raise StepRefused(_("None of the chosen people has a proposal in this plan any more. Look at it again."))
        found.round += 1
        found.status, found.stage, found.progress, found.error = PlanStatus.WAITING, INVITE, 0, ""
        found.alive_at = clock.now()
        # So that the plan can tell what became of them, also when the task is killed.
        found.result["approving"] = chosen
        found.save(update_fields=["round", "status", "stage", "progress", "error", "alive_at", "result"])
        language = translation.get_language() or "en"
        hand_over(lambda: invite_rows.enqueue(found.pk, found.round, chosen, user.pk, language), found)
        return found


def proposed(plan: PairingPlan, rows: Iterable[int]) -> list[int]:
    """Return those of ``rows`` (keys) that propose mentors, in the plan's order."""
    found = plan.rows.filter(pk__in=list(rows), status=PlanRowStatus.PROPOSED, first__isnull=False)
    return list(found.values_list("pk", flat=True))


@task()
def invite_rows(pk: int, number: int, rows: list[int], user_pk: int, language: str) -> None:
    """Approve ``rows`` of a plan as the user, unless the round has been taken over; then the plan is ready again."""
    mine = claim(pk, number, INVITE)
    if mine is None:
        return

    def tell(done: int) -> bool:
        return bool(mine.update(progress=100 * done // max(1, len(rows)), alive_at=clock.now()))

    try:
        user = get_user_model()._default_manager.get(pk=user_pk)
        plan = PairingPlan.objects.get(pk=pk)
        with translation.override(language):
            _approve(plan, rows, user, tell)
        with transaction.atomic():
            # Locked: whoever gives the plan up meanwhile ends it, and it must not be ready again after that.
            found = mine.select_for_update(of=("self",)).first()
            if found is not None:
                end_approval(found)
    except Exception as error:
        logger.exception("The mentors of plan %s could not be invited", pk)
        failed(mine, error)


def approve(plan: PairingPlan, rows: Iterable[int], user: Any) -> Approved:
    """Invite the mentors of ``rows`` (keys) of ``plan``, each row in a transaction of its own; return what became.

    Whatever does not hold any more (a mentor paused or was taken, the case moved, somebody else was quicker) is held
    back with a sentence in the active language, and the rest goes through. Raises :class:`StepRefused`.
    """
    check_right(user, plan.union_id)
    ready(PairingPlan.objects.get(pk=plan.pk))
    return _approve(plan, proposed(plan, rows), user, lambda done: True)


def _approve(plan: PairingPlan, rows: Iterable[int], user: Any, tell: Callable[[int], bool]) -> Approved:
    ended: dict[str, list[int]] = {PlanRowStatus.APPROVED: [], PlanRowStatus.HELD_BACK: []}
    for done, pk in enumerate(rows):
        if not tell(done):
            break
        status = _approve_row(pk, plan, user)
        if status:
            ended[status].append(pk)
    return Approved(tuple(ended[PlanRowStatus.APPROVED]), tuple(ended[PlanRowStatus.HELD_BACK]))


def _one_mentor_reason(plan: PairingPlan, row: PlanRow) -> str:
    """Return why ``row`` has one mentor: what the handler wrote who chose, or what the solver knows."""
    if row.one_mentor_reason:
        return row.one_mentor_reason
    day = {"day": dates.day(plan.finished_at or plan.created_at)}
    second = row.why.get("plan", {}).get("second")
    if second == ELSEWHERE:
        return _("No second mentor was found in the plan of %(day)s: all who are possible are needed for others.") % day
    if second == NOBODY_ELSE:
        return _("No second mentor was found in the plan of %(day)s: nobody else is possible.") % day
    # Two were proposed, and one of them is not in the register any more.
    return _("One of the two mentors in the plan of %(day)s is not in the register any more.") % day


def _approve_row(pk: int, plan: PairingPlan, user: Any) -> str:
    """Invite the mentors of one row; return the row's new status, or "" when somebody else has decided on it."""
    try:
        with transaction.atomic():
            # The row before the case: whoever approves the same row at the same time waits here and finds it done.
            rows = PlanRow.objects.select_for_update(of=("self",)).select_related("first", "second")
            row = rows.filter(pk=pk, status=PlanRowStatus.PROPOSED).first()
            if row is None:
                return ""
            row.proposal = _propose(row, user, _one_mentor_reason(plan, row))
            row.status = PlanRowStatus.APPROVED
            row.save(update_fields=["proposal", "status"])
    except StepRefused as refused:
        return _hold_back(pk, str(refused))
    except Exception:
        # One row that fails must not stop those after it.
        logger.exception("The mentors of row %s of a plan could not be invited", pk)
        return _hold_back(pk, _("Something went wrong on our side. Nobody was invited. Try this one again later."))
    return PlanRowStatus.APPROVED


def _propose(row: PlanRow, user: Any, one_mentor_reason: str) -> Proposal:
    # Locked before it is looked at: of two plans with the same person, the second one sees what the first one did.
    case = moves.lock(row.case_id)
    if decided := why_decided(case):
        raise StepRefused(decided)
    mentors = [mentor for mentor in (row.first, row.second) if mentor is not None]
    if not mentors:
        raise StepRefused(_("The mentor proposed here is not in the register any more."))
    made = propose(
        case.pk,
        mentors,
        user,
        one_mentor_reason=one_mentor_reason if len(mentors) == 1 else "",
        override_reason=row.override_reason,
        fit=row.fit,
        why=row.why,
    )
    if made.status != ProposalStatus.OPEN:
        raise StepRefused(_("The mentors could not be asked now."))
    return made


def _hold_back(pk: int, sentence: str) -> str:
    rows = PlanRow.objects.filter(pk=pk, status=PlanRowStatus.PROPOSED)
    held = rows.update(status=PlanRowStatus.HELD_BACK, held_back=sentence, locked=False, edited=False)
    return str(PlanRowStatus.HELD_BACK.value) if held else ""
