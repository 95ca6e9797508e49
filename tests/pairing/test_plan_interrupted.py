"""A plan whose approval was killed says what became of it; a row for somebody who waits no more is not changed."""

import datetime
from typing import Any

import pytest

from tests.factories import as_handler
from tests.pairing.queues import make_queue, make_willing
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.pairing import invitations, plan_approval, plan_rows, plans
from wagtail_mentoring.pairing.choices import PlanRowStatus, PlanStatus
from wagtail_mentoring.pairing.models import PairingPlan
from wagtail_mentoring.pairing.plan_approval import begin_approval
from wagtail_mentoring.pairing.plan_result import mark, mentors_of
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(handler: Any, run: Any) -> PairingPlan:
    """A plan that is ready: three people, six mentors."""
    found: PairingPlan = run(plans.make_plan, make_queue(3, 6).union, handler)
    return found


def keys(plan: PairingPlan) -> list[int]:
    return list(plan.rows.order_by("pk").values_list("pk", flat=True))


def killed(plan: PairingPlan, handler: Any, chosen: list[int], done: int) -> PairingPlan:
    """Begin the approval of rows, kill its task after ``done`` of them, and begin again when it has been noticed."""
    begun = begin_approval(plan, chosen, handler)  # its task does not begin
    PairingPlan.objects.update(status=PlanStatus.RUNNING)
    plan_approval._approve(begun, chosen[:done], handler, lambda number: True)
    with clock.at(clock.now() + datetime.timedelta(seconds=65)):
        begun.refresh_from_db()
        assert plans.lost(begun)
        plans.start_again(begun, handler)
    begun.refresh_from_db()
    return begun


@pytest.mark.parametrize(("done", "status"), [(0, "ready"), (1, "ready"), (2, "ready"), (3, "ended")])
def test_how_many_were_invited_is_told(plan: PairingPlan, handler: Any, done: int, status: str) -> None:
    after = killed(plan, handler, keys(plan), done)
    assert (after.status, after.stage, after.round) == (status, "", 3)
    assert after.result["approved"] | {"at": ""} == {"invited": done, "held_back": 0, "at": ""}


def test_only_the_rows_of_that_approval_are_counted(plan: PairingPlan, handler: Any, run: Any) -> None:
    first, second, third = keys(plan)
    run(begin_approval, plan, [first], handler)
    invitations.propose(
        plan.rows.get(pk=second).case_id, [make_willing(make_field_of(plan))], handler, one_mentor_reason="By hand."
    )
    after = killed(PairingPlan.objects.get(pk=plan.pk), handler, [second, third], 1)
    assert after.rows.get(pk=second).status == PlanRowStatus.HELD_BACK
    assert after.result["approved"] | {"at": ""} == {"invited": 0, "held_back": 1, "at": ""}
    assert after.status == PlanStatus.READY


def make_field_of(plan: PairingPlan) -> Any:
    return plan.rows.order_by("pk")[0].case.field


def test_what_was_seen_must_be_what_is_proposed(plan: PairingPlan, handler: Any) -> None:
    seen = mark(plan)
    row = plan.rows.order_by("pk")[0]
    plan_rows.set_locks(plan, [row.pk], [row.pk], handler, seen=seen)
    plan_rows.edit(row, [make_willing(row.case.field)], "", handler, one_mentor_reason="Speaks Dari.")
    with pytest.raises(StepRefused, match="has changed since"):
        plan_rows.set_locks(plan, [row.pk], [], handler, seen=seen)
    with pytest.raises(StepRefused, match="has changed since"):
        begin_approval(plan, keys(plan), handler, seen=seen)
    plan.refresh_from_db()
    assert (plan.status, plan.rows.get(pk=row.pk).locked) == (PlanStatus.READY, True)
    assert begin_approval(plan, keys(plan), handler, seen=mark(plan)).status == PlanStatus.WAITING


def test_a_row_of_somebody_who_waits_no_more_stays_as_it_is(plan: PairingPlan, handler: Any) -> None:
    row, other = plan.rows.order_by("pk")[:2]
    spare = make_willing(row.case.field)
    moves.move(row.case_id, "end", as_handler(), {"end_reason": "moved_away", "situation": "unknown"})
    invitations.propose(other.case_id, [make_willing(row.case.field)], handler, one_mentor_reason="By hand.")
    for one, said in ((row, "The case has moved on meanwhile"), (other, "Mentors have been asked for this person")):
        before = mentors_of(one)
        with pytest.raises(StepRefused, match=said):
            plan_rows.edit(one, [spare], "", handler, one_mentor_reason="Speaks Dari.")
        one.refresh_from_db()
        assert (mentors_of(one), one.edited, one.locked) == (before, False, False)
