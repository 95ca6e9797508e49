"""A plan of a large part, where the exact search would not come to its end: a good one soon, then made better.

The LP's prices say what each choice costs beyond the best of its case. The plan is made by taking again and again what
the LP is all but sure of (:func:`.dive.dive`). Then neighbourhoods of cases that compete for the same mentors are
planned anew, each by a small MIP, those first in which somebody is left out or the plan loses most (:func:`better`).
How far the plan can be from the best of *all* choices is known all the same, by the bound of the prices.

The exact search of any other part begins with a plan that is made in the first of these ways (:func:`dived`).
"""

import time
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from . import columns, coverage
from .columns import Columns
from .dive import MISSED, dive, gains, relaxed, without
from .packing import CLOSE, Packing, Prices, highs_of, solver
from .problem import Flags, Ints, Reals

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
    packing: Packing,
    near: Columns,
    support: tuple[Columns, Reals],
    known: Columns,
    prices: Prices,
    soon: float,
    until: float,
) -> Narrowed:
    """Return the best plan that is found by ``until`` among the columns of ``near``, ``support`` and ``known``.

    ``support``: the columns that the LP takes, and how much of each. ``known``: the columns of a plan that keeps the
    rules; it is what is made better where no other that keeps them is found by ``soon``.
    """
    table = near.joined(known.joined(support[0]))
    slack = _slack(packing, table, prices)
    begun, taken = places(table, known), places(table, support[0])
    shut = slack > FIRST
    shut[begun] = shut[taken] = False
    share = None
    if len(taken):
        share = np.zeros(len(table))
        share[taken] = support[1]
    plan = table.take(dive(packing, table, share, shut, soon))
    if lacking(packing, plan).any():
        plan = _completed(packing, plan, prices)
        table = table.joined(plan)
        slack = _slack(packing, table, prices)
    chosen, begun = places(table, plan), places(table, known)
    if lacking(packing, plan).any():
        chosen = better(packing, table, chosen, prices, slack, soon)
    if lacking(packing, table.take(chosen)).any() or table.value[chosen].sum() < known.value.sum():
        chosen = begun
    return Narrowed(table, better(packing, table, chosen, prices, slack, until))


def dived(packing: Packing, table: Columns, share: Reals | None, prices: Prices, until: float) -> Columns:
    """Return a plan made of ``table`` soon; others can be in it where somebody would be left out.

    ``share``: what the LP over ``table`` says of each column. The plan may break the rules: see :func:`lacking`.
    """
    plan = table.take(dive(packing, table, share, np.zeros(len(table), dtype=np.bool_), until))
    return _completed(packing, plan, prices) if lacking(packing, plan).any() else plan


def _completed(packing: Packing, plan: Columns, prices: Prices) -> Columns:
    """Return a plan in which those who are left out have mentors, others making room for them by taking others.

    Choices that are not possible as they come out are left out of it.
    """
    problem, rules = packing.problem, packing.rules
    search = coverage.Search(problem, problem.reach - prices.mentors[problem.mentor])
    for case, mine in enumerate(plan.chosen(np.arange(len(plan)), problem.cases)):
        search.sit(case, mine)
    size = np.array([len(mine) for mine in search.of_case], dtype=np.int64)

    def give(case: int) -> None:
        """Give a case that has nobody as many as it must have, and one that has one mentor a second."""
        for _more in range(1 if size[case] or packing.may_single[case] else 2):
            size[case] += search.give(case)

    for case in np.flatnonzero(rules.must & (size == 0)).tolist():
        give(case)
    for held, weight in ((0, rules.served), (1, rules.paired)):
        # Of those who could be what a row lacks the first for whom it is possible.
        for at in np.flatnonzero(weight > 0).tolist():
            case, row = int(rules.case[at]), rules.row[at]
            if size[case] == held and (held == 0 or packing.may_pair[case]):
                now = size[rules.case]
                counted = rules.served * (now > 0) + rules.paired * (now > 1)
                if counted[rules.row == row].sum() < rules.low[row]:
                    give(case)
    return columns.given(problem, [tuple(sorted(mine)) for mine in search.of_case])


