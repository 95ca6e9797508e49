"""What each criterion gives for what: the shares, by hand, and the reasons that it keeps."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from tests.imports import PACKAGE, package_imports
from tests.pairing import oracle
from tests.pairing.pretend import mentee, mentor
from wagtail_mentoring.pairing.matching.builtin import BUILT_IN
from wagtail_mentoring.pairing.matching.facts import (
    MenteeFacts,
    MentorFacts,
    all_from_json,
    from_json,
    to_json,
)
from wagtail_mentoring.pairing.matching.options import why_of
from wagtail_mentoring.pairing.matching.scoring import MOST, Scorer, points, reaches, shares_of

BY_CODE = {criterion.code: criterion for criterion in BUILT_IN}


def share(code: str, person: MenteeFacts, *mentors: MentorFacts) -> int:
    """Return the thousandths of the criterion that one or two mentors earn."""
    scores = Scorer(mentors).scores(person, np.arange(len(mentors)))
    if len(mentors) == 1:
        return int(BY_CODE[code].alone(scores.view)[0])
    return int(BY_CODE[code].pair(scores.view, np.array([0]), np.array([1]))[0])


def reason(code: str, person: MenteeFacts, *mentors: MentorFacts) -> dict[str, Any]:
    why = why_of(Scorer(mentors), person, [one.pk for one in mentors])
    return next(row["reason"] for row in why["criteria"] if row["code"] == code)


AREA = {"specialities": ("health software",)}
ARABIC = {"other": ("ar",)}
SOME = {"goals": ("cv", "networks", "other")}

#: Criterion, facts of the mentee, of the mentors, and what it gives of 1000.
SHARES: list[tuple[str, dict[str, Any], list[dict[str, Any]], int]] = [
    # One word of the mentor's that meets earns 700, two 900, three all; alone four fifths of it.
    ("speciality", {"words": ("health",)}, [AREA], 560),
    ("speciality", {"words": ("health", "software")}, [AREA], 720),
    ("speciality", {"words": ("health", "software", "data")}, [AREA | {"title": "Data engineer"}], 800),
    ("speciality", {"words": ("bridges",)}, [AREA], 0),
    ("speciality", {"words": ("health",)}, [{}], 0),
    ("speciality", {}, [{}], 800),
    # .8 of the nearer one (900) and .2 of the other (0, or 900).
    ("speciality", {"words": ("health", "software")}, [AREA, {}], 720),
    ("speciality", {"words": ("health", "software")}, [AREA, AREA], 900),
    # Of two goals that count ("other" does not) one, then both between them.
    ("goals", SOME, [{"topics": ("cv",)}], 500),
    ("goals", SOME, [{"topics": ("other",)}], 0),
    ("goals", SOME, [{"topics": ("cv",)}, {"topics": ("cv", "studies")}], 500),
    ("goals", SOME, [{"topics": ("cv",)}, {"topics": ("networks",)}], 1000),
    ("goals", {"goals": ("other",)}, [{}], 1000),
    ("goals", {"goals": ("cv", "networks", "studies")}, [{"topics": ("cv",)}], 333),
    # B2 700, C1 800, C2 850 of what both have; another language all.
    ("languages", {"english": 4}, [{"english": 6}], 700),
    ("languages", {"english": 5}, [{"english": 6}], 800),
    ("languages", {"english": 6}, [{"english": 6}], 850),
    ("languages", {"english": 3}, [{"english": 6}], 0),
    ("languages", ARABIC, [ARABIC], 1000),
    ("languages", ARABIC, [ARABIC, {}], 850),  # mean of 1000 and 700; English with both
    # One can speak only Arabic with the mentee, the other only English: half of the mean of 1000 and 700.
    ("languages", ARABIC, [ARABIC | {"english": 0}, {}], 425),
    ("place", {"municipality": "espoo", "region": "u"}, [{"municipality": "espoo", "region": "u"}], 1000),
    ("place", {"municipality": "espoo", "region": "u"}, [{"municipality": "helsinki", "region": "u"}], 700),
    ("place", {"municipality": "espoo", "region": "u"}, [{"municipality": "turku", "region": "s"}], 500),
    ("place", {"municipality": "espoo", "region": "u"}, [{"municipality": "turku", "online": False}], 0),
    ("place", {"municipality": "espoo"}, [{"municipality": "espoo", "in_person": False}], 500),
    ("place", {"municipality": "espoo", "formats": ("online",)}, [{"municipality": "turku"}], 1000),
    ("place", {"municipality": "espoo"}, [{"municipality": "espoo"}, {"municipality": "turku"}], 750),
    ("place", {"municipality": ""}, [{"municipality": ""}], 500),
    ("format", {}, [{}], 1000),
    ("format", {"formats": ("in_person", "online")}, [{"online": False}], 600),
    ("format", {"formats": ("online",)}, [{"in_person": False}], 1000),
    ("format", {"formats": ("in_person", "online")}, [{}, {"online": False}], 800),
    # One common time 700, two 900, three all; all that were named are all.
    ("times", {"times": ("evenings",)}, [{"times": ("evenings",)}], 1000),
    ("times", {"times": ("evenings", "mornings")}, [{"times": ("evenings",)}], 700),
    ("times", {"times": ("evenings", "mornings", "weekends")}, [{"times": ("evenings", "mornings")}], 900),
    ("times", {"times": ("evenings",)}, [{"times": ()}], 0),
    ("times", {}, [{"times": ("evenings",)}], 700),
    ("times", {}, [{"times": ("evenings",)}, {"times": ("mornings",)}], 0),
    (
        "times",
        {"times": ("evenings", "mornings")},
        [{"times": ("evenings", "mornings")}, {"times": ("evenings",)}],
        700,
    ),
    ("experience", {}, [{"experience_years": 5}], 1000),
    ("experience", {}, [{"experience_years": 4}], 800),
    ("experience", {"experience_years": 10}, [{"experience_years": 5}], 500),
    ("experience", {}, [{"experience_years": None}], 0),
    ("experience", {}, [{"experience_years": 30}, {"experience_years": 2}], 700),
    ("load", {}, [{"recent": 0}], 1000),
    ("load", {}, [{"recent": 1}], 500),
    ("load", {}, [{"recent": 2}], 0),
    ("load", {}, [{"recent": 7}, {"recent": 0}], 500),
    ("complementary", {}, [{}], 0),
    ("complementary", {}, [AREA, {"specialities": ("games",)}], 400),
    ("complementary", {}, [AREA, {"specialities": ("public health",)}], 0),
    ("complementary", {}, [AREA, {}], 0),
    ("complementary", {}, [{"topics": ("cv",)}, {"topics": ("networks",)}], 300),
    ("complementary", {}, [{"topics": ("cv",)}, {"topics": ("cv", "networks")}], 0),
    ("complementary", {}, [{"experience_years": 10}, {"experience_years": 9}], 300),
    ("complementary", {}, [{"experience_years": 10}, {"experience_years": None}], 0),
    ("partner", {}, [{}], 0),
    ("partner", {}, [{}, {}], 0),
    ("partner", {}, [{"partners": (2,)}, {}], 1000),
    ("partner", {}, [{}, {"partners": (1,)}], 1000),
    ("partner", {}, [{"together": ((2, 2025),)}, {}], 800),
    ("partner", {}, [{"together": ((2, 2025),), "partners": (2,)}, {}], 1000),
    ("partner", {}, [{"partners": (9,)}, {"together": ((9, 2025),)}], 0),
]


@pytest.mark.parametrize(("code", "person", "mentors", "expected"), SHARES)
def test_shares(code: str, person: dict[str, Any], mentors: list[dict[str, Any]], expected: int) -> None:
    people = [mentor(number, **facts) for number, facts in enumerate(mentors, start=1)]
    assert share(code, mentee(**person), *people) == expected


def test_every_criterion_is_tried() -> None:
    assert {code for code, *_ in SHARES} == set(BY_CODE) == set(oracle.WEIGHTS)


def test_the_default_points_add_up_to_100() -> None:
    assert {criterion.code: criterion.weight for criterion in BUILT_IN} == oracle.WEIGHTS
    assert sum(oracle.WEIGHTS.values()) == 100


# What nobody may be judged by

FORBIDDEN = (
    "origin nation country citizen race ethnic age born birth gender sex male female religion belief faith family "
    "marital asylum permit refugee basis skin disab health_ access political wish name email"
).split()


@pytest.mark.parametrize("kind", [MenteeFacts, MentorFacts])
def test_no_fact_says_what_nobody_may_be_judged_by(kind: type) -> None:
    """No criterion can use what the facts do not hold."""
    names = [field.name for field in dataclasses.fields(kind)]
    assert len(names) > 20
    parts = [part for name in names for part in name.split("_")]
    assert [part for part in parts for word in FORBIDDEN if part.startswith(word.rstrip("_"))] == []


def test_the_matching_knows_no_django_and_no_other_room() -> None:
    """So that a plan can be worked out again from stored facts, and millions of pairs tried without a database."""
    inside = f"{PACKAGE}.pairing.matching"
    found = [one for one in package_imports() if one.source.startswith(inside)]
    assert len(found) > 40, "the modules were not read"
    rooms = [str(one) for one in found if one.target.startswith(PACKAGE) and not one.target.startswith(inside)]
    strangers = [str(one) for one in found if one.target.split(".")[0] in ("django", "wagtail", "viewflow")]
    assert rooms == strangers == []


# Facts as JSON


def test_facts_come_back_from_json() -> None:
    person = mentee(other=("ar",), words=("health",), earlier=(3, 4), hidden=True, experience_years=0)
    one = mentor(5, together=((6, 2025), (7, 2024)), partners=(6,), specialities=("a", "b"), capacity=3)
    assert from_json(MenteeFacts, to_json(person)) == person
    assert all_from_json(MentorFacts, [to_json(one)]) == [one]


def test_facts_in_json_hold_no_tuple_and_no_default() -> None:
    assert to_json(mentor(5, together=((6, 2025),))) == {
        "pk": 5,
        "fields": [7],
        "english": 4,
        "together": [[6, 2025]],
    }


def test_a_name_that_is_not_known_any_more_is_left_out() -> None:
    assert from_json(MentorFacts, {"pk": 5, "fields": [7], "shoe_size": 44}) == MentorFacts(5, (7,))


# Weights


def test_weights_make_100_points_in_all() -> None:
    assert shares_of({}) == {code: number * 1000 for code, number in oracle.WEIGHTS.items()}
    thirds = shares_of(dict.fromkeys(oracle.WEIGHTS, 0) | {"goals": 1, "place": 1, "load": 1})
    # 33,333⅓ each; the thousandth that is left goes to the first by name of those that lost as much.
    assert {code: most for code, most in thirds.items() if most} == {"goals": 33334, "load": 33333, "place": 33333}
    assert sum(thirds.values()) == MOST


@pytest.mark.parametrize("weight", [-1, "20", None, True, float("nan"), 10**9, [1]])
def test_a_weight_that_is_none_counts_as_the_default(weight: Any) -> None:
    assert shares_of({"goals": weight}) == shares_of({})


def test_all_zero_counts_as_the_defaults() -> None:
    assert shares_of(dict.fromkeys(oracle.WEIGHTS, 0)) == shares_of({})


def test_a_weight_of_nothing_earns_nothing_and_is_not_explained() -> None:
    people = [mentor(1), mentor(2)]
    why = why_of(Scorer(people, {"goals": 0}), mentee(goals=("cv",)), [1, 2])
    assert "goals" not in [row["code"] for row in why["criteria"]]
    assert sum(row["most"] for row in why["criteria"]) == MOST


@pytest.mark.parametrize(("value", "shown"), [(0, 0), (499, 0), (500, 1), (79_499, 79), (79_500, 80), (100_000, 100)])
def test_points_that_are_shown(value: int, shown: int) -> None:
    assert points(value) == shown
    assert bool(reaches(np.array([value]), shown)[0])
    assert not bool(reaches(np.array([value]), shown + 1)[0])


def test_the_parts_are_the_whole() -> None:
    person = mentee(goals=("cv", "studies", "networks"), words=("health",), other=("ar",), times=("evenings",))
    people = [
        mentor(1, topics=("cv",), specialities=("health software",), times=("evenings",), experience_years=7),
        mentor(2, topics=("networks",), other=("ar",), times=("evenings", "weekends"), recent=1),
    ]
    why = why_of(Scorer(people), person, [1, 2])
    # Each part may have lost less than a thousandth by rounding down.
    assert 0 <= why["value"] - sum(row["value"] for row in why["criteria"]) < len(BUILT_IN)
    assert why["value"] == oracle.value(person, people)
    # 20·.56 + 20·⅔ + 15·.85 + 10·.5 + 5 + 10 + 5·.5 + 5·.75 + 5·(topics: 300) + 0 = 65.03
    assert why["points"] == 65


# Reasons


def test_which_words_met() -> None:
    person = mentee(words=("nursing", "health", "data"))
    one = mentor(1, title="Data engineer", specialities=("public sector", "Health data systems"))
    assert reason("speciality", person, one) == {
        "met": [
            {"mentor": 1, "kind": "area", "phrase": "Health data systems", "words": ["health", "data"], "first": False}
        ],
        "named": [1],
    }
    assert reason("speciality", mentee(words=("data",)), mentor(1, title="Data engineer"))["met"] == [
        {"mentor": 1, "kind": "title", "phrase": "Data engineer", "words": ["data"], "first": True}
    ]


def test_whose_topic_a_goal_is() -> None:
    person = mentee(goals=("studies", "cv", "other"))
    found = reason("goals", person, mentor(1, topics=("cv",)), mentor(2, topics=("cv",)))
    assert found == {"covered": [{"goal": "cv", "mentors": [1, 2]}], "missing": ["studies"]}


@pytest.mark.parametrize(("first", "second"), [(2024, 2025), (2025, 2024)])
def test_the_year_of_the_last_pair(first: int, second: int) -> None:
    people = mentor(1, together=((2, first),)), mentor(2, together=((1, second),))
    assert reason("partner", mentee(), *people) == {"standing": False, "year": 2025}


def test_a_hidden_municipality_gives_points_and_is_marked() -> None:
    open_, hidden = (mentee(municipality="espoo", region="u", hidden=hidden) for hidden in (False, True))
    near = mentor(1, municipality="espoo", region="u")
    assert share("place", open_, near) == share("place", hidden, near) == 1000
    assert reason("place", open_, near)["private"] is False
    assert reason("place", hidden, near)["private"] is True


def test_what_is_lacking() -> None:
    person = mentee(goals=("cv", "studies"), words=("health",), other=("ar", "so"), times=("evenings",))
    people = [mentor(1, topics=("cv",), other=("fr",)), mentor(2)]
    assert why_of(Scorer(people), person, [1, 2])["lacks"] == [
        {"code": "speciality"},
        {"code": "goals", "goals": ["studies"], "of": 2},
        {"code": "own_language", "languages": ["ar", "so"]},
        {"code": "times", "unknown": [1, 2]},
    ]
    assert why_of(Scorer(people), mentee(), [1])["lacks"][0] == {"code": "second", "rule": True}


def test_what_stands_against_somebody_chosen_by_hand() -> None:
    people = [mentor(1, away_until="2026-12-01", consent=False, conflicts=(2,)), mentor(2, fields=(8,))]
    assert why_of(Scorer(people), mentee(), [1, 2])["overrides"] == [
        {"mentor": 1, "codes": ["consent", "away", "partner_conflict"]},
        {"mentor": 2, "codes": ["field", "partner_conflict"]},
    ]


def test_the_last_place() -> None:
    people = [mentor(1, capacity=3, load=2), mentor(2, capacity=2)]
    assert why_of(Scorer(people), mentee(), [1, 2])["notes"] == [{"code": "last_place", "mentor": 1, "capacity": 3}]


def test_somebody_who_is_not_there() -> None:
    with pytest.raises(KeyError, match="9"):
        why_of(Scorer([mentor(1)]), mentee(), [1, 9])
