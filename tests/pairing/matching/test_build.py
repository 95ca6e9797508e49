"""From facts to a problem, and what the solver makes of it: against the scoring and filters, mentor by mentor."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import pytest

from benchmarks.queue_data import Queue, Rules, queues
from wagtail_mentoring.pairing.matching import build as building
from wagtail_mentoring.pairing.matching.build import build, by_key
from wagtail_mentoring.pairing.matching.problem import NEVER, REMATCH, Problem
from wagtail_mentoring.pairing.matching.scoring import Scorer, reaches
from wagtail_mentoring.pairing.matching.solve import solve


@dataclass(frozen=True)
class Case:
    """A union and its problem."""

    union: Queue
    problem: Problem


@pytest.fixture(scope="module")
def case() -> Case:
    union = queues(450, 900)[0]
    # Some who must not meet.
    mentors = list(union.mentors)
    for place in range(0, len(mentors) - 1, 5):
        mentors[place] = replace(mentors[place], conflicts=(mentors[place + 1].pk,))
    union = replace(union, mentors=tuple(mentors), rules=Rules({"goals": 30}, 35))
    return Case(union, build(union))


def _pairs(problem: Problem) -> Iterator[tuple[int, int, int]]:
    for place in range(problem.cases):
        mine = problem.mentor[problem.start[place] : problem.start[place + 1]].tolist()
        yield from ((place, one, other) for one in mine for other in mine if one < other)


def test_edges_are_those_that_pass_every_filter_and_have_room(case: Case) -> None:
    scorer = Scorer(case.union.mentors, case.union.rules.weights)
    problem = case.problem
    room = {mentor.pk: mentor.capacity - mentor.load for mentor in case.union.mentors}
    for place, mentee in enumerate(case.union.mentees):
        mine = problem.mentor[problem.start[place] : problem.start[place + 1]]
        expected = {int(scorer.table.pk[row]) for row in scorer.sieve(mentee).possible}
        assert set(problem.mentor_keys[mine].tolist()) == {pk for pk in expected if room[pk] > 0}
    waits = [mentee.waited_days + REMATCH * mentee.rematch for mentee in case.union.mentees]
    assert problem.waits.tolist() == waits


def test_values_are_those_of_the_scoring_and_no_pair_is_above_its_reach(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, least = case.problem, case.union.rules.minimum_fit
    scorer = Scorer(case.union.mentors, case.union.rules.weights)
    found = np.array(list(_pairs(problem)), dtype=np.int64)
    values = problem.pairs.values(found[:, 0], found[:, 1], found[:, 2])
    monkeypatch.setattr(building, "KEPT", 0)  # nothing kept: the same values, made anew
    assert (build(case.union).pairs.values(found[:, 0], found[:, 1], found[:, 2]) == values).all()
    reach = {
        (int(place), int(mentor)): int(value)
        for place, mentor, value in zip(problem.edge_case(), problem.mentor, problem.reach, strict=True)
    }
    kin = set(map(tuple, problem.kin.tolist()))
    seen = {True: 0, False: 0}
    for place, mentee in enumerate(case.union.mentees):
        mine = np.flatnonzero(found[:, 0] == place)
        scores = scorer.scores(mentee)
        at = [
            np.searchsorted(scores.pks[np.argsort(scores.pks)], problem.mentor_keys[found[mine, side]])
            for side in (1, 2)
        ]
        one, other = (np.argsort(scores.pks)[part] for part in at)
        expected = scores.pairs(one, other)
        fine = scores.allowed(one, other) & reaches(expected, least)
        assert (values[mine] == np.where(fine, expected, NEVER)).all()
        for row, good in zip(mine.tolist(), fine.tolist(), strict=True):
            seen[good] += 1
            key = tuple(found[row].tolist())
            assert key in kin or values[row] <= reach[key[0], key[1]] + reach[key[0], key[2]]
        if problem.whole[place]:
            assert fine.all()
    assert min(seen.values()) > 20, "pairs of both kinds were met"


def test_a_plan_breaks_no_rule(case: Case) -> None:
    solution = solve(case.problem)
    assert solution.proven
    scorer = Scorer(case.union.mentors, case.union.rules.weights)
    mentees = {mentee.case: mentee for mentee in case.union.mentees}
    taken: dict[int, int] = {}
    for key, mentors in by_key(case.problem, solution.chosen).items():
        if not mentors:
            continue
        scores = scorer.scores(mentees[key])
        places = np.array([int(np.flatnonzero(scores.pks == mentor)[0]) for mentor in mentors])
        if len(mentors) == 2:
            assert scores.allowed(places[:1], places[1:]).all()
            value = scores.pairs(places[:1], places[1:])
        else:
            value = scores.alone()[places]
        assert reaches(value, case.union.rules.minimum_fit).all()
        for mentor in mentors:
            taken[mentor] = taken.get(mentor, 0) + 1
    room = {mentor.pk: mentor.capacity - mentor.load for mentor in case.union.mentors}
    assert all(number <= room[mentor] for mentor, number in taken.items())


def test_locked_cases_and_their_room_are_not_in_the_problem(case: Case) -> None:
    plan = by_key(case.problem, solve(case.problem).chosen)
    locks = {key: mentors for key, mentors in list(plan.items())[:6] if mentors}
    rest = build(case.union, locks=locks)
    assert set(rest.case_keys.tolist()) == {mentee.case for mentee in case.union.mentees} - set(locks)
    again = by_key(rest, solve(rest).chosen)
    # What the first plan gave the others is still the best for them.
    served = [sum(bool(mentors) for key, mentors in one.items() if key not in locks) for one in (plan, again)]
    assert served[0] == served[1]


def test_facts_in_another_order_make_the_same_plan(case: Case) -> None:
    random = Random(4)
    mentees = random.sample(case.union.mentees, len(case.union.mentees))
    mentors = random.sample(case.union.mentors, len(case.union.mentors))
    other = build(replace(case.union, mentees=tuple(mentees), mentors=tuple(mentors)))
    assert by_key(other, solve(other).chosen) == by_key(case.problem, solve(case.problem).chosen)


def test_where_one_mentor_is_not_allowed_nobody_gets_one(case: Case) -> None:
    mentees = tuple(replace(mentee, one_mentor_allowed=False) for mentee in case.union.mentees)
    problem = build(replace(case.union, mentees=mentees))
    solution = solve(problem)
    assert solution.served == solution.pairs > 0
