"""A site's own criteria: counted, weighed, explained, and the best ten still exact."""

import random
from typing import Any

import pytest

from tests.pairing.own_criteria import Oriented, SameInitial
from tests.pairing.pretend import mentee, mentor, random_mentors
from wagtail_mentoring.pairing import words
from wagtail_mentoring.pairing.criteria_checks import check_criteria
from wagtail_mentoring.pairing.gather import criteria_in_use
from wagtail_mentoring.pairing.matching import ranking
from wagtail_mentoring.pairing.matching.builtin import BUILT_IN
from wagtail_mentoring.pairing.matching.options import why_of
from wagtail_mentoring.pairing.matching.scoring import Scorer
from wagtail_mentoring.programme import weights

HERE = "tests.pairing.own_criteria"


@pytest.fixture
def own(settings: Any) -> Any:
    def use(*names: str) -> None:
        settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"CRITERIA": [f"{HERE}.{name}" for name in names]}

    return use


def test_none_unless_set() -> None:
    assert criteria_in_use() == BUILT_IN


def test_an_own_criterion_counts_beside_the_others(own: Any) -> None:
    own("Oriented")
    people = [mentor(1), mentor(2)]
    criteria = criteria_in_use()
    criteria[-1].prepare([mentee()], people)  # type: ignore[attr-defined]
    scorer = Scorer(people, criteria=criteria)
    # 25 beside the 100 of the others: a fifth of all points, of which one of two mentors earns half.
    assert scorer.most["oriented"] == 20_000
    assert sum(scorer.most.values()) == 100_000
    why = why_of(scorer, mentee(), [1, 2])
    assert why["criteria"][-1] == {"code": "oriented", "value": 10_000, "most": 20_000, "reason": {"who": [2]}}


def test_it_can_be_weighed(own: Any) -> None:
    own("Oriented")
    assert [(one.name, one.label, one.default) for one in weights.criteria()][-1] == ("oriented", "Oriented", 25)
    assert Scorer([], {"oriented": 0}, criteria_in_use()).most["oriented"] == 0


def test_it_is_put_in_words(own: Any) -> None:
    own("Oriented")
    people = [mentor(1), mentor(2)]
    criteria = criteria_in_use()
    criteria[-1].prepare([mentee()], people)  # type: ignore[attr-defined]
    why = why_of(Scorer(people, criteria=criteria), mentee(), [1, 2])
    row = words.explain(why, {0: "Amina", 1: "Maria", 2: "Jukka"}).criteria[-1]
    assert (row.label, row.sentence, row.points, row.most) == ("Oriented", "Oriented: Jukka", 10, 20)


def test_a_stored_reason_of_a_criterion_that_is_gone(own: Any, settings: Any) -> None:
    own("Oriented")
    people = [mentor(1), mentor(2)]
    why = why_of(Scorer(people, criteria=criteria_in_use()), mentee(), [1, 2])
    settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"CRITERIA": []}
    row = words.explain(why, {0: "Amina", 1: "Maria", 2: "Jukka"}).criteria[-1]
    assert (row.label, row.sentence, row.points) == ("oriented", "", 0)


@pytest.mark.parametrize("seed", range(5))
def test_the_best_ten_are_exact_with_a_criterion_that_knows_no_bound(seed: int) -> None:
    mentors = random_mentors(random.Random(seed), 60)
    criteria = (*BUILT_IN, Oriented(), SameInitial())
    criteria[-2].prepare([mentee()], mentors)  # type: ignore[attr-defined]
    scores = Scorer(mentors, criteria=criteria).scores(mentee(english=5))
    every = ranking.best_pairs(scores, 10**6)
    assert len(every) == ranking.count(scores, singles=False)
    assert [one.value for one in every] == sorted((one.value for one in every), reverse=True)
    assert ranking.best_pairs(scores, 10) == every[:10]


@pytest.mark.parametrize(
    ("name", "number", "said"),
    [
        ("Missing", "E041", "cannot be used"),
        ("no_criterion", "E042", "it lacks alone"),
        ("NoWeight", "E042", "a weight of 0 or more"),
        ("TakenCode", "E043", "goals"),
    ],
)
def test_a_wrong_one_is_told_by_a_system_check(own: Any, name: str, number: str, said: str) -> None:
    own(name)
    (message,) = check_criteria()
    assert message.id == f"wagtail_mentoring.{number}"
    assert said in message.msg


def test_right_ones_are_right(own: Any) -> None:
    own("Oriented", "SameInitial")
    assert check_criteria() == []
    own("Oriented", "Oriented")
    assert [message.id for message in check_criteria()] == ["wagtail_mentoring.E043"]
