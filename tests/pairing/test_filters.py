"""Who cannot be the mentor, by which test: each alone, in their order, and counted two ways."""

import random
from typing import Any

import numpy as np
import pytest

from tests.pairing import oracle
from tests.pairing.pretend import FIELD, mentee, mentor, random_mentee, random_mentors
from wagtail_mentoring.pairing.matching.facts import MenteeFacts, MentorFacts
from wagtail_mentoring.pairing.matching.filters import FILTERS, Only, Sieve, sieve
from wagtail_mentoring.pairing.matching.table import MentorTable


def look(person: MenteeFacts, *mentors: MentorFacts, only: Only | None = None) -> Sieve:
    return sieve(MentorTable(mentors), person, only=only)


def failed(person: MenteeFacts, one: MentorFacts, only: Only | None = None) -> list[str]:
    found = look(person, one, only=only)
    return [code for code, failing in zip(found.codes, found.failing[:, 0], strict=True) if failing]


def test_the_order_is_the_agreed_one() -> None:
    assert [code for code, _test in FILTERS] == list(oracle.ORDER)


IN_PERSON = {"formats": ("in_person",)}
ESPOO = {"municipality": "espoo", "region": "uusimaa"}

#: The mentee's facts, the mentor's facts, the tests that fail. English at B2 with both unless said.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "everything fits": ({}, {}, []),
    "no languages at all": ({}, {"english": 0}, ["no_languages", "language"]),
    "no consent": ({}, {"consent": False}, ["consent"]),
    "the only place taken": ({}, {"capacity": 1, "load": 1}, ["no_room"]),
    "one of two places taken": ({}, {"capacity": 2, "load": 1}, []),
    "more mentees than agreed": ({}, {"capacity": 1, "load": 3}, ["no_room"]),
    "the place is held for this very case": ({"holds": (1,)}, {"capacity": 1, "load": 1}, []),
    "a place is held for this case and another taken": ({"holds": (1,)}, {"capacity": 1, "load": 2}, ["no_room"]),
    "away": ({}, {"away_until": "2026-12-01"}, ["away"]),
    "mentee at B1": ({"english": 3}, {}, ["language"]),
    "mentor at B1": ({}, {"english": 3}, ["language"]),
    "both at B2": ({"english": 4}, {"english": 4}, []),
    "Finnish in common": ({"english": 0, "finnish": 4}, {"english": 0, "finnish": 6}, []),
    "Swedish in common": ({"english": 0, "swedish": 5}, {"english": 0, "swedish": 4}, []),
    "different languages": ({"english": 0, "finnish": 6}, {"english": 6}, ["language"]),
    "Arabic in common": ({"english": 0, "other": ("ar",)}, {"english": 0, "other": ("ar", "fr")}, []),
    "another other language": ({"english": 0, "other": ("so",)}, {"other": ("ar",)}, ["language"]),
    "only online, mentor not": ({"formats": ("online",)}, {"online": False}, ["format"]),
    "only face to face, mentor not": (IN_PERSON, {"in_person": False}, ["format"]),
    "no wish, mentor neither": ({}, {"online": False, "in_person": False}, ["format"]),
    "one of two ways": ({"formats": ("in_person", "online")}, {"online": False}, []),
    "face to face in another region": (ESPOO | IN_PERSON, {"municipality": "turku", "region": "sw"}, ["distance"]),
    "face to face in the same region": (ESPOO | IN_PERSON, {"municipality": "helsinki", "region": "uusimaa"}, []),
    "another region, online too": (ESPOO, {"municipality": "turku", "region": "sw"}, []),
    "another region, mentor never online": (ESPOO, {"region": "sw", "online": False}, ["distance"]),
    "mentor's region not known": (ESPOO | IN_PERSON, {"municipality": "somewhere"}, []),
    "mentee's region not known": (IN_PERSON, {"municipality": "turku", "region": "sw"}, []),
    "was the mentor before": ({"earlier": (1, 5)}, {}, ["earlier"]),
    "said no": ({"declined": (1,)}, {}, ["declined"]),
    "conflict": ({"conflicts": (1,)}, {}, ["conflict"]),
    "somebody else was, said and has": ({"earlier": (2,), "declined": (3,), "conflicts": (4,)}, {}, []),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_each(name: str) -> None:
    person, facts, expected = CASES[name]
    assert failed(mentee(**person), mentor(1, **facts)) == expected
    assert oracle.fails(mentee(**person), mentor(1, **facts)) == expected


