"""The choices that a case has (columns): one mentor alone, or two; and how to find those that can be part of a plan."""

import time
from dataclasses import dataclass

import numpy as np

from .problem import NEVER, Ints, Problem, Reals

#: Up to so many pairs of one part of the problem are all looked at.
ALL_PAIRS = 300_000
#: Beyond that: pairs among so many mentors of each case.
FEW = 16
#: So many pairs are valued at a time, which bounds the memory that the criteria need.
AT_A_TIME = 300_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Choices in canonical order (case, first, second): ``second`` is -1 for a mentor alone. Values are above NEVER."""

    case: Ints
    first: Ints
    second: Ints
    value: Ints

    def __len__(self) -> int:
        return len(self.case)

    @property
    def paired(self) -> Ints:
        """1 for a pair, 0 for a mentor alone."""
        return (self.second >= 0).astype(np.int64)

    def take(self, which: Ints) -> "Columns":
        return Columns(self.case[which], self.first[which], self.second[which], self.value[which])

    def joined(self, other: "Columns") -> "Columns":
        """Return the choices of both, each once."""
        case = np.concatenate([self.case, other.case])
        first = np.concatenate([self.first, other.first])
        second = np.concatenate([self.second, other.second])
        value = np.concatenate([self.value, other.value])
        # One number for each choice. What is joined is in order already, which a stable sort makes use of.
        mentors = max(int(first.max(initial=0)), int(second.max(initial=0))) + 2
        key = (case * mentors + first) * mentors + second + 1
        order = np.argsort(key, kind="stable")
        order = order[np.diff(key[order], prepend=-1) != 0]
        return Columns(case[order], first[order], second[order], value[order])

    def chosen(self, which: Ints, cases: int) -> list[tuple[int, ...]]:
        """Return the mentors of each case when the columns ``which`` are taken."""
        found: list[tuple[int, ...]] = [() for _case in range(cases)]
        for at in which.tolist():
            pair = (int(self.first[at]), int(self.second[at]))
            found[int(self.case[at])] = pair if pair[1] >= 0 else pair[:1]
        return found

    def places(self, given: list[tuple[int, ...]]) -> Ints:
        """Return where the choices of a plan stand among these columns; -1 where one does not."""
        known = {
            key: at
            for at, key in enumerate(zip(self.case.tolist(), self.first.tolist(), self.second.tolist(), strict=True))
        }
        return np.array(
            [
                known.get((case, mine[0], mine[1] if len(mine) > 1 else -1), -1)
                for case, mine in enumerate(given)
                if mine
            ],
            dtype=np.int64,
        )


def singles(problem: Problem, edges: Ints | None = None) -> Columns:
    """Return all choices of one mentor alone, or those among ``edges`` (rising)."""
    may = np.flatnonzero(problem.single > NEVER) if edges is None else edges[problem.single[edges] > NEVER]
    case = np.searchsorted(problem.start, may, side="right") - 1
    return Columns(case, problem.mentor[may], np.full(len(may), -1), problem.single[may])


def pairs(problem: Problem, edges: Ints, until: float = np.inf) -> Columns:
    """Return all possible pairs among ``edges`` (rising), each case on its own; none after ``until``."""
    case = problem.edge_case()[edges]
    count = np.bincount(case, minlength=problem.cases)
    begin = np.cumsum(count) - count
    found = []
    for cases in _batches(count * (count - 1) // 2):
        if time.monotonic() > until:
            break
        left, right = two_of_each(begin[cases], count[cases])
        found.append(_valued(problem, case[left], problem.mentor[edges[left]], problem.mentor[edges[right]]))
    return in_a_row(found)


def kin(problem: Problem) -> Columns:
    """Return the pairs that are always looked at."""
    return _valued(problem, problem.kin[:, 0], problem.kin[:, 1], problem.kin[:, 2])


def given(problem: Problem, plan: list[tuple[int, ...]]) -> Columns:
    """Return the choices of a plan; a choice that is not possible is left out."""
    alone = [(case, mine[0]) for case, mine in enumerate(plan) if len(mine) == 1]
    both = [(case, *mine) for case, mine in enumerate(plan) if len(mine) == 2]
    edges = []
    for case, mentor in alone:
        begin, end = int(problem.start[case]), int(problem.start[case + 1])
        edges += (begin + np.flatnonzero(problem.mentor[begin:end] == mentor)).tolist()
    columns = np.array(both, dtype=np.int64).reshape(-1, 3)
    found = singles(problem, np.array(edges, dtype=np.int64))
    return found.joined(_valued(problem, columns[:, 0], columns[:, 1], columns[:, 2]))


def best_edges(problem: Problem, price: Reals, number: int) -> Ints:
    """Return the edges of the ``number`` mentors of each case with the most ``reach`` above their ``price``, rising."""
    cost = price[problem.mentor] - problem.reach
    bounds = problem.start.tolist()
    found = []
    for begin, end in zip(bounds, bounds[1:], strict=False):
        mine = np.arange(begin, end)
        if end - begin > number:
            # The cheapest; of equals at the limit those who stand first.
            limit = np.partition(cost[begin:end], number - 1)[number - 1]
            fewer, equal = mine[cost[begin:end] < limit], mine[cost[begin:end] == limit]
            mine = np.sort(np.concatenate([fewer, equal[: number - len(fewer)]]))
        found.append(mine)
    return np.concatenate([np.zeros(0, dtype=np.int64), *found])


def two_of_each(begin: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Return all pairs of places of several runs, each run ``count`` long from ``begin`` on; left before right."""
    number = count * (count - 1) // 2
    run = np.repeat(np.arange(len(count)), number)
    at = np.arange(int(number.sum())) - np.repeat(np.cumsum(number) - number, number)
    # The at-th pair of a run, counted right by right: (0,1) (0,2) (1,2) (0,3) …
    right = ((1 + np.sqrt(1 + 8 * at)) / 2).astype(np.int64)
    right -= right * (right - 1) // 2 > at
    right += (right + 1) * right // 2 <= at
    left = at - right * (right - 1) // 2
    return begin[run] + left, begin[run] + right


