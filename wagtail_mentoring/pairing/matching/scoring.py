"""Points of mentors and pairs for one case, for many at once.

A *value* is a whole number of thousandths of a point, 0 to 100,000. :func:`points` makes the whole points that are
shown of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .builtin import BUILT_IN
from .criteria import FULL, Criterion, PerMentor
from .facts import MenteeFacts, MentorFacts
from .filters import Only, Sieve, sieve
from .table import Bools, Ints, MentorTable, View

#: All criteria together, in thousandths of a point.
MOST = 100_000
#: Sums are kept in halves of (share × thousandths), so that the mean of two shares loses nothing.
UNIT = 2 * FULL


def points(value: int) -> int:
    """Return the whole points, 0 to 100, that are shown for ``value``."""
    return (value + 500) // 1000


def reaches(values: Ints, minimum_fit: int) -> Bools:
    """Return which ``values`` show at least ``minimum_fit`` points."""
    enough: Bools = (values + 500) // 1000 >= minimum_fit
    return enough


def shares_of(weights: Mapping[str, Any], criteria: Sequence[Criterion] = BUILT_IN) -> dict[str, int]:
    """Return how many thousandths of a point each criterion may earn, 100,000 in all.

    ``weights`` are points by code; a criterion that is not named, or not by a number of 0 or more, has its own weight.
    If nothing is left, all have their own.
    """
    wanted = {}
    for criterion in criteria:
        given = weights.get(criterion.code)
        right = isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given < 1e6
        wanted[criterion.code] = float(given) if right and given is not None else float(criterion.weight)
    if sum(wanted.values()) <= 0:
        wanted = {criterion.code: float(criterion.weight) for criterion in criteria}
    total = sum(wanted.values())
    exact = {code: weight * MOST / total for code, weight in wanted.items()}
    found = {code: int(value) for code, value in exact.items()}
    left = MOST - sum(found.values())
    for code in sorted(exact, key=lambda one: (found[one] - exact[one], one))[:left]:
        found[code] += 1
    return found


class Scorer:
    """Mentors, criteria and weights, made ready once for many cases."""

    def __init__(
        self,
        mentors: Iterable[MentorFacts] | MentorTable,
        weights: Mapping[str, Any] | None = None,
        criteria: Sequence[Criterion] = BUILT_IN,
    ) -> None:
        self.table = mentors if isinstance(mentors, MentorTable) else MentorTable(mentors)
        self.criteria = tuple(criteria)
        self.most = shares_of(weights or {}, self.criteria)

    def sieve(self, mentee: MenteeFacts, only: Only | None = None) -> Sieve:
        """Test the mentors of the mentee's field against the hard filters."""
        return sieve(self.table, mentee, only=only)

    def scores(self, mentee: MenteeFacts, rows: Ints | None = None) -> "Scores":
        """Return the values of the mentors at ``rows`` of the table (ascending), or of all who are possible."""
        return Scores(self, View(self.table, mentee, self.sieve(mentee).possible if rows is None else rows))


class Scores:
    """Values for one case. Positions count from 0 within ``rows``, the table's rows of the mentors at hand."""

    def __init__(self, scorer: Scorer, view: View) -> None:
        self.scorer, self.view, self.rows = scorer, view, view.rows
        self.each: list[tuple[Criterion, int]] = []
        self.coupled: list[tuple[Criterion, int]] = []
        for criterion in scorer.criteria:
            most = scorer.most[criterion.code]
            if most:
                (self.each if _is_mean(criterion) else self.coupled).append((criterion, most))
        self.half = np.zeros(len(view), dtype=np.int64)
        for criterion, most in self.each:
            self.half += most * criterion.alone(view)

    def __len__(self) -> int:
        return len(self.view)

    @property
    def pks(self) -> Ints:
        """The mentors' keys, by position."""
        return np.asarray(self.view.column("pk"))

    def alone(self) -> Ints:
        """Return the value of each mentor as the only one."""
        total = 2 * self.half
        for criterion, most in self.coupled:
            total = total + 2 * most * criterion.alone(self.view)
        values: Ints = total // UNIT
        return values

    def pairs(self, first: Ints, second: Ints) -> Ints:
        """Return the value of each pair ``(first[i], second[i])`` of positions."""
        total = self.half[first] + self.half[second]
        for criterion, most in self.coupled:
            total = total + 2 * most * criterion.pair(self.view, first, second)
        values: Ints = total // UNIT
        return values

    def allowed(self, first: Ints, second: Ints) -> Bools:
        """Return which pairs are two different mentors who are not in conflict with each other."""
        fine: Bools = first != second
        conflicts = self.view.table.conflicts
        if conflicts:
            troubled = self.view.column("in_conflict")
            for place in np.flatnonzero(troubled[first] & troubled[second]):
                one, other = int(self.rows[first[place]]), int(self.rows[second[place]])
                if (min(one, other), max(one, other)) in conflicts:
                    fine[place] = False
        return fine

    def kin(self) -> tuple[Ints, Ints]:
        """Return the pairs that know each other (standing partners, earlier pairs) and may not be cut, by position."""
        found = [kin for criterion, _most in self.coupled if (kin := criterion.kin(self.view)) is not None]
        if not found:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        return np.concatenate([first for first, _ in found]), np.concatenate([second for _, second in found])

    def parts(self, members: Sequence[int]) -> list[tuple[Criterion, int, int]]:
        """Return each criterion with its value for these one or two positions, and the most that it could be."""
        found = []
        for criterion in self.scorer.criteria:
            most = self.scorer.most[criterion.code]
            if len(members) == 1:
                share = int(criterion.alone(self.view)[members[0]])
            else:
                first, second = np.array([members[0]]), np.array([members[1]])
                share = int(criterion.pair(self.view, first, second)[0])
            found.append((criterion, most * share // FULL, most))
        return found


def _is_mean(criterion: Criterion) -> bool:
    """Whether a pair's share is nothing but the mean of its mentors' shares."""
    return isinstance(criterion, PerMentor) and type(criterion).pair is PerMentor.pair
