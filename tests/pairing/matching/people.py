"""People, rules and prices at random, in which everything happens that all pairs are held against."""

from dataclasses import dataclass, replace
from random import Random

import numpy as np

from tests.pairing.pretend import random_mentee, random_mentors
from wagtail_mentoring.pairing.matching.builtin import BUILT_IN
from wagtail_mentoring.pairing.matching.columns import pairs
from wagtail_mentoring.pairing.matching.facts import MenteeFacts, MentorFacts
from wagtail_mentoring.pairing.matching.problem import Problem


@dataclass(frozen=True)
class Rules:
    """Of one participation."""

    weights: dict[str, float]
    minimum_fit: int


@dataclass(frozen=True)
class Facts:
    """A queue of two unions' rules."""

    mentees: tuple[MenteeFacts, ...]
    mentors: tuple[MentorFacts, ...]
    rules: tuple[Rules, Rules]

    def rules_of(self, mentee: MenteeFacts) -> Rules:
        return self.rules[mentee.participation]


def facts(random: Random, mentors: int = 30) -> Facts:
    """Return people and rules in which everything happens."""
    mentees = tuple(
        replace(random_mentee(random, mentors), case=key, mentee=key, participation=random.randrange(2))
        for key in range(1, 9)
    )
    rules = [Rules(_weights(random), random.choice((0, 0, 40, 60))) for _rules in range(2)]
    people = tuple(replace(one, capacity=3) for one in random_mentors(random, mentors))
    return Facts(mentees, people, (rules[0], rules[1]))


def _weights(random: Random) -> dict[str, float]:
    if random.random() < 0.3:
        return {}
    return {one.code: random.choice((0, 0, 1, 7.5, 20, 33)) for one in BUILT_IN}


def prices(random: Random, problem: Problem) -> np.ndarray:
    return np.array([random.choice((0.0, 0.0, random.random() * 30_000)) for _mentor in range(problem.mentors)])


def every_pair(problem: Problem) -> dict[tuple[int, int, int], int]:
    found = pairs(problem, np.arange(len(problem.mentor)))
    rows = zip(found.case.tolist(), found.first.tolist(), found.second.tolist(), found.value.tolist(), strict=True)
    return {(case, first, second): value for case, first, second, value in rows}
