"""Suggestions in words: plain sentences with the names, whole points that add up, and what is kept from others."""

import itertools
import random
from typing import Any

import pytest
from django.utils import translation

from tests.pairing.pretend import mentee, mentor, random_mentee, random_mentors
from wagtail_mentoring.pairing import sentences, words
from wagtail_mentoring.pairing.matching.builtin import BUILT_IN
from wagtail_mentoring.pairing.matching.facts import MenteeFacts, MentorFacts
from wagtail_mentoring.pairing.matching.filters import BY_HAND, FILTERS
from wagtail_mentoring.pairing.matching.options import why_of
from wagtail_mentoring.pairing.matching.scoring import Scorer
from wagtail_mentoring.people.choices import TOPICS, SuitableTime

NAMES = {0: "Amina", 1: "Maria", 2: "Jukka"}


def told(code: str, person: MenteeFacts, *mentors: MentorFacts) -> str:
    why = why_of(Scorer(mentors), person, [one.pk for one in mentors])
    return next(row.sentence for row in words.explain(why, NAMES).criteria if row.code == code)


def explained(person: MenteeFacts, *mentors: MentorFacts, **how: Any) -> words.Explained:
    return words.explain(why_of(Scorer(mentors), person, [one.pk for one in mentors]), NAMES, **how)


HEALTH = {"specialities": ("Health software",)}
ESPOO = {"municipality": "espoo", "region": "u"}
FAR = {"municipality": "oulu", "region": "po"}
#: Criterion, the mentee, the mentors, the sentence.
SENTENCES: list[tuple[str, dict[str, Any], list[dict[str, Any]], str]] = [
    (
        "speciality",
        {"words": ("health", "bridges")},
        [HEALTH, {}],
        "Maria works in health software, which Amina named first; Jukka does not",
    ),
    ("speciality", {"words": ("health",)}, [HEALTH], "Maria works in health software, which Amina named first"),
    (
        "speciality",
        {"words": ("health",)},
        [HEALTH, HEALTH],
        "Maria and Jukka work in health software, which Amina named first",
    ),
    (
        "speciality",
        {"words": ("data", "health")},
        [HEALTH, {"specialities": ("data",)}],
        "Maria works in health software; Jukka works in data, as Amina wrote: health, data",
    ),
    (
        "speciality",
        {"words": ("games", "data")},
        [{"title": "Data engineer"}],
        "Maria: data engineer, as Amina wrote: data",
    ),
    (
        "speciality",
        {"words": ("games", "engineering", "engineer", "industrial")},
        [{"title": "Industrial engineer"}],
        "Maria: industrial engineer, as Amina wrote: engineering, industrial",
    ),
    ("speciality", {"words": ("games",)}, [HEALTH, {}], "No area that Amina named"),
    ("speciality", {"words": ("games",)}, [{}, {}], "No area of the profession stands in their profiles"),
    ("speciality", {}, [{}], "Amina has named no area of the profession, so everybody fits alike"),
    (
        "goals",
        {"goals": ("labour_market", "cv", "networks")},
        [{"topics": ("cv",)}, {"topics": ("labour_market", "networks")}],
        "Between them they cover all 3 goals: hiring in Finland, CV and applications and people in the field",
    ),
    ("goals", {"goals": ("cv",)}, [{"topics": ("cv",)}, {}], "Maria covers the goal: CV and applications"),
    (
        "goals",
        {"goals": ("cv", "studies")},
        [{}, {"topics": ("cv",)}],
        "1 of 2 goals: CV and applications. Not covered: studies that help on",
    ),
    ("goals", {"goals": ("cv",)}, [{}, {}], "No goal is a topic here: CV and applications"),
    ("goals", {"goals": ("other",)}, [{}], "Amina has named no goal, so everybody fits alike"),
    ("languages", {}, [{}, {}], "English (B2) with both"),
    ("languages", {"other": ("ar",)}, [{"other": ("ar",)}, {}], "English (B2) with both; also Arabic with Maria"),
    (
        "languages",
        {"other": ("ar",)},
        [{"other": ("ar",), "english": 0}, {}],
        "No language that all three share: Arabic with Maria; English (B2) with Jukka",
    ),
    ("languages", {"english": 5}, [{"english": 6}], "English (C1) with Maria"),
    (
        "place",
        ESPOO,
        [ESPOO, {"municipality": "helsinki", "region": "u"}],
        "Same municipality (Maria), same region (Jukka)",
    ),
    ("place", ESPOO, [ESPOO, ESPOO], "Same municipality with both"),
    ("place", {}, [{}], "Online"),
    ("format", {}, [{}, {}], "Face to face and online"),
    ("format", {}, [{"online": False}, {}], "Face to face, online (Jukka)"),
    ("format", {}, [{"online": False}], "Face to face"),
    (
        "format",
        ESPOO,
        [FAR, {"in_person": False}],
        "Online; Amina and Maria would meet face to face too, but live far apart",
    ),
    ("times", {"times": ("evenings",)}, [{"times": ("evenings",)}] * 2, "Weekdays after 17 suit all three"),
    (
        "times",
        {"times": ("evenings", "weekends")},
        [{"times": ("weekends", "evenings")}],
        "Weekdays after 17 and weekends suit both",
    ),
    ("times", {"times": ("evenings",)}, [{"times": ("evenings",)}, {}], "Jukka has not said which times suit"),
    ("times", {"times": ("evenings",)}, [{}, {}], "Maria and Jukka have not said which times suit"),
    ("times", {"times": ("evenings",)}, [{"times": ("mornings",)}], "No time suits both"),
    ("experience", {}, [{"experience_years": 1}, {}], "Maria: 1 year, Jukka: not known"),
    ("load", {}, [{}, {}], "Neither has begun with a mentee in the last 12 months"),
    (
        "load",
        {},
        [{"recent": 1}, {"recent": 2}],
        "Maria has begun with 1 mentee and Jukka has begun with 2 mentees in the last 12 months",
    ),
    ("complementary", {}, [HEALTH, {"specialities": ("games",)}], "Different specialities"),
    ("complementary", {}, [{}, {}], "They bring much the same"),
    ("complementary", {}, [{}], "Only one mentor"),
    ("partner", {}, [{"partners": (2,)}, {}], "They are a standing pair"),
    ("partner", {}, [{"together": ((2, 2025),)}, {}], "They have mentored together before, last in 2025"),
    ("partner", {}, [{}, {}], "New to each other"),
]


