"""Plans on PostgreSQL: two handlers approve at once, a press is doubled, a task is killed; nobody is invited twice."""

import datetime
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from typing import Any

import pytest
from django.db import connection

from tests.factories import make_handler, make_union
from tests.pairing.queues import make_queue
from tests.postgres.test_races import at_once
from tests.postgres.waiting import until_somebody_waits
from wagtail_mentoring import clock
from wagtail_mentoring.models import Mentor
from wagtail_mentoring.pairing import invitations, plan_approval, plan_rows, plans
from wagtail_mentoring.pairing.choices import PlanRowStatus, PlanStatus, ProposalStatus
from wagtail_mentoring.pairing.models import Invitation, PairingPlan, Place, Proposal
from wagtail_mentoring.pairing.plan_approval import Approved, approve, begin_approval
from wagtail_mentoring.pairing.plan_result import mentors_of
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def handlers() -> list[Any]:
    return [make_handler(make_union()) for _number in range(2)]


def ready_plan(union: Any, handler: Any) -> PairingPlan:
    made = plans.make_plan(union, handler)
    plan = PairingPlan.objects.get(pk=made.pk)
    assert plan.status == PlanStatus.READY
    return plan


def keys(plan: PairingPlan) -> list[int]:
    return list(plan.rows.values_list("pk", flat=True))


def nobody_twice() -> None:
    """Each person is asked about in one proposal, and no mentor has more mentees than there is room for."""
    cases = list(Proposal.objects.values_list("case", flat=True))
    assert len(cases) == len(set(cases))
    assert not Proposal.objects.filter(status=ProposalStatus.QUEUED).exists()
    for mentor in Mentor.objects.all():
        assert Place.objects.filter(mentor=mentor).count() <= mentor.capacity
    assert Place.objects.count() == Invitation.objects.filter(status="asked").count()


def test_two_handlers_approve_overlapping_plans_at_once(handlers: list[Any]) -> None:
    union = make_queue(8, 9).union
    plan = [ready_plan(union, handler) for handler in handlers]
    # The second plan has the same people with other mentors, so that rows cross each other.
    mentors = [row.first_id for row in plan[1].rows.all()]
    for row, mentor in zip(plan[1].rows.all(), [*mentors[1:], mentors[0]], strict=True):
        row.first_id, row.second_id = mentor, None
        row.save()
    results = at_once(
        [lambda number=number: approve(plan[number], keys(plan[number]), handlers[number]) for number in (0, 1)]  # type: ignore[misc]
    )
    assert all(isinstance(result, Approved) for result in results), results
    nobody_twice()
    invited = sum(len(result.invited) for result in results)
    assert invited == Proposal.objects.count()
    assert invited + sum(len(result.held_back) for result in results) == 16
    for row in (row for one in plan for row in one.rows.all()):
        assert bool(row.held_back) is (row.status == PlanRowStatus.HELD_BACK)


def test_two_handlers_approve_the_same_plan_at_once(handlers: list[Any]) -> None:
    plan = ready_plan(make_queue(6, 7).union, handlers[0])
    results = at_once([lambda handler=handler: approve(plan, keys(plan), handler) for handler in handlers])  # type: ignore[misc]
    assert sum(len(result.invited) for result in results) == 6
    assert sum(len(result.held_back) for result in results) == 0
    nobody_twice()


def test_the_button_that_approves_is_pressed_twice(handlers: list[Any]) -> None:
    plan = ready_plan(make_queue(4, 5).union, handlers[0])
    results = at_once([lambda handler=handler: begin_approval(plan, keys(plan), handler) for handler in handlers])  # type: ignore[misc]
    # Whoever came second is refused, or finds everybody invited.
    assert sum(isinstance(result, PairingPlan) for result in results) == 1, results
    assert sum(isinstance(result, StepRefused) for result in results) == 1, results
    assert Proposal.objects.count() == 4
    nobody_twice()


def test_eight_presses_make_one_plan(handlers: list[Any], monkeypatch: Any) -> None:
    union = make_queue(2, 2).union
    # The tasks have not begun yet: as with a worker that is busy.
    monkeypatch.setattr(plans, "hand_over", lambda enqueue, plan: None)
    results = at_once([lambda: plans.make_plan(union, handlers[0])] * 8)
    assert {result.pk for result in results} == {PairingPlan.objects.get().pk}


def test_one_handler_invites_by_hand_while_the_other_approves(handlers: list[Any]) -> None:
    plan = ready_plan(make_queue(5, 15).union, handlers[0])
    # Others than those of the plan, and from its end, so that the two meet in the middle.
    taken = {mentor for row in plan.rows.all() for mentor in mentors_of(row)}
    spare = list(Mentor.objects.exclude(pk__in=taken))
    assert len(spare) == 5

    def by_hand() -> Any:
        return [
            invitations.propose(row.case_id, [mentor], handlers[1], one_mentor_reason="By hand.")
            for row, mentor in zip(plan.rows.order_by("-pk"), spare, strict=False)
        ]

    results = at_once([lambda: approve(plan, keys(plan), handlers[0]), by_hand])
    assert isinstance(results[0], Approved), results
    assert len(results[1]) == 5
    # By hand a second one may stand in line; nothing of the plan does.
    assert not Proposal.objects.filter(status=ProposalStatus.QUEUED).exclude(one_mentor_reason="By hand.").exists()
    assert Proposal.objects.filter(status=ProposalStatus.OPEN).count() == 5
    for mentor in Mentor.objects.all():
        assert Place.objects.filter(mentor=mentor).count() <= mentor.capacity


