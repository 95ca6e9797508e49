"""Parts too large for the exact search: what is said of the fit must hold, and time must be kept."""

import time
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from wagtail_mentoring.pairing.matching import columns, coverage, levels, pricing, relaxation
from wagtail_mentoring.pairing.matching.coverage import classes, cover
from wagtail_mentoring.pairing.matching.narrow import Narrowed, better, narrow, places
from wagtail_mentoring.pairing.matching.packing import Packing
from wagtail_mentoring.pairing.matching.problem import NEVER, Problem, Table
from wagtail_mentoring.pairing.matching.relaxation import Relaxation
from wagtail_mentoring.pairing.matching.solve import solve

from .queues import KINDS, best_by_trying, queue

INSTANCES = 80  # of each kind
MIDDLE = 120


@pytest.fixture(params=["large", "giant"])
def always(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part is taken for a large one, or a giant, and has more choices than are considered."""
    monkeypatch.setattr(levels, "FEW_COLUMNS", 0)
    monkeypatch.setattr(levels, "is_large", lambda problem, seconds: True)
    monkeypatch.setattr(levels, "is_giant", lambda problem: request.param == "giant")
    monkeypatch.setattr(levels, "LARGE_MARGIN", 1.0)
    monkeypatch.setattr(relaxation, "LARGE_BEGIN", 2)
    monkeypatch.setattr(relaxation, "LARGE_PAIRS", 2)
    monkeypatch.setattr(relaxation, "LARGE_SINGLES", 1)
    monkeypatch.setattr(relaxation, "LARGE_NEW_PAIRS", 1)
    monkeypatch.setattr(pricing, "ALL_EDGES", 4)
    monkeypatch.setattr(pricing, "STAGE_MENTORS", 2)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("kind", KINDS)
def test_the_cover_is_exact_and_the_bound_of_all_pairs_holds(kind: str) -> None:
    random = Random(f"large {kind}")
    proven = 0
    for count in range(INSTANCES):
        tried = queue(random, kind)
        solution = solve(tried.problem())
        best = best_by_trying(tried)
        reached = tried.levels(solution.chosen)  # no rule is broken: levels() looks
        assert reached[:4] == best[:4], (count, tried)
        assert reached[4] <= best[4] <= solution.bound, (count, tried)
        assert reached[4] == solution.value <= solution.within <= solution.bound, (count, tried)
        if solution.proven:
            assert reached[4] == best[4], (count, tried)
            proven += 1
        else:
            assert solution.considered != "all"
    assert proven > INSTANCES // 2


@pytest.mark.parametrize("kind", KINDS)
def test_with_all_its_columns_a_large_part_has_all_levels_of_trying_everything(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan of a large part is restricted to columns near the best of their case: here these are all there are."""
    monkeypatch.setattr(levels, "FEW_COLUMNS", 0)
    monkeypatch.setattr(levels, "is_large", lambda problem, seconds: True)
    monkeypatch.setattr(levels, "LARGE_MARGIN", 1e7)
    planned = []

    def counted(*given: Any) -> Narrowed:
        planned.append(narrow(*given))
        return planned[-1]

    monkeypatch.setattr(levels, "narrow", counted)
    # What the LP says as a whole would leave nothing to be planned.
    monkeypatch.setattr(Relaxation, "plan", lambda relaxation: None)
    random = Random(f"all columns of a large part {kind}")
    for count in range(INSTANCES):
        tried = queue(random, kind)
        solution = solve(tried.problem())
        best = best_by_trying(tried)
        assert tried.levels(solution.chosen) == best, (count, tried)
        assert tuple(level.value for level in solution.levels) == best, (count, tried)
        assert solution.proven, (count, tried)
    assert len(planned) > INSTANCES // 2, "the large way was taken"


def test_neighbourhoods_planned_anew_make_a_poor_plan_as_good_as_the_best() -> None:
    """From the plan of the cover alone, among all columns, to within a few thousandths of the proven optimum."""
    problem = middling(7)
    exact = solve(problem, seconds=60)
    covered = cover(problem)
    packing = Packing(problem, *levels.quotas(problem, covered, classes(problem)))
    plan = list(covered.given)
    solved = Relaxation(packing, plan, time.monotonic() + 60).solve(20_000.0)
    assert solved is not None
    prices, near = solved
    known = columns.given(problem, plan)
    table = near.joined(known)
    worth = packing.after_prices(table, prices.mentors, prices.rules)
    slack = packing.best(table, worth)[table.case] - worth
    begun = places(table, known)
    chosen = better(packing, table, begun, prices, slack, time.monotonic() + 60)
    after = table.take(chosen)
    used = np.bincount(np.concatenate([after.first, after.second[after.second >= 0]]), minlength=problem.mentors)
    assert (used <= problem.room).all()
    assert len(after) == exact.served
    assert int(after.paired.sum()) == exact.pairs
    assert int(known.value.sum()) < 0.995 * exact.value, "there was something to gain"
    assert 0.9995 * exact.value <= int(after.value.sum()) <= exact.bound


def middling(seed: int) -> Problem:
    """Return a problem of which each part has hundreds of pairs for each case."""
    random = Random(seed)
    chosen = [sorted(random.sample(range(MIDDLE), 24)) for _case in range(MIDDLE)]
    pairs, single, reach = {}, [], []
    for case, mine in enumerate(chosen):
        half = {mentor: random.randrange(20_000) for mentor in mine}
        single += [2 * half[mentor] for mentor in mine]
        reach += [half[mentor] + 1_000 for mentor in mine]
        for place, one in enumerate(mine):
            for other in mine[place + 1 :]:
                pairs[case, one, other] = half[one] + half[other] + random.randrange(2_000)
    return Problem(
        case_keys=np.arange(MIDDLE),
        mentor_keys=np.arange(MIDDLE),
        waits=np.array([random.randrange(5) for _case in range(MIDDLE)]),
        room=np.array([random.choice([0, 1, 1, 2]) for _mentor in range(MIDDLE)]),
        load=np.zeros(MIDDLE, dtype=np.int64),
        start=np.arange(MIDDLE + 1) * 24,
        mentor=np.array(sum(chosen, [])),
        single=np.array(single),
        reach=np.array(reach),
        whole=np.ones(MIDDLE, dtype=np.bool_),
        kin=np.zeros((0, 3), dtype=np.int64),
        pairs=Table(pairs),
    )


def test_a_large_part_comes_near_the_exact_way_and_its_bound_is_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = middling(1)
    exact = solve(problem, seconds=60)
    assert exact.considered == "all"
    monkeypatch.setattr(levels, "is_large", lambda part, seconds: True)
    found = solve(problem, seconds=60)
    assert (found.served, found.pairs) == (exact.served, exact.pairs)
    assert found.value <= exact.bound
    assert exact.value <= found.bound
    assert found.gap < 0.005
    assert found.gap_within <= found.gap


def relaxation_of(problem: Problem) -> Relaxation:
    covered = cover(problem)
    packing = Packing(problem, *levels.quotas(problem, covered, classes(problem)))
    return Relaxation(packing, list(covered.given), time.monotonic() + 60)


@pytest.mark.parametrize("seed", range(4))
def test_prices_that_are_enough_prove_after_one_lp_what_the_exact_ones_do(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaxation, "FIRST_ONES", 3)  # so that the LP knows too little
    problem = middling(seed)
    exact = relaxation_of(problem).solve(20_000.0)
    prices_of, rounds = Relaxation._prices, []

    def once(self: Relaxation) -> Any:
        rounds.append(len(self.entered))
        return prices_of(self) if len(rounds) == 1 else None

    monkeypatch.setattr(Relaxation, "_prices", once)
    found = relaxation_of(problem).solve(2500.0, 1e-4)
    assert exact is not None
    assert found is not None
    assert exact[0].bound <= found[0].bound <= 1.0001 * exact[0].bound


def test_what_the_lp_said_last_is_known_when_time_ends_in_the_next_round(monkeypatch: pytest.MonkeyPatch) -> None:
    prices_of, rounds = Relaxation._prices, []

    def once(self: Relaxation) -> Any:
        rounds.append(len(self.entered))
        return prices_of(self) if len(rounds) == 1 else None

    monkeypatch.setattr(Relaxation, "_prices", once)
    monkeypatch.setattr(relaxation, "REFINED", 10)
    begun = relaxation_of(middling(7))
    assert begun.solve(2500.0) is not None
    assert rounds[0] < rounds[1] == len(begun.entered), "columns were added that the LP says nothing of"
    taken, share = begun.support()
    assert len(taken) == len(share) > 0
    assert begun.value == pytest.approx(float(taken.value @ share))
    assert begun.plan() is None, "a whole plan may be poor without the columns that came last"


def test_size_and_time_decide_which_way_is_taken() -> None:
    problem = middling(2)
    assert not levels.is_large(problem, 60.0)
    assert levels.is_large(problem, 0.01)


@pytest.mark.parametrize("large", [True, False])
def test_time_is_kept(large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "is_large", lambda part, seconds: large)
    # By the work of this process: others on the machine take none of its time.
    monkeypatch.setattr(time, "monotonic", time.process_time)
    problem = middling(3)
    for seconds in (0.5, 2.0):
        begin = time.monotonic()
        found = solve(problem, seconds=seconds)
        # A tenth more, and what is done between two looks at the clock.
        assert time.monotonic() - begin < 1.1 * seconds + 0.7
        assert found.covered
        assert found.value <= found.bound


def test_the_look_at_all_pairs_counts_what_it_had_no_time_for() -> None:
    problem = middling(4)
    price = np.zeros(problem.mentors)
    least = np.zeros(problem.cases)
    late, unseen = columns.beyond(problem, price, least, 10**9, until=time.monotonic() - 1)
    assert len(late) == 0
    everything, none = columns.beyond(problem, price, least, 10**9)
    assert np.isinf(none).all()
    assert (unseen[everything.case] >= everything.value).all()


def test_best_edges_are_those_of_sorting_everything() -> None:
    problem = middling(5)
    price = np.array([Random(mentor).choice([0.0, 0.0, 5_000.0]) for mentor in range(problem.mentors)])
    found = set(columns.best_edges(problem, price, 7).tolist())
    for case in range(problem.cases):
        mine = range(problem.start[case], problem.start[case + 1])
        best = sorted(mine, key=lambda edge: (price[problem.mentor[edge]] - problem.reach[edge], edge))[:7]
        assert found >= set(best)
    assert len(found) == 7 * problem.cases


def test_the_ceiling_is_above_every_plan() -> None:
    problem = middling(6)
    part = replace(problem, single=np.where(problem.single > 0, problem.single, NEVER))
    covered = cover(part)
    packing = Packing(part, *levels.quotas(part, covered, classes(part)))
    grown = Relaxation(packing, list(covered.given), time.monotonic() + 30, large=True)
    solved = grown.solve(1.0)
    assert solved is not None
    exact = solve(part, seconds=60)
    assert grown.ceiling(solved[0], time.monotonic() + 30) >= exact.value
    assert grown.ceiling(solved[0], time.monotonic() - 1) >= exact.value


def test_the_cover_looks_at_the_clock_and_says_what_is_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = middling(8)
    exact = solve(problem, seconds=60)
    # Few searches are made in any case: so small a cover is whole, however little time there is.
    assert solve(problem, seconds=0).covered
    monkeypatch.setattr(coverage, "FREE_SEARCHES", 40)
    late = cover(problem, time.monotonic() - 1)
    assert not late.exact
    assert late.keep.all()
    hurried = solve(problem, seconds=0)
    assert not hurried.covered
    assert 40 < hurried.served <= exact.served <= hurried.level("served").bound
    assert exact.pairs <= hurried.level("two").bound
    assert sum(map(bool, hurried.chosen)) == hurried.served