@pytest.mark.parametrize(("code", "person", "mentors", "sentence"), SENTENCES)
def test_sentences(code: str, person: dict[str, Any], mentors: list[dict[str, Any]], sentence: str) -> None:
    assert told(code, mentee(**person), *(mentor(pk, **facts) for pk, facts in enumerate(mentors, 1))) == sentence


def test_a_time_that_is_not_known_is_not_lacking() -> None:
    person, roomy = mentee(times=("evenings",)), {"capacity": 3}
    one = explained(person, mentor(1, times=("evenings",), **roomy), mentor(2, **roomy))
    assert (one.lacks, one.notes) == ((), ("Not known: when Jukka has time.",))
    both = explained(person, mentor(1, **roomy), mentor(2, **roomy))
    assert both.notes == ("Not known: when Maria and Jukka have time.",)
    # Whatever Jukka says, Maria cannot in the evening.
    apart = explained(person, mentor(1, times=("mornings",), **roomy), mentor(2, **roomy))
    assert (apart.lacks, apart.notes) == (("a time that suits all three",), ())


def test_every_code_has_words() -> None:
    codes = {criterion.code for criterion in BUILT_IN}
    assert codes == set(words.LABELS) == set(sentences.SENTENCES) == {code for code, *_ in SENTENCES}
    assert {code for code, _test in FILTERS} | set(BY_HAND) <= set(words.RULED_OUT)
    assert {value for value, _label in TOPICS} == set(sentences.GOALS)
    assert set(SuitableTime.values) == set(sentences.TIMES)


@pytest.mark.parametrize("seed", range(150))
def test_whatever_happens_there_are_words_and_points_add_up(seed: int) -> None:
    rnd = random.Random(seed)
    person, mentors = random_mentee(rnd, 5), random_mentors(rnd, 5)
    scorer = Scorer(mentors, {code: rnd.randint(0, 30) for code in words.LABELS})
    for members in [(1,), *itertools.combinations(range(1, 6), 2)]:
        why = why_of(scorer, person, members)
        found = words.explain(why, NAMES | {3: "Pekka", 4: "Tuula", 5: "Henrik"})
        assert sum(row.points for row in found.criteria) == why["points"]
        assert sum(row.most for row in found.criteria) == 100
        for row in found.criteria:
            assert 0 <= row.points <= row.most and row.sentence and row.label
            assert "None" not in row.sentence and "%(" not in row.sentence and "  " not in row.sentence
        assert all(found.lacks) and all(found.notes)


def test_what_is_lacking() -> None:
    person = mentee(goals=("cv", "studies"), words=("health",), other=("ar", "so"), times=("evenings",))
    assert explained(person, mentor(1, topics=("cv",), times=("mornings",)), mentor(2)).lacks == (
        "anybody from an area that Amina named",
        "help with studies that help on, 1 of 2 goals",
        "a mentor who speaks Arabic or Somali",
        "a time that suits all three",
    )
    assert explained(mentee(), mentor(1, times=("evenings",))).lacks == ("a second mentor; a reason is asked",)
    assert explained(mentee(one_mentor_allowed=False), mentor(1)).lacks[0] == (
        "a second mentor; your union asks for two"
    )


def test_notes() -> None:
    found = explained(mentee(hidden=True), mentor(1, capacity=2, load=1), mentor(2, away_until="2027-01-01"))
    assert found.notes == (
        "Not known: when Maria and Jukka have time.",
        "The last place of Maria would be used.",
        "The only place of Jukka would be used.",
        "Against Jukka stands: away or paused.",
        "Amina asks you to tell nobody the municipality.",
    )


