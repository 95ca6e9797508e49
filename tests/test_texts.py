"""Whether a text says anything, and which reasons count."""

import pytest
from django.core.exceptions import ValidationError

from tests.factories import as_handler, make_case
from wagtail_mentoring.applications.validation import refuse_control_characters
from wagtail_mentoring.cases import moves
from wagtail_mentoring.texts import said, visible
from wagtail_mentoring.workflows import StepRefused

UNSEEN = ["\u200b", " \u200b ", "\u2060\ufeff", "\u3164", "\u2800", "\u00ad", "\u0301", "\u00a0"]
SEEN = ["a", "?", "5", "👍", "中", "é", "\u200bx", "می\u200cخواهم"]


@pytest.mark.parametrize("text", UNSEEN)
def test_what_cannot_be_seen_says_nothing(text: str) -> None:
    assert not visible(text)
    assert said(text) == ""


@pytest.mark.parametrize("text", SEEN)
def test_what_can_be_seen_is_kept(text: str) -> None:
    assert said(f" {text} ") == text


def test_nothing() -> None:
    assert said(None) == said("") == said("  ") == ""


@pytest.mark.parametrize("text", [one for one in UNSEEN if one.strip()])
def test_forms_refuse_it_beside_the_field(text: str) -> None:
    with pytest.raises(ValidationError, match="cannot be shown"):
        refuse_control_characters(text)


@pytest.mark.parametrize("text", ["", "   ", *SEEN])
def test_forms_take_everything_else(text: str) -> None:
    refuse_control_characters(text)


@pytest.mark.django_db
@pytest.mark.parametrize("text", UNSEEN)
def test_a_step_asks_for_a_reason_that_can_be_read(text: str) -> None:
    case = make_case()
    with pytest.raises(StepRefused, match="Say why"):
        moves.move(case.pk, "refuse", as_handler(), {"reason": text})
