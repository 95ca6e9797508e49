"""Numbers in what a visitor sends."""

import pytest

from tests.imports import PACKAGE, ROOT, python_files
from wagtail_mentoring.numbers import whole_number


@pytest.mark.parametrize(("written", "number"), [("0", 0), ("17", 17), ("007", 7), ("9" * 18, 10**18 - 1), (5, 5)])
def test_digits_are_a_number(written: object, number: int) -> None:
    assert whole_number(written) == number


@pytest.mark.parametrize(
    "written", ["", None, "-1", "+1", " 1", "1.0", "1e5", "٣", "²", "x", "1\x00", "9" * 19, "5" * 5000]
)
def test_anything_else_is_none(written: object) -> None:
    assert whole_number(written) is None


def test_a_number_may_be_shorter() -> None:
    assert whole_number("123", digits=3) == 123 and whole_number("1234", digits=3) is None


def test_views_read_numbers_by_this_function() -> None:
    """``isdecimal`` is true for the digits of every script, and ``int`` stumbles over five thousand of them."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in python_files(ROOT / PACKAGE)
        if path.relative_to(ROOT / PACKAGE).parts[0] in ("desk", "portal")
        for line in path.read_text().splitlines()
        if ".isdecimal(" in line or ".isnumeric(" in line or (".isdigit(" in line and "case.state" not in line)
    ]
    assert not found, "\n".join(found)
