"""The guides to the meetings: what is shipped, how they are edited, what a case keeps, and the printed form."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.documents.sheets import text_of
from tests.factories import make_case, make_field, make_programme, make_user
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.sanitize import sanitize
from wagtail_mentoring.meetings.guides import guide_for, guide_numbers, guide_pdf
from wagtail_mentoring.meetings.texts import LANGUAGES, guide_text, guide_texts
from wagtail_mentoring.programme.models import GuideText, MeetingTheme
from wagtail_mentoring.programme.themes import themes_for
from wagtail_mentoring.setup.packaged import packaged

GUIDES = [(number, language) for number in range(1, 6) for language in LANGUAGES]


def load_guides() -> None:
    """Give the programme's themes the shipped guides."""
    for theme in make_programme().themes.filter(participation=None, field=None):
        theme.guides = guide_texts(theme.number)
        theme.save()


def load_themes() -> None:
    """Give the programme's themes everything that is shipped."""
    load_guides()
    for theme in packaged("themes"):
        shipped = {"titles": theme["titles"], "summaries": theme["summaries"]}
        make_programme().themes.filter(number=theme["number"]).update(**shipped)


@pytest.mark.parametrize(("number", "language"), GUIDES)
def test_a_shipped_guide_is_whole(number: int, language: str) -> None:
    html = guide_text(number, language)
    assert set(re.findall(r"<(\w+)", html)) <= {"h2", "h3", "p", "ul", "ol", "li", "strong", "a"}
    assert sanitize(html) == html.strip(), "nothing in it that a document would lose"
    steps = re.search(r"<ol>(.*?)</ol>", html, re.DOTALL)
    assert steps is not None
    minutes = [int(found) for found in re.findall(r"<li><strong>(\d+) minu", steps[1])]
    assert sum(minutes) == 90 and len(minutes) == steps[1].count("<li>")
    english = guide_text(number, "en")
    for tag in ("h2", "li", "p", "strong", "a"):
        assert html.count(f"<{tag}") == english.count(f"<{tag}"), f"{tag}: as many as in English"


def test_what_is_not_shipped_is_named() -> None:
    for number, language in ((6, "en"), (0, "fi"), (1, "de")):
        with pytest.raises(ValueError, match="no shipped guide"):
            guide_text(number, language)


@pytest.mark.django_db
def test_whatever_is_saved_is_reduced_to_what_a_document_may_have() -> None:
    theme = make_programme().themes.get(number=1)
    theme.guides = {
        "en": '<h1 onclick="x()">Aim</h1><p data-block-key="a1">Talk<script>alert(1)</script></p>',
        "fi": "<p> </p>",
        "sv": '<p><a href="javascript:x">Tala</a></p>',
    }
    theme.save()
    theme.refresh_from_db()
    assert theme.guides == {"en": "<h2>Aim</h2><p>Talk</p>", "sv": "<p><a>Tala</a></p>"}
    MeetingTheme.objects.bulk_create(
        [MeetingTheme(programme=theme.programme, field=make_field(), number=1, guides={"en": "<b>x</b><img src=y>"})]
    )
    assert MeetingTheme.objects.get(field__isnull=False).guides == {"en": "<strong>x</strong>"}


@pytest.mark.django_db
def test_a_case_keeps_the_guides_that_it_began_with() -> None:
    load_guides()
    case = make_case(make_field())
    assert guide_numbers(case) == [1, 2, 3, 4, 5]
    kept = guide_for(case, 1, "en")
    assert kept is not None and kept.html == guide_text(1, "en").strip()
    assert (kept.number, kept.of, kept.title, kept.language) == (1, 5, "Theme 1", "en")
    theme = make_programme().themes.get(number=1)
    theme.guides = {"en": "<p>Something else.</p>"}
    theme.save()
    again, newer = guide_for(case, 1, "en"), guide_for(make_case(make_field()), 1, "en")
    assert again is not None and again.html == kept.html
    assert newer is not None and newer.html == "<p>Something else.</p>"
    assert len(str(Case.objects.get(pk=case.pk).themes)) < 4000, "a row of a case stays small"
    assert GuideText.objects.count() == 16, "kept once for all cases"


@pytest.mark.django_db
def test_a_guide_whose_text_is_lost_is_that_of_today_and_not_an_empty_sheet(caplog: pytest.LogCaptureFixture) -> None:
    load_guides()
    case = make_case(make_field())
    GuideText.objects.all().delete()
    with clock.at(clock.now() + datetime.timedelta(days=3)):
        found, today = guide_for(case, 1, "fi"), clock.today()
    assert found is not None and found.html == guide_text(1, "fi").strip()
    assert (found.title, found.language, found.issued) == ("Aihe 1", "fi", today)
    assert f"The guide to meeting 1 that {case.reference} keeps is not in the database" in caplog.text
    make_programme().themes.update(guides={})
    assert guide_for(case, 1) is None


