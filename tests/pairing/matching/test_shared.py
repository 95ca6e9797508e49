"""Words that most mentors of a field share tell nobody apart."""

from wagtail_mentoring.pairing.matching.shared import ENOUGH, Shared, areas_and_title, each_once

ENGINEERS = {
    areas_and_title("bridges", "Structural engineer"): 4,
    areas_and_title("", "Environmental engineer"): 3,
    areas_and_title("Industrial engineering", ""): 2,
    areas_and_title("health software", "Developer"): 3,
    areas_and_title(" ", ""): 40,
}


def test_what_most_share_is_no_area() -> None:
    assert Shared(ENGINEERS).telling(("engineer", "bridges", "health")) == ("bridges", "health")
    assert Shared(ENGINEERS).telling(("engineering", "environmental")) == ("environmental",)


def test_half_is_not_most() -> None:
    half = {areas_and_title("bridges", ""): ENOUGH // 2, areas_and_title("software", ""): ENOUGH // 2}
    assert Shared(half).telling(("bridges", "software")) == ("bridges", "software")
    assert Shared(half | {areas_and_title("bridge", ""): 1}).telling(("bridges", "software")) == ("software",)


def test_among_a_few_nothing_is_common() -> None:
    few = {areas_and_title("bridges", ""): ENOUGH - 1}
    assert Shared(few).telling(("bridges",)) == ("bridges",)


def test_another_word_that_begins_alike_is_none() -> None:
    careful = {areas_and_title("careful", ""): ENOUGH}
    assert Shared(careful).telling(("care", "careful")) == ("care",)


def test_a_form_is_said_once() -> None:
    assert each_once(["engineer", "engineering", "industrial"]) == ["engineer", "industrial"]
