"""Who can get a mentor at all, and who two: exact, without a solver.

The claim of this module, for cases of which every possible mentor may come alone and any two of them together:

*Levels 1 to 3 are the greatest possible.* Draw a net: from a source an arc to each case (twice: ``a`` for its first
mentor and ``b`` for its second), from a case an arc to each of its possible mentors (carries one), from a mentor an arc
to the sink (carries the room). The sets of source arcs that can be used together are the independent sets of a matroid
(they are linked to the sink by disjoint paths: a gammoid), in which ``a`` and ``b`` of a case can stand for each other.

1. The cases served are an independent set of ``a`` arcs. The greedy algorithm takes them by falling claim and keeps
   each that an augmenting path can add; an augmenting path never takes a case's last mentor away. In a matroid this
   finds a greatest set, and among the greatest one with the greatest sum of claims.
2. Second mentors: bases of the matroid that contain a basis ``S`` of the ``a`` arcs. What can be added to ``S`` depends
   only on what ``S`` spans, which is the same for every such ``S``. So the number of seconds is the rank of the whole
   less the rank of the ``a`` arcs, no case without a first can have a second (``b`` is spanned as ``a`` is), and greedy
   by claim again finds the greatest sum, whichever ``S`` was found. The levels do not stand in each other's way.
3. All greatest bases have the same number of members of each claim. So what is fixed for the next level is, for each
   claim, *how many* are served and how many get two; which of them, the fit decides.

*Dead ends stay dead.* What a failed search visited is closed: from there no arc leads out, and none to room. A later
augmentation cannot pass through it (it would not come out), so it changes nothing in it, and it stays closed, in the
second pass too. So a mentor is visited by at most one failed search, and the whole takes little more than one.

*Where a choice would cost coverage.* At the end the dead of the first pass are full with the first mentors of the cases
from which they are reached, and those cases know no others. Every plan that serves as many fills them with just these
cases: so other cases' edges to them can go. The same holds for the dead of the second pass and the cases that reach
them: every greatest flow fills the cut. What remains falls into smaller parts, and in a part the numbers of point 3
are the same for all greatest plans, because the matroid of the remaining net is the sum of those of its parts.
"""

import time
from dataclasses import dataclass

import numpy as np

from .problem import Flags, Ints, Problem, Reals

#: So many searches are always made; only after them the clock counts. About half a second.
FREE_SEARCHES = 4000


@dataclass(frozen=True, slots=True)
class Covered:
    """``given``: the mentors of each case in this plan. ``keep``: edges that a plan covering as much can use.

    ``exact``: no plan covers more. Otherwise time ended, and further cases got what was free.
    """

    given: tuple[tuple[int, ...], ...]
    served: Flags
    twice: Flags
    keep: Flags
    exact: bool = True


def cover(problem: Problem, until: float = np.inf) -> Covered:
    """Return a plan that is the greatest in levels 1 to 3, if every choice is possible (see above) and time suffices.

    If some pairs or singles are not, its numbers are an upper bound, and the plan may be impossible.
    """
    # By falling claim; keys (the canonical order) only decide which of equal plans is found.
    turn = np.argsort(-problem.waits, kind="stable")
    search = Search(problem)
    first = np.zeros(problem.cases, dtype=np.bool_)
    exact = True
    for count, case in enumerate(turn.tolist()):
        exact = exact and (count < FREE_SEARCHES or time.monotonic() < until)
        first[case] = search.give(case) if exact else search.give_free(case)
    near = ~first | search.reached_from_dead()
    edge_case, dead = problem.edge_case(), search.dead.copy()
    # Nobody else may use the dead of the first pass.
    keep = ~dead[problem.mentor] | near[edge_case]
    twice = np.zeros(problem.cases, dtype=np.bool_)
    for count, case in enumerate(turn.tolist(), start=problem.cases):
        exact = exact and (count < FREE_SEARCHES or time.monotonic() < until)
        twice[case] = first[case] and (search.give(case) if exact else search.give_free(case))
    far = ~first | ~twice | search.reached_from_dead()
    keep &= ~search.dead[problem.mentor] | far[edge_case]
    if not exact:
        keep = np.ones(len(problem.mentor), dtype=np.bool_)
    return Covered(tuple(tuple(sorted(mine)) for mine in search.of_case), first, twice, keep, exact)


