"""The best ten are exactly the best ten: against every pair there is, reckoned by other means."""

import dataclasses
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pairing import oracle
from tests.pairing.pretend import FIELD, mentee, mentor, random_mentee, random_mentors
from wagtail_mentoring.pairing.matching import ranking
from wagtail_mentoring.pairing.matching.builtin import BUILT_IN
from wagtail_mentoring.pairing.matching.facts import MenteeFacts, MentorFacts
from wagtail_mentoring.pairing.matching.scoring import Scorer, Scores


def ranked(person: MenteeFacts, mentors: list[MentorFacts], limit: int = 10, **how: Any) -> list[Any]:
    scores = Scorer(mentors).scores(person)
    return [
        (tuple(int(scores.pks[place]) for place in one.members), one.value)
        for one in ranking.best(scores, limit, **how)
    ]


def scores_of(mentors: list[MentorFacts], **facts: Any) -> Scores:
    return Scorer(mentors).scores(mentee(**facts))


@pytest.mark.parametrize("seed", range(400))
def test_small_instances(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is, and with mentors taken one by one, so that it stops as early as it may."""
    rnd = random.Random(seed)
    number = rnd.randint(0, 14)
    person, mentors = random_mentee(rnd, number), random_mentors(rnd, number)
    singles = rnd.random() < 0.7
    expected = oracle.ranking(person, mentors, 10, singles=singles)
    assert ranked(person, mentors, singles=singles) == expected
    monkeypatch.setattr(ranking, "_FIRST", 2)
    monkeypatch.setattr(ranking, "_STEP", 1)
    for limit in (1, 3, 10):
        assert ranked(person, mentors, limit, singles=singles) == expected[:limit]


@pytest.mark.parametrize(("seed", "plain"), [(1, 0.0), (2, 0.3), (3, 0.9), (4, 0.98)])
def test_larger_instances(seed: int, plain: float) -> None:
    """With some hundred mentors the bounds cut off most of them: nothing that belongs to the best may be cut."""
    rnd = random.Random(seed)
    mentors = random_mentors(rnd, 260, plain=plain)
    person = dataclasses.replace(random_mentee(rnd, 0), english=5)
    assert ranked(person, mentors) == oracle.ranking(person, mentors, 10)


@pytest.mark.parametrize("seed", range(6))
def test_some_thousand_mentors_against_every_pair(seed: int) -> None:
    """Two thousand: every pair by the same points, so that only the cutting is tried."""
    rnd = random.Random(seed)
    mentors = random_mentors(rnd, 2000, plain=(0.0, 0.5, 0.95)[seed % 3])
    scores = Scorer(mentors).scores(dataclasses.replace(random_mentee(rnd, 0), english=5, formats=()))
    size = len(scores)
    assert size > 500
    expected: list[tuple[int, int, int]] = []
    for high in range(1, size):
        low = np.arange(high)
        values = scores.pairs(low, np.full(high, high))
        fine = scores.allowed(low, np.full(high, high))
        for place in np.flatnonzero(fine)[np.argsort(-values[fine], kind="stable")[:10]]:
            expected.append((-int(values[place]), high, int(place)))
    found = [(-one.value, max(one.members), min(one.members)) for one in ranking.best_pairs(scores, 10)]
    assert found == sorted(expected)[:10]


@pytest.mark.parametrize("seed", range(60))
def test_no_pair_is_above_its_bound(seed: int) -> None:
    rnd = random.Random(seed)
    scores = Scorer(random_mentors(rnd, 30)).scores(random_mentee(rnd, 0))
    if len(scores) < 2:
        return
    bounds = ranking.bounds_of(scores)
    kin = {frozenset((int(one), int(other))) for one, other in zip(*scores.kin(), strict=True)}
    first, second = (part.ravel() for part in np.indices((len(scores), len(scores))))
    values = scores.pairs(first, second)
    for one, other, value in zip(first, second, values, strict=True):
        if one != other and frozenset((int(one), int(other))) not in kin:
            assert value <= min(bounds[one], bounds[other])


def test_the_bound_is_that_of_the_best_of_a_kind() -> None:
    """Alike but for how often they were asked: the last in order have the fewest points."""
    mentors = [mentor(pk, recent=pk % 3) for pk in range(1, 13)]
    scores = scores_of(mentors)
    best = int(scores.pairs(np.array([0]), np.array([1]))[0])
    # Mean of load shares 1000 and 0: the last one's bound is 2.5 points below that of the first two.
    bounds = ranking.bounds_of(scores)
    assert (int(bounds[0]), int(bounds[-1])) == (best, best - 2500)


@pytest.mark.parametrize("seed", range(40))
def test_many_equal_values_one_by_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ties are where stopping too early shows: which of the equals stand in the list, and in which order."""
    monkeypatch.setattr(ranking, "_FIRST", 2)
    monkeypatch.setattr(ranking, "_STEP", 1)
    rnd = random.Random(seed)
    mentors = [
        mentor(
            pk,
            recent=rnd.randint(0, 1),
            topics=rnd.choice(((), ("cv",), ("networks",))),
            experience_years=rnd.choice((None, 5)),
            conflicts=(rnd.randint(1, 16),),
        )
        for pk in range(1, 17)
    ]
    person = mentee(goals=("cv", "networks"))
    for limit in (1, 2, 5, 10):
        assert ranked(person, mentors, limit, singles=False) == oracle.ranking(person, mentors, limit, singles=False)


def test_few_classes_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """With next to no exact classes the bounds are loose, and the answer is the same."""
    rnd = random.Random(5)
    mentors, person = random_mentors(rnd, 120), dataclasses.replace(random_mentee(rnd, 0), english=5)
    exact = ranked(person, mentors)
    monkeypatch.setattr(ranking, "_CLASSES", 1)
    assert ranked(person, mentors) == exact


@pytest.mark.parametrize("criterion", BUILT_IN, ids=lambda one: one.code)
@pytest.mark.parametrize("seed", range(8))
def test_what_a_criterion_says_of_itself(criterion: Any, seed: int) -> None:
    """``most`` bounds every pair, ``signature`` decides it, shares are 0 to 1000, and the order of two is nothing."""
    rnd = random.Random(seed)
    scores = Scorer(random_mentors(rnd, 25)).scores(dataclasses.replace(random_mentee(rnd, 0), english=4))
    view, size = scores.view, len(scores)
    first, second = (part.ravel() for part in np.indices((size, size)))
    kin = (
        set()
        if criterion.kin(view) is None
        else {frozenset(map(int, two)) for two in zip(*criterion.kin(view), strict=True)}
    )
    keep = np.array(
        [one != other and frozenset((one, other)) not in kin for one, other in zip(first, second, strict=True)],
        dtype=bool,
    )
    first, second = first[keep], second[keep]
    share, alone = criterion.pair(view, first, second), criterion.alone(view)
    assert ((share >= 0) & (share <= 1000)).all() and ((alone >= 0) & (alone <= 1000)).all()
    assert (share == criterion.pair(view, second, first)).all()
    most = criterion.most(view)
    assert (2 * share <= most[first] + most[second]).all()
    signature = criterion.signature(view)
    if signature is not None:
        by: dict[Any, int] = {}
        for one, other, earned in zip(signature[first], signature[second], share, strict=True):
            assert by.setdefault((one, other), earned) == earned


facts = st.integers(min_value=0, max_value=10**6)


@settings(max_examples=60, deadline=None)
@given(seed=facts, shuffle=st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(seed: int, shuffle: random.Random) -> None:
    rnd = random.Random(seed)
    mentors, person = random_mentors(rnd, 20), random_mentee(rnd, 20)
    before = ranked(person, mentors)
    shuffle.shuffle(mentors)
    assert ranked(person, mentors) == before


@settings(max_examples=60, deadline=None)
@given(seed=facts)
def test_one_more_mentor_never_makes_the_best_worse(seed: int) -> None:
    rnd = random.Random(seed)
    mentors = random_mentors(rnd, 12)
    person = random_mentee(rnd, 12)
    fewer, more = ranked(person, mentors[:-1], 1), ranked(person, mentors, 1)
    if fewer:
        assert more and (more[0][1] + 500) // 1000 >= (fewer[0][1] + 500) // 1000


@settings(max_examples=60, deadline=None)
@given(seed=facts)
def test_nobody_is_offered_against_a_hard_filter(seed: int) -> None:
    rnd = random.Random(seed)
    mentors, person = random_mentors(rnd, 15), random_mentee(rnd, 15)
    by_key = {one.pk: one for one in mentors}
    for members, _value in ranked(person, mentors, 40):
        people = [by_key[pk] for pk in members]
        assert all(not oracle.fails(person, one) and FIELD in one.fields for one in people)
        assert len(people) == 1 or oracle.together(*people)


# The order


def test_a_pair_stands_before_one_mentor_of_the_same_points() -> None:
    # English at B2 with both, nothing else: alone 10.5 (languages) + 20 + 20 (nothing named) …, the pair the same mean.
    person = mentee(goals=(), words=())
    found = ranked(person, [mentor(1), mentor(2)])
    assert [members for members, _value in found][0] == (1, 2)
    single = next(value for members, value in found if len(members) == 1)
    # A speciality that nobody named earns one mentor 16 of 20; the pair has the 4 more.
    assert found[0][1] - single == 4000


def test_of_equal_mentors_the_less_asked_come_first() -> None:
    mentors = [mentor(1, capacity=3, load=2), mentor(2, capacity=3, load=0), mentor(3, capacity=3, load=1)]
    assert [members for members, _value in ranked(mentee(), mentors, singles=False)] == [(2, 3), (2, 1), (3, 1)]


def test_standing_partners_are_found_among_many_better_ones() -> None:
    """Two weak partners are 5 points better than the bounds of their kind say."""
    crowd = [mentor(pk, recent=0) for pk in range(1, 301)]
    partners = [mentor(401, recent=0, partners=(402,)), mentor(402, recent=0)]
    assert ranked(mentee(), [*crowd, *partners], 1)[0][0] == (401, 402)


def test_pinned_mentors_are_in_every_answer() -> None:
    rnd = random.Random(3)
    mentors = random_mentors(rnd, 40)
    scores = scores_of(mentors, english=5)
    pinned = len(scores) - 1
    found = ranking.best(scores, 10, pinned=(pinned,))
    assert len(found) == 10 and all(pinned in one.members for one in found)
    every = [one for one in ranking.best(scores, 10**6) if pinned in one.members]
    assert [one.members for one in found] == [one.members for one in every[:10]]


def test_two_pinned_are_one_answer() -> None:
    scores = scores_of([mentor(1), mentor(2), mentor(3)])
    assert [one.members for one in ranking.best(scores, 10, pinned=(0, 2))] == [(0, 2)]


def test_two_pinned_in_conflict_are_none() -> None:
    scores = scores_of([mentor(1, conflicts=(2,)), mentor(2)])
    assert ranking.best(scores, 10, pinned=(0, 1)) == []
    assert ranking.count(scores, pinned=(0, 1)) == 0


@pytest.mark.parametrize("seed", range(20))
def test_the_number_of_all_answers(seed: int) -> None:
    scores = Scorer(random_mentors(random.Random(seed), 9)).scores(mentee(english=5))
    for how in ({}, {"singles": False}, {"pairs": False}, {"pinned": (0,)}, {"pinned": (0, 1)}):
        if len(scores) > max(how.get("pinned", (0,))):
            assert ranking.count(scores, **how) == len(ranking.best(scores, 10**6, **how))  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [0, 1])
def test_hardly_anybody(number: int) -> None:
    mentors = [mentor(pk) for pk in range(number)]
    assert ranked(mentee(), mentors, singles=False) == []
    assert len(ranked(mentee(), mentors)) == number
