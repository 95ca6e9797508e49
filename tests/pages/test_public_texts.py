"""The public texts: the version in force, in the reader's language, of the right union."""

import datetime

import pytest
from django.test import Client

from tests.factories import make_union
from wagtail_mentoring import clock
from wagtail_mentoring.models import Notice
from wagtail_mentoring.privacy.models import NoticeKind

pytestmark = pytest.mark.django_db


def read(address: str, language: str = "en") -> str:
    response = Client().get(address, headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("kind", NoticeKind.values)
@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_every_shipped_text_is_there_before_setup(kind: str, language: str) -> None:
    html = read(f"/mentoring/texts/{kind}/", language)
    assert f'<html lang="{language}"' in html
    assert "{union}" not in html and "{contact_email}" not in html
    assert html.count("<h1>") == 1


def test_unknown_kinds_and_unions_are_404() -> None:
    make_union("safa")
    for address in ("/mentoring/texts/nothing/", "/mentoring/texts/cookies/nobody/"):
        assert Client().get(address).status_code == 404


def test_the_version_in_force_is_shown_with_its_date() -> None:
    moment = clock.now() - datetime.timedelta(days=10)
    Notice.objects.create(kind="cookies", language="en", version=1, body="<p>Old</p>", in_force_from=moment)
    Notice.objects.create(
        kind="cookies", language="en", version=2, body="<p>Now</p>", in_force_from=moment + datetime.timedelta(days=1)
    )
    Notice.objects.create(
        kind="cookies",
        language="en",
        version=3,
        body="<p>Later</p>",
        in_force_from=moment + datetime.timedelta(days=99),
    )
    html = read("/mentoring/texts/cookies/")
    assert "<p>Now</p>" in html and "Old" not in html and "Later" not in html
    assert "Version 2, in force since" in html


def test_a_union_has_its_own_wording_and_values() -> None:
    union = make_union("safa")
    Notice.objects.create(kind="privacy_notice", language="en", body="<p>Ask {union} at {contact_email}</p>")
    Notice.objects.create(
        kind="privacy_notice", language="en", participation=union.participations.get(), body="<p>{union} alone</p>"
    )
    assert "<p>Union SAFA alone</p>" in read("/mentoring/texts/privacy_notice/safa/")
    general = read("/mentoring/texts/privacy_notice/")
    assert "<p>Ask the union that you apply to at mentoring@example.org</p>" in general
    assert 'href="/mentoring/texts/privacy_notice/safa/"' in general


def test_a_sentence_begins_with_a_capital() -> None:
    Notice.objects.create(kind="cookies", language="en", body="<p>{union} keeps it. {union} says so.</p>")
    html = read("/mentoring/texts/cookies/")
    assert "<p>The union that you apply to keeps it. The union that you apply to says so.</p>" in html


def test_nothing_dangerous_gets_through() -> None:
    body = '<p onclick="x()">Text <script>alert(1)</script><a href="javascript:x()">link</a></p>'
    Notice.objects.create(kind="cookies", language="en", body=body)
    html = read("/mentoring/texts/cookies/")
    assert "Text" in html and "alert" not in html and "javascript" not in html and "onclick" not in html


def test_a_text_in_another_language_says_so() -> None:
    Notice.objects.create(kind="cookies", language="en", body="<p>English only</p>")
    assert '<div class="mtg-flow mtg-text" lang="en"><p>English only</p>' in read("/mentoring/texts/cookies/", "fi")
