"""Suggestions for one case, from the database: pins, filters by hand, one mentor replaced, rules, counts, time."""

import datetime
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_case, make_field, make_union
from tests.pairing.asked import propose
from tests.pairing.volunteers import standing_pair, volunteer
from wagtail_mentoring import clock
from wagtail_mentoring.models import Case
from wagtail_mentoring.pairing.judging import judge
from wagtail_mentoring.pairing.suggestions import Only, Suggestions, languages_of, suggest
from wagtail_mentoring.people.models import MentorConflict

pytestmark = pytest.mark.django_db


def mentors_of(found: Suggestions) -> list[tuple[int, ...]]:
    return [option.mentors for option in found.options]


def counts(found: Suggestions) -> dict[str, tuple[int, int]]:
    return {row.code: (row.first, row.any) for row in found.ruled_out if row.any}


def test_pairs_and_single_mentors_in_one_ranking() -> None:
    case = make_case(state="eligible", answers={"goals": ["cv", "networks"]})
    cv, networks = volunteer(topics=["cv"]), volunteer(topics=["networks"])
    found = suggest(case)
    assert mentors_of(found)[0] == (cv.pk, networks.pk)
    assert sorted(mentors_of(found)[1:]) == [(cv.pk,), (networks.pk,)]
    assert [option.points for option in found.options] == sorted((one.points for one in found.options), reverse=True)
    assert (found.looked_at, found.possible, found.below_minimum) == (2, 2, 0)
    assert 0 < found.seconds < 5


def test_what_is_kept_of_a_suggestion_is_json() -> None:
    case = make_case(state="eligible", answers={"goals": ["cv"]}, other_languages="Arabic")
    mentor = volunteer(topics=["cv"])
    why = suggest(case).options[0].why
    assert json.loads(json.dumps(why)) == why
    assert why["facts"]["mentee"]["case"] == case.pk and why["facts"]["mentors"][0]["pk"] == mentor.pk
    assert case.mentee.name not in json.dumps(why) and mentor.name not in json.dumps(why)


def test_nobody_and_why() -> None:
    case = make_case(state="eligible")
    volunteer(paused_until=clock.today() + datetime.timedelta(days=30))
    volunteer(english="a2", paused_until=clock.today())
    busy = volunteer(capacity=1)
    make_case(state="paired", mentors=[busy, volunteer(english="a1")])
    found = suggest(case)
    assert found.options == () and found.looked_at == 4 and found.possible == 0
    assert counts(found) == {"no_room": (2, 2), "away": (2, 2), "language": (0, 2)}
    # The mentor at A1 has no room and no common language: putting one right would not help.
    assert {entry["code"]: entry.get("count") for entry in found.helps} == {"one_more": None, "no_room": 1, "away": 1}


def test_another_union_and_another_field_are_not_looked_at() -> None:
    case = make_case(state="eligible")
    volunteer(make_field(make_union("other")))
    volunteer(make_field(slug="nurses"))
    found = suggest(case)
    assert (found.looked_at, found.options) == (0, ())
    assert [entry["code"] for entry in found.helps] == ["nobody_in_field"]


def test_one_mentor_only_where_the_rule_allows_it() -> None:
    field = make_field(one_mentor_allowed=False)
    case = make_case(field, "eligible")
    volunteer()
    found = suggest(case)
    assert found.options == () and not found.one_mentor_allowed
    (help_,) = found.helps
    assert help_["code"] == "one_more" and help_["two_needed"] and help_["possible"] == 1


def test_below_the_minimum_is_not_offered_and_counted() -> None:
    """Three mentors who all earn the same: three pairs and three alone. The minimum lies between the two."""
    case = make_case(make_field(minimum_fit=0), "eligible", answers={"goals": ["cv"]})
    for _ in range(3):
        volunteer(topics=["cv"], speciality="engineering of bridges")
    found = suggest(case)
    points = sorted({option.points for option in found.options})
    assert len(found.options) == 6 and len(points) > 1
    case = make_case(make_field(minimum_fit=points[-1]), "eligible", answers={"goals": ["cv"]})
    strict = suggest(case)
    expected = sum(option.points >= points[-1] for option in found.options)
    assert 0 < expected < 6
    assert len(strict.options) == expected and strict.below_minimum == 6 - expected
    assert strict.minimum_fit == points[-1]
    stricter = suggest(make_case(make_field(minimum_fit=100), "eligible"))
    assert stricter.options == () and stricter.below_minimum == 6
    assert stricter.helps[0]["code"] == "minimum"


