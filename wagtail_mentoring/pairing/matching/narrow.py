"""A plan of a large part, where the exact search would not come to its end: the most promising choices of each case.

The LP's prices say what each choice costs beyond the best of its case. Where the LP has decided for a case, that stays;
the others are decided by a MILP, which gives a plan soon (:func:`dive`). A second MILP over the most promising choices
of every case makes it better, or proves that nothing made of them is (:func:`among`). How far the plan can be from the
best of *all* choices is known all the same, by the bound of the prices.
"""

import time
from dataclasses import dataclass

import numpy as np

from .columns import Columns
from .packing import Packed, Packing, Prices, highs_of, pack, solver
from .problem import Ints, Reals

#: So many choices of each case are in the last MILP.
FEW = 12
#: The first MILP ends when it is so near (a share) to the best that is possible after what the LP has decided.
NEAR = 1e-3
#: So much of what time is left the first MILP may take.
DIVE_SHARE = 0.5
#: From this on the LP counts as decided.
DECIDED = 1.0 - 1e-6


@dataclass(frozen=True, slots=True)
class Narrowed:
    """``chosen``: columns of ``table``. ``proven``: no plan made of ``table`` is better."""

    table: Columns
    chosen: Ints
    proven: bool


def narrow(packing: Packing, near: Columns, known: Columns, prices: Prices, until: float) -> Narrowed:
    """Return the best plan that is found by ``until`` among the most promising columns of ``near``, and ``known``.

    ``known`` are the columns of a plan that keeps the rules.
    """
    worth = packing.after_prices(near, prices.mentors, prices.rules)
    table = near.joined(known)
    plan = dive(packing, table, time.monotonic() + (until - time.monotonic()) * DIVE_SHARE)
    if plan is None or int(table.value[plan].sum()) < int(known.value.sum()):
        plan = _places(table, known)
    begun = table.take(plan)
    few = near.take(np.sort(_best(near, worth, FEW))).joined(begun)
    start = _places(few, begun)
    if int(begun.value.sum()) >= prices.bound or time.monotonic() > until:
        return Narrowed(few, start, int(begun.value.sum()) >= prices.bound)
    found = among(packing, few, start, until)
    if found.chosen is None or int(few.value[found.chosen].sum()) < int(begun.value.sum()):
        return Narrowed(few, start, False)
    return Narrowed(few, found.chosen, found.proven)


def among(packing: Packing, table: Columns, start: Ints, until: float) -> Packed:
    """Choose the best of ``table`` by a MILP, from the plan ``start`` on."""
    return pack(packing, table, table.value, start, until)


def dive(packing: Packing, table: Columns, until: float) -> Ints | None:
    """Return a plan: what the LP decides stays, the rest is left to a MILP; ``None`` where that finds none in time."""
    highs = solver()
    lp = highs_of(until - time.monotonic())
    lp.passModel(packing.model(table, -table.value))
    lp.run()
    if lp.getModelStatus() != highs.HighsModelStatus.kOptimal:
        return None
    share = np.array(lp.getSolution().col_value)
    decided = np.zeros(packing.problem.cases, dtype=np.bool_)
    sure = np.flatnonzero(share >= DECIDED)
    decided[table.case[sure]] = True
    keep = ~decided[table.case]
    keep[sure] = True
    left = np.flatnonzero(keep)
    part = table.take(left)
    model = packing.model(part, -part.value)
    model.col_lower_ = decided[part.case].astype(np.float64)
    model.integrality_ = [highs.HighsVarType.kInteger] * len(part)
    mip = highs_of(until - time.monotonic())
    mip.setOptionValue("mip_rel_gap", NEAR)
    mip.passModel(model)
    mip.run()
    values = np.array(mip.getSolution().col_value)
    if mip.getInfo().primal_solution_status != highs.SolutionStatus.kSolutionStatusFeasible or not len(values):
        return None
    return left[values > 0.5]


def _places(table: Columns, known: Columns) -> Ints:
    """Return where the columns ``known`` stand in ``table``, which holds them all."""
    rows = zip(table.case.tolist(), table.first.tolist(), table.second.tolist(), strict=True)
    at = {key: place for place, key in enumerate(rows)}
    wanted = zip(known.case.tolist(), known.first.tolist(), known.second.tolist(), strict=True)
    return np.array([at[key] for key in wanted], dtype=np.int64)


def _best(table: Columns, worth: Reals, number: int) -> Ints:
    """Return the places of the ``number`` columns of each case that are worth most; of equals the first."""
    order = np.lexsort((np.arange(len(table)), -worth, table.case))
    case = table.case[order]
    return order[np.arange(len(order)) - np.searchsorted(case, case) < number]