def test_what_the_mentee_keeps_to_the_handler_is_told_to_nobody_else() -> None:
    person = mentee(hidden=True, municipality="espoo", region="u")
    both = mentor(1, municipality="espoo", region="u"), mentor(2)
    to_handler, to_others = explained(person, *both), explained(person, *both, to_others=True)
    assert "place" in [row.code for row in to_handler.criteria]
    assert "place" not in [row.code for row in to_others.criteria]
    assert "municipality" not in " ".join([*(row.sentence for row in to_others.criteria), *to_others.notes])
    assert "place" in [row.code for row in explained(mentee(), *both, to_others=True).criteria]


def test_a_stored_reason_of_a_later_version_is_not_guessed_at() -> None:
    why = why_of(Scorer([mentor(1)]), mentee(), [1]) | {"version": 99}
    assert words.explain(why, NAMES) == words.explain({}, NAMES) == words.Explained((), (), ())


def test_somebody_whose_name_is_gone() -> None:
    why = why_of(Scorer([mentor(1), mentor(2)]), mentee(), [1, 2])
    row = next(row for row in words.explain(why, {}).criteria if row.code == "experience")
    assert row.sentence == "the other mentor: not known, the other mentor: not known"


def test_who_was_ruled_out() -> None:
    rows = words.ruled_out_rows([["no_room", 7, 9], ["away", 0, 4], ["language", 1, 3], ["format", 0, 0]])
    assert [(row.label, row.first, row.any) for row in rows] == [
        ("No room now", 7, 9),
        ("Away or paused", 0, 4),
        ("No common language at work level", 1, 3),
    ]
    assert [row.clause for row in rows if row.first] == ["7 have no room", "1 shares no language with the mentee"]


def test_what_would_help() -> None:
    entries = [
        {
            "code": "one_more",
            "possible": 0,
            "two_needed": False,
            "languages": ["ar", "english"],
            "near": False,
            "language": 3,
        },
        {"code": "no_room", "count": 7, "held": 1, "until": "2027-01-04"},
        {"code": "away", "count": 2, "first": "2027-03-01"},
        {"code": "consent", "count": 1},
        {"code": "no_languages", "count": 2},
        {"code": "format", "wished": "in_person", "count": 4},
        {"code": "gain", "what": "language", "value": "ar", "mentor": 2, "before": 80, "after": 86},
        {"code": "gain", "what": "goal", "value": "cv", "mentor": 1, "before": 80, "after": 90},
        {"code": "gain", "what": "times", "value": "", "mentor": 1, "before": 80, "after": 90},
        {"code": "minimum", "best": 48, "minimum": 50},
        {"code": "nobody_in_field"},
        {"code": "of another day"},
    ]
    assert words.helps(entries, NAMES) == [
        "One more mentor of this profession who speaks Arabic or English. "
        "3 mentors lack nothing but a common language.",
        "7 mentors who would fit have no room now. 1 of them is being asked for somebody else, until Monday 4 January "
        "2027.",
        "2 mentors who would fit are away or paused, the first until Monday 1 March 2027.",
        "1 mentor who would fit has not agreed to be shown to a mentee. Ask.",
        "2 mentors have no languages in their profiles. Add them.",
        "If Amina could meet online too, 4 more mentors would be possible.",
        "One more mentor like Jukka who also speaks Arabic: 86 points in place of 80.",
        "One more mentor like Maria who also helps with CV and applications: 90 points in place of 80.",
        "One more mentor like Maria with time when it suits Amina: 90 points in place of 80.",
        "The best has 48 points; your union asks for at least 50.",
        "This profession has no mentor yet. One approved mentor would be a beginning.",
    ]


def test_languages_in_the_language_of_the_screen() -> None:
    names = []
    for language in ("en", "fi", "sv"):
        with translation.override(language):
            names.append(words.language_name("ar"))
    assert names == ["Arabic", "arabia", "arabiska"]


def test_of_one_mentor_the_language_is_one_that_both_share() -> None:
    lacks = explained(mentee(other=("ar",)), mentor(1, english=0, other=())).lacks
    assert "a language that both share" in lacks and "a language that all three share" not in lacks


def test_who_lives_far_away_is_not_told_to_others_of_a_hidden_place() -> None:
    them = mentor(1, **FAR), mentor(2, **FAR)
    shown = explained(mentee(hidden=True, **ESPOO), *them).criteria
    assert "format" in {row.code for row in shown}
    others = explained(mentee(hidden=True, **ESPOO), *them, to_others=True).criteria
    assert "format" not in {row.code for row in others}


def test_how_a_mentor_declined() -> None:
    notes = explained(mentee(declined=(1, 2), unanswered=(2,)), mentor(1), mentor(2)).notes
    assert list(notes)[-2:] == [
        "Against Maria stands: said no for this case.",
        "Against Jukka stands: did not answer in time for this case.",
    ]
