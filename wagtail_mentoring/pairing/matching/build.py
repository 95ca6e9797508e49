"""From facts to a problem: who is possible by the hard filters, and what each choice is worth by the criteria."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from .builtin import BUILT_IN
from .criteria import Criterion
from .facts import MenteeFacts, MentorFacts
from .marks import Marked, Marks
from .problem import NEVER, REMATCH, Ints, Problem
from .scoring import UNIT, Scorer, Scores, reaches
from .table import MentorTable

#: The values of so many mentors, over all cases, are kept ready. Those of further cases are made anew each time.
KEPT = 1_500_000
#: Up to so many mentors of a case, all pairs are held against the union's minimum fit.
HELD_AGAINST = 64


class CaseRules(Protocol):
    """What a union decided."""

    @property
    def weights(self) -> Mapping[str, Any]: ...

    @property
    def minimum_fit(self) -> int: ...


class Facts(Protocol):
    """What is known of the queue."""

    @property
    def mentees(self) -> Sequence[MenteeFacts]: ...

    @property
    def mentors(self) -> Sequence[MentorFacts]: ...

    def rules_of(self, mentee: MenteeFacts) -> CaseRules: ...


def build(
    facts: Facts,
    criteria: Sequence[Criterion] = BUILT_IN,
    *,
    locks: Mapping[int, Sequence[int]] | None = None,
) -> Problem:
    """Return the problem of the queue. Its keys are the keys of the cases and the mentors.

    ``locks``: cases (keys) that keep the mentors given for them; they are not in the problem, and what they take of
    the mentors' room is not either. Raises ``ValueError`` where a case or a mentor is given twice.
    """
    table = MentorTable(facts.mentors)
    room, load = np.maximum(table.free, 0), table.recent.copy()
    kept = locks or {}
    for mentors in kept.values():
        for row in table.rows(mentors).tolist():
            room[row] = max(0, room[row] - 1)
            load[row] += 1
    mentees = [mentee for mentee in facts.mentees if mentee.case not in kept]
    pairs = CasePairs(mentees, table, facts, criteria, room)
    return pairs.problem(room, load)


class CasePairs:
    """What the pairs of each case are worth; a case's values are made when they are needed."""

    def __init__(
        self,
        mentees: Sequence[MenteeFacts],
        table: MentorTable,
        facts: Facts,
        criteria: Sequence[Criterion],
        room: Ints,
    ) -> None:
        self.mentees, self.table = mentees, table
        self.scorers: dict[int, Scorer] = {}
        self.least: list[int] = []
        self.rows: list[Ints] = []
        #: What all pairs can be bounded by; see :mod:`.all_pairs`.
        self.marks = Marks()
        self._kept: dict[int, Scores] = {}
        self._kept_size = 0
        for mentee in mentees:
            rules = facts.rules_of(mentee)
            if mentee.participation not in self.scorers:
                self.scorers[mentee.participation] = Scorer(table, rules.weights, criteria)
            self.least.append(rules.minimum_fit)
            possible = self.scorers[mentee.participation].sieve(mentee).possible
            self.rows.append(possible[room[possible] > 0])

    def scores(self, case: int) -> Scores:
        """Return the values of the mentors who are possible for ``case``."""
        if case in self._kept:
            return self._kept[case]
        mentee = self.mentees[case]
        made = self.scorers[mentee.participation].scores(mentee, self.rows[case])
        if self._kept_size + len(made) <= KEPT:
            self._kept[case] = made
            self._kept_size += len(made)
        return made

    def values(self, case: Ints, first: Ints, second: Ints) -> Ints:
        """Return the value of each pair, ``NEVER`` where the two are in conflict or below the union's minimum fit."""
        found = np.empty(len(case), dtype=np.int64)
        order = np.argsort(case, kind="stable")
        place = np.zeros(len(self.table), dtype=np.int64)
        for some in np.split(order, np.flatnonzero(np.diff(case[order])) + 1) if len(order) else []:
            one = int(case[some[0]])
            rows, scores = self.rows[one], self._kept.get(one)
            if scores is None:  # made anew, for those in question alone
                rows = np.unique(np.concatenate([first[some], second[some]]))
                scores = self.scorers[self.mentees[one].participation].scores(self.mentees[one], rows)
            place[rows] = np.arange(len(rows))
            found[some] = self._values(one, scores, place[first[some]], place[second[some]])
        return found

    def _values(self, case: int, scores: Scores, first: Ints, second: Ints) -> Ints:
        values = scores.pairs(first, second)
        fine = scores.allowed(first, second)
        if self.least[case] > 0:
            fine &= reaches(values, self.least[case])
        return np.where(fine, values, NEVER)

    def problem(self, room: Ints, load: Ints) -> Problem:
        """Return the problem."""
        single, reach, kin, whole = [], [], [np.zeros((0, 3), dtype=np.int64)], []
        marks: list[Marked] | None = [np.zeros((0, 3), dtype=np.int32)]
        for case, mentee in enumerate(self.mentees):
            scores = self.scores(case)
            alone = scores.alone()
            if self.least[case] > 0:
                alone = np.where(reaches(alone, self.least[case]), alone, NEVER)
            if not mentee.one_mentor_allowed:
                alone = np.full(len(scores), NEVER)
            single.append(alone)
            reach.append(_reach(scores))
            marked = self.marks.of(scores) if marks is not None else None
            marks = None if marks is None or marked is None else [*marks, marked]
            first, second = (self.rows[case][positions] for positions in scores.kin())
            kin.append(
                np.column_stack([np.full(len(first), case), np.minimum(first, second), np.maximum(first, second)])
            )
            whole.append(bool((alone > NEVER).all()) and self._every_pair(case, scores))
        degree = np.array([len(rows) for rows in self.rows], dtype=np.int64)
        none = np.zeros(0, dtype=np.int64)
        return Problem(
            case_keys=np.array([mentee.case for mentee in self.mentees], dtype=np.int64),
            mentor_keys=self.table.pk,
            waits=np.array([_claim(mentee) for mentee in self.mentees], dtype=np.int64),
            room=room,
            load=load,
            start=np.concatenate([[0], np.cumsum(degree)]).astype(np.int64),
            mentor=np.concatenate([none, *self.rows]),
            single=np.concatenate([none, *single]),
            reach=np.concatenate([none, *reach]),
            whole=np.array(whole, dtype=np.bool_),
            kin=np.concatenate(kin),
            pairs=self,
            marks=None if marks is None else np.concatenate(marks),
        )

    def _every_pair(self, case: int, scores: Scores) -> bool:
        """Return whether it is certain that any two mentors of ``case`` can be its pair."""
        if len(scores) < 2:
            return True
        troubled = np.flatnonzero(scores.view.column("in_conflict"))
        first, second = _two_of(troubled)
        if not scores.allowed(first, second).all():
            return False
        # No pair is worth less than what its mentors bring each on their own.
        lowest = np.partition(scores.half, 1)[:2].sum() // UNIT
        if bool(reaches(np.array([lowest]), self.least[case])[0]):
            return True
        if len(scores) > HELD_AGAINST:
            return False
        return bool((self._values(case, scores, *_two_of(np.arange(len(scores)))) > NEVER).all())


def _claim(mentee: MenteeFacts) -> int:
    return max(0, mentee.waited_days) + REMATCH * mentee.rematch


def _reach(scores: Scores) -> Ints:
    """Return for each mentor a number such that no pair (but kin) is worth more than the two numbers together."""
    half = scores.half.copy()
    for criterion, most in scores.coupled:
        half += most * criterion.most(scores.view)
    reach: Ints = half // UNIT + 1
    return reach


def _two_of(positions: Ints) -> tuple[Ints, Ints]:
    """Return all pairs of ``positions``."""
    one, other = np.triu_indices(len(positions), 1)
    return positions[one].astype(np.int64), positions[other].astype(np.int64)


def by_key(problem: Problem, chosen: Sequence[tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    """Return a plan by keys: the case, and its mentors."""
    return {
        int(problem.case_keys[case]): tuple(int(problem.mentor_keys[mentor]) for mentor in mine)
        for case, mine in enumerate(chosen)
    }
