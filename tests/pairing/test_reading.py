"""Reading what people write: languages in three languages, telling words, and which words are the same."""

import pytest

from wagtail_mentoring.pairing.matching.languages import _NAMES, UNREAD, codes_of, name_of
from wagtail_mentoring.pairing.matching.tokens import meet, tokens, without


@pytest.mark.parametrize(
    "text", ["Arabic", "arabia", "ARABISKA", "العربية", "Arabic (native)", "arabic C1", "fluent Arabic"]
)
def test_one_language_in_many_forms(text: str) -> None:
    assert codes_of(text) == ("ar",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("Arabic, Somali", ("ar", "so")),
        ("Somali and Arabic", ("ar", "so")),
        ("venäjä ja ukraina", ("ru", "uk")),
        ("ryska; franska / tyska", ("de", "fr", "ru")),
        ("Arabic, arabia", ("ar",)),
        ("Farsi", ("fa",)),
        ("English, suomi, ruotsi", ()),
        ("Klingon", ("klingon",)),
        ("klingon , KLINGON", ("klingon",)),
        ("Spanish - my mother tongue", ("es",)),
        ("Arabic: native, French: B2", ("ar", "fr")),
        (" , ;", ()),
    ],
)
def test_languages(text: str, expected: tuple[str, ...]) -> None:
    assert codes_of(text) == expected


def test_every_name_leads_back_to_its_language() -> None:
    assert len(_NAMES) > 55
    for code, names in _NAMES.items():
        if code == UNREAD:
            continue
        assert len(names) >= 3, f"{code} lacks a name"
        for name in names:
            assert codes_of(name) == (code,), name


def test_names_of_languages() -> None:
    assert [name_of("ar", language) for language in ("en", "fi", "sv", "de", "en-gb")] == [
        "Arabic",
        "arabia",
        "arabiska",
        "Arabic",
        "Arabic",
    ]
    assert [name_of("klingon", language) for language in ("en", "fi")] == ["Klingon", "klingon"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("health", "healthcare"),
        ("engineer", "engineering"),
        ("nurse", "nursing"),
        ("market", "marketing"),
        ("test", "tests"),
        ("data", "dataa"),
        ("insinööri", "insinöörin"),
        ("terveys", "terveyden"),
        ("terveys", "terveydenhuolto"),
        ("ohjelmisto", "ohjelmistokehitys"),
        ("hälsovård", "hälsovården"),
        ("sql", "sql"),
    ],
)
def test_forms_of_one_word(one: str, other: str) -> None:
    assert meet(one, other) and meet(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("care", "career"),
        ("java", "javascript"),
        ("public", "publication"),
        ("art", "article"),
        ("law", "lawn"),
        ("test", "text"),
        ("bridge", "bread"),
        ("", "care"),
    ],
)
def test_different_words(one: str, other: str) -> None:
    assert not meet(one, other) and not meet(other, one)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("I want to work in health software, in Finland", ("health", "software")),
        ("Haluan töihin terveydenhuollon ohjelmistoihin", ("töihin", "terveydenhuollon", "ohjelmistoihin")),
        ("jag vill arbeta med hälsovård", ("hälsovård",)),
        ("Health, health; HEALTH", ("health",)),
        ("it is about IT", ("it",)),
        ("C++ and C#", ("c++", "c#")),
        ("5 years, 2019–2024", ()),
        ("Lead developer", ("developer",)),
    ],
)
def test_telling_words(text: str, expected: tuple[str, ...]) -> None:
    assert tokens(text) == expected


def test_the_name_of_the_profession_is_left_out() -> None:
    assert without(("software", "engineers", "health"), ("software", "engineer")) == ("health",)