def test_pairs_that_cannot_be_are_not_counted_as_below() -> None:
    case = make_case(make_field(minimum_fit=100), "eligible", answers={"goals": ["cv"]})
    one, other = volunteer(), volunteer()
    MentorConflict.objects.create(mentor=one, other=other)
    assert suggest(case).below_minimum == 2


def test_the_limit() -> None:
    case = make_case(state="eligible")
    for _ in range(6):
        volunteer()
    assert len(suggest(case).options) == 10
    assert mentors_of(suggest(case, limit=3)) == mentors_of(suggest(case))[:3]


def test_a_pinned_mentor_is_in_every_option() -> None:
    case = make_case(state="eligible")
    pinned, second, third = volunteer(english="b2"), volunteer(english="c2"), volunteer(english="c1")
    found = suggest(case, pinned=(pinned.pk,))
    assert sorted(mentors_of(found)) == [(pinned.pk,), (pinned.pk, second.pk), (pinned.pk, third.pk)]
    assert all(not option.overrides for option in found.options)
    assert mentors_of(suggest(case, pinned=(pinned.pk, third.pk))) == [(pinned.pk, third.pk)]


def test_a_pinned_mentor_whom_a_test_rules_out_is_offered_with_what_stands_against() -> None:
    case = make_case(state="eligible")
    away, fine = volunteer(paused_until=clock.today()), volunteer()
    nurse = volunteer(make_field(slug="nurses"))
    found = suggest(case, pinned=(away.pk,))
    assert sorted(mentors_of(found)) == [(away.pk,), (away.pk, fine.pk)]
    assert found.options[0].overrides == [{"mentor": away.pk, "codes": ["away"]}]
    assert counts(found) == {"away": (1, 1)}
    (pair,) = suggest(case, pinned=(nurse.pk, fine.pk)).options
    assert pair.overrides == [{"mentor": nurse.pk, "codes": ["field"]}]


def test_a_pinned_key_of_nobody() -> None:
    case = make_case(state="eligible")
    fine, foreign = volunteer(), volunteer(make_field(make_union("other")))
    assert mentors_of(suggest(case, pinned=(foreign.pk, 10**9))) == mentors_of(suggest(case)) == [(fine.pk,)]


def test_filters_by_hand() -> None:
    case = make_case(state="eligible", other_languages="arabia")
    arabic = volunteer(other_languages="Arabic", name="Maria Korhonen")
    online = volunteer(in_person=False, name="Jukka Laine")
    assert mentors_of(suggest(case, only=Only(speaks="ar"))) == [(arabic.pk,)]
    assert mentors_of(suggest(case, only=Only(way="in_person"))) == [(arabic.pk,)]
    assert mentors_of(suggest(case, only=Only(name="laine"))) == [(online.pk,)]
    assert mentors_of(suggest(case, only=Only(among=(online.pk,), name="k"))) == [(online.pk,)]
    assert suggest(case, only=Only(name="nobody")).options == ()
    assert counts(suggest(case, only=Only(speaks="ar"))) == {"hand_language": (1, 1)}
    assert len(suggest(case, only=Only()).options) == 3


def test_languages_to_ask_for() -> None:
    case = make_case(state="eligible", english="b1", finnish="b2", swedish="c2", other_languages="arabia, Klingon")
    expected = [("finnish", "Finnish"), ("swedish", "Swedish"), ("ar", "Arabic"), ("klingon", "Klingon")]
    assert languages_of(case) == expected


# One mentor of a running pair


@pytest.fixture
def running() -> Any:
    leaving, staying = volunteer(), volunteer()
    return make_case(state="meeting_1", mentors=[leaving, staying]), leaving, staying


