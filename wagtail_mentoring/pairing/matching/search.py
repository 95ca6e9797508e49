"""The best choice among few columns, by branching on "has this case this mentor?".

The LP of :mod:`.packing` is nearly tight, and what is left is found sooner by this search than by a general MILP with
its cuts: each answer fixes a mentor and not one column of many. The search goes down by the likelier answers until a
plan is whole, and then takes up the most promising answer that it left. Each better plan throws out the columns that no
still better one can have. It ends when no answer left can lead to more, which proves the plan; or when time ends.
"""

import heapq
import time
from dataclasses import dataclass
from math import floor

import numpy as np

from .columns import Columns
from .packing import CLOSE, Packed, Packing, Prices, highs_of, solver
from .problem import Flags, Ints, Reals

#: How far a number may be from a whole one and still be taken for it.
WHOLE = 1e-6
#: From this share on an answer is all but sure.
SURE = 0.85
#: When nothing is, one of so many open answers is given at once.
AT_ONCE = 40
#: What such answers left open is decided by a MIP: so near (a share) to the best, in so many nodes at most.
NEAR, NODES = 1e-4, 50
#: The first LP of so many columns is solved by the interior point method, which is sooner.
MANY = 2000
#: The LP is made anew when no more than this share of its columns is left.
SHRUNK = 0.7

#: Answers given so far: a number of an edge (case and mentor), and whether the case has the mentor.
Answers = tuple[tuple[int, bool], ...]


@dataclass(slots=True)
class _Rows:
    """The LP over the columns still in question, and what belongs to each (case, mentor)."""

    table: Columns
    edge: Ints
    by_edge: list[Ints]
    first: Ints
    second: Ints


