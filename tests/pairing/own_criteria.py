"""A site's own criteria, as somebody else would write them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from wagtail_mentoring.pairing.matching.criteria import PerMentor, PerPair
from wagtail_mentoring.pairing.matching.facts import MenteeFacts, MentorFacts


class Oriented(PerMentor):
    """Mentors whose key is even, which stands for something that the facts do not hold."""

    code, weight, label = "oriented", 25, "Oriented"

    def __init__(self) -> None:
        self.known: set[int] = set()

    def prepare(self, mentees: Sequence[MenteeFacts], mentors: Sequence[MentorFacts]) -> None:
        self.known = {mentor.pk for mentor in mentors if mentor.pk % 2 == 0}

    def share(self, view: Any) -> Any:
        return np.array([1000 if mentor.pk in self.known else 0 for mentor in view.mentors], dtype=np.int64)

    def reason(self, view: Any, members: Sequence[int]) -> Mapping[str, Any]:
        return {"who": [pk for place in members if (pk := view.mentor(place).pk) in self.known]}

    def sentence(self, reason: Mapping[str, Any], names: Mapping[int, str]) -> str:
        return "Oriented: " + (", ".join(names[pk] for pk in reason["who"]) or "nobody")


class SameInitial(PerPair):
    """Two whose titles begin with the same letter."""

    code, weight = "initial", 25

    def pair(self, view: Any, first: Any, second: Any) -> Any:
        letters = np.array([ord(mentor.title[:1] or " ") for mentor in view.mentors], dtype=np.int64)
        return np.where(letters[first] == letters[second], 1000, 0).astype(np.int64)


no_criterion = object()


class TakenCode(PerMentor):
    code, weight = "goals", 1


class NoWeight(PerMentor):
    code, weight = "weightless", -1
