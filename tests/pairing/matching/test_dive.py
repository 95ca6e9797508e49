"""A plan by one LP after the other: that room and rules are kept, and that nobody stays left out."""

import time
from random import Random
from typing import Any

import numpy as np
import pytest

from wagtail_mentoring.pairing.matching import columns, dive, levels, narrow
from wagtail_mentoring.pairing.matching.columns import Columns
from wagtail_mentoring.pairing.matching.coverage import classes, cover
from wagtail_mentoring.pairing.matching.packing import Packing, Prices, pack
from wagtail_mentoring.pairing.matching.problem import Problem
from wagtail_mentoring.pairing.matching.relaxation import Relaxation
from wagtail_mentoring.pairing.matching.solve import solve

from .queues import KINDS, queue
from .test_large import middling

INSTANCES = 80


def keeps_room_and_rules(packing: Packing, plan: Columns) -> bool:
    """Return whether nobody has more than the room, no case two choices, and no row more than it may."""
    used = np.bincount(plan.first, minlength=packing.problem.mentors)
    used += np.bincount(plan.second[plan.second >= 0], minlength=packing.problem.mentors)
    once = len(np.unique(plan.case)) == len(plan)
    return bool(once and (used <= packing.problem.room).all() and (packing.counted(plan) <= packing.rules.high).all())


def quotas(problem: Problem) -> levels.Quotas:
    """Return the rules of the best cover."""
    return levels.quotas(problem, cover(problem), classes(problem))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at_once", [0.15, 1.0])
def test_room_and_rules_are_kept_whatever_is_left_out(
    kind: str, at_once: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dive, "AT_ONCE", at_once)  # 1.0: rash, so that it comes to places where nothing fits
    random = Random(f"dive {kind} {at_once}")
    best, found = 0, 0
    for count in range(INSTANCES):
        problem = queue(random, kind).problem()
        packing = Packing(problem, *quotas(problem))
        table = packing.useful(columns.singles(problem).joined(columns.pairs(problem, np.arange(len(problem.mentor)))))
        if not len(table):
            continue
        plan = table.take(dive.dive(packing, table, None, np.zeros(len(table), dtype=np.bool_), time.monotonic() + 60))
        assert keeps_room_and_rules(packing, plan), (kind, count)
        gain = dive.gains(table)
        most = pack(dive.relaxed(packing), table, gain, None, time.monotonic() + 60)
        assert most.chosen is not None
        best, found = best + int(gain[most.chosen].sum()), found + int(dive.gains(plan).sum())
        assert dive.gains(plan).sum() <= gain[most.chosen].sum()
    assert found >= 0.95 * best, "it is a good plan nearly always"


def test_without_time_nothing_is_decided() -> None:
    problem = middling(9)
    packing = Packing(problem, *quotas(problem))
    table = packing.useful(columns.singles(problem))
    shut = np.zeros(len(table), dtype=np.bool_)
    assert not len(dive.dive(packing, table, None, shut, time.monotonic() - 1))


def solved(problem: Problem) -> tuple[Packing, Columns, tuple[Columns, Any], Columns, Prices]:
    """Return what a narrow plan is made of."""
    covered = cover(problem)
    packing = Packing(problem, *levels.quotas(problem, covered, classes(problem)))
    relaxation = Relaxation(packing, list(covered.given), time.monotonic() + 60)
    found = relaxation.solve(levels.LARGE_MARGIN, levels.ENOUGH)
    assert found is not None
    return packing, found[1], relaxation.support(), columns.given(problem, list(covered.given)), found[0]


@pytest.mark.parametrize("left_out", [0, 30])
def test_who_was_left_out_gets_mentors_and_the_plan_comes_near_the_best(
    left_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where many were left out: each has mentors in the end, as many in each class as the best cover says."""
    problem = middling(10)
    packing, near, support, known, prices = solved(problem)
    exact = solve(problem, seconds=60)
    whole = narrow.dive
    missing = []

    def careless(*given: Any) -> Any:
        chosen = whole(*given)[left_out:]
        missing.append(int(narrow.lacking(packing, given[1].take(chosen)).sum()))
        return chosen

    monkeypatch.setattr(narrow, "dive", careless)
    now = time.monotonic()
    found = narrow.narrow(packing, near, support, known, prices, now + 30, now + 60)
    plan = found.table.take(found.chosen)
    assert keeps_room_and_rules(packing, plan)
    assert not narrow.lacking(packing, plan).any()
    assert (packing.counted(plan) == packing.rules.low).all()
    assert (len(plan), int(plan.paired.sum())) == (exact.served, exact.pairs)
    assert missing[0] >= left_out
    assert int(plan.value.sum()) >= 0.998 * exact.value


def test_where_nobody_can_spare_anything_in_time_the_plan_of_the_cover_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = middling(12)
    packing, near, support, known, prices = solved(problem)
    monkeypatch.setattr(narrow, "_completed", lambda packing, plan, prices: plan)
    monkeypatch.setattr(narrow, "dive", lambda *given: np.zeros(0, dtype=np.int64))
    late = time.monotonic() - 1
    found = narrow.narrow(packing, near, support, known, prices, late, late)
    plan = found.table.take(found.chosen)
    assert plan.value.sum() == known.value.sum()
    assert not narrow.lacking(packing, plan).any()


def test_who_is_left_out_is_given_what_others_can_spare() -> None:
    """Without any neighbourhood: only by others making room."""
    problem = middling(11)
    packing, near, support, known, prices = solved(problem)
    shut = np.zeros(len(near), dtype=np.bool_)
    chosen = dive.dive(packing, near, None, shut, time.monotonic() + 60)[20:]
    plan = near.take(chosen)
    assert narrow.lacking(packing, plan).any()
    after = narrow._completed(packing, plan, prices)
    assert keeps_room_and_rules(packing, after)
    assert not narrow.lacking(packing, after).any()
    assert len(after) == len(known)
    assert int(after.paired.sum()) == int(known.paired.sum())
