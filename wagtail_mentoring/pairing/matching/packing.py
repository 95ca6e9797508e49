"""The fit (level 4) as set packing: an LP for prices, then a small MILP over the choices that the prices leave.

Maximise the sum of the values of the chosen columns; a case takes one column at most, a mentor no more than the room,
and the rules hold (how many of each claim are served, how many get two).

*Why little is enough.* For any prices of the mentors (not below zero) and of the rules, a case's best column after
prices, summed over the cases, with the prices of room and rules added, is an upper bound of every plan (Lagrange). A
plan that has a column which is ``slack`` worse than its case's best loses that much of the bound. So once a plan of
value ``V`` is known and the bound is ``U``, no plan that is as good has a column with more slack than ``U - V``: the
others need not be looked at. The bound is computed here, from the prices, in whole thousandths; the solver's word is
not needed for it.
"""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .columns import Columns
from .problem import Flags, Ints, Problem, Reals

#: The LP's prices are rounded; sums of them are trusted to this much (values are whole thousandths of a point).
CLOSE = 1e-3
#: All gains are whole numbers: with a bound that is nearer than 1, a plan is the best.
GAP = 0.5


def solver() -> Any:
    """Return the module ``highspy``, or ``None`` where it is not installed."""
    try:
        import highspy
    except ImportError:
        return None
    return highspy


@dataclass(frozen=True, slots=True)
class Rules:
    """Sums that a plan must keep. Entry ``k``: ``served[k]`` for a case ``case[k]`` with a mentor, and ``paired[k]``
    more if it has two, counted in row ``row[k]``; row ``r`` must come to ``low[r]`` at least and ``high[r]`` at most.
    ``must``: cases that are served in any case. Entries stand in the order of the cases.
    """

    case: Ints
    row: Ints
    served: Ints
    paired: Ints
    low: Ints
    high: Ints
    must: Flags


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of the mentors and the rules' rows, and the upper bound that they prove."""

    mentors: Reals
    rules: Reals
    bound: int
    #: There are pairs that were not looked at, and that a plan as good as the bound may have.
    unseen: bool
    #: The table holds all columns that are within so much of their case's best.
    margin: float
    #: What no plan made of the table's columns can pass.
    within: int = 0


