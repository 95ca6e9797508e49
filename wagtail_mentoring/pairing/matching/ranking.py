"""The best pairs and single mentors for one case, exactly, without looking at every pair.

Each mentor has a bound: no pair with this mentor has a higher value. Mentors are taken in the order of their bounds and
paired with all taken before, until the next bound is below what was found. Nothing above can be left then. Pairs that
know each other go beyond the bounds, and are all looked at first.
"""

from dataclasses import dataclass

import numpy as np

from .scoring import UNIT, Scores, points
from .table import Ints

#: So many different mentors (as far as pairs are concerned) are compared with each other for exact bounds.
_CLASSES = 400
#: So many mentors are taken first, and so many at least each time after.
_FIRST, _STEP = 48, 64


@dataclass(frozen=True, slots=True)
class Ranked:
    """One or two positions of a :class:`Scores`, and the value."""

    members: tuple[int, ...]
    value: int

    @property
    def points(self) -> int:
        return points(self.value)

    def key(self) -> tuple[int, bool, int, int, int]:
        """Where it stands: more points, then two before one, then the finer value, then less asked mentors."""
        return -self.points, len(self.members) == 1, -self.value, max(self.members), min(self.members)


def best(
    scores: Scores, limit: int, *, pairs: bool = True, singles: bool = True, pinned: tuple[int, ...] = ()
) -> list[Ranked]:
    """Return the ``limit`` best of all allowed pairs (if ``pairs``) and of all mentors alone (if ``singles``).

    ``pinned`` are positions (at most two) of which every answer must have all.
    """
    if limit < 1 or not len(scores):
        return []
    found: list[Ranked] = []
    if pairs:
        found = _pairs_with(scores, pinned, limit) if pinned else best_pairs(scores, limit)
    if singles and len(pinned) < 2:
        alone = scores.alone()
        candidates = np.array(pinned, dtype=np.int64) if pinned else np.arange(len(scores))
        found = found + [Ranked((int(one),), int(alone[one])) for one in _top(alone, candidates, limit)]
    return sorted(found, key=Ranked.key)[:limit]


def count(scores: Scores, *, pairs: bool = True, singles: bool = True, pinned: tuple[int, ...] = ()) -> int:
    """Return how many different answers :func:`best` could give without a limit."""
    size = len(scores)
    alone = (len(pinned) == 1 if pinned else size) if singles and len(pinned) < 2 else 0
    if not pairs:
        return int(alone)
    first, second = _conflicts(scores)
    if not pinned:
        return int(alone) + size * (size - 1) // 2 - len(first)
    barred = sum(set(pinned) <= {int(one), int(other)} for one, other in zip(first, second, strict=True))
    return int(alone) + (1 if len(pinned) == 2 else size - 1) - barred


def _conflicts(scores: Scores) -> tuple[Ints, Ints]:
    """Return the pairs of positions that are in conflict with each other."""
    couples = np.array(sorted(scores.view.table.conflicts), dtype=np.int64).reshape(-1, 2)
    place = np.full(len(scores.view.table), -1, dtype=np.int64)
    place[scores.rows] = np.arange(len(scores))
    first, second = place[couples[:, 0]], place[couples[:, 1]]
    here = (first >= 0) & (second >= 0)
    return first[here], second[here]