class Search:
    """One search over ``table``. ``known``: columns of a plan in it, to be improved on; ``None`` if there is none."""

    def __init__(self, packing: Packing, table: Columns, prices: Prices, known: Ints | None) -> None:
        self.packing, self.prices = packing, prices
        worth = packing.after_prices(table, prices.mentors, prices.rules)
        self.slack: Reals = packing.best(table, worth)[table.case] - worth
        self.all = table
        self.best: Ints | None = known
        self.value = int(table.value[known].sum()) if known is not None else -1
        self._load(self._worth_a_look())

    def run(self, until: float) -> Packed:
        """Search until everything is decided or time ends."""
        self.plunge(until)
        heap: list[tuple[float, int, Answers]] = [(-float(self.prices.bound), 0, ())]
        count = 0
        while heap:
            bound, _count, answers = heapq.heappop(heap)
            if floor(CLOSE - bound) <= self.value:
                break
            # Down by the likelier answers; what is left aside goes to the heap.
            here: Answers | None = answers
            while here is not None:
                if time.monotonic() > until:
                    most = max([-bound, *(-entry[0] for entry in heap)])
                    return Packed(self.best, False, float(floor(most + CLOSE)))
                found = self._solve(here, until)
                if found is None:
                    break
                value, columns = found
                if floor(value + CLOSE) <= self.value:
                    break
                edge, share = self._undecided(columns)
                if edge < 0:
                    self._keep(np.flatnonzero(columns > 0.5))
                    break
                count += 1
                likely = share >= 0.5
                heapq.heappush(heap, (-value, count, (*here, (edge, not likely))))
                here = (*here, (edge, likely))
        return Packed(self.best, self.best is not None, float(self.value))

    def plunge(self, until: float) -> None:
        """Take every answer that is all but sure, again and again: soon a plan, and mostly a good one."""
        answers: Answers = ()
        trail: list[Answers] = []
        while time.monotonic() < until:
            found = self._solve(answers, until)
            if found is None:
                self._finish(trail, until)
                return
            if floor(found[0] + CLOSE) <= self.value:
                return
            trail.append(answers)
            share = self._shares(found[1])
            if not len(share) or np.minimum(share, 1.0 - share).max() < WHOLE:
                self._keep(np.flatnonzero(found[1] > 0.5))
                return
            known = {edge for edge, _yes in answers}
            open_ones = [place for place in np.flatnonzero(share > WHOLE) if int(self.rows.edge[place]) not in known]
            sure = [place for place in open_ones if share[place] >= SURE]
            # Nothing is sure: some of the likeliest.
            if not sure:
                likely = sorted(open_ones, key=lambda place: (-round(float(share[place]), 6), place))
                sure = likely[: max(1, len(likely) // AT_ONCE)]
            answers = (*answers, *((int(self.rows.edge[place]), True) for place in sure))
            if not sure:
                return

    def _finish(self, trail: list[Answers], until: float) -> None:
        """The last answers of ``trail`` went too far: take some back, and let a MIP decide what is open then."""
        back = 3
        while trail and time.monotonic() < until:
            found = self._solve(trail[max(len(trail) - back, 0)], until)
            if found is None or floor(found[0] + CLOSE) <= self.value:
                return
            decided = np.flatnonzero(found[1] > 1.0 - WHOLE)
            table = self.rows.table
            open_case = np.ones(self.packing.problem.cases, dtype=np.bool_)
            open_case[table.case[decided]] = False
            keep = open_case[table.case] | (found[1] > 1.0 - WHOLE)
            chosen = self._decide(np.flatnonzero(keep), open_case, until)
            if chosen is not None:
                self._keep(chosen)
                return
            if back >= len(trail):
                return
            back *= 3

    def _decide(self, kept: Ints, open_case: Flags, until: float) -> Ints | None:
        """Return a good plan among the columns ``kept``, of which those of cases that are not open all stay."""
        table = self.rows.table.take(kept)
        model = self.packing.model(table, -table.value)
        model.col_lower_ = np.where(open_case[table.case], 0.0, 1.0)
        model.integrality_ = [solver().HighsVarType.kInteger] * len(table)
        mip = highs_of(until - time.monotonic())
        mip.setOptionValue("mip_rel_gap", NEAR)
        mip.setOptionValue("mip_max_nodes", NODES)
        mip.passModel(model)
        mip.run()
        values = np.array(mip.getSolution().col_value)
        if mip.getInfo().primal_solution_status != solver().SolutionStatus.kSolutionStatusFeasible or not len(values):
            return None
        return kept[values > 0.5]

    def _load(self, inside: Ints) -> None:
        """Make the LP over the columns ``inside``."""
        self.inside = inside
        table = self.all.take(inside)
        mentors = self.packing.problem.mentors
        first = table.case * mentors + table.first
        second = np.where(table.second >= 0, table.case * mentors + table.second, -1)
        edge = np.unique(np.concatenate([first, second[second >= 0]]))
        at_first = np.searchsorted(edge, first)
        at_second = np.where(second >= 0, np.searchsorted(edge, second), -1)
        column = np.concatenate([np.arange(len(table)), np.flatnonzero(second >= 0)])
        of = np.concatenate([at_first, at_second[second >= 0]])
        order = np.argsort(of, kind="stable")
        by_edge = np.split(column[order], np.cumsum(np.bincount(of, minlength=len(edge)))[:-1]) if len(edge) else []
        self.rows = _Rows(table, edge, by_edge, at_first, at_second)
        self.case_start = np.searchsorted(table.case, np.arange(self.packing.problem.cases + 1))
        self.lp = highs_of(1e9)
        self.lp.setOptionValue("solver", "ipm" if len(table) >= MANY else "simplex")
        self.lp.passModel(self.packing.model(table, -table.value))
        self.upper = np.ones(len(table))
        self.served: Flags = self.packing.rules.must.copy()

    def _solve(self, answers: Answers, until: float) -> tuple[float, Reals] | None:
        """Return the LP's value and columns under ``answers``; ``None`` where nothing keeps them."""
        table, mentors = self.rows.table, self.packing.problem.mentors
        upper, served = np.ones(len(table)), self.packing.rules.must.copy()
        for key, yes in answers:
            at = int(np.searchsorted(self.rows.edge, key))
            known = at < len(self.rows.edge) and self.rows.edge[at] == key
            mine = self.rows.by_edge[at] if known else np.zeros(0, dtype=np.int64)
            if yes:
                case = key // mentors
                kept = upper[mine]
                upper[self.case_start[case] : self.case_start[case + 1]] = 0.0
                upper[mine] = kept
                served[case] = True
            else:
                upper[mine] = 0.0
        changed = np.flatnonzero(upper != self.upper)
        self.lp.changeColsBounds(len(changed), changed.astype(np.int32), np.zeros(len(changed)), upper[changed])
        for case in np.flatnonzero(served != self.served).tolist():
            self.lp.changeRowBounds(mentors + case, float(served[case]), 1.0)
        self.upper, self.served = upper, served
        if len(changed) > MANY:
            # So much is decided that the LP is sooner made small and solved anew than followed from where it was.
            self.lp.clearSolver()
            self.lp.setOptionValue("solver", "ipm")
        self.lp.setOptionValue("time_limit", self.lp.getRunTime() + max(until - time.monotonic(), 0.05))
        self.lp.run()
        self.lp.setOptionValue("solver", "simplex")  # from now on each answer changes little
        status = self.lp.getModelStatus()
        if status == solver().HighsModelStatus.kInfeasible:
            return None
        if status != solver().HighsModelStatus.kOptimal:
            # Not solved (time, or numbers): nothing is known of it but the bound of all.
            return float(self.prices.bound), np.full(len(table), 0.5)
        return -self.lp.getObjectiveValue(), np.array(self.lp.getSolution().col_value)

    def _undecided(self, columns: Reals) -> tuple[int, float]:
        """Return the (case, mentor) that is most between yes and no, and how much yes; -1 where all are decided."""
        rows, share = self.rows, self._shares(columns)
        between = np.minimum(share, 1.0 - share)
        if not len(between) or between.max() < WHOLE:
            return -1, 0.0
        # The first of those that are as good as equal, so that rounding does not choose.
        at = int(np.argmax(between > between.max() - WHOLE))
        return int(rows.edge[at]), float(share[at])

    def _shares(self, columns: Reals) -> Reals:
        """Return for each (case, mentor) how much of yes the LP says."""
        rows = self.rows
        pair = rows.second >= 0
        of = np.concatenate([rows.first, rows.second[pair]])
        weights = np.concatenate([columns, columns[pair]])
        return np.bincount(of, weights=weights, minlength=len(rows.edge)).astype(np.float64)

    def _keep(self, chosen: Ints) -> None:
        """Keep a better plan, and only the columns that a still better one can have."""
        value = int(self.rows.table.value[chosen].sum())
        if value <= self.value:
            return
        self.best, self.value = self.inside[chosen], value
        left = self._worth_a_look()
        if len(left) < SHRUNK * len(self.inside):
            self._load(left)

    def _worth_a_look(self) -> Ints:
        """Return the columns that a better plan than the best so far can have."""
        left: Ints = np.flatnonzero(self.slack <= self.prices.bound - self.value + CLOSE)
        return left