@pytest.mark.parametrize("seed", range(100))
def test_against_the_other_reckoning(seed: int) -> None:
    rnd = random.Random(seed)
    person, mentors = random_mentee(rnd, 12), random_mentors(rnd, 12)
    here = [one for one in mentors if person.field in one.fields]
    expected = {one.pk: oracle.fails(person, one) for one in here}
    found = look(person, *mentors)
    pks = [found.view.mentor(place).pk for place in range(len(found.view))]
    assert {pk: list(found.failed_by(int(row))) for pk, row in zip(pks, found.view.rows, strict=True)} == expected
    assert {int(found.view.table.pk[row]) for row in found.possible} == {pk for pk in expected if not expected[pk]}
    for code, first, each in found.counts():
        assert first == sum(codes[:1] == [code] for codes in expected.values())
        assert each == sum(code in codes for codes in expected.values())
        assert {pks[place] for place in found.only(code)} == {pk for pk in expected if expected[pk] == [code]}
    assert sum(first for _code, first, _each in found.counts()) == sum(bool(codes) for codes in expected.values())


def test_a_mentor_who_fails_two_is_counted_once_first_and_twice_at_all() -> None:
    found = look(mentee(), mentor(1, consent=False, away_until="2026-12-01"), mentor(2, away_until="2026-12-01"))
    counts = {code: (first, each) for code, first, each in found.counts() if each}
    assert counts == {"consent": (1, 1), "away": (1, 2)}
    assert len(found.only("consent")) == 0 and len(found.only("away")) == 1


def test_other_fields_are_not_looked_at() -> None:
    found = look(mentee(), mentor(1, fields=(FIELD + 1,)), mentor(2, fields=(FIELD + 1, FIELD)))
    assert [found.view.mentor(place).pk for place in range(len(found.view))] == [2]


def test_nobody_at_all() -> None:
    found = look(mentee())
    assert len(found.possible) == 0 and {(first, each) for _code, first, each in found.counts()} == {(0, 0)}


def test_a_mentor_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        MentorTable([mentor(1), mentor(1)])


# By hand


@pytest.mark.parametrize(
    ("only", "facts", "expected"),
    [
        (Only(speaks="ar"), {"other": ("ar",)}, []),
        (Only(speaks="ar"), {"other": ("so",)}, ["hand_language"]),
        (Only(speaks="tlh"), {}, ["hand_language"]),
        (Only(speaks="english"), {}, []),
        (Only(speaks="finnish"), {"finnish": 3}, ["hand_language"]),
        (Only(speaks="finnish"), {"finnish": 4}, []),
        (Only(way="in_person"), {"in_person": False}, ["hand_way"]),
        (Only(way="in_person"), {"online": False}, []),
        (Only(way="in_person"), {"municipality": "oulu", "region": "po"}, ["hand_way"]),
        (Only(way="in_person"), {"municipality": "helsinki", "region": "u"}, []),
        (Only(way="online"), {"online": False}, ["hand_way"]),
        (Only(among=(1,)), {}, []),
        (Only(among=(2,)), {}, ["hand_among"]),
        (Only(among=()), {}, ["hand_among"]),
        (Only(speaks="ar", way="online", among=(2,)), {"online": False}, ["hand_language", "hand_way", "hand_among"]),
    ],
)
def test_by_hand(only: Only, facts: dict[str, Any], expected: list[str]) -> None:
    assert failed(mentee(municipality="espoo", region="u"), mentor(1, **facts), only) == expected


def test_by_hand_both_must_want_the_way_to_meet() -> None:
    assert failed(mentee(formats=("online",)), mentor(1), Only(way="in_person")) == ["hand_way"]
    assert failed(mentee(formats=("in_person",)), mentor(1), Only(way="online")) == ["hand_way"]


def test_who_is_asked_for_this_case_is_not_possible() -> None:
    assert failed(mentee(asked=(1,), holds=(1,)), mentor(1)) == ["asked"]


def test_nothing_by_hand_adds_no_test() -> None:
    assert look(mentee(), mentor(1), only=Only()).codes == tuple(oracle.ORDER)


def test_possible_rows_ascend() -> None:
    found = look(mentee(), *(mentor(pk, recent=pk % 3) for pk in range(30)))
    assert (np.diff(found.possible) > 0).all()
