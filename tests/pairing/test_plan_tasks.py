"""The task that makes a plan: late, begun twice, failing, killed, without the solver, out of time."""

import datetime
from typing import Any

import pytest

from tests.pairing.queues import make_queue
from wagtail_mentoring import clock
from wagtail_mentoring.pairing import plans
from wagtail_mentoring.pairing.choices import PlanStatus
from wagtail_mentoring.pairing.models import PairingPlan
from wagtail_mentoring.pairing.plan_result import Outcome

pytestmark = pytest.mark.django_db


def test_a_slow_task_of_an_earlier_round_writes_nothing(handler: Any, run: Any, monkeypatch: Any) -> None:
    field = make_queue(1, 1)
    begun = plans.make_plan(field.union, handler)

    def slow(union: Any, kept: Any, seconds: Any, tell: Any) -> Outcome:
        later = PairingPlan.objects.filter(pk=begun.pk)
        later.update(round=2, status=PlanStatus.WAITING, stage="", progress=0)
        tell("solving", 70)  # is not heard any more
        return Outcome([])

    monkeypatch.setattr(plans, "work_out", slow)
    plans.solve_plan.call(begun.pk, 1)
    plan = PairingPlan.objects.get()
    assert (plan.round, plan.status, plan.progress, plan.result) == (2, PlanStatus.WAITING, 0, {})


def test_a_task_that_is_begun_twice_works_once(handler: Any, run: Any, monkeypatch: Any) -> None:
    field = make_queue(1, 1)
    plan = run(plans.make_plan, field.union, handler)
    monkeypatch.setattr(plans, "work_out", lambda *arguments: pytest.fail("worked twice"))
    plans.solve_plan.call(plan.pk, 1)
    plan.refresh_from_db()
    assert plan.status == PlanStatus.READY


def test_progress_is_there_while_it_runs(handler: Any, run: Any, monkeypatch: Any) -> None:
    field = make_queue(1, 1)
    seen = []
    real = plans.work_out

    def watched(union: Any, kept: Any, seconds: Any, tell: Any) -> Outcome:
        def heard(stage: str, percent: int) -> None:
            tell(stage, percent)
            seen.append(PairingPlan.objects.values_list("stage", "progress", "status").get())

        return real(union, kept, seconds, heard)

    monkeypatch.setattr(plans, "work_out", watched)
    run(plans.make_plan, field.union, handler)
    stages = [stage for stage, _percent, _status in seen]
    assert list(dict.fromkeys(stages)) == ["gathering", "fitting", "solving", "writing"]
    assert [percent for _stage, percent, _status in seen] == sorted(percent for _stage, percent, _status in seen)
    assert {status for _stage, _percent, status in seen} == {PlanStatus.RUNNING}


def test_what_fails_says_so_and_can_be_begun_again(handler: Any, run: Any, monkeypatch: Any) -> None:
    field = make_queue(1, 1)

    def broken(*arguments: Any) -> Outcome:
        raise ValueError("no such thing")

    with monkeypatch.context() as patched:
        patched.setattr(plans, "work_out", broken)
        plan = run(plans.make_plan, field.union, handler)
    assert (plan.status, plan.error) == (PlanStatus.FAILED, "ValueError: no such thing")
    assert not plan.rows.exists()
    plan = run(plans.start_again, plan, handler)
    assert (plan.status, plan.error, plan.round) == (PlanStatus.READY, "", 2)


def test_a_killed_task_is_noticed_and_another_takes_over(handler: Any, run: Any) -> None:
    field = make_queue(1, 1)
    plan = plans.make_plan(field.union, handler)
    PairingPlan.objects.update(status=PlanStatus.RUNNING, stage="solving", progress=40)
    plan.refresh_from_db()
    assert not plans.lost(plan)
    # While it is alive, nothing begins again.
    assert run(plans.start_again, plan, handler).status == PlanStatus.RUNNING
    with clock.at(clock.now() + datetime.timedelta(seconds=119)):
        assert not plans.lost(plan)
    with clock.at(clock.now() + datetime.timedelta(seconds=125)):
        assert plans.lost(plan)
        again = run(plans.make_plan, field.union, handler)
    assert (again.pk, again.status, again.round) == (plan.pk, PlanStatus.READY, 2)
    # The first task, should it wake up, has nothing to say.
    plans.solve_plan.call(plan.pk, 1)
    assert PairingPlan.objects.get().round == 2


def test_a_plan_that_waits_for_a_worker_is_not_lost_for_a_while(handler: Any, settings: Any) -> None:
    plan = plans.make_plan(make_queue(1, 1).union, handler)
    assert plan.status == PlanStatus.WAITING
    with clock.at(clock.now() + datetime.timedelta(minutes=14)):
        assert not plans.lost(plan)
        # The worker is busy with another union's plan: this one keeps its place in the line.
        assert plans.start_again(plan, handler).round == 1
    with clock.at(clock.now() + datetime.timedelta(minutes=16)):
        assert plans.lost(plan)
        settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"PLAN_WAITS_MINUTES": 60}
        assert not plans.lost(plan)


def test_a_task_that_cannot_be_handed_over(handler: Any, run: Any, monkeypatch: Any) -> None:
    field = make_queue(1, 1)

    def unreachable(*arguments: Any) -> None:
        raise ConnectionError("no worker")

    monkeypatch.setattr(type(plans.solve_plan), "enqueue", unreachable)
    plan = run(plans.make_plan, field.union, handler)
    assert (plan.status, plan.error) == (PlanStatus.FAILED, "ConnectionError: no worker")


# Without the solver, and out of time


def test_without_the_solver_as_many_are_served(handler: Any, run: Any, monkeypatch: Any) -> None:
    from wagtail_mentoring.pairing import planning
    from wagtail_mentoring.pairing.matching.solve import solve

    field = make_queue(5, 6)
    with_solver = run(plans.make_plan, field.union, handler)
    monkeypatch.setattr(planning, "solve", lambda problem, **options: solve(problem, **options, use_solver=False))
    without = run(plans.solve_again, with_solver, handler)
    assert without.result["method"] == "heuristic"
    assert [one["served"] for one in without.result["rounds"]] == [5, 5]
    assert [one["pairs"] for one in without.result["rounds"]] == [1, 1]


def test_out_of_time_gives_the_best_found(handler: Any, run: Any, settings: Any) -> None:
    field = make_queue(5, 6)
    settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"PLAN_SECONDS": 0}
    plan = run(plans.make_plan, field.union, handler)
    assert plan.status == PlanStatus.READY
    assert plan.result["rounds"][0]["served"] == 5
    assert 0 <= plan.result["gap"] <= 1
