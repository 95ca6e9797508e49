"""What the built-in criteria look at in two mentors, in so few numbers that all pairs of all cases can be bounded.

Most criteria about two mentors together tell mentors apart by little: how near the speciality is (four steps), which
of the mentee's goals are covered, which of the times suit, how long the experience is (not known, short, long). Each is
an *axis* with a few places, and a table says what two places earn together. A mentor's places on all axes are one
number, the *cell*. Cases with the same tables are of one :class:`Kind`.

Three things are no axis. A language common to all three, and areas and topics that differ, have a most for each
mentor; whether two are partners has none (``Problem.kin`` names such pairs). :class:`Rest` reckons the three exactly
for the few pairs that :mod:`.all_pairs` looks at.

Only criteria of just these types are known here. With any other that is about two mentors, or with too many cells, the
problem has no marks, and pairs are found by their reach (:func:`.columns.beyond`).
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .builtin import _NEARER, Complementary, Goals, Languages, Partner, Speciality, Times
from .criteria import FULL, Criterion
from .facts import MenteeFacts
from .scoring import Scores
from .table import LONG_EXPERIENCE, Ints, MentorTable, View

#: More cells than this are too many for one case.
CELLS = 2**13
#: The mark for languages: which ones (bits), times this, plus the share.
SHARES = 1024
#: The marks are numbers of 32 bits.
LARGEST = 2**31
#: Columns of the marks: what a mentor brings alone to any pair (in units of a sum), the cell, the languages.
HALF, CELL, TONGUE = 0, 1, 2
#: The shares of a mentor's speciality, by places on the axis; lengths of experience: not known, short, long.
_NEAR = np.array([0, 700, 900, FULL], dtype=np.int64)
_LENGTHS = 3

Marked = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Kind:
    """What cases of one kind have in common: tables of the axes in units of a sum, and the points of what is none."""

    axes: tuple[Ints, ...]
    languages: int
    complementary: int
    partner: int

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(len(axis) for axis in self.axes)

    @property
    def cells(self) -> int:
        return int(np.prod(self.sizes, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class _Axis:
    """``places`` of the mentors, and the table, which is the same wherever ``key`` is."""

    key: Hashable
    places: Ints
    shares: Callable[[], Ints]


class Marks:
    """Makes the marks of one case after the other. ``of_case``: the number of each case's kind in ``kinds``."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.of_case: list[int] = []
        self._known: dict[Hashable, int] = {}

    def of(self, scores: Scores) -> Marked | None:
        """Return the marks of a case's mentors, a row for each; ``None`` where they cannot be marked (see above)."""
        axes: list[tuple[int, _Axis]] = []
        left = {Languages: 0, Complementary: 0, Partner: 0}
        tongue = np.zeros(len(scores), dtype=np.int64)
        for criterion, most in scores.coupled:
            axis = _axis(criterion, scores.view)
            if axis is not None:
                axes.append((most, axis))
            if type(criterion) in left:
                left[type(criterion)] = most  # type: ignore[index]
            elif axis is None:
                return None
            if isinstance(criterion, Languages):
                tongue = criterion._key(scores.view) * SHARES + criterion.alone(scores.view)
        key = (tuple((most, axis.key) for most, axis in axes), *left.values())
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self.kinds)
            self.kinds.append(Kind(tuple(2 * most * axis.shares() for most, axis in axes), *left.values()))
        kind = self.kinds[number]
        if kind.cells > CELLS or (len(tongue) and int(tongue.max()) >= LARGEST):
            return None
        cell = np.zeros(len(scores), dtype=np.int64)
        for size, (_most, axis) in zip(kind.sizes, axes, strict=True):
            cell = cell * size + axis.places
        self.of_case.append(number)
        return np.column_stack([scores.half, cell, tongue]).astype(np.int32)


def _axis(criterion: Criterion, view: View) -> _Axis | None:
    """Return the axis of a criterion, or of the part of it that is one; ``None`` where there is none."""
    if type(criterion) is Speciality:
        return _Axis("speciality", np.searchsorted(_NEAR, criterion.signature(view)), _nearer)
    if type(criterion) is Goals:
        number = len(criterion._goals(view))
        return _Axis(("goals", number), criterion.signature(view), lambda: _by_bits(criterion, view, number))
    if type(criterion) is Times:
        number = len(criterion._wished(view))
        key = ("times", number, bool(view.mentee.times))
        return _Axis(key, criterion.signature(view), lambda: _by_bits(criterion, view, number))
    if type(criterion) is Complementary:
        years = view.column("years")
        return _Axis("length", np.select([years < 0, years < LONG_EXPERIENCE], [0, 1], 2), _long_and_short)
    return None


def _nearer() -> Ints:
    one, other = _NEAR[:, None], _NEAR[None, :]
    shares: Ints = (np.maximum(one, other) * _NEARER + np.minimum(one, other) * (FULL - _NEARER)) // FULL
    return shares


def _by_bits(criterion: Goals | Times, view: View, number: int) -> Ints:
    bits: Ints = np.arange(2**number)
    both: Ints = bits[:, None] | bits if isinstance(criterion, Goals) else bits[:, None] & bits
    return criterion._earned(view, both.ravel()).reshape(both.shape)


def _long_and_short() -> Ints:
    shares = np.zeros((_LENGTHS, _LENGTHS), dtype=np.int64)
    shares[1, 2] = shares[2, 1] = Complementary._EXPERIENCE
    return shares


def rest_at_most(table: MentorTable) -> Ints:
    """Return for each mentor what complementary can give beside the length of experience, at the most."""
    areas = (table.stems[:, 0] >= 0) * Complementary._SPECIALITIES
    most: Ints = (areas + (table.topics > 0) * Complementary._TOPICS).astype(np.int64)
    return most


class Rest:
    """What the axes leave open of pairs, exactly, for many cases at once: mentors are rows of the table."""

    def __init__(self, table: MentorTable) -> None:
        # What these two look at has nothing to do with the mentee.
        self._view = View(table, MenteeFacts(0, 0, 0), np.arange(len(table)))
        self._complementary, self._partner = Complementary(), Partner()

    def of(self, kind: Kind, first: Ints, second: Ints, tongue_first: Ints, tongue_second: Ints) -> Ints:
        """Return what each pair has beside its mentors' own halves and its axes, in units of a sum."""
        found = np.zeros(len(first), dtype=np.int64)
        if kind.languages:
            mean = (tongue_first % SHARES + tongue_second % SHARES) // 2
            together = (tongue_first // SHARES) & (tongue_second // SHARES)
            found += 2 * kind.languages * np.where(together, mean, mean // 2)
        if kind.complementary:
            areas, topics, _length = self._complementary._parts(self._view, first, second)
            share = areas * Complementary._SPECIALITIES + topics * Complementary._TOPICS
            found += 2 * kind.complementary * share.astype(np.int64)
        if kind.partner:
            found += 2 * kind.partner * self._partner.pair(self._view, first, second)
        return found
