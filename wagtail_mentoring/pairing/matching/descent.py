"""Prices by subgradients against all pairs: in each round every case says what it would take, and prices follow.

For a large part, where an LP is slow: each round proves a bound of all pairs, and leaves the choices that were asked
for, which are those that an LP needs to begin with.
"""

import time
from dataclasses import dataclass

import numpy as np

from . import columns
from .all_pairs import AllPairs
from .columns import Columns
from .packing import Packing
from .problem import NEVER, Ints, Reals

#: At most so many rounds; the first step, as a share of the bound; after so many rounds without success half of it;
#: with shorter steps than the last it ends.
ROUNDS, FIRST_SHARE, PATIENCE, LAST_SHARE = 120, 0.01, 6, 2e-4
#: No case is worth as little as this.
NOTHING = -1e7
#: So many of the pairs found for a case in a round are kept.
OF_EACH = 3


@dataclass(frozen=True, slots=True)
class Descended:
    """The best prices, the bound that they prove of all pairs, and what was asked for on the way."""

    mentors: Reals
    rules: Reals
    bound: float
    asked: Columns


class Alone:
    """The best choice of one mentor for each case at prices."""

    def __init__(self, packing: Packing) -> None:
        problem = packing.problem
        case = problem.edge_case()
        edge = np.flatnonzero(packing.may_single[case] & (problem.single > NEVER))
        self._cases = problem.cases
        self._case, self._mentor, self._value = case[edge], problem.mentor[edge], problem.single[edge]
        self._begin = np.flatnonzero(np.diff(self._case, prepend=-1))
        self._length = np.diff(self._begin, append=len(edge))

    def best(self, mentors: Reals) -> tuple[Reals, Columns]:
        """Return what each case's best is worth after the mentors' prices, and these choices, the first of equals."""
        worth = np.full(self._cases, -np.inf)
        if not len(self._begin):
            return worth, columns.in_a_row([])
        after = self._value - mentors[self._mentor]
        most = np.maximum.reduceat(after, self._begin)
        worth[self._case[self._begin]] = most
        top = np.flatnonzero(after >= np.repeat(most, self._length))
        at = top[np.flatnonzero(np.diff(self._case[top], prepend=-1))]
        return worth, Columns(self._case[at], self._mentor[at], np.full(len(at), -1), self._value[at])


def descend(packing: Packing, look: AllPairs, mentors: Reals, until: float) -> Descended:
    """Return good prices, from ``mentors`` on; at least one round is made, whatever the clock says."""
    problem, low = packing.problem, packing.rules.low.astype(np.float64)
    alone, kin = Alone(packing), packing.useful(columns.kin(problem))
    least = np.where(packing.may_pair, NOTHING, np.inf)
    rules = np.zeros(len(low))
    best, asked = (np.inf, mentors, rules), [kin]
    share, stalled = FIRST_SHARE, 0
    for turn in range(ROUNDS):
        if turn and (time.monotonic() > until or share < LAST_SHARE):
            break
        found, _unseen = look.beyond(mentors, least)
        asked.append(_first_of_each(packing, found, mentors, rules))
        single, ones = alone.best(mentors)
        asked.append(ones)
        known = columns.in_a_row([asked[-2], kin])
        worth = packing.after_prices(known, mentors, rules)
        most = packing.best(known, worth)
        pairs = _first(known, np.flatnonzero(worth >= most[known.case]))
        single = single - packing.base(rules)[0]
        instead = single > most
        bound = packing.bound(np.maximum(most, single), mentors, rules)
        if bound < best[0] - 1.0:
            best, stalled = (bound, mentors, rules), 0
        else:
            stalled += 1
            if stalled >= PATIENCE:
                share, stalled = share / 2, 0
                mentors, rules = best[1], best[2]
        taken = columns.in_a_row(
            [pairs.take(np.flatnonzero(~instead[pairs.case])), ones.take(np.flatnonzero(instead[ones.case]))]
        )
        demand = np.bincount(taken.first, minlength=problem.mentors).astype(np.float64)
        demand += np.bincount(taken.second[taken.second >= 0], minlength=problem.mentors)
        spare, over = problem.room - demand, low - packing.counted(taken)
        spare[(mentors <= 0) & (spare > 0)] = 0.0
        norm = float(spare @ spare + over @ over)
        if norm == 0:
            break
        step = share * abs(bound) / norm
        mentors, rules = np.maximum(mentors - step * spare, 0.0), rules - step * over
    # Joined with nothing, each choice stands once and in order.
    everything = columns.in_a_row(asked).joined(columns.in_a_row([]))
    return Descended(best[1], best[2], best[0], everything)


def _first_of_each(packing: Packing, found: Columns, mentors: Reals, rules: Reals) -> Columns:
    """Return the best few of the pairs found for each case."""
    worth = packing.after_prices(found, mentors, rules)
    order = np.lexsort((-worth, found.case))
    case = found.case[order]
    return found.take(order[np.arange(len(order)) - np.searchsorted(case, case) < OF_EACH])


def _first(known: Columns, places: Ints) -> Columns:
    """Return of the columns at ``places`` the first of each case, in the order of the cases."""
    places = places[np.argsort(known.case[places], kind="stable")]
    return known.take(places[np.flatnonzero(np.diff(known.case[places], prepend=-1))])
