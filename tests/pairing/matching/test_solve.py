"""The solver against trying everything, and what must hold of every plan."""

import sys
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_mentoring.pairing.matching import columns, levels, relaxation
from wagtail_mentoring.pairing.matching.solve import Solution, solve

from .queues import KINDS, Queue, best_by_trying, queue, shuffled

INSTANCES = 400  # of each kind, half of them each way


def reached(solution: Solution) -> tuple[int, ...]:
    return tuple(level.value for level in solution.levels)


@pytest.fixture(params=["all columns", "by prices"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to the fit: every column in the MILP, and columns found by the LP's prices."""
    if request.param == "by prices":
        monkeypatch.setattr(levels, "FEW_COLUMNS", 0)
        monkeypatch.setattr(levels, "MARGIN", 1.0)
        monkeypatch.setattr(relaxation, "BEGIN_WITH", 2)
        monkeypatch.setattr(relaxation, "AT_ONCE", 1)
        monkeypatch.setattr(columns, "AT_A_TIME", 3)
    return str(request.param)


@pytest.mark.parametrize("kind", KINDS)
def test_all_levels_are_those_of_trying_everything(kind: str, way: str) -> None:
    random = Random(f"{kind} {way}")
    for count in range(INSTANCES // 2):
        tried = queue(random, kind)
        solution = solve(tried.problem())
        expected = best_by_trying(tried)
        assert tried.levels(solution.chosen) == expected, (count, tried)
        assert reached(solution) == expected, (count, tried)
        assert solution.covered, (count, tried, solution.levels)
        assert solution.proven, (count, tried, solution.levels)
        for level in solution.levels[:-1]:
            assert level.bound >= level.value


SEEDS = st.integers(0, 10**6)
KIND = st.sampled_from(KINDS)
FEW = settings(max_examples=60, deadline=None)


@FEW
@given(SEEDS, KIND)
def test_in_any_order_the_plan_is_the_same(seed: int, kind: str) -> None:
    random = Random(seed)
    problem = queue(random, kind, cases=6, mentors=5).problem()
    other, cases, mentors = shuffled(problem, random)
    plan, again = solve(problem), solve(other)
    assert plan.levels == again.levels
    for place, mine in enumerate(again.chosen):
        assert sorted(mentors[mentor] for mentor in mine) == sorted(plan.chosen[cases[place]])
    assert solve(problem).chosen == plan.chosen


@FEW
@given(SEEDS)
def test_one_mentor_more_never_lowers_coverage(seed: int) -> None:
    random = Random(seed)
    more = queue(random, "uncoupled", cases=8, mentors=6)
    problem = more.problem()
    edges = np.flatnonzero(problem.mentor != problem.mentors - 1)
    fewer = problem.part(np.arange(problem.cases), np.arange(problem.mentors - 1), edges)
    for use_solver in (True, False):
        before, after = solve(fewer, use_solver=use_solver), solve(problem, use_solver=use_solver)
        assert after.served >= before.served
        assert after.served + after.pairs >= before.served + before.pairs


@FEW
@given(SEEDS, KIND)
def test_without_the_solver_coverage_is_exact_and_the_fit_never_better(seed: int, kind: str) -> None:
    tried = queue(Random(seed), kind)
    solution = solve(tried.problem(), use_solver=False)
    assert solution.method == "heuristic"
    found, best = tried.levels(solution.chosen), best_by_trying(tried)  # no rule is broken: levels() looks
    assert reached(solution) == found
    if kind == "uncoupled":
        assert found[:4] == best[:4]
        assert solution.covered
        assert found[4] <= best[4] <= solution.bound
    assert found[:5] <= best[:5]
    if solution.proven:
        assert found[:5] == best[:5]


@FEW
@given(SEEDS, KIND)
def test_when_time_is_up_there_is_a_plan_all_the_same(seed: int, kind: str) -> None:
    tried = queue(Random(seed), kind, cases=6, mentors=5)
    solution = solve(tried.problem(), seconds=0)
    found, best = tried.levels(solution.chosen), best_by_trying(tried)
    assert reached(solution) == found
    assert found[:5] <= best[:5]
    if kind == "uncoupled":
        assert found[:4] == best[:4]
        assert found[4] <= best[4] <= solution.bound
    if solution.proven:
        assert found[:5] == best[:5]


@pytest.mark.parametrize("seed", [306, 1315, 23845])
def test_a_plan_is_proven_by_its_bound_and_not_by_the_word_of_the_solver(seed: int) -> None:
    """HiGHS 1.16 called the plan that it was given the best one, and it was not."""
    tried = queue(Random(seed), "minimum_fit", cases=6, mentors=5)
    solution = solve(tried.problem())
    assert solution.proven
    assert tried.levels(solution.chosen)[:5] == best_by_trying(tried)[:5]
    hurried = solve(tried.problem(), seconds=0)
    assert not hurried.proven or tried.levels(hurried.chosen)[:5] == best_by_trying(tried)[:5]


@FEW
@given(SEEDS, KIND)
def test_locked_cases_keep_their_mentors_and_the_rest_is_the_best(seed: int, kind: str) -> None:
    random = Random(seed)
    tried = queue(random, kind)
    problem = tried.problem()
    possible = [case for case, own in enumerate(tried.choices) if own]
    if not possible:
        return
    case = random.choice(possible)
    mentors = random.choice(sorted(tried.choices[case]))
    solution = solve(problem.without({case: mentors}))
    rest = Queue(
        [wait for place, wait in enumerate(tried.waits) if place != case],
        [max(0, room - (place in mentors)) for place, room in enumerate(tried.room)],
        [load + (place in mentors) for place, load in enumerate(tried.load)],
        [mine for place, mine in enumerate(tried.edges) if place != case],
        [own for place, own in enumerate(tried.choices) if place != case],
    )
    assert rest.levels(solution.chosen) == best_by_trying(rest) == reached(solution)


def test_equal_waits_are_not_broken_by_key_before_the_fit() -> None:
    """One mentor, two who have waited as long: the better fit wins, though its key is greater."""
    tried = Queue([7, 7], [1], [0], [[0], [0]], [{(0,): 10}, {(0,): 90}])
    assert solve(tried.problem()).chosen == ((), (0,))
    # Somebody who has waited longer comes first, whatever the fit.
    assert solve(Queue([8, 7], [1], [0], [[0], [0]], [{(0,): 10}, {(0,): 90}]).problem()).chosen == ((0,), ())


def test_a_missing_solver_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    problem = queue(Random(3), "uncoupled", cases=6, mentors=5).problem()
    assert solve(problem).method == "heuristic"
    with pytest.raises(RuntimeError, match="wagtail-mentoring\\[solver\\]"):
        solve(problem, use_solver=True)


def test_nobody_waits_and_nobody_mentors() -> None:
    nothing = Queue([], [], [], [], []).problem()
    assert solve(nothing).chosen == ()
    alone = solve(Queue([5, 5], [2], [1], [[], []], [{}, {}]).problem())
    assert alone.chosen == ((), ())
    assert alone.proven


def test_progress_reaches_the_end() -> None:
    told: list[tuple[int, int]] = []
    solve(queue(Random(5), "mixed", cases=6).problem(), progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (6, 6)
    assert told == sorted(told)


def test_a_problem_that_contradicts_itself_is_refused() -> None:
    problem = queue(Random(1), "uncoupled", cases=4, mentors=4).problem()
    with pytest.raises(ValueError, match="less than no room"):
        replace(problem, room=problem.room - 5)
    with pytest.raises(ValueError, match="in the problem twice"):
        replace(problem, case_keys=np.zeros(4, dtype=np.int64))
