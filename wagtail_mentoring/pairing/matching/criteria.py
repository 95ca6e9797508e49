"""What a criterion is, and how its shares of points are reckoned. The built-in ones stand in :mod:`.builtin`.

A share is a whole number from 0 to :data:`FULL`: how much of the criterion's points is earned. Points are reckoned from
shares and weights in :mod:`.scoring`; a criterion never sees a weight.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from .facts import MenteeFacts, MentorFacts
from .table import Ints, View

#: The share that earns all of a criterion's points.
FULL = 1000


class Criterion(Protocol):
    """One thing that makes a pair fit better. Positions are those of the view; all arrays hold shares.

    Share and bound must depend on the facts alone, so that the same question has the same answer tomorrow.
    """

    #: Short name, in weights and stored reasons.
    code: str
    #: Points where a union's weights do not name it.
    weight: int

    def alone(self, view: View) -> Ints:
        """Return the share of each mentor as the only mentor."""

    def pair(self, view: View, first: Ints, second: Ints) -> Ints:
        """Return the share of each pair ``(first[i], second[i])``. The order of the two must not matter."""

    def most(self, view: View) -> Ints:
        """Return numbers such that no pair's share is above the mean of its mentors' two numbers.

        Pairs that :meth:`kin` names need not keep to it. The nearer the bound, the quicker the ranking.
        """

    def signature(self, view: View) -> Ints | None:
        """Return numbers such that a pair's share depends on its mentors' two numbers alone, or None.

        Pairs that :meth:`kin` names need not keep to it. Where there are few different numbers, this is quicker.
        """

    def kin(self, view: View) -> tuple[Ints, Ints] | None:
        """Return pairs that go beyond :meth:`most` and :meth:`signature` and are always looked at, or None."""

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        """Return why the mentors at these positions (one or two) have their share: codes and numbers, for JSON."""


class PerMentor:
    """A criterion that looks at each mentor alone; a pair has the mean. Give ``code``, ``weight`` and :meth:`share`.

    ``label`` names it on screens; ``sentence(reason, names)`` may put a reason in words.
    """

    code = ""
    weight = 0

    def share(self, view: View) -> Ints:
        """Return the share of each mentor."""
        raise NotImplementedError

    def prepare(self, mentees: Sequence[MenteeFacts], mentors: Sequence[MentorFacts]) -> None:
        """Fetch what the facts do not hold, for all of them at once. Called before each ranking or plan."""

    def alone(self, view: View) -> Ints:
        return np.asarray(view.keep((self.code, "share"), lambda: self.share(view)), dtype=np.int64)

    def pair(self, view: View, first: Ints, second: Ints) -> Ints:
        share = self.alone(view)
        mean: Ints = (share[first] + share[second]) // 2
        return mean

    def most(self, view: View) -> Ints:
        return self.alone(view)

    def signature(self, view: View) -> Ints | None:
        return None

    def kin(self, view: View) -> tuple[Ints, Ints] | None:
        return None

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        return {}


class PerPair(PerMentor):
    """A criterion about two mentors together. Give ``code``, ``weight``, :meth:`share` (alone) and :meth:`pair`.

    Unless :meth:`most` is given too, every pair is taken to be able to earn everything, which makes ranking slower.
    """

    def share(self, view: View) -> Ints:
        return np.zeros(len(view), dtype=np.int64)

    def pair(self, view: View, first: Ints, second: Ints) -> Ints:
        raise NotImplementedError

    def most(self, view: View) -> Ints:
        return np.full(len(view), FULL, dtype=np.int64)
