"""A plan of a large part, where the exact search would not come to its end: a good one soon, then made better.

The LP's prices say what each choice costs beyond the best of its case. The plan is made by taking again and again what
the LP is all but sure of (:meth:`.search.Search.plunge`). Then neighbourhoods of cases that compete for the same
mentors are planned anew, each by a small MIP, those first in which the plan loses most (:func:`better`). How far the
plan can be from the best of *all* choices is known all the same, by the bound of the prices.
"""

import time
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from .columns import Columns
from .packing import CLOSE, Packing, Prices, highs_of, solver
from .problem import Ints, Reals
from .search import Search

#: So many cases are planned anew together: first few, and when that gains no more, more.
SIZES = (60, 120, 240)
#: A small MIP ends after so many nodes.
NODES = 60
#: Mentors and cases are neighbours where a choice costs no more than this (thousandths of a point) beyond the best.
NEIGHBOURS = 1500.0
#: The first plan is made of choices that cost no more than this.
FIRST = 1500.0
#: Choices that cost more than this beyond the best of their case are not looked at again.
COSTS = 6000.0


@dataclass(frozen=True, slots=True)
class Narrowed:
    """``chosen``: columns of ``table``."""

    table: Columns
    chosen: Ints


def narrow(
    packing: Packing, near: Columns, always: Columns, known: Columns, prices: Prices, soon: float, until: float
) -> Narrowed:
    """Return the best plan that is found by ``until`` among the columns of ``near`` and ``always``.

    ``known``, which ``always`` holds, are the columns of a plan that keeps the rules: what is made better where no
    other is found by ``soon``.
    """
    table = near.joined(always)
    slack = _slack(packing, table, prices)
    shut = slack > FIRST
    shut[places(table, always)] = False
    begun = places(table, known)
    search = Search(packing, table, prices, begun)
    search.plunge(soon, shut)
    chosen = begun if search.best is None else search.best
    return Narrowed(table, better(packing, table, chosen, prices, slack, until))


def _slack(packing: Packing, table: Columns, prices: Prices) -> Reals:
    worth = packing.after_prices(table, prices.mentors, prices.rules)
    slack: Reals = packing.best(table, worth)[table.case] - worth
    return slack


def better(packing: Packing, table: Columns, chosen: Ints, prices: Prices, slack: Reals, until: float) -> Ints:
    """Return a better plan than ``chosen``, or as good a one: neighbourhoods are planned anew until none gains.

    What the plan loses against the bound: the slack of its choices, and the price of room that is left. A case of
    which a neighbourhood was looked at without a gain is looked at again only after something near it has changed.
    """
    if not len(chosen):
        return chosen
    cases = packing.problem.cases
    near = np.flatnonzero(slack <= NEIGHBOURS)
    of_case, of_mentor = _neighbours(table, near)
    mine = np.full(cases, -1)
    mine[table.case[chosen]] = chosen
    for size in SIZES:
        done: set[int] = set()
        while time.monotonic() < until:
            lost = np.where(mine >= 0, slack[mine], 0.0)
            turn = [case for case in np.argsort(-lost, kind="stable").tolist() if case not in done and lost[case] > 0]
            if not turn or int(table.value[mine[mine >= 0]].sum()) >= prices.bound:
                break
            open_cases = _around(turn[0], size, of_case, of_mentor)
            again = _again(packing, table, mine, open_cases, slack, until)
            if again is None:
                # The cases in the middle have been looked at with nearly all that is near them.
                done.update(open_cases[: size // 4])
                continue
            changed = np.flatnonzero(again != mine)
            mine = again
            for case in changed.tolist():
                done.difference_update(_around(case, size // 4, of_case, of_mentor))
        if size >= cases:
            break
    return np.sort(mine[mine >= 0])


def _neighbours(table: Columns, near: Ints) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return the mentors of each case in the columns ``near``, and the cases of each mentor."""
    pair = near[table.second[near] >= 0]
    case = np.concatenate([table.case[near], table.case[pair]])
    mentor = np.concatenate([table.first[near], table.second[pair]])
    both = np.unique(np.column_stack([case, mentor]), axis=0)
    of_case: dict[int, list[int]] = defaultdict(list)
    of_mentor: dict[int, list[int]] = defaultdict(list)
    for one, other in both.tolist():
        of_case[one].append(other)
        of_mentor[other].append(one)
    return of_case, of_mentor


def _around(case: int, size: int, of_case: dict[int, list[int]], of_mentor: dict[int, list[int]]) -> list[int]:
    """Return ``case`` and the cases nearest to it, those with most mentors in common first in each round."""
    found, inside, edge = [case], {case}, [case]
    while edge and len(found) < size:
        met: dict[int, int] = defaultdict(int)
        for one in edge:
            for mentor in of_case[one]:
                for other in of_mentor[mentor]:
                    if other not in inside:
                        met[other] += 1
        edge = sorted(met, key=lambda other: (-met[other], other))[: size - len(found)]
        found += edge
        inside.update(edge)
    return found


def _again(
    packing: Packing, table: Columns, mine: Ints, open_cases: list[int], slack: Reals, until: float
) -> Ints | None:
    """Plan ``open_cases`` anew, all others keeping what they have; return the plan if it is better."""
    highs = solver()
    is_open = np.zeros(len(mine), dtype=np.bool_)
    is_open[open_cases] = True
    keep = is_open[table.case] & (slack <= COSTS)
    keep[mine[mine >= 0]] = True
    kept = np.flatnonzero(keep)
    part = table.take(kept)
    before = np.isin(kept, mine).astype(np.float64)
    lp = packing.model(part, -part.value)
    lp.col_lower_ = np.where(is_open[part.case], 0.0, before)
    lp.integrality_ = [highs.HighsVarType.kInteger] * len(part)
    mip = highs_of(until - time.monotonic())
    mip.setOptionValue("mip_rel_gap", 0.0)
    mip.setOptionValue("mip_abs_gap", 0.5)
    mip.setOptionValue("mip_max_nodes", NODES)
    mip.passModel(lp)
    known = highs.HighsSolution()
    known.col_value = before.tolist()
    mip.setSolution(known)
    mip.run()
    values = np.array(mip.getSolution().col_value)
    if mip.getInfo().primal_solution_status != highs.SolutionStatus.kSolutionStatusFeasible or not len(values):
        return None
    chosen = kept[values > 0.5]
    if int(table.value[chosen].sum()) <= int(table.value[mine[mine >= 0]].sum()) + CLOSE:
        return None
    found = np.full(len(mine), -1)
    found[table.case[chosen]] = chosen
    return found


def places(table: Columns, known: Columns) -> Ints:
    """Return where the columns ``known`` stand in ``table``, which holds them all."""
    rows = zip(table.case.tolist(), table.first.tolist(), table.second.tolist(), strict=True)
    at = {key: place for place, key in enumerate(rows)}
    wanted = zip(known.case.tolist(), known.first.tolist(), known.second.tolist(), strict=True)
    return np.array([at[key] for key in wanted], dtype=np.int64)
