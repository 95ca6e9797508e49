"""The best plan for a waiting queue, level by level, with what is proven of each level.

1. most cases with a mentor; 2. most with two; 3. the greatest claim of those served, then of those with two; 4. the
greatest fit; 5. the evenest load. Each level counts only among plans that are as good in all levels before it.

The queue falls into parts that share no mentor. A part in which every choice is possible gets its levels 1 to 3 from
:mod:`.coverage`; any other part from :mod:`.levels`. The fit comes from :mod:`.packing`, or from :mod:`.heuristic`.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from . import levels
from .coverage import Covered, cover
from .packing import solver
from .problem import Flags, Ints, Problem, components

#: Small parts are solved together, up to so many cases: each call of the solver has its price.
TOGETHER = 150
#: Of the time, so much is kept for putting the answer together.
RESERVE = 0.02
#: The cover may take so much of it; beyond that it is not proven.
COVER_SHARE = 0.5

Name = Literal["served", "two", "claim_served", "claim_two", "fit", "load"]
NAMES: tuple[Name, ...] = ("served", "two", "claim_served", "claim_two", "fit", "load")


@dataclass(frozen=True, slots=True)
class Level:
    """What a plan reaches in one level. ``bound``: no plan that is as good in the levels before can pass it.

    ``load`` is the one of which less is better; its bound is the least there can be, and 0 where that is not known.
    """

    name: Name
    value: int
    bound: int

    @property
    def proven(self) -> bool:
        return self.value == self.bound


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan: for each case of the problem its mentors (indexes, by their keys), and how good it is.

    What is said of the fit (``value``, ``bound``, ``gap``) is said of plans with the same cover, and against all
    pairs that are possible, not only those that were looked at.
    """

    chosen: tuple[tuple[int, ...], ...]
    levels: tuple[Level, ...]
    #: What the fit cannot pass among the choices that were considered.
    within: int
    #: Those are ``"all"``, or the pairs among so many mentors of each case, the most promising ones (and more pairs
    #: that the prices asked for). What the level and :attr:`gap` say is said of all pairs in either case.
    considered: int | Literal["all"]
    method: Literal["solver", "heuristic"]
    seconds: float

    def level(self, name: Name) -> Level:
        """Return the level of that name."""
        return self.levels[NAMES.index(name)]

    @property
    def served(self) -> int:
        return self.level("served").value

    @property
    def pairs(self) -> int:
        return self.level("two").value

    @property
    def value(self) -> int:
        """The total fit, in thousandths of a point."""
        return self.level("fit").value

    @property
    def bound(self) -> int:
        return self.level("fit").bound

    @property
    def gap(self) -> float:
        """How far the fit can be from the best: a share of the bound, 0 where it is proven to be the best."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0

    @property
    def gap_within(self) -> float:
        """How far the fit can be from the best among the choices considered: a share, 0 where it is proven."""
        return (self.within - self.value) / self.within if self.within > 0 else 0.0

    @property
    def covered(self) -> bool:
        """Whether it is proven that nobody more can be served, or with two, or who has waited longer."""
        return all(level.proven for level in self.levels[:4])

    @property
    def proven(self) -> bool:
        """Whether the plan is proven to be the best in everything before the load."""
        return all(level.proven for level in self.levels[:5])


def solve(
    problem: Problem,
    *,
    seconds: float = 60.0,
    progress: Callable[[int, int], None] | None = None,
    use_solver: bool | None = None,
) -> Solution:
    """Return the best plan that is found within about ``seconds``.

    ``progress`` is told the cases decided and all cases. ``use_solver``: ``None`` takes HiGHS where it is installed;
    ``True`` raises ``RuntimeError`` where it is not. The same problem has the same answer in whatever order its cases
    and mentors stand, unless time ends.
    """
    begin = time.monotonic()
    if use_solver and solver() is None:
        raise RuntimeError("The solver is not installed: pip install wagtail-mentoring[solver].")
    with_solver = solver() is not None if use_solver is None else use_solver
    ordered, cases, mentors = problem.canonical()
    chosen: list[tuple[int, ...]] = [()] * ordered.cases
    sums = np.zeros((len(NAMES), 2), dtype=np.int64).tolist()
    parts = _parts(ordered, begin + seconds * COVER_SHARE)
    within, considered = 0, levels.ALL
    done = ordered.cases - sum(part.problem.cases for part in parts)  # for the others nobody is possible
    left = sum(part.weight for part in parts)
    deadline = begin + seconds * (1 - RESERVE)
    for part in parts:
        now = time.monotonic()
        until = now + max(deadline - now, 0.0) * part.weight / left
        left -= part.weight
        found = levels.best(part.problem, part.covered, part.classes, until, with_solver)
        for case, mine in enumerate(found.plan):
            chosen[part.cases[case]] = tuple(int(part.mentors[mentor]) for mentor in mine)
        for total, (value, bound) in zip(sums, found.levels, strict=True):
            total[0] += value
            total[1] += bound
        within += found.levels[4][1] if found.within is None else found.within
        considered = max(considered, found.considered)
        done += part.problem.cases
        if progress is not None:
            progress(done, problem.cases)
    back: list[tuple[int, ...]] = [()] * problem.cases
    for place, mine in enumerate(chosen):
        back[cases[place]] = tuple(int(mentors[mentor]) for mentor in mine)
    idle = np.ones(ordered.mentors, dtype=np.bool_)
    for part in parts:
        idle[part.mentors] = False
    load = int((ordered.load[idle] ** 2).sum())
    sums[-1] = [sums[-1][0] + load, sums[-1][1] + load if all(part.problem.cases for part in parts) else 0]
    return Solution(
        chosen=tuple(back),
        levels=tuple(Level(name, value, bound) for name, (value, bound) in zip(NAMES, sums, strict=True)),
        within=within,
        considered=considered or "all",
        method="solver" if with_solver else "heuristic",
        seconds=time.monotonic() - begin,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Cases that share no mentor with others. ``classes``: of equal claims in a connected piece, one number."""

    problem: Problem
    covered: Covered
    classes: Ints
    cases: Ints
    mentors: Ints

    @property
    def weight(self) -> float:
        """How much of the time it gets: big parts need more than their share."""
        return float(self.problem.cases) ** 1.5 + 1.0


