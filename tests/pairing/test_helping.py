"""What would help: each count is found by making the change in thought."""

from typing import Any

from tests.pairing.pretend import FIELD, mentee, mentor
from wagtail_mentoring.pairing.matching import ranking
from wagtail_mentoring.pairing.matching.facts import MenteeFacts, MentorFacts
from wagtail_mentoring.pairing.matching.helping import Found, helps_for
from wagtail_mentoring.pairing.matching.scoring import Scorer


def helps(person: MenteeFacts, *mentors: MentorFacts, minimum: int = 0) -> dict[str, dict[str, Any]]:
    scorer = Scorer(mentors)
    tested = scorer.sieve(person)
    scores = scorer.scores(person)
    singles = person.one_mentor_allowed
    ranked = ranking.best(scores, 10, singles=singles)
    found = helps_for(Found(scorer, person, tested, scores, ranked, minimum, True, singles))
    assert len({entry["code"] for entry in found}) == len(found)
    return {entry["code"]: entry for entry in found}


def test_nobody_in_the_field() -> None:
    assert helps(mentee(), mentor(1, fields=(FIELD + 1,))) == {"nobody_in_field": {"code": "nobody_in_field"}}


def test_nobody_with_room() -> None:
    """Three without room, of whom one is away besides and would not be possible with room either."""
    found = helps(
        mentee(other=("ar",)),
        mentor(1, load=1, held_until="2027-01-09"),
        mentor(2, load=1, held_until="2027-01-04"),
        mentor(3, load=1, away_until="2027-03-01"),
        mentor(4, away_until="2027-02-01"),
    )
    assert found["no_room"] == {"code": "no_room", "count": 2, "held": 2, "until": "2027-01-04"}
    assert found["away"] == {"code": "away", "count": 1, "first": "2027-02-01"}
    assert found["one_more"]["languages"] == ["ar", "english"]
    assert found["one_more"]["possible"] == 0


def test_no_common_language() -> None:
    found = helps(mentee(english=0, other=("so",)), mentor(1), mentor(2), mentor(3, consent=False))
    assert found["one_more"] == {
        "code": "one_more",
        "possible": 0,
        "two_needed": False,
        "languages": ["so"],
        "near": False,
        "language": 2,  # the third has not agreed to be shown besides
    }
    assert "consent" not in found


def test_what_a_handler_can_put_right() -> None:
    found = helps(mentee(), mentor(1, consent=False), mentor(2, consent=False), mentor(3), mentor(4))
    assert found == {"consent": {"code": "consent", "count": 2}}


def test_no_languages_fails_two_tests_and_helps_alone_nothing() -> None:
    """A mentor without languages has no common one either: what is told is that languages are missing."""
    found = helps(mentee(), mentor(1, english=0), mentor(2), mentor(3))
    assert found == {"no_languages": {"code": "no_languages", "count": 1}}


def test_one_possible_where_two_are_asked() -> None:
    found = helps(mentee(one_mentor_allowed=False, formats=("in_person",)), mentor(1))
    assert found["one_more"]["two_needed"] and found["one_more"]["near"] and found["one_more"]["possible"] == 1


def test_the_other_way_to_meet() -> None:
    far = {"municipality": "turku", "region": "s"}
    person = mentee(formats=("in_person",), municipality="espoo", region="u")
    found = helps(person, mentor(1, **far), mentor(2, in_person=False), mentor(3), mentor(4, online=False, **far))
    # 1 and 2 could meet online; 4 lives too far away and does not meet online.
    assert found["format"] == {"code": "format", "wished": "in_person", "count": 2}


def test_below_the_minimum() -> None:
    """10.5 (English B2) + 5 (online) + 5 (format) + 5 (load) + 20 + 20 (no area and no goal was named) is 65.5."""
    found = helps(mentee(), mentor(1), mentor(2), minimum=80)
    assert found["minimum"] == {"code": "minimum", "best": 66, "minimum": 80}
    assert "minimum" not in helps(mentee(), mentor(1), mentor(2), minimum=66)


def test_what_one_more_mentor_would_add() -> None:
    """20 (no area named) + 10 (one goal of two) + 10.5 (English B2) + 5 (online) + 5 (format) + 5 (load) is 55.5.

    One like mentor 2 who helps with networks: 10 for the goal, and 1.5 because each has a topic that the other has not.
    Arabic would bring 2.25 (the mean of 1000 and 700, of 15).
    """
    person = mentee(goals=("cv", "networks"), other=("ar",))
    assert helps(person, mentor(1, topics=("cv",)), mentor(2)) == {
        "gain": {"code": "gain", "what": "goal", "value": "networks", "mentor": 2, "before": 56, "after": 67}
    }


def test_a_gain_is_what_really_comes_of_it() -> None:
    person = mentee(goals=("cv", "networks"))
    mentors = [mentor(1, topics=("cv",)), mentor(2)]
    told = helps(person, *mentors)["gain"]
    like = next(one for one in mentors if one.pk == told["mentor"])
    new = mentor(3, topics=(*like.topics, told["value"]))
    best = ranking.best(Scorer([*mentors, new]).scores(person), 1)[0]
    assert best.points == told["after"]


def test_one_more_stands_beside_whoever_is_pinned() -> None:
    """Without a pin the one who helps least is thought replaced: mentor 2. Pinned, the other one is."""
    person = mentee(goals=("cv", "networks", "studies"))
    mentors = [mentor(1, topics=("cv",)), mentor(2)]
    assert helps(person, *mentors)["gain"]["mentor"] == 2
    scorer = Scorer(mentors)
    scores, tested = scorer.scores(person), scorer.sieve(person)

    def told(*pinned: int) -> list[Any]:
        places = tuple(scores.pks.tolist().index(pk) for pk in pinned)
        ranked = ranking.best(scores, 10, pinned=places)
        return helps_for(Found(scorer, person, tested, scores, ranked, 0, True, True, places))

    assert [entry["mentor"] for entry in told(1)] == [2]
    assert [entry["mentor"] for entry in told(2)] == [1]
    assert told(1, 2) == []


def test_nothing_to_say() -> None:
    assert helps(mentee(), mentor(1), mentor(2)) == {}