def test_rows_are_locked_while_the_rest_is_solved_again(handlers: list[Any]) -> None:
    plan = ready_plan(make_queue(5, 6).union, handlers[0])
    row = plan.rows.all()[4]
    before = (row.first_id, row.second_id)
    results = at_once([lambda: plan_rows.lock(row, handlers[0]), lambda: plans.solve_again(plan, handlers[1])])
    plan.refresh_from_db()
    assert plan.status == PlanStatus.READY
    if results[0] is None and plan.rows.filter(pk=row.pk).exists():
        row.refresh_from_db()
        assert (row.locked, (row.first_id, row.second_id)) == (True, before)
    assert plan.rows.count() == 5


def test_a_task_that_is_killed_leaves_a_plan_that_is_begun_again(handlers: list[Any], monkeypatch: Any) -> None:
    union = make_queue(3, 4).union
    with monkeypatch.context() as patched:
        patched.setattr(plans, "hand_over", lambda enqueue, plan: None)
        plan = plans.make_plan(union, handlers[0])
    script = textwrap.dedent(
        """
        import sys, time, django
        django.setup()
        from django.db import connection
        connection.settings_dict["NAME"] = sys.argv[1]
        from wagtail_mentoring.pairing import plans
        real = plans.work_out
        def slow(union, kept, seconds, tell):
            tell("solving", 55)
            print("working", flush=True)
            time.sleep(120)
            return real(union, kept, seconds, tell)
        plans.work_out = slow
        plans.solve_plan.call(int(sys.argv[2]), int(sys.argv[3]))
        """
    )
    name = connection.settings_dict["NAME"]
    process = subprocess.Popen(
        [sys.executable, "-c", script, name, str(plan.pk), str(plan.round)],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"working"
    plan.refresh_from_db()
    # Told while it runs, in no transaction.
    assert (plan.status, plan.stage, plan.progress) == (PlanStatus.RUNNING, "solving", 55)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(20)
    time.sleep(0.2)
    plan.refresh_from_db()
    assert plan.status == PlanStatus.RUNNING
    assert not plans.lost(plan)
    with clock.at(clock.now() + datetime.timedelta(minutes=3)):
        assert plans.lost(plan)
        plans.start_again(plan, handlers[0])
    plan.refresh_from_db()
    assert (plan.status, plan.round, plan.rows.count()) == (PlanStatus.READY, 2, 3)


@pytest.mark.parametrize("place", [0, 2, 5])
def test_a_plan_is_given_up_while_its_mentors_are_invited(handlers: list[Any], monkeypatch: Any, place: int) -> None:
    plan = ready_plan(make_queue(6, 7).union, handlers[0])
    rows, inviting, done = keys(plan), threading.Event(), []
    propose = plan_approval._propose

    def slow(row: Any, *answers: Any) -> Any:
        made = propose(row, *answers)
        if row.pk == rows[place]:
            # Invited, but not committed yet, when the other handler gives the plan up.
            inviting.set()
            until_somebody_waits()
        done.append(row.pk)
        return made

    def give_up() -> None:
        assert inviting.wait(20)
        plans.discard(plan, handlers[1])

    monkeypatch.setattr(plan_approval, "_propose", slow)
    results = at_once([lambda: begin_approval(plan, rows, handlers[0]), give_up])
    assert not [result for result in results if isinstance(result, Exception)], results
    # The row that was being invited is kept, so are those before it; nobody is invited after it.
    assert done == rows[: place + 1] and Proposal.objects.count() == place + 1
    kept = PairingPlan.objects.get()
    assert kept.status == PlanStatus.ENDED
    assert keys(kept) == rows[: place + 1]
    assert all(row.status == PlanRowStatus.APPROVED and row.why and row.proposal_id for row in kept.rows.all())
    nobody_twice()


def test_a_plan_is_given_up_before_anybody_is_invited(handlers: list[Any], monkeypatch: Any) -> None:
    plan = ready_plan(make_queue(3, 4).union, handlers[0])
    rows, about_to, given_up = keys(plan), threading.Event(), threading.Event()
    approve_row = plan_approval._approve_row

    def late(*answers: Any) -> str:
        about_to.set()
        assert given_up.wait(20)
        return approve_row(*answers)

    def give_up() -> None:
        assert about_to.wait(20)
        plans.discard(plan, handlers[1])
        given_up.set()

    monkeypatch.setattr(plan_approval, "_approve_row", late)
    results = at_once([lambda: begin_approval(plan, rows, handlers[0]), give_up])
    assert not [result for result in results if isinstance(result, Exception)], results
    assert not PairingPlan.objects.exists() and not Proposal.objects.exists()