class Packing:
    """One problem with its rules: rows for HiGHS, and bounds by prices."""

    def __init__(self, problem: Problem, rules: Rules, may_single: Flags, may_pair: Flags) -> None:
        """``may_single`` and ``may_pair``: the cases that can have one mentor, and two, under the rules."""
        self.problem, self.rules = problem, rules
        self.may_single, self.may_pair = may_single, may_pair
        self.first_rule = problem.mentors + problem.cases
        self.rule_start = np.searchsorted(rules.case, np.arange(problem.cases + 1))

    def after_prices(self, columns: Columns, mentors: Reals, rules: Reals) -> Reals:
        """Return what each column is worth less the prices."""
        padded = np.append(mentors, 0.0)  # the mentor -1 costs nothing
        found: Reals = columns.value - padded[columns.first] - padded[columns.second]
        return found - self.base(rules)[columns.paired, columns.case]

    def base(self, rules: Reals) -> Reals:
        """Return what the rules' prices cost each case: row 0 with one mentor, row 1 with two."""
        base = np.zeros((2, self.problem.cases))
        np.add.at(base[0], self.rules.case, rules[self.rules.row] * self.rules.served)
        np.add.at(base[1], self.rules.case, rules[self.rules.row] * (self.rules.served + self.rules.paired))
        return base

    def useful(self, columns: Columns) -> Columns:
        """Return the columns that the rules leave: none of two mentors for a case that gets one, and the reverse."""
        may = np.where(columns.second >= 0, self.may_pair[columns.case], self.may_single[columns.case])
        return columns.take(np.flatnonzero(may))

    def best(self, columns: Columns, worth: Reals) -> Reals:
        """Return what each case's best column is worth; at least 0 where the case need not be served."""
        best = np.where(self.rules.must, -np.inf, 0.0)
        np.maximum.at(best, columns.case, worth)
        return best

    def counted(self, columns: Columns) -> Reals:
        """Return what ``columns`` come to in the rules' rows."""
        ones, twos = np.zeros(self.problem.cases), np.zeros(self.problem.cases)
        ones[columns.case], twos[columns.case] = 1.0, columns.paired
        rules = self.rules
        weight = rules.served * ones[rules.case] + rules.paired * twos[rules.case]
        return np.bincount(rules.row, weights=weight, minlength=len(rules.low)).astype(np.float64)

    def bound(self, best: Reals, mentors: Reals, rules: Reals) -> float:
        """Return the upper bound that the prices prove, ``best`` being what each case can be worth at the most."""
        kept = np.where(rules > 0, self.rules.high, self.rules.low) @ rules
        return float(best.sum() + mentors @ self.problem.room + kept)

    # The rows: mentors, cases, rules.

    def model(self, columns: Columns, cost: Reals | Ints) -> Any:
        """Return the LP that minimises ``cost`` over ``columns``."""
        highs = solver()
        lp = highs.HighsLp()
        lp.num_col_, lp.num_row_ = len(columns), self.first_rule + len(self.rules.low)
        lp.col_cost_ = np.asarray(cost, dtype=np.float64)
        lp.col_lower_, lp.col_upper_ = np.zeros(len(columns)), np.ones(len(columns))
        low = [np.full(self.problem.mentors, -highs.kHighsInf), self.rules.must.astype(np.float64), self.rules.low]
        lp.row_lower_ = np.concatenate(low).astype(np.float64)
        high = [self.problem.room, np.ones(self.problem.cases), self.rules.high]
        lp.row_upper_ = np.concatenate(high).astype(np.float64)
        lp.a_matrix_.format_ = highs.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = self.entries(columns)
        return lp

    def entries(self, columns: Columns) -> tuple[Ints, Ints, Reals]:
        """Return the columns of the matrix: starts, rows, coefficients."""
        at = np.arange(len(columns))
        pair = np.flatnonzero(columns.second >= 0)
        count = (self.rule_start[1:] - self.rule_start[:-1])[columns.case]
        ruled = np.repeat(at, count)
        entry = np.arange(len(ruled)) - np.repeat(np.cumsum(count) - count - self.rule_start[columns.case], count)
        weight = self.rules.served[entry] + self.rules.paired[entry] * columns.paired[ruled]
        some = weight != 0
        column = np.concatenate([at, pair, at, ruled[some]])
        rows = [columns.first, columns.second[pair], self.problem.mentors + columns.case]
        row = np.concatenate([*rows, self.first_rule + self.rules.row[entry[some]]])
        value = np.concatenate([np.ones(2 * len(at) + len(pair)), weight[some]])
        order = np.argsort(column * (self.first_rule + len(self.rules.low)) + row)
        start = np.zeros(len(columns) + 1, dtype=np.int64)
        np.cumsum(np.bincount(column, minlength=len(columns)), out=start[1:])
        return start, row[order], value[order].astype(np.float64)


def highs_of(seconds: float) -> Any:
    """Return a silent solver on one thread, which makes its answers repeatable."""
    highs = solver()
    # The scheduler keeps the number of threads of whoever came first in this process, and fails silently if it differs.
    highs.Highs.resetGlobalScheduler(True)
    found = highs.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("parallel", "off"),
        ("random_seed", 1),
        ("time_limit", max(seconds, 0.01)),
    ):
        found.setOptionValue(option, value)
    return found


@dataclass(frozen=True, slots=True)
class Packed:
    """What the MILP found: ``chosen`` is ``None`` where it found nothing (in time, or because the rules forbid it).

    ``doubtful``: it was called the best, against its bound.
    """

    chosen: Ints | None
    proven: bool
    bound: float
    doubtful: bool = False


def pack(packing: Packing, table: Columns, gain: Ints, start: Ints | None, until: float) -> Packed:
    """Choose columns with the greatest sum of ``gain``. ``start``: columns of a plan to begin from."""
    if not len(table):
        allowed = not packing.rules.must.any() and not packing.rules.low.any()
        return Packed(np.zeros(0, dtype=np.int64), True, 0.0) if allowed else Packed(None, True, -np.inf)
    found = _run(packing, table, gain, start, until)
    if not found.doubtful:
        return found
    # HiGHS 1.16 may call a plan that it was given the best without having looked, while its own bound is above it.
    again = _run(packing, table, gain, None, until)
    if again.chosen is None or found.chosen is None or gain[again.chosen].sum() < gain[found.chosen].sum():
        return replace(found, bound=min(found.bound, again.bound))
    return again


