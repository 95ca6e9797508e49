"""The best pairs of each case at given prices, of all pairs that there are, soon and exactly.

Mentors of a case who stand in the same *cell* (:mod:`.marks`) differ only in what each brings alone. So:

1. the best mentor of each cell is found, and from the tables of the axes, one axis after the other, how much the best
   partner adds for a mentor in each cell: a bound for every mentor;
2. of each case the mentors with the highest bounds are paired, as far as a limit some way below the case's best;
3. of these pairs those are reckoned whose own bound (what both bring at the most, and their axes) reaches the limit;
4. a case of which no pair reaches its limit is looked at again, deeper and with more mentors.

What pairs may be worth that were left out is told for each case. The bounds do not know of partners: pairs that know
each other (``Problem.kin``) may be worth more, and whoever asks adds them.

Sums are in thousandths of a point with fractions, in 32 bits; :data:`SLACK` is more than that rounds. The value of a
pair that is returned is exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .build import CasePairs
from .columns import Columns, in_a_row, two_of_each
from .marks import CELL, HALF, SHARES, TONGUE, Kind, Marked, Rest, rest_at_most
from .problem import NEVER, Flags, Ints, Problem, Reals, Renamed
from .scoring import UNIT

Floats = NDArray[np.float32]

#: More than rounding to 32 bits takes from a sum of a few numbers up to 100,000.
SLACK = 0.25
#: How far below a case's bound pairs are sought at first, and how much further each time that there are none.
FIRST_DEPTH, DEEPER = 1500.0, 1.7
#: So many mentors of a case are paired with each other at first; twice as many each further time.
MENTORS = 48
#: So many pairs are looked at together.
AT_A_TIME = 2_000_000
_NONE = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class _Block:
    """Cases of one kind, and where their slots begin. ``number``: that of the kind."""

    kind: Kind
    number: int
    cases: Ints
    begin: int


class AllPairs:
    """All pairs of the cases of a problem; :func:`all_pairs` says whether it can be had.

    A *slot* is a cell of one case; the slots of a case stand in a row, from ``offset`` on. ``edge`` holds the possible
    mentors of the cases by slot, and a *run* is those of one slot.
    """

    def __init__(
        self, problem: Problem, marks: Marked, pairs: CasePairs, original: Ints, rows: Ints, which: Flags
    ) -> None:
        """``original``: each case's number for ``pairs``; ``rows``: each mentor's row there. ``which``: cases."""
        self.problem = problem
        self._least = np.array([pairs.least[case] for case in original.tolist()], dtype=np.int64)
        self._troubled: Flags = pairs.table.in_conflict[rows]
        kind_of = np.array(pairs.marks.of_case, dtype=np.int64)[original]
        bounds = problem.start.tolist()
        most = (rest_at_most(pairs.table) / UNIT)[rows]
        self.rest = Rest(pairs.table)
        self.blocks: list[_Block] = []
        self.offset = np.zeros(problem.cases, dtype=np.int64)
        edges, cells, begin = [], [], 0
        for number in np.unique(kind_of[which]).tolist():
            kind = pairs.marks.kinds[number]
            cases = np.flatnonzero(which & (kind_of == number) & (np.diff(problem.start) > 1))
            self.blocks.append(_Block(kind, number, cases, begin))
            self.offset[cases] = begin + kind.cells * np.arange(len(cases))
            begin += kind.cells * len(cases)
            for case in cases.tolist():
                cell = marks[bounds[case] : bounds[case + 1], CELL]
                order = np.argsort(cell.astype(np.int16), kind="stable")
                edges.append(bounds[case] + order)
                cells.append(self.offset[case] + cell[order])
        self.slots = begin
        none = np.zeros(0, dtype=np.int64)
        self.edge: Ints = np.concatenate([none, *edges])
        slot = np.concatenate([none, *cells])
        self.mentor = problem.mentor[self.edge].astype(np.int32)
        self.row = rows[self.mentor]
        self.half, self.tongue = marks[self.edge, HALF], marks[self.edge, TONGUE]
        self.run: Ints = np.flatnonzero(np.diff(slot, prepend=-1))
        self.run_slot = slot[self.run]
        self.run_length = np.diff(self.run, append=len(slot))
        case_of_slot = np.zeros(begin, dtype=np.int64)
        for block in self.blocks:
            size = block.kind.cells * len(block.cases)
            case_of_slot[block.begin : block.begin + size] = np.repeat(block.cases, block.kind.cells)
        self.run_case = case_of_slot[self.run_slot]
        #: What each mentor brings at the most beside the axes.
        own = self.half / UNIT
        at = 0
        for block in self.blocks:
            end = at + int(np.diff(problem.start)[block.cases].sum())
            share = self.tongue[at:end] % SHARES
            own[at:end] += block.kind.languages * share / UNIT
            own[at:end] += block.kind.complementary * most[self.mentor[at:end]]
            at = end
        self.own: Floats = own.astype(np.float32)
        self.axes = [[(axis / UNIT).astype(np.float32) for axis in block.kind.axes] for block in self.blocks]

    def beyond(self, price: Reals, least: Reals, whole: bool = False) -> tuple[Columns, Reals]:
        """Return the best of the pairs that are worth ``least`` of their case or more after the mentors' prices.

        The second value: what none of these pairs exceeds that was left out; minus infinity where all are returned.
        The best of a case is never left out; with ``whole`` none is. Of ``Problem.kin`` nothing is said.
        """
        problem = self.problem
        after = self.own - price.astype(np.float32)[self.mentor]
        if not len(after):
            return in_a_row([]), np.full(problem.cases, -np.inf)
        best = np.maximum.reduceat(after, self.run)
        partner = self._partners(best)
        high = best + partner[self.run_slot]
        top = np.full(problem.cases, -np.inf)
        np.maximum.at(top, self.run_case, high.astype(np.float64))
        pending = np.isfinite(top) & (top + SLACK >= least)
        limit = np.full(problem.cases, np.inf)
        unseen = np.full(problem.cases, -np.inf)
        depth, number = FIRST_DEPTH, MENTORS
        found: list[Columns] = []
        while pending.any():
            limit[:] = np.inf
            limit[pending] = least[pending] if whole else np.maximum(least[pending], top[pending] - depth)
            part, limit = self._above(after, high, partner, price, limit, pending, number if not whole else 0)
            met = np.full(problem.cases, -np.inf)
            np.maximum.at(met, part.case, part.value - price[part.first] - price[part.second])
            # Done: a pair was found, or none can be above what counts.
            done = pending & ((met >= limit) | (limit <= least))
            found.append(part.take(np.flatnonzero(done[part.case])))
            unseen[done] = np.where(limit[done] > least[done], limit[done], -np.inf)
            pending &= ~done
            depth, number = depth * DEEPER, number * 2
        everything = in_a_row(found)
        order = np.argsort((everything.case * problem.mentors + everything.first) * problem.mentors + everything.second)
        return everything.take(order), unseen

    def _partners(self, best: Floats) -> Floats:
        """Return for each slot what the best partner adds: its own, after prices, and what the axes give the two."""
        filled = np.full(self.slots, _NONE, dtype=np.float32)
        filled[self.run_slot] = best
        found = np.empty(self.slots, dtype=np.float32)
        for block, axes in zip(self.blocks, self.axes, strict=True):
            size = block.kind.cells * len(block.cases)
            here = slice(block.begin, block.begin + size)
            now = filled[here].reshape(len(block.cases), *block.kind.sizes)
            for place, axis in enumerate(axes, start=1):
                moved = np.moveaxis(now, place, 0)
                added = np.empty_like(moved)
                for at, row in enumerate(axis):
                    # The best over all places of the partner on this axis, for a mentor at place ``at``.
                    most = moved[0] + row[0]
                    for other in range(1, len(row)):
                        np.maximum(most, moved[other] + row[other], out=most)
                    added[at] = most
                now = np.moveaxis(added, 0, place)
            found[here] = np.ascontiguousarray(now).ravel()
        return found

    def _above(
        self, after: Floats, high: Floats, partner: Floats, price: Reals, limit: Reals, pending: Flags, number: int
    ) -> tuple[Columns, Reals]:
        """Return the pairs of the cases ``pending`` above ``limit``, and the limits, raised for cases with too many."""
        low = (limit - SLACK).astype(np.float32)
        alive = np.flatnonzero(pending[self.run_case] & (high >= low[self.run_case]))
        length = self.run_length[alive]
        run = np.repeat(alive, length)
        at = np.arange(len(run)) + np.repeat(self.run[alive] - np.cumsum(length) + length, length)
        bound = after[at] + partner[self.run_slot[run]]
        case = self.run_case[run]
        kept = np.flatnonzero(bound >= low[case])
        at, bound, case, run = at[kept], bound[kept], case[kept], run[kept]
        # The most promising first, case by case (in the order of the blocks).
        order = np.lexsort((-bound, self.offset[case]))
        at, bound, case, run = at[order], bound[order], case[order], run[order]
        begin = np.flatnonzero(np.diff(case, prepend=-1))
        count = np.diff(begin, append=len(case))
        limit = limit.copy()
        if number:
            many = np.flatnonzero(count > number)
            first_out = begin[many] + number
            limit[case[first_out]] = np.maximum(limit[case[first_out]], bound[first_out] + SLACK)
            count = np.minimum(count, number)
        found = []
        work = count * (count - 1) // 2
        block_of = self._block_of(case[begin])
        batch = np.cumsum(work) // AT_A_TIME + block_of * (int(work.sum()) // AT_A_TIME + 2)
        for group in np.split(np.arange(len(begin)), np.flatnonzero(np.diff(batch)) + 1) if len(begin) else []:
            block = self.blocks[int(block_of[group[0]])]
            left, right = two_of_each(begin[group], count[group])
            part = self._valued(block, after, at, run, case, left, right, price, limit)
            found.append(part)
        return in_a_row(found), limit

    def _block_of(self, case: Ints) -> Ints:
        return np.searchsorted([block.begin for block in self.blocks], self.offset[case], side="right") - 1

    def _valued(
        self,
        block: _Block,
        after: Floats,
        at: Ints,
        run: Ints,
        case: Ints,
        left: Ints,
        right: Ints,
        price: Reals,
        limit: Reals,
    ) -> Columns:
        kind, own = block.kind, after[at]
        low = (limit - SLACK).astype(np.float32)
        cell = self.run_slot[run] - self.offset[case]
        rough = own[left] + own[right]
        here = np.flatnonzero(rough >= low[case[left]] - sum(int(axis.max()) for axis in kind.axes) / UNIT)
        left, right, rough = left[here], right[here], rough[here]
        axes = _on_axes(kind, cell[left], cell[right])
        here = np.flatnonzero(rough + (axes / UNIT).astype(np.float32) >= low[case[left]])
        left, right, axes = left[here], right[here], axes[here]
        one, other = at[left], at[right]
        total = self.half[one].astype(np.int64) + self.half[other] + axes
        rest = self.rest.of(
            kind,
            self.row[one],
            self.row[other],
            self.tongue[one].astype(np.int64),
            self.tongue[other].astype(np.int64),
        )
        value = (total + rest) // UNIT
        first = np.minimum(self.mentor[one], self.mentor[other]).astype(np.int64)
        second = np.maximum(self.mentor[one], self.mentor[other]).astype(np.int64)
        of = case[left]
        good = np.flatnonzero(value - price[first] - price[second] >= limit[of])
        of, first, second, value = of[good], first[good], second[good], value[good]
        fine = (value + 500) // 1000 >= self._least[of]
        doubtful = np.flatnonzero(fine & self._troubled[first] & self._troubled[second])
        if len(doubtful):
            again = self.problem.pairs.values(of[doubtful], first[doubtful], second[doubtful])
            fine[doubtful] = again > NEVER
        return Columns(of, first, second, value).take(np.flatnonzero(fine))


def _on_axes(kind: Kind, first: Ints, second: Ints) -> Ints:
    """Return what the axes give the two cells of each pair, in units of a sum."""
    found = np.zeros(len(first), dtype=np.int64)
    for axis in reversed(kind.axes):
        first, one = np.divmod(first, len(axis))
        second, other = np.divmod(second, len(axis))
        found += axis[one, other]
    return found


def all_pairs(problem: Problem, which: Flags) -> AllPairs | None:
    """Return all pairs of the cases ``which``; ``None`` where a criterion does not say enough of itself."""
    pairs, original, rows = problem.pairs, np.arange(problem.cases), np.arange(problem.mentors)
    if isinstance(problem.pairs, Renamed):
        pairs, original, rows = problem.pairs.pairs, problem.pairs.cases, problem.pairs.mentors
    if problem.marks is None or not isinstance(pairs, CasePairs):
        return None
    return AllPairs(problem, problem.marks, pairs, original, rows, which)
