"""Values that many have alike, each read once."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from itertools import count
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Written = TypeVar("Written", bound=Hashable)
Value = TypeVar("Value")
Ints = NDArray[np.int64]


class Kinds(Generic[Value]):
    """Different ``values``, and in ``of`` for each person the place of theirs."""

    def __init__(self, values: Sequence[Value], of: Ints) -> None:
        self.values, self.of = values, of

    @classmethod
    def read(cls, written: Sequence[Written], read: Callable[[Written], Value]) -> "Kinds[Value]":
        """Return what ``read`` makes of each of ``written``, called once for those that are equal."""
        # Whatever has no place yet gets the next one, as it is met.
        place: defaultdict[Written, int] = defaultdict(count().__next__)
        of = np.fromiter(map(place.__getitem__, written), dtype=np.int64, count=len(written))
        return cls([read(one) for one in place], of)

    def __getitem__(self, place: int) -> Value:
        """Return the value of the person at ``place``."""
        return self.values[self.of[place]]

    def take(self, rows: Ints) -> "Kinds[Value]":
        """Return the same for the people at ``rows``."""
        return Kinds(self.values, self.of[rows])

    def numbers(self, number: Callable[[Value], int]) -> Ints:
        """Return a number for each person, made of their value."""
        by_kind = np.array([number(value) for value in self.values], dtype=np.int64)
        return by_kind[self.of] if len(by_kind) else np.zeros(len(self.of), dtype=np.int64)

    def who(self, has: Callable[[Value], bool]) -> Ints:
        """Return the places of the people whose value is as ``has`` says."""
        return np.flatnonzero(self.numbers(lambda value: int(has(value))))