def test_one_mentor_is_replaced_and_the_other_stays(running: Any) -> None:
    case, leaving, staying = running
    new, enemy = volunteer(), volunteer()
    MentorConflict.objects.create(mentor=staying, other=enemy)
    found = suggest(case, replacing=leaving)
    assert mentors_of(found) == [(new.pk,)]
    (option,) = found.options
    assert option.beside == (staying.pk,) and option.why["mentors"] == [staying.pk, new.pk]
    assert not option.overrides
    # The one who stays is not looked at. The place of the one who leaves is held for this very case.
    assert found.looked_at == 3 and counts(found) == {"earlier": (1, 1)}


def test_the_only_mentor_of_a_pair_is_replaced_by_one() -> None:
    leaving = volunteer()
    case = make_case(state="paired", mentors=[leaving])
    new, other = volunteer(), volunteer()
    found = suggest(case, replacing=leaving)
    assert sorted(mentors_of(found)) == [(new.pk,), (other.pk,)]
    assert all(option.beside == () for option in found.options)


def test_a_rule_of_two_does_not_stand_in_the_way_of_replacing() -> None:
    leaving = volunteer()
    case = make_case(state="paired", mentors=[leaving])
    Case.objects.filter(pk=case.pk).update(one_mentor_allowed=False)
    new = volunteer()
    assert mentors_of(suggest(case, replacing=leaving)) == [(new.pk,)]


def test_beside_somebody_who_is_asked_already() -> None:
    """The place that is held for this very case does not count against the one who is asked."""
    case = make_case(state="eligible")
    asked, other, next_ = volunteer(capacity=1), volunteer(capacity=1), volunteer()
    propose(case, [asked, other])
    found = suggest(case, beside=(asked.pk,))
    assert [(option.mentors, option.beside) for option in found.options] == [((next_.pk,), (asked.pk,))]
    assert other.pk not in found.options[0].mentors and not found.options[0].overrides
    assert mentors_of(suggest(case)) == [(next_.pk,)]
    assert all(option.barred for option in suggest(case, pinned=(asked.pk,)).options)


def test_partners_stand_first_among_equals() -> None:
    case = make_case(state="eligible")
    crowd = [volunteer() for _ in range(5)]
    standing_pair(crowd[4], crowd[2])
    assert mentors_of(suggest(case))[0] == (crowd[2].pk, crowd[4].pk)


def test_weights_of_the_union_count() -> None:
    """With points for goals alone, the topics decide; with points for the level alone, the level."""
    one = {"topics": ["cv"], "english": "b2"}
    other = {"topics": [], "english": "c2"}
    nothing = dict.fromkeys(
        "speciality goals languages place format times experience load complementary partner".split(), 0
    )
    field = make_field(weights=nothing | {"goals": 1})
    helps, speaks = volunteer(field, **one), volunteer(field, **other)
    answers = {"goals": ["cv"]}
    case = make_case(field, "eligible", answers=answers, english="c2")
    assert suggest(case).options[0].points == 100
    assert mentors_of(suggest(case))[-1] == (speaks.pk,)
    make_field(weights=nothing | {"languages": 1})
    assert mentors_of(suggest(Case.objects.get(pk=case.pk)))[-1] == (helps.pk,)


def test_the_number_of_queries_does_not_grow() -> None:
    case = make_case(state="eligible")
    volunteer()

    def number() -> int:
        with CaptureQueriesContext(connection) as queries:
            suggest(case)
        return len(queries)

    number()
    few = number()
    for _ in range(5):
        volunteer(topics=["cv"], other_languages="Somali")
    assert number() == few <= 18


def test_nothing_is_told_against_the_mentor_who_stays() -> None:
    leaving, stays = volunteer(), volunteer()
    case = make_case(state="paired", mentors=[leaving, stays])
    new = volunteer(english="a2")
    why = judge(case, [stays.pk, new.pk], staying=[stays.pk]).why
    assert [(entry["mentor"], entry["codes"]) for entry in why["overrides"]] == [(new.pk, ["language"])]
