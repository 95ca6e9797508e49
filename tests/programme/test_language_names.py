"""Names of languages in running text are words of the language around them."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override

from wagtail_mentoring.desk.again import text_label
from wagtail_mentoring.programme.localized import language_name


@pytest.mark.parametrize(
    ("active", "code", "name"),
    [("en", "sv", "Swedish"), ("fi", "sv", "ruotsi"), ("sv", "en", "engelska"), ("fi", "fi", "suomi")],
)
def test_a_language_has_its_name_in_the_active_language(active: str, code: str, name: str) -> None:
    with override(active):
        assert language_name(code) == name


def test_a_language_that_nobody_knows_keeps_its_own_name(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LANGUAGES": [("en", "English"), ("xq", "Xqish")]}
    assert language_name("xq") == "Xqish"
    assert language_name("zz-unknown") == "zz-unknown"


@pytest.mark.parametrize(("active", "label"), [("fi", "Englanti, versio 3, "), ("sv", "Engelska, version 3, ")])
def test_the_label_of_a_text_begins_with_the_language(active: str, label: str) -> None:
    text: Any = SimpleNamespace(language="en", version="3", participation=None)
    with override(active):
        assert text_label(text).startswith(label)