def lacking(packing: Packing, plan: Columns) -> Flags:
    """Return which cases could be what the plan lacks by the rules: they have nobody, or one mentor and not two."""
    rules, size = packing.rules, np.zeros(packing.problem.cases, dtype=np.int64)
    size[plan.case] = 1 + plan.paired
    short = (packing.counted(plan) < rules.low)[rules.row]
    found = rules.must & (size == 0)
    found[rules.case[short & (rules.served > 0) & (size[rules.case] == 0)]] = True
    found[rules.case[short & (rules.paired > 0) & (size[rules.case] < 2)]] = True
    return found


def _slack(packing: Packing, table: Columns, prices: Prices) -> Reals:
    worth = packing.after_prices(table, prices.mentors, prices.rules)
    slack: Reals = packing.best(table, worth)[table.case] - worth
    return slack


def better(packing: Packing, table: Columns, chosen: Ints, prices: Prices, slack: Reals, until: float) -> Ints:
    """Return a better plan than ``chosen``, or as good a one: neighbourhoods are planned anew until none gains.

    What the plan loses against the bound: the slack of its choices, and the price of room that is left. A case of
    which a neighbourhood was looked at without a gain is looked at again only after something near it has changed.
    ``chosen`` may leave cases out; those are sought a place first, and nobody else loses theirs.
    """
    if not len(table):
        return chosen
    cases = packing.problem.cases
    near = np.flatnonzero(slack <= NEIGHBOURS)
    of_case, of_mentor = _neighbours(table, near)
    mine = np.full(cases, -1)
    mine[table.case[chosen]] = chosen
    for size in SIZES:
        done: set[int] = set()
        while time.monotonic() < until:
            out = lacking(packing, table.take(mine[mine >= 0]))
            lost = np.where(mine >= 0, slack[mine], 0.0) + MISSED * out
            turn = [case for case in np.argsort(-lost, kind="stable").tolist() if case not in done and lost[case] > 0]
            if not turn or (not out.any() and int(table.value[mine[mine >= 0]].sum()) >= prices.bound):
                break
            open_cases = _around(turn[0], size, of_case, of_mentor)
            again = _again(packing, table, mine, open_cases, slack, bool(out.any()), until)
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
    packing: Packing, table: Columns, mine: Ints, open_cases: list[int], slack: Reals, gaps: bool, until: float
) -> Ints | None:
    """Plan ``open_cases`` anew, all others keeping what they have; return the plan if it is better.

    ``gaps``: the plan leaves somebody out; a plan is better then that leaves out fewer, or as many and fits better.
    """
    highs = solver()
    is_open = np.zeros(len(mine), dtype=np.bool_)
    is_open[open_cases] = True
    kept = np.flatnonzero(is_open[table.case] & (slack <= COSTS))
    held = mine[is_open & (mine >= 0)]
    kept = np.union1d(kept, held)
    part = table.take(kept)
    rest = without(relaxed(packing) if gaps else packing, table.take(mine[~is_open & (mine >= 0)]))
    gain = gains(table) if gaps else table.value
    before = np.isin(kept, held)
    mip = highs_of(until - time.monotonic())
    mip.setOptionValue("mip_rel_gap", 0.0)
    mip.setOptionValue("mip_abs_gap", 0.5)
    mip.setOptionValue("mip_max_nodes", NODES)
    lp = rest.model(part, -gain[kept])
    lp.integrality_ = [highs.HighsVarType.kInteger] * len(part)
    mip.passModel(lp)
    known = highs.HighsSolution()
    known.col_value = before.astype(np.float64).tolist()
    mip.setSolution(known)
    mip.run()
    values = np.array(mip.getSolution().col_value)
    if mip.getInfo().primal_solution_status != highs.SolutionStatus.kSolutionStatusFeasible or not len(values):
        return None
    chosen = kept[values > 0.5]
    if int(gain[chosen].sum()) <= int(gain[held].sum()) + CLOSE:
        return None
    found = np.where(is_open, -1, mine)
    found[table.case[chosen]] = chosen
    return found


def places(table: Columns, known: Columns) -> Ints:
    """Return where the columns ``known`` stand in ``table``, which holds them all."""
    rows = zip(table.case.tolist(), table.first.tolist(), table.second.tolist(), strict=True)
    at = {key: place for place, key in enumerate(rows)}
    wanted = zip(known.case.tolist(), known.first.tolist(), known.second.tolist(), strict=True)
    return np.array([at[key] for key in wanted], dtype=np.int64)