def with_liking(problem: Problem, number: Ints, liking: Reals) -> list[tuple[int, ...]]:
    """Return a plan that gives each case ``number`` of mentors, as some plan does, by preference welcome ones.

    Whatever can be reached together is reached in any order: so the order here is that of the cases.
    """
    search = Search(problem, liking)
    for least in (1, 2):
        for case in np.flatnonzero(number >= least).tolist():
            search.give(case)
    return [tuple(sorted(mine)) for mine in search.of_case]


class Search:
    """A growing assignment of mentors to cases, each mentor at most once in a case and never beyond the room."""

    def __init__(self, problem: Problem, liking: Reals | None = None) -> None:
        """``liking``: for each possible mentor of a case, how welcome; the most welcome are tried first."""
        # The best fit first, so that what is found is a fair plan already, and a good one to begin from.
        self._liking = problem.single if liking is None else liking
        self._problem, self._bounds = problem, problem.start.tolist()
        self._candidates: dict[int, Ints] = {}
        self.free = problem.room.copy()
        self.has_room: Flags = self.free > 0
        self.of_case: list[set[int]] = [set() for _case in range(problem.cases)]
        self.of_mentor: list[set[int]] = [set() for _mentor in range(problem.mentors)]
        #: Mentors from whom no path leads to room any more.
        self.dead: Flags = np.zeros(problem.mentors, dtype=np.bool_)

    def candidates(self, case: int) -> Ints:
        """Return the possible mentors of ``case``, the most welcome first."""
        found = self._candidates.get(case)
        if found is None:
            mine = slice(self._bounds[case], self._bounds[case + 1])
            mentors = self._problem.mentor[mine]
            found = self._candidates[case] = mentors[np.lexsort((mentors, -self._liking[mine]))]
        return found

    def sit(self, case: int, mentors: tuple[int, ...]) -> None:
        """Give ``case`` these mentors, who have room."""
        for mentor in mentors:
            self._shift(mentor, {mentor: (case, -1)})

    def give(self, case: int) -> bool:
        """Give ``case`` one more mentor, moving others if need be; return whether it was possible."""
        seen = self.dead.copy()
        came: dict[int, tuple[int, int]] = {}  # by which case, and from which mentor, each was reached
        asked = {case}
        queue: list[int] = []
        at, via, asking = 0, -1, case
        while True:
            mine = self.candidates(asking)
            fresh = mine[~seen[mine]]
            if len(fresh):
                open_ones = fresh[self.has_room[fresh]]
                for mentor in open_ones.tolist():
                    if mentor not in self.of_case[asking]:
                        came[mentor] = (asking, via)
                        self._shift(mentor, came)
                        return True
                for mentor in fresh.tolist():
                    if mentor not in self.of_case[asking]:
                        came[mentor] = (asking, via)
                        seen[mentor] = True
                        queue.append(mentor)
            # The next case, breadth first: who is with a mentor that was reached, and was not asked yet?
            while at < len(queue):
                via = queue[at]
                further = next((other for other in sorted(self.of_mentor[via]) if other not in asked), None)
                if further is None:
                    at += 1
                    continue
                asked.add(further)
                asking = further
                break
            else:
                self.dead[queue] = True
                return False

    def give_free(self, case: int) -> bool:
        """Give ``case`` one more mentor, the best who has room; return whether there was one."""
        mine = self.candidates(case)
        for mentor in mine[self.has_room[mine]].tolist():
            if mentor not in self.of_case[case]:
                self._shift(mentor, {mentor: (case, -1)})
                return True
        return False

    def reached_from_dead(self) -> Flags:
        """Return which cases have a dead mentor."""
        return np.array([any(self.dead[mentor] for mentor in mine) for mine in self.of_case], dtype=np.bool_)

    def _shift(self, free: int, came: dict[int, tuple[int, int]]) -> None:
        self.free[free] -= 1
        self.has_room[free] = self.free[free] > 0
        mentor = free
        while mentor != -1:
            case, before = came[mentor]
            self.of_case[case].add(mentor)
            self.of_mentor[mentor].add(case)
            if before != -1:
                self.of_case[case].discard(before)
                self.of_mentor[before].discard(case)
            mentor = before


def classes(problem: Problem) -> Ints:
    """Return for each case the number of its class: equal claims are one class, the greatest is class 0."""
    if not problem.cases:
        return np.zeros(0, dtype=np.int64)
    return np.unique(-problem.waits, return_inverse=True)[1].astype(np.int64)
