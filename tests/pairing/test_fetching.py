"""Columns as the database writes them: every value as it stands, in one order, however many keys are asked for."""

import datetime
import json

import pytest
from django.db.models import IntegerField, TextField
from django.db.models.functions import Cast

from tests.factories import make_mentor
from wagtail_mentoring import clock
from wagtail_mentoring.models import Mentor
from wagtail_mentoring.pairing.fetching import Column, Moment, OneOf, columns_of
from wagtail_mentoring.pairing.matching.facts import LEVELS
from wagtail_mentoring.pairing.models import MentorPair, PairMembership

pytestmark = pytest.mark.django_db

ODD = ['"quoted", [1]', "a\nb\t\\ \x1f", "Åbo – työ 🙂", "", "null", "%s %d %%"]


def test_every_text_comes_as_it_was_written() -> None:
    for title in ODD:
        Mentor.objects.filter(pk=make_mentor().pk).update(title=title, topics=["cv", 'a "b"'], online=title == "")
    rows = Mentor.objects.order_by().values_list(
        "pk", "title", Cast("topics", TextField()), "experience_years", Cast("online", IntegerField())
    )
    pk, titles, topics, years, online = columns_of(rows, 5)
    assert dict(zip(pk.numbers.tolist(), titles.values, strict=True)) == dict(Mentor.objects.values_list("pk", "title"))
    assert sorted(titles.values) == sorted(ODD)
    assert set(map(type, topics.values)) == {str} and set(years.values) == {None}
    assert online.numbers.tolist() == [int(text == "") for text in titles.values]


def test_nobody() -> None:
    make_mentor()
    for nobody in (Mentor.objects.none(), Mentor.objects.filter(pk=-1), Mentor.objects.filter(pk__in=OneOf([]))):
        pk, title = columns_of(nobody.values_list("pk", "title"), 2)
        assert pk.numbers.tolist() == [] and title.values == []


def test_thousands_of_keys_are_one_parameter() -> None:
    wanted = make_mentor()
    other = make_mentor()
    keys = [wanted.pk, *range(other.pk + 1, other.pk + 100_000)]
    (pk,) = columns_of(Mentor.objects.filter(pk__in=OneOf(keys)).order_by().values_list("pk"), 1)
    assert pk.values == [wanted.pk]
    assert list(Mentor.objects.filter(pk__in=OneOf([other.pk]))) == [other]


def test_what_is_no_whole_number_is_not_taken_for_one() -> None:
    for text in ("[1, null]", '["1"]', "[1, 2.5]", "[null]"):
        with pytest.raises(ValueError, match="whole numbers"):
            _numbers = Column(text).numbers


@pytest.mark.parametrize("between", [",", ", "])
@pytest.mark.parametrize("odd", [None, "b", "b22", "ä2", 'b"', " ,", '",', "", "c9", "B2", "b 2", "\n", "🙂", "c1,c2"])
def test_places_of_levels(between: str, odd: str | None) -> None:
    """A text that is no level counts as none, whatever it holds, and moves no other."""
    texts = ["b2", "", "c2", "a1", *([] if odd is None else [odd]), "b1", "", "c1", *([] if odd is None else [odd])]
    for ascii_only in (True, False):
        column = Column(json.dumps(texts, separators=(between, ":"), ensure_ascii=ascii_only))
        assert column.places(LEVELS).tolist() == [LEVELS.index(text) if text in LEVELS else 0 for text in texts]
    assert Column("[]").places(LEVELS).tolist() == []


def test_moments_stand_in_their_order() -> None:
    """Also over the hour that comes twice in October, and whether or not there are parts of a second."""
    night = datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC)
    steps = [datetime.timedelta(minutes=30 * step) for step in range(5)] + [
        datetime.timedelta(microseconds=part) for part in (1, 10, 500_000, 510_000)
    ]
    mentor = make_mentor()
    pair = MentorPair.objects.create(union=mentor.union)
    for step in steps:
        PairMembership.objects.create(pair=pair, mentor=mentor, joined_at=night + step, left_at=clock.now())
    pk, text = columns_of(PairMembership.objects.order_by().values_list("pk", Moment("joined_at")), 2)
    by_text = [key for _text, key in sorted(zip(text.values, pk.values, strict=True))]
    assert by_text == list(PairMembership.objects.order_by("joined_at").values_list("pk", flat=True))