def _run(packing: Packing, table: Columns, gain: Ints, start: Ints | None, until: float) -> Packed:
    highs = solver()
    mip = highs_of(until - time.monotonic())
    mip.setOptionValue("mip_rel_gap", 0.0)
    mip.setOptionValue("mip_abs_gap", GAP)
    lp = packing.model(table, -gain)
    lp.integrality_ = [highs.HighsVarType.kInteger] * len(table)
    mip.passModel(lp)
    if start is not None:
        known = highs.HighsSolution()
        values = np.zeros(len(table))
        values[start] = 1.0
        known.col_value = values.tolist()
        mip.setSolution(known)
    mip.run()
    status = mip.getModelStatus()
    if status == highs.HighsModelStatus.kInfeasible:
        return Packed(None, True, -np.inf)
    values = np.array(mip.getSolution().col_value)
    bound = -mip.getInfo().mip_dual_bound
    if mip.getInfo().primal_solution_status != highs.SolutionStatus.kSolutionStatusFeasible or not len(values):
        return Packed(None, False, bound)
    chosen = np.flatnonzero(values > 0.5)
    done = status == highs.HighsModelStatus.kOptimal
    proven = done and bound <= gain[chosen].sum() + GAP + CLOSE
    return Packed(chosen, proven, bound, doubtful=done and not proven)


def even(packing: Packing, table: Columns, start: Ints, value: int, until: float) -> tuple[Ints, bool]:
    """Choose columns of a total of ``value`` with the least sum of squared loads; return them, and if that is proven.

    A mentor's first further case costs ``2 * load + 1``, the next 2 more, and so on: costs rise, so the cheap ones are
    taken first, and the sum is what the sum of squares grows by.
    """
    highs, problem = solver(), packing.problem
    mentor = np.repeat(np.arange(problem.mentors), problem.room)
    number = np.arange(len(mentor)) - np.repeat(np.cumsum(problem.room) - problem.room, problem.room)
    lp = packing.model(table, np.zeros(len(table)))
    begin, row, weight = packing.entries(table)
    rows = lp.num_row_
    # A place (column) of each mentor for each case that there is room for; the row "room" now counts places.
    lp.num_col_, lp.num_row_ = len(table) + len(mentor), rows + 1
    lp.col_cost_ = np.concatenate([np.zeros(len(table)), 2.0 * (problem.load[mentor] + number) + 1.0])
    lp.col_lower_, lp.col_upper_ = np.zeros(lp.num_col_), np.ones(lp.num_col_)
    low, high = np.array(lp.row_lower_), np.array(lp.row_upper_)
    high[: problem.mentors] = 0.0
    lp.row_lower_, lp.row_upper_ = np.append(low, value - 0.5), np.append(high, highs.kHighsInf)
    # The last row: the fit. Each column gets one entry more, which keeps the rows of a column rising.
    at = begin[1:]
    index, worth = np.insert(row, at, rows), np.insert(weight, at, table.value)
    starts = begin + np.arange(len(begin))
    lp.a_matrix_.start_ = np.concatenate([starts, starts[-1] + 1 + np.arange(len(mentor))])
    lp.a_matrix_.index_ = np.concatenate([index, mentor])
    lp.a_matrix_.value_ = np.concatenate([worth, -np.ones(len(mentor))])
    lp.integrality_ = [highs.HighsVarType.kInteger] * len(table) + [highs.HighsVarType.kContinuous] * len(mentor)
    mip = highs_of(until - time.monotonic())
    mip.setOptionValue("mip_rel_gap", 0.0)
    mip.setOptionValue("mip_abs_gap", GAP)
    mip.passModel(lp)
    mip.run()
    values = np.array(mip.getSolution().col_value)
    if mip.getInfo().primal_solution_status != highs.SolutionStatus.kSolutionStatusFeasible or not len(values):
        return start, False
    return np.flatnonzero(values[: len(table)] > 0.5), mip.getModelStatus() == highs.HighsModelStatus.kOptimal
