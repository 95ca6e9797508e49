"""Wording of mails: what ships, what editors change, and what they may write."""

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from tests.factories import make_union
from wagtail_mentoring.messages import placeholders
from wagtail_mentoring.messages.models import MailEvent, MailText
from wagtail_mentoring.messages.texts import LANGUAGES, load_default_texts, shipped, text_for


def test_the_documentation_lists_every_event() -> None:
    page = (Path(__file__).parents[2] / "docs" / "mails.md").read_text(encoding="utf-8")
    assert [event for event in MailEvent.values if f"`{event}`" not in page] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_ships_in_every_language(language: str) -> None:
    assert set(shipped(language)) == set(MailEvent.values) == set(placeholders.KNOWN)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", MailEvent.values)
def test_shipped_texts_hold_known_placeholders_and_nothing_personal_in_the_subject(event: str, language: str) -> None:
    wording = shipped(language)[event]
    assert placeholders.fault(event, wording.body) == ""
    assert placeholders.fault(event, wording.subject, subject=True) == ""
    english = shipped("en")[event]
    assert set(placeholders.named_in(wording.body)) == set(placeholders.named_in(english.body))
    assert language == "en" or wording.body != english.body


def test_a_mail_with_a_link_says_so_in_a_paragraph_of_its_own() -> None:
    for language in LANGUAGES:
        for event, wording in shipped(language).items():
            if "{link}" in wording.body:
                assert "\n\n{link}" in wording.body, (language, event)


@pytest.mark.django_db
def test_defaults_are_loaded_once_and_changed_ones_stay() -> None:
    assert load_default_texts() == len(MailEvent.values) * len(LANGUAGES)
    MailText.objects.filter(event="closed", language="fi").update(subject="Oma otsikko")
    MailText.objects.filter(event="closed", language="sv").delete()
    assert load_default_texts() == 1
    assert MailText.objects.get(event="closed", language="fi").subject == "Oma otsikko"


@pytest.mark.django_db
def test_the_readers_language_comes_before_the_union(django_assert_num_queries) -> None:
    participation = make_union().participations.get()
    MailText.objects.create(
        event="closed", language="en", participation=participation, subject="Of the union", body="Bye."
    )
    MailText.objects.create(event="closed", language="fi", subject="Oletus", body="Hei hei.")
    assert text_for("closed", participation, "fi").subject == "Oletus"
    assert text_for("closed", participation, "en").subject == "Of the union"
    assert text_for("closed", None, "en") == shipped("en")["closed"]
    with django_assert_num_queries(1):
        found = text_for("closed", participation, "ar")
    assert (found.subject, found.language) == ("Of the union", "en")


@pytest.mark.parametrize(
    ("field", "text", "named"),
    [
        ("body", "Hello {nmae}", "{nmae}"),
        ("body", "Hello {name.email}", "{name.email}"),
        ("body", "Hello {code}", "{code}"),
        ("body", "Hello {name", "{name}"),
        ("subject", "For {name}", "{name}"),
        ("subject", "Because {reason}", "{reason}"),
    ],
)
def test_unknown_placeholders_are_refused_with_the_known_ones(field: str, text: str, named: str) -> None:
    values = {"subject": "Subject", "body": "Body", field: text}
    with pytest.raises(ValidationError) as raised:
        MailText(event="not_eligible", language="en", **values).clean()
    (message,) = raised.value.message_dict[field]
    assert named in message
    assert ("{reason}" if field == "body" else "{reference}") in message


def test_the_code_is_known_where_it_belongs() -> None:
    MailText(event="code", language="en", subject="Your code", body="{code} for {minutes} minutes").clean()


def test_braces_in_a_value_name_nothing() -> None:
    assert placeholders.put_in("Hello {name}", {"name": "{code}", "code": "123456"}) == "Hello {code}"


@pytest.mark.parametrize(
    "text",
    [
        "https://elsewhere.example.net/?is={code}",
        "elsewhere.example.net/{code}",
        "https://elsewhere.example.net#{code}",
        "www.elsewhere.example.net/x{code}",
        "elsewhere.example.net/?u{code}",
        "elsewhere.example.net/?u\u200b{code}",
        "elsewhere.example.net/x\u00a0{code}",
        'elsewhere.example.net/"{code}',
        "elsewhere.example.net/x({code}",
        "{reference}{code}",
        "{code}{code}",
    ],
)
def test_no_address_of_somebody_else_carries_what_fills_a_text(text: str) -> None:
    assert "inside an address" in str(placeholders.fault("code", f"Hello {{name}}, read {text} now."))
    good = (
        "Hello {name}, the code is {code}. ({code}) “{code}” ”{code}” «{code}»\n{code}\tor\t{code} {reference}/{union}"
    )
    assert placeholders.fault("code", good.replace("/{union}", "") + " https://example.org/") == ""
    assert placeholders.fault("code", "www{contact}, x{name}: {code}") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_question_after_the_end_is_true_after_three_months_and_after_a_year(language: str) -> None:
    words = shipped(language)["follow_up"].body
    for untrue in ("some months", "ask again", "kuukausia", "kysy tätä uudelleen", "månader", "frågar inte om det"):
        assert untrue not in words
