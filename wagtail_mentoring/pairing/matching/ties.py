"""With whom mentors were in a pair, and how many mentees they began with lately."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .columns import two_of_each
from .table import Ints


def how_often(pk: Ints, keys: Ints) -> Ints:
    """Return for each of ``pk`` how often it is among ``keys``."""
    keys = np.sort(keys)
    return np.searchsorted(keys, pk, side="right") - np.searchsorted(keys, pk, side="left")


@dataclass(frozen=True, slots=True)
class Ties:
    """One entry for each time that a mentor was in a pair of a case, or is in a standing pair."""

    mentor: Ints
    pair: Ints
    #: 0: a standing pair.
    case: Ints
    #: The case again, if the mentor began with it within a year; else 0.
    lately: Ints
    #: Texts that sort as the moments do; whoever is there still has left after everybody.
    joined: Sequence[str]
    left: Sequence[str]

    def recent(self, pk: Ints) -> Ints:
        """Return for each mentor of ``pk`` with how many cases it began lately."""
        begun = self.lately > 0
        them, theirs = self.mentor[begun], self.lately[begun]
        order = np.lexsort((theirs, them))
        them, theirs = them[order], theirs[order]
        new = np.ones(len(them), dtype=np.bool_)
        new[1:] = (np.diff(them) != 0) | (np.diff(theirs) != 0)
        return how_often(pk, them[new])

    def couples(self) -> list[tuple[int, int, bool]]:
        """Return who were in a pair at the same time: the lower key, the higher, and whether it is a standing pair.

        Two may be there several times. Who replaced somebody was not together with that one.
        """
        order = np.lexsort((self.mentor, self.pair))
        pair, mentor = self.pair[order], self.mentor[order]
        begin = np.flatnonzero(np.diff(pair, prepend=-1))
        one, other = two_of_each(begin, np.diff(begin, append=len(pair)))
        two = mentor[one] != mentor[other]
        joined, left = self.joined, self.left
        return [
            (int(self.mentor[first]), int(self.mentor[second]), not self.case[first])
            for first, second in zip(order[one[two]].tolist(), order[other[two]].tolist(), strict=True)
            if joined[first] < left[second] and joined[second] < left[first]
        ]