def best_pairs(scores: Scores, limit: int) -> list[Ranked]:
    """Return the ``limit`` best allowed pairs: higher values first, then by the greater position, then the smaller."""
    if len(scores) < 2 or limit < 1:
        return []
    pool = _Pool(limit)
    pool.look_at(scores, *scores.kin())
    bounds = bounds_of(scores)
    order = np.lexsort((np.arange(len(bounds)), -bounds))
    taken = 0
    while taken < len(order):
        upcoming = int(order[taken])
        if pool.full and (
            bounds[upcoming] < pool.least or (bounds[upcoming] == pool.least and pool.last_position < upcoming)
        ):
            break
        step = _FIRST if not taken else max(_STEP, taken // 3)
        new = order[taken : taken + step]
        before = order[: taken + len(new)]
        # Each new one with all that were taken before it, and the new ones among themselves.
        second = np.repeat(np.arange(taken, taken + len(new)), np.arange(taken, taken + len(new)))
        first = _ranges(np.arange(taken, taken + len(new)))
        pool.look_at(scores, before[first], before[second])
        taken += len(new)
    return pool.ranked()


def bounds_of(scores: Scores) -> Ints:
    """Return for each position a value that no pair with it, save those of :meth:`Scores.kin`, is above."""
    view, size = scores.view, len(scores)
    kind = np.zeros(size, dtype=np.int64)
    exact, loose = [], []
    for criterion, most in scores.coupled:
        signature = criterion.signature(view)
        if signature is not None:
            finer = np.unique(kind * (int(signature.max()) + 1) + signature, return_inverse=True)[1]
            if int(finer.max()) < _CLASSES:
                kind = finer
                exact.append((criterion, most))
                continue
        loose.append((criterion, most))
    half = scores.half.copy()
    for criterion, most in loose:
        half += most * criterion.most(view)
    kinds = int(kind.max()) + 1
    of_kind = np.zeros(kinds, dtype=np.int64)
    of_kind[kind] = np.arange(size)  # one of each kind stands for all
    best_half = np.full(kinds, np.iinfo(np.int64).min // 4, dtype=np.int64)
    np.maximum.at(best_half, kind, half)
    first, second = np.repeat(np.arange(kinds), kinds), np.tile(np.arange(kinds), kinds)
    together = best_half[second]
    for criterion, most in exact:
        share = criterion.pair(view, of_kind[first], of_kind[second])
        together = together + 2 * most * share
    partner = together.reshape(kinds, kinds).max(axis=1)
    bounds: Ints = (half + partner[kind]) // UNIT
    return bounds


class _Pool:
    """The best pairs found so far, each once."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.found: dict[tuple[int, int], int] = {}

    def look_at(self, scores: Scores, first: Ints, second: Ints) -> None:
        if not len(first):
            return
        low, high = np.minimum(first, second), np.maximum(first, second)
        values = scores.pairs(low, high)
        if self.full:
            low, high, values = (part[values >= self.least] for part in (low, high, values))
        fine = scores.allowed(low, high)
        low, high, values = low[fine], high[fine], values[fine]
        # Of many equal ones the first by position, so that it does not matter in which order they were met.
        if len(values) > 2 * self.limit:
            edge = -np.partition(-values, self.limit)[self.limit]
            low, high, values = (part[values >= edge] for part in (low, high, values))
        for place in np.lexsort((low, high, -values))[: 2 * self.limit]:
            self.found[int(low[place]), int(high[place])] = int(values[place])
        self.found = dict(sorted(self.found.items(), key=self._key)[: self.limit])

    @staticmethod
    def _key(entry: tuple[tuple[int, int], int]) -> tuple[int, int, int]:
        (low, high), value = entry
        return -value, high, low

    @property
    def full(self) -> bool:
        return len(self.found) >= self.limit

    @property
    def least(self) -> int:
        return list(self.found.values())[-1]

    @property
    def last_position(self) -> int:
        """The greater position of the last pair: an equal pair with a mentor after it stands behind."""
        return list(self.found)[-1][1]

    def ranked(self) -> list[Ranked]:
        return [Ranked(members, value) for members, value in self.found.items()]


def _ranges(lengths: Ints) -> Ints:
    """Return 0 to n-1 for each n, one after the other."""
    if not lengths.sum():
        return np.zeros(0, dtype=np.int64)
    ends = np.cumsum(lengths)
    ranges: Ints = np.arange(int(ends[-1])) - np.repeat(ends - lengths, lengths)
    return ranges


def _pairs_with(scores: Scores, pinned: tuple[int, ...], limit: int) -> list[Ranked]:
    if len(pinned) == 2:
        first, second = np.array([min(pinned)]), np.array([max(pinned)])
    else:
        first = np.full(len(scores), pinned[0], dtype=np.int64)
        second = np.arange(len(scores), dtype=np.int64)
    pool = _Pool(limit)
    pool.look_at(scores, first, second)
    return pool.ranked()


def _top(values: Ints, candidates: Ints, limit: int) -> Ints:
    chosen: Ints = candidates[np.lexsort((candidates, -values[candidates]))[:limit]]
    return chosen