def _parts(problem: Problem, until: float = np.inf) -> list[_Part]:
    """Return the parts, the small ones first."""
    edge_case = problem.edge_case()
    open_edges = problem.room[problem.mentor] > 0
    whole = np.ones(problem.cases, dtype=np.bool_)
    for cases, _mentors, _edges in components(problem, open_edges):
        whole[cases] = problem.whole[cases].all()
    covered = cover(problem, until)
    # Only where every choice is possible does the cover say which edges no best plan uses.
    keep = open_edges & (covered.keep | ~whole[edge_case])
    found = components(problem, keep)
    found.sort(key=lambda piece: (not whole[piece[0][0]], len(piece[0]), int(piece[0][0])))
    return [_part(problem, covered, pieces) for pieces in _bundles(found, whole)]


Piece = tuple[Ints, Ints, Ints]


def _bundles(pieces: Iterable[Piece], whole: Flags) -> list[list[Piece]]:
    """Return small pieces in bundles of up to ``TOGETHER`` cases; pieces of the two kinds stay apart."""
    found: list[list[Piece]] = []
    size, kind = 0, None
    for piece in pieces:
        this = bool(whole[piece[0][0]])
        if not found or size + len(piece[0]) > TOGETHER or kind != this:
            found.append([])
            size, kind = 0, this
        found[-1].append(piece)
        size += len(piece[0])
    return found


def _part(problem: Problem, covered: Covered, pieces: list[Piece]) -> _Part:
    cases = np.concatenate([piece[0] for piece in pieces])
    of_piece = np.repeat(np.arange(len(pieces)), [len(piece[0]) for piece in pieces])
    order = np.argsort(cases)
    cases, of_piece = cases[order], of_piece[order]
    mentors = np.sort(np.concatenate([piece[1] for piece in pieces]))
    edges = np.sort(np.concatenate([piece[2] for piece in pieces]))
    waits = np.unique(problem.waits[cases], return_inverse=True)[1]
    classes = np.unique(of_piece * (int(waits.max()) + 1) + waits, return_inverse=True)[1]
    plan = tuple(tuple(int(np.searchsorted(mentors, one)) for one in covered.given[case]) for case in cases)
    return _Part(
        problem=problem.part(cases, mentors, edges),
        covered=Covered(
            plan, covered.served[cases], covered.twice[cases], np.ones(len(edges), dtype=np.bool_), covered.exact
        ),
        classes=classes.astype(np.int64),
        cases=cases,
        mentors=mentors,
    )
