"""The waiting queue as arrays: who waits how long, who is possible for whom, and what each choice is worth."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Reals = NDArray[np.float64]

#: The claim of a mentee who had a mentor and lost them, in days: above all days that all others can wait together.
REMATCH = 10**9
#: Stands where a choice is not possible at all.
NEVER = -1


class Pairs(Protocol):
    """Says what two mentors together are worth to a case."""

    def values(self, case: Ints, first: Ints, second: Ints) -> Ints:
        """Return the value of each pair in thousandths of a point, ``NEVER`` where the pair is not possible.

        The three arrays are of one length and hold indexes into the problem's cases and mentors. Both mentors are
        possible ones of that case; their order does not matter.
        """
        ...


@dataclass(frozen=True, slots=True)
class Table:
    """Pairs whose values stand in a table: for tests, and for a problem that was stored."""

    known: dict[tuple[int, int, int], int]

    def values(self, case: Ints, first: Ints, second: Ints) -> Ints:
        low, high = np.minimum(first, second).tolist(), np.maximum(first, second).tolist()
        found = [self.known.get(key, NEVER) for key in zip(case.tolist(), low, high, strict=True)]
        return np.array(found, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Renamed:
    """The same pairs, for a problem whose cases and mentors are some of another's, in another order."""

    pairs: Pairs
    cases: Ints
    mentors: Ints

    def values(self, case: Ints, first: Ints, second: Ints) -> Ints:
        return self.pairs.values(self.cases[case], self.mentors[first], self.mentors[second])


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be decided. Cases and mentors are indexes; their keys only break ties and are never equal.

    ``waits``: each case's claim in days (a rematch has ``REMATCH`` more). ``room``: how many further cases a mentor
    takes. ``load``: the cases of the last twelve months. The mentors possible for case ``i`` are
    ``mentor[start[i]:start[i + 1]]``; ``single`` says what each of them alone is worth (``NEVER``: only in a pair).
    ``reach`` is a bound: no pair of a case is worth more than the reaches of its two mentors together, save those in
    ``kin`` (rows of case, first, second), which are always looked at.
    ``whole``: cases for which each of these mentors may come alone, and any two of them together.
    """

    case_keys: Ints
    mentor_keys: Ints
    waits: Ints
    room: Ints
    load: Ints
    start: Ints
    mentor: Ints
    single: Ints
    reach: Ints
    whole: Flags
    kin: Ints
    pairs: Pairs
    #: What :mod:`.marks` says of each possible mentor of a case; ``None`` where that is not known.
    marks: NDArray[np.int32] | None = None

    def __post_init__(self) -> None:
        """Raise ``ValueError`` where the arrays contradict each other."""
        cases, mentors, edges = len(self.case_keys), len(self.mentor_keys), len(self.mentor)
        if not (len(self.waits) == len(self.whole) == cases and len(self.room) == len(self.load) == mentors):
            raise ValueError("The arrays of a problem have different lengths.")
        if len(self.start) != cases + 1 or self.start[0] != 0 or self.start[-1] != edges:
            raise ValueError("The starts of the cases do not fit the list of their mentors.")
        if len(self.single) != edges or len(self.reach) != edges:
            raise ValueError("Each possible mentor of a case needs a value and a reach.")
        if (np.diff(self.start) < 0).any() or (edges and not 0 <= self.mentor.min() <= self.mentor.max() < mentors):
            raise ValueError("A case names a mentor who is not in the problem.")
        if self.marks is not None and len(self.marks) != edges:
            raise ValueError("Each possible mentor of a case needs its marks, or none has them.")
        if self.kin.ndim != 2 or self.kin.shape[1] != 3:
            raise ValueError("Pairs that know each other are rows of case, first and second mentor.")
        if mentors and self.room.min() < 0:
            raise ValueError("A mentor has less than no room.")
        if cases and self.waits.min() < 0:
            raise ValueError("A case has a claim below zero.")
        if len(np.unique(self.case_keys)) != cases or len(np.unique(self.mentor_keys)) != mentors:
            raise ValueError("A case or a mentor is in the problem twice.")
        if self._twice():
            raise ValueError("A case names the same mentor twice.")

    def _twice(self) -> bool:
        """Return whether a case names a mentor twice. Mostly they rise within each case, which is soon seen."""
        rises = self.mentor[1:] > self.mentor[:-1]
        inner = self.start[1:-1]
        rises[inner[(inner > 0) & (inner < len(self.mentor))] - 1] = True
        if rises.all():
            return False
        keys = np.sort(self.edge_case() * self.mentors + self.mentor)
        return bool((keys[1:] == keys[:-1]).any())

    @property
    def cases(self) -> int:
        return len(self.case_keys)

    @property
    def mentors(self) -> int:
        return len(self.mentor_keys)

    def edge_case(self) -> Ints:
        """Return for each possible mentor of a case that case."""
        return np.repeat(np.arange(len(self.case_keys)), np.diff(self.start))

    def pair_count(self) -> int:
        """Return how many pairs there are to look at, possible or not."""
        degree = np.diff(self.start)
        return int((degree * (degree - 1) // 2).sum())

    def part(self, cases: Ints, mentors: Ints, edges: Ints) -> "Problem":
        """Return the problem of these cases, mentors and edges alone, each numbered as in its list.

        ``edges`` must lie within ``cases`` and ``mentors``. Within a case the mentors come in their new order.
        """
        new_case = np.full(self.cases, -1)
        new_case[cases] = np.arange(len(cases))
        new_mentor = np.full(self.mentors, -1)
        new_mentor[mentors] = np.arange(len(mentors))
        case, mentor = new_case[self.edge_case()[edges]], new_mentor[self.mentor[edges]]
        order = np.argsort(case * len(mentors) + mentor)  # no two are equal: any way of sorting gives the same
        edges = edges[order]
        kin = self._kin_among(edges)
        start = np.zeros(len(cases) + 1, dtype=np.int64)
        np.cumsum(np.bincount(case, minlength=len(cases)), out=start[1:])
        return replace(
            self,
            case_keys=self.case_keys[cases],
            mentor_keys=self.mentor_keys[mentors],
            waits=self.waits[cases],
            room=self.room[mentors],
            load=self.load[mentors],
            start=start,
            mentor=mentor[order],
            single=self.single[edges],
            reach=self.reach[edges],
            whole=self.whole[cases],
            kin=np.column_stack([new_case[kin[:, 0]], new_mentor[kin[:, 1]], new_mentor[kin[:, 2]]]),
            pairs=self._renamed(cases, mentors),
            marks=None if self.marks is None else self.marks[edges],
        )

    def canonical(self) -> tuple["Problem", Ints, Ints]:
        """Return the problem in the order of its keys, and which case and mentor stands at each place of it."""
        cases, mentors = np.argsort(self.case_keys), np.argsort(self.mentor_keys)
        return self.part(cases, mentors, np.arange(len(self.mentor))), cases, mentors

    def without(self, locks: Mapping[int, tuple[int, ...]]) -> "Problem":
        """Return the problem without the cases in ``locks`` and with less room and more load of their mentors.

        A mentor in ``locks`` who has no room left for it keeps none; nobody is taken away from a locked case.
        """
        used = np.zeros(self.mentors, dtype=np.int64)
        for mine in locks.values():
            used[list(mine)] += 1
        cases = np.array([case for case in range(self.cases) if case not in locks], dtype=np.int64)
        edges = np.flatnonzero(np.isin(self.edge_case(), cases))
        rest = self.part(cases, np.arange(self.mentors), edges)
        return replace(rest, room=np.maximum(self.room - used, 0), load=self.load + used)

    def _kin_among(self, edges: Ints) -> Ints:
        """Return the rows of ``kin`` of which both mentors are among ``edges`` of the case."""
        if not len(self.kin):
            return self.kin
        known = self.edge_case()[edges] * self.mentors + self.mentor[edges]
        first, second = (self.kin[:, 0] * self.mentors + self.kin[:, place] for place in (1, 2))
        return self.kin[np.isin(first, known) & np.isin(second, known)]

    def _renamed(self, cases: Ints, mentors: Ints) -> Pairs:
        if isinstance(self.pairs, Renamed):  # a part of a part: one step and not two
            return Renamed(self.pairs.pairs, self.pairs.cases[cases], self.pairs.mentors[mentors])
        return Renamed(self.pairs, cases, mentors)


def components(problem: Problem, keep: Flags) -> list[tuple[Ints, Ints, Ints]]:
    """Return the connected parts of the graph of the edges in ``keep``: cases, mentors and edges of each, all rising.

    Parts come in the order of their first case. A case without an edge is in no part, and neither is such a mentor.
    """
    edges = np.flatnonzero(keep)
    case, mentor = problem.edge_case()[edges], problem.mentor[edges]
    # The smallest label spreads along the edges, and labels point to labels: a few rounds, whatever the size.
    label = np.arange(problem.cases)
    while True:
        of_mentor = np.full(problem.mentors, problem.cases)
        np.minimum.at(of_mentor, mentor, label[case])
        least = label.copy()
        np.minimum.at(least, case, of_mentor[mentor])
        # The root of a case learns what the case has learnt.
        np.minimum.at(least, label, least)
        least = least[least]
        if (least == label).all():
            break
        label = least
    found = []
    order = np.argsort(label[case], kind="stable")
    for mine in np.split(order, np.flatnonzero(np.diff(label[case][order])) + 1) if len(order) else []:
        found.append((_among(case[mine], problem.cases), _among(mentor[mine], problem.mentors), edges[mine]))
    return found


def _among(numbers: Ints, most: int) -> Ints:
    """Return which numbers below ``most`` are among ``numbers``, rising: sooner than sorting millions."""
    here = np.zeros(most, dtype=np.bool_)
    here[numbers] = True
    return np.flatnonzero(here)
