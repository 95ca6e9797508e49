"""Words that most mentors of a field share tell nobody apart."""

from collections import Counter
from collections.abc import Iterable, Mapping

from wagtail_mentoring.pairing.matching.shared import ENOUGH, Shared, areas_and_titles, each_once


def written(areas: str, title: str) -> str:
    (text,) = areas_and_titles([(areas, title)])
    return text


ENGINEERS = {
    written("bridges", "Structural engineer"): 4,
    written("", "Environmental engineer"): 3,
    written("Industrial engineering", ""): 2,
    written("health software", "Developer"): 3,
    written(" ", ""): 40,
}


def of(numbers: Mapping[str, int]) -> Iterable[str]:
    """Return a text for each mentor, of how many have it."""
    return Counter(numbers).elements()


def test_what_most_share_is_no_area() -> None:
    assert Shared(of(ENGINEERS)).telling(("engineer", "bridges", "health")) == ("bridges", "health")
    assert Shared(of(ENGINEERS)).telling(("engineering", "environmental")) == ("environmental",)


def test_half_is_not_most() -> None:
    half = {written("bridges", ""): ENOUGH // 2, written("software", ""): ENOUGH // 2}
    assert Shared(of(half)).telling(("bridges", "software")) == ("bridges", "software")
    assert Shared(of(half | {written("bridge", ""): 1})).telling(("bridges", "software")) == ("software",)


def test_among_a_few_nothing_is_common() -> None:
    few = {written("bridges", ""): ENOUGH - 1}
    assert Shared(of(few)).telling(("bridges",)) == ("bridges",)


def test_another_word_that_begins_alike_is_none() -> None:
    careful = {written("careful", ""): ENOUGH}
    assert Shared(of(careful)).telling(("care", "careful")) == ("care",)


def test_a_form_is_said_once() -> None:
    assert each_once(["engineer", "engineering", "industrial"]) == ["engineer", "industrial"]
