"""Words that most mentors of a field share tell nobody apart."""

from collections import Counter
from collections.abc import Iterable, Mapping

from wagtail_mentoring.pairing.matching.shared import ENOUGH, Shared, areas_and_title, each_once

ENGINEERS = {
    areas_and_title("bridges", "Structural engineer"): 4,
    areas_and_title("", "Environmental engineer"): 3,
    areas_and_title("Industrial engineering", ""): 2,
    areas_and_title("health software", "Developer"): 3,
    areas_and_title(" ", ""): 40,
}


def of(numbers: Mapping[str, int]) -> Iterable[str]:
    """Return a text for each mentor, of how many have it."""
    return Counter(numbers).elements()


def test_what_most_share_is_no_area() -> None:
    assert Shared(of(ENGINEERS)).telling(("engineer", "bridges", "health")) == ("bridges", "health")
    assert Shared(of(ENGINEERS)).telling(("engineering", "environmental")) == ("environmental",)


def test_half_is_not_most() -> None:
    half = {areas_and_title("bridges", ""): ENOUGH // 2, areas_and_title("software", ""): ENOUGH // 2}
    assert Shared(of(half)).telling(("bridges", "software")) == ("bridges", "software")
    assert Shared(of(half | {areas_and_title("bridge", ""): 1})).telling(("bridges", "software")) == ("software",)


def test_among_a_few_nothing_is_common() -> None:
    few = {areas_and_title("bridges", ""): ENOUGH - 1}
    assert Shared(of(few)).telling(("bridges",)) == ("bridges",)


def test_another_word_that_begins_alike_is_none() -> None:
    careful = {areas_and_title("careful", ""): ENOUGH}
    assert Shared(of(careful)).telling(("care", "careful")) == ("care",)


def test_a_form_is_said_once() -> None:
    assert each_once(["engineer", "engineering", "industrial"]) == ["engineer", "industrial"]