def _valued(problem: Problem, case: Ints, first: Ints, second: Ints) -> Columns:
    found = _possible(problem, case, first, second)
    return found.take(_order(problem, found))


def _possible(problem: Problem, case: Ints, first: Ints, second: Ints) -> Columns:
    """Return those of the pairs that are possible, in the order in which they came."""
    low, high = np.minimum(first, second), np.maximum(first, second)
    value = problem.pairs.values(case, low, high).astype(np.int64) if len(case) else np.zeros(0, dtype=np.int64)
    return Columns(case, low, high, value).take(np.flatnonzero(value > NEVER))


def _order(problem: Problem, found: Columns) -> Ints:
    """Return the canonical order of pairs, each of which is there once."""
    return np.argsort((found.case * problem.mentors + found.first) * problem.mentors + found.second)


def _batches(work: Ints) -> list[Ints]:
    """Return the cases in runs of about ``AT_A_TIME`` pairs."""
    if not len(work):
        return []
    batch = np.cumsum(work) // AT_A_TIME
    return np.split(np.arange(len(work)), np.flatnonzero(np.diff(batch)) + 1)


def in_a_row(found: list[Columns]) -> Columns:
    """Return the columns of several lists in one, each after the other."""
    none = np.zeros(0, dtype=np.int64)
    if not found:
        return Columns(none, none, none, none)
    return Columns(
        np.concatenate([part.case for part in found]),
        np.concatenate([part.first for part in found]),
        np.concatenate([part.second for part in found]),
        np.concatenate([part.value for part in found]),
    )


def singles_beyond(problem: Problem, price: Reals, least: Reals, number: int) -> tuple[Columns, Reals]:
    """Return the ``number`` best choices of one mentor that are worth ``least`` of their case or more after prices.

    The second value is for each case what the best of all of them is worth, also of those not returned.
    """
    worth = np.where(problem.single > NEVER, problem.single - price[problem.mentor], -np.inf)
    bounds = problem.start.tolist()
    most = np.full(problem.cases, -np.inf)
    found = []
    for case in np.flatnonzero(least < np.inf).tolist():
        mine = worth[bounds[case] : bounds[case + 1]]
        good = np.flatnonzero(mine >= least[case])
        if len(good):
            most[case] = mine[good].max()
            good = good[np.argsort(-mine[good], kind="stable")[:number]]
            found.append(np.sort(bounds[case] + good))
    return singles(problem, np.concatenate([np.zeros(0, dtype=np.int64), *found])), most


def beyond(problem: Problem, price: Reals, least: Reals, each: float, until: float = np.inf) -> tuple[Columns, Reals]:
    """Return the pairs that can be worth ``least`` of their case or more after the mentors' prices, by their reach.

    Of a case with more than ``each`` such pairs only about so many are valued, those of the most promising mentors; and
    after ``until`` none is valued any more. The second value is for each case an upper bound of what the pairs left out
    can be worth; below ``least`` where all were looked at.
    """
    left = problem.reach - price[problem.mentor]
    bounds = problem.start.tolist()
    unseen = np.full(problem.cases, -np.inf)
    found: list[Columns] = []
    waiting: list[tuple[Ints, Ints, Ints]] = []
    size = 0

    def value() -> None:
        case, first, second = (np.concatenate([entry[place] for entry in waiting]) for place in range(3))
        part = _possible(problem, case, first, second)
        good = part.value - price[part.first] - price[part.second] >= least[part.case]
        part = part.take(np.flatnonzero(good))
        found.append(part.take(_order(problem, part)))
        waiting.clear()

    for case in np.flatnonzero((least < np.inf) & (np.diff(problem.start) > 1)).tolist():
        own = left[bounds[case] : bounds[case + 1]]
        # Beside the best of them at least.
        edges = np.flatnonzero(own >= least[case] - own.max())
        edges = bounds[case] + edges[np.argsort(-own[edges], kind="stable")]
        sums = left[edges]
        if len(edges) < 2:
            continue
        if time.monotonic() > until:
            unseen[case] = sums[0] + sums[1]
            continue
        # How many mentors can be the weaker one beside each as the stronger: those up to this place.
        ends = np.searchsorted(-sums, sums - least[case], side="right")
        number = np.maximum(ends - np.arange(len(edges)) - 1, 0).astype(np.int64)
        if number.sum() > each:
            # Pairs among the best few; the best pair left out has the first of them and the first beyond them.
            few = int(np.sqrt(2 * each)) + 1
            if few < len(edges):
                unseen[case] = sums[0] + sums[few]
                number = np.minimum(number, np.maximum(few - np.arange(len(edges)) - 1, 0))
        count = int(number.sum())
        if not count:
            continue
        one = np.repeat(np.arange(len(edges)), number)
        other = one + 1 + np.arange(count) - np.repeat(np.cumsum(number) - number, number)
        waiting.append((np.full(count, case), problem.mentor[edges[one]], problem.mentor[edges[other]]))
        size += count
        if size >= AT_A_TIME:
            value()
            size = 0
    if waiting:
        value()
    return in_a_row(found), unseen
