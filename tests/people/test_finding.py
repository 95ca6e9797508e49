"""People are found by their names, in capitals or not, in letters of any kind."""

from typing import Any

import pytest

from tests.factories import make_field, make_mentor
from wagtail_mentoring.models import Mentor
from wagtail_mentoring.people.finding import called, folded, holding

pytestmark = pytest.mark.django_db

FOUND = ["Äij", "äij", "ÄIJÖ", "åström", "ö åS", "STRÖ", "a\u0308ijo\u0308"]


@pytest.fixture
def field() -> Any:
    """A profession with two mentors."""
    field = make_field()
    make_mentor(field, name="Äijö Åström", email="aijo@example.org")
    make_mentor(field, name="Бахтияр 100%_.*", email="b@example.org")
    return field


@pytest.mark.parametrize("words", FOUND)
def test_a_part_of_the_name(field: Any, words: str) -> None:
    assert [one.name for one in Mentor.objects.filter(holding(Mentor.objects.all(), words, "name"))] == ["Äijö Åström"]


@pytest.mark.parametrize("words", ["бахт", "100%", "%_", ".*", "b@EXAMPLE"])
def test_signs_stand_for_themselves(field: Any, words: str) -> None:
    found = Mentor.objects.filter(holding(Mentor.objects.all(), words, "name", "email"))
    assert [one.email for one in found] == ["b@example.org"]


@pytest.mark.parametrize("words", ["ä.j", "[ä]", "\\", "'", "(", "xyz", "$"])
def test_nobody_is_called_so(field: Any, words: str) -> None:
    assert not Mentor.objects.filter(holding(Mentor.objects.all(), words, "name")).exists()


def test_the_whole_name(field: Any) -> None:
    for words, number in (("äijö åström", 1), ("äijö", 0), ("ijö Åström", 0), ("äijö åström\n", 0)):
        assert Mentor.objects.filter(called(Mentor.objects.all(), words, "name")).count() == number, words


def test_names_are_compared_without_capitals_and_spaces() -> None:
    assert folded("  Väinö   ÄIJÖ ") == folded("väinö äijö") == "väinö äijö"
    assert folded("Groß") == folded("GROSS") and folded("Anna") != folded("Anne")
