"""Editors see a mail before anybody gets it: which placeholders there are, a sample, and one to themselves."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.factories import make_field, make_union, make_user
from wagtail_mentoring.messages.models import NOT_TO_A_PERSON, MailEvent, MailText, OutboxMessage
from wagtail_mentoring.messages.preview import sample, sample_values
from wagtail_mentoring.messages.texts import LANGUAGES, shipped
from wagtail_mentoring.privacy.limits import allowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Client:
    rights = ("view_mailtext", "add_mailtext", "change_mailtext", "change_programme")
    client = Client()
    client.force_login(make_user("editor", rights=rights))
    return client


def stored(event: str = "eligible", **values: Any) -> MailText:
    wording = shipped("en")[event]
    return MailText.objects.create(
        **{"event": event, "language": "en", "subject": wording.subject, "body": wording.body} | values
    )


def typed(text: MailText, **values: Any) -> dict[str, Any]:
    given = {"event": text.event, "language": text.language, "participation": "", "subject": text.subject}
    return given | {"body": text.body} | values


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", MailEvent.values)
def test_every_shipped_text_has_a_sample_without_holes(event: str, language: str) -> None:
    make_field(make_union())
    wording = shipped(language)[event]
    text = MailText(event=event, language=language, subject=wording.subject, body=wording.body)
    mail_of = sample(text, "editor@example.org")
    for part in (mail_of.subject, mail_of.text, mail_of.html.split("</style>")[1]):
        assert not re.search(r"\{[a-z_]*\}", part), part
    assert f'<html lang="{language}">' in mail_of.html


def test_the_sample_shows_what_is_typed_and_saves_nothing(editor: Client) -> None:
    text = stored()
    address = reverse("mentoring_mailtexts:preview", args=[text.pk])
    saved = editor.get(address)
    assert "Good news" in saved.content.decode()
    assert "sandbox" in saved.headers["Content-Security-Policy"]
    assert "no-store" in saved.headers["Cache-Control"]
    body = "Hello {name},\n\nUntil {look_until} <script>alert(1)</script>\n\n{link}"
    shown = editor.post(address, typed(text, body=body)).content.decode()
    assert "Hello Amal Sample," in shown
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    plain = editor.post(f"{address}?part=text", typed(text, body=body))
    assert plain.headers["Content-Type"].startswith("text/plain")
    assert "Hello Amal Sample," in plain.content.decode()
    new = editor.post(reverse("mentoring_mailtexts:preview_new"), typed(text, language="fi", body="Hei {name}"))
    assert "Hei Amal" in new.content.decode()
    text.refresh_from_db()
    assert "Good news" in text.body
    assert MailText.objects.count() == 1
    assert not OutboxMessage.objects.exists()


def test_the_sample_is_sent_to_the_editor_and_to_nobody_else(editor: Client) -> None:
    text = stored()
    address = reverse("mentoring_mailtexts:preview", args=[text.pk]) + "?part=send"
    assert editor.get(address).status_code == 200
    assert mail.outbox == []
    answer = editor.post(address, typed(text, subject="Only a try, {reference}"))
    assert "editor@example.org" in answer.content.decode()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["editor@example.org"], "Only a try, SAMPLE")
    assert "Hello Amal Sample," in message.body


def test_what_must_be_put_right_first_is_said_and_a_server_that_refuses_too(
    editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = stored()
    address = reverse("mentoring_mailtexts:preview", args=[text.pk])
    wrong = editor.post(address, typed(text, body="Hello {nmae}"))
    assert wrong.status_code == 422
    assert "{nmae}" in wrong.content.decode() and "{name}" in wrong.content.decode()

    def refuse(message: Any) -> None:
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr("wagtail_mentoring.messages.preview.hand_to_server", refuse)
    refused = editor.post(f"{address}?part=send", typed(text))
    assert (refused.status_code, "nobody listens" in refused.content.decode()) == (422, True)


def test_samples_of_mails_are_counted_by_themselves(editor: Client, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LIMIT_RENDER": "1/hour"}
    address = reverse("mentoring_mailtexts:preview", args=[stored().pk])
    # Those of the agreement have a count of their own.
    assert allowed("1/hour", "sample", "user", int(editor.session["_auth_user_id"]))
    assert editor.get(address).status_code == 200
    beyond = editor.get(address)
    assert beyond.status_code == 429 and "too many samples" in beyond.content.decode()


def test_the_form_offers_the_placeholders_of_the_event(editor: Client) -> None:
    text = stored()
    page = editor.get(reverse("mentoring_mailtexts:edit", args=[text.pk])).content.decode()
    assert "<code>{look_until}</code>" in page
    assert "<code>{code}</code>" not in page
    subject = page.split("In the subject:")[1].split("</p>")[0]
    assert "{reference}" in subject and "{name}" not in subject
    assert "Send it to me" in page
    new = editor.get(reverse("mentoring_mailtexts:add")).content.decode()
    assert "once the text is saved" in new


def test_samples_name_no_real_person_and_know_every_placeholder() -> None:
    from wagtail_mentoring.messages.placeholders import KNOWN

    values = sample_values(None, None)
    assert {name for names in KNOWN.values() for name in names} <= set(values)
    assert all(values.values())


@pytest.mark.parametrize("event", [event for event in NOT_TO_A_PERSON if event != MailEvent.TEST])
def test_the_sample_of_a_mail_to_a_contact_person_greets_one(editor: Client, event: str) -> None:
    shown = editor.get(reverse("mentoring_mailtexts:preview", args=[stored(event).pk])).content.decode()
    assert "Hello Sanna Sample" in shown and "Amal" not in shown