@pytest.mark.django_db
def test_a_case_without_guides_gets_those_of_today() -> None:
    case = make_case(make_field())
    assert guide_numbers(case) == [] and guide_for(case, 2) is None and guide_pdf(case, 2) is None
    Case.objects.filter(pk=case.pk).update(
        themes=[{"number": n, "titles": {"en": f"Old {n}"}, "summaries": {}} for n in range(1, 6)]
    )
    load_guides()
    case.refresh_from_db()
    found = guide_for(case, 2, "fi")
    assert found is not None and found.html == guide_text(2, "fi").strip() and found.language == "fi"
    assert guide_numbers(case) == [1, 2, 3, 4, 5]
    assert guide_for(case, 6) is None and guide_for(case, 0) is None


@pytest.mark.django_db
def test_the_readers_language_comes_first_and_english_after_it() -> None:
    make_programme().themes.filter(number=1).update(guides={"en": "<p>Hello</p>", "fi": "<p>Hei</p>"})
    case = make_case(make_field())
    with translation.override("fi"):
        finnish = guide_for(case, 1)
    swedish = guide_for(case, 1, "sv")
    assert finnish is not None and (finnish.html, finnish.title, finnish.language) == ("<p>Hei</p>", "Aihe 1", "fi")
    assert swedish is not None and (swedish.html, swedish.language) == ("<p>Hello</p>", "en")


@pytest.mark.django_db
def test_three_meetings_join_the_guides_of_the_themes_that_they_share() -> None:
    load_guides()
    field = make_field(max_meetings=3)
    case = make_case(field)
    assert guide_numbers(case) == [1, 2, 3]
    first, second = guide_for(case, 1, "en"), guide_for(case, 2, "en")
    assert first is not None and first.html == guide_text(1, "en").strip()
    assert second is not None and re.findall("<h2>(.*?)</h2>", second.html) == ["Theme 2", "Theme 3"]
    assert second.html.startswith("<p>This meeting has more than one theme.")
    headings = guide_text(2, "en").count("<h2>") + guide_text(3, "en").count("<h2>")
    assert second.html.count("<h3>") == headings
    assert sanitize(second.html) == second.html
    # An older case that kept nothing joins them as its own number of meetings says.
    Case.objects.filter(pk=case.pk).update(themes=[])
    make_field(max_meetings=5)
    old = guide_for(Case.objects.get(pk=case.pk), 2, "en")
    assert old is not None and old.html == second.html


@pytest.mark.django_db
def test_one_query_for_the_themes_and_short_ones_for_a_page(django_assert_num_queries: Any) -> None:
    load_guides()
    field = make_field()
    with django_assert_num_queries(1):
        assert themes_for(field)[0]["guides"]["sv"]
    with django_assert_num_queries(1):
        assert all("guides" not in theme for theme in themes_for(field, with_guides=False))


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "language"), GUIDES)
def test_the_printed_guide_says_what_the_page_says(number: int, language: str) -> None:
    load_themes()
    case = make_case(make_field())
    pdf = guide_pdf(case, number, language)
    assert pdf is not None and pdf.content.startswith(b"%PDF")
    words = text_of(pdf.content).replace("- ", "")
    for heading in re.findall("<h2>(.*?)</h2>", guide_text(number, language)):
        assert heading in words
    assert case.reference not in words and case.mentee.name not in words, "a paper that is left behind tells nothing"
    assert pdf.pages == 2, "one sheet, printed on both sides"


@pytest.mark.django_db
def test_editors_write_the_guide_in_each_language() -> None:
    rights = ("view_meetingtheme", "change_meetingtheme", "change_programme")
    client = Client()
    client.force_login(make_user("editor", rights))
    theme = make_programme().themes.get(number=2)
    address = reverse("mentoring_themes:edit", args=[theme.pk])
    page = client.get(address).content.decode()
    for code in LANGUAGES:
        assert re.search(rf'name="guides_{code}"[^>]*data-draftail-input', page), code
    data = {
        "programme": theme.programme_id,
        "number": 2,
        "titles_en": "The field",
        "guides_en": as_typed("header-two", "Aim"),
        "guides_fi": as_typed("unstyled", "Puhukaa."),
        "guides_sv": "null",
    }
    assert client.post(address, data).status_code == 302
    theme.refresh_from_db()
    assert theme.guides == {"en": "<h2>Aim</h2>", "fi": "<p>Puhukaa.</p>"}


def as_typed(kind: str, text: str) -> str:
    """Return what the editor sends for one block."""
    import json

    block = {"key": "a", "type": kind, "depth": 0, "text": text, "inlineStyleRanges": [], "entityRanges": []}
    return json.dumps({"blocks": [block], "entityMap": {}})
