"""A default that changes with an update: unchanged texts follow it, own words stay and the editors are told."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.factories import make_union, make_user
from tests.messages.test_preview import typed
from wagtail_mentoring import clock
from wagtail_mentoring.messages import texts
from wagtail_mentoring.messages.models import MailText
from wagtail_mentoring.messages.texts import Updated, Wording, load_default_texts, newer_default, update_default_texts

pytestmark = pytest.mark.django_db
NEW = "Hello {name},\n\n{found} New words.\n\n{link}"


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(
        make_user("editor", rights=("view_mailtext", "add_mailtext", "change_mailtext", "change_programme"))
    )
    return client


@pytest.fixture
def loaded() -> MailText:
    """Return the English text of one event, as it was loaded."""
    load_default_texts()
    return MailText.objects.get(event="paired_mentee", language="en")


@pytest.fixture
def update(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that does what an update of the software does: another default ships for the event."""
    shipped = texts.shipped

    def ship(subject: str = "It begins", body: str = NEW) -> None:
        after = {**shipped("en"), "paired_mentee": Wording(subject, body, "en")}
        monkeypatch.setattr(texts, "shipped", lambda language: after if language == "en" else shipped(language))

    return ship


def test_what_nobody_has_changed_follows_the_default(loaded: MailText, update: Any) -> None:
    assert update_default_texts() == Updated(0, 0) and newer_default(loaded) is None
    MailText.objects.filter(pk=loaded.pk).update(reviewed_at=clock.now())
    update()
    assert update_default_texts() == Updated(1, 0)
    loaded.refresh_from_db()
    assert (loaded.subject, loaded.body, loaded.needs_review) == ("It begins", NEW, True)
    assert update_default_texts() == Updated(0, 0)


def test_own_words_stay_and_setup_says_so(loaded: MailText, update: Any) -> None:
    MailText.objects.filter(pk=loaded.pk).update(body="Our own words for {name}.")
    assert newer_default(MailText.objects.get(pk=loaded.pk)) is None
    update()
    told = StringIO()
    call_command("mentoring_setup", stdout=told)
    assert "1 with words of your own have a newer default" in told.getvalue()
    loaded.refresh_from_db()
    assert loaded.body == "Our own words for {name}." and newer_default(loaded) is not None


def test_the_words_of_a_union_are_told_of_too(loaded: MailText, update: Any, editor: Client) -> None:
    rules = make_union().participations.get()
    own = {"participation": rules.pk, "subject": "Of TEK", "body": "Words of TEK for {name}."}
    assert editor.post(reverse("mentoring_mailtexts:add"), typed(loaded, **own)).status_code == 302
    text = MailText.objects.get(participation=rules)
    assert newer_default(text) is None
    update()
    assert newer_default(text) is not None


def test_line_ends_of_a_browser_are_no_own_words(loaded: MailText, update: Any, editor: Client) -> None:
    sent = typed(loaded, body=loaded.body.replace("\n", "\r\n") + "\r\n")
    assert editor.post(reverse("mentoring_mailtexts:edit", args=[loaded.pk]), sent).status_code == 302
    update()
    assert update_default_texts() == Updated(1, 0)


def test_editors_see_both_and_choose(loaded: MailText, update: Any, editor: Client) -> None:
    edit, default = (reverse(f"mentoring_mailtexts:{name}", args=[loaded.pk]) for name in ("edit", "default"))
    MailText.objects.filter(pk=loaded.pk).update(body="Our own words for {name}.")
    assert default not in editor.get(edit).content.decode()
    assert "has not changed" in editor.get(default).content.decode()
    update()
    assert default in editor.get(edit).content.decode()
    listed = editor.get(reverse("mentoring_mailtexts:index"), {"event": "paired_mentee"}).content.decode()
    assert listed.count("Changed since") == 1 and listed.count("Your mentoring can begin") == 1
    page = editor.get(default).content.decode()
    assert "Our own words" in page and "New words." in page
    assert editor.post(default, {"what": "nonsense"}).url == edit
    assert editor.post(default, {"what": "keep"}).url == edit
    loaded.refresh_from_db()
    assert loaded.body == "Our own words for {name}." and newer_default(loaded) is None
    # The next change is told again.
    update(body=NEW + "\n\nAnd more.")
    assert newer_default(loaded) is not None
    assert editor.post(default, {"what": "take"}).url == edit
    loaded.refresh_from_db()
    assert loaded.body.endswith("And more.") and newer_default(loaded) is None


def test_a_language_that_does_not_ship_has_no_default(editor: Client) -> None:
    text = MailText.objects.create(event="closed", language="ar", subject="x", body="y", based_on="old")
    assert newer_default(text) is None and update_default_texts() == Updated(0, 0)
    default = reverse("mentoring_mailtexts:default", args=[text.pk])
    assert "No text ships" in editor.get(default).content.decode()
    editor.post(default, {"what": "take"})
    text.refresh_from_db()
    assert text.body == "y"


def test_who_may_not_change_texts_sees_none(loaded: MailText) -> None:
    client = Client()
    client.force_login(make_user("reader", rights=("view_mailtext",)))
    assert client.get(reverse("mentoring_mailtexts:default", args=[loaded.pk])).status_code == 404
