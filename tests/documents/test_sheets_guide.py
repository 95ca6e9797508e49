import datetime
from typing import Any

import page
import pytest

from tests.documents.sheets import poppler, text_of
from wagtail_mentoring.documents.agreement_sheet import UnionBrand
from wagtail_mentoring.documents.guide_sheet import GuideSheet, render_guide

BODY = (
    "<h2>Before the meeting</h2><p>Think of one question.</p><ul><li>Write down three goals.</li></ul>"
    "<h2>Talk about</h2><h3>Who are we?</h3><p>Tell each other what you like in your work.</p>"
)


def guide(**changes: Any) -> GuideSheet:
    values: dict[str, Any] = {
        "union": UnionBrand("Finnish Association of Architects SAFA", "SAFA", "#1e4a8c"),
        "language": "en",
        "number": 2,
        "of": 5,
        "title": "The field and the labour market",
        "summary": "You learn how people find work.",
        "body_html": BODY,
        "issued": datetime.date(2026, 9, 1),
    }
    return GuideSheet(**(values | changes))


def test_a_guide_is_one_sheet_with_notes_on_its_back() -> None:
    rendered = render_guide(guide())
    assert rendered.pages == 2
    first, second = (
        " ".join(
            poppler("pdftotext", "-f", str(number), "-l", str(number), content=rendered.content, after=("-",)).split()
        )
        for number in (1, 2)
    )
    for words in ("Meeting 2 of 5", "The field and the labour market", "Before the meeting", "Write down three goals."):
        assert words in first, words
    for words in ("Notes", "What we agreed", "What each of us does next"):
        assert words in second, words
    assert "Notes" not in first


def test_a_long_guide_shares_its_last_page_with_the_notes() -> None:
    one = BODY + "<h2>More</h2>" + "<p>Tell each other what you like in your work, and why.</p>" * 24
    longer = render_guide(guide(body_html=one))
    assert longer.pages == 2
    assert "Notes" in text_of(longer.content)
    very_long = render_guide(guide(body_html=BODY * 20))
    assert very_long.pages > 3
    assert text_of(very_long.content).count("Before the meeting") == 20


def test_headings_lists_and_both_standards() -> None:
    content = render_guide(guide()).content
    structure = poppler("pdfinfo", "-struct", content=content)
    # Two points and the notes; inside them one heading of the text and three places to write.
    assert [structure.count(f" {tag} (block)") for tag in ("H1", "H2", "H3")] == [1, 3, 4]
    assert structure.count("LBody") >= 1
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert page.validate_pdf_bytes(content, profile=profile).failures == []


def test_nothing_but_plain_rich_text_gets_in() -> None:
    hostile = '<h2>One</h2><script>x</script><p onclick="x">Words<input name="sig_mentee" type="checkbox"></p>'
    content = render_guide(guide(body_html=hostile)).content
    assert "Words" in text_of(content)
    assert b"/AcroForm" not in content


def test_a_meeting_that_there_is_not_has_no_guide() -> None:
    for number in (0, 6):
        with pytest.raises(ValueError, match=f"no meeting {number} of 5"):
            render_guide(guide(number=number))


def test_the_title_bar_names_the_meeting_and_its_theme() -> None:
    assert guide().full_title() == "Meeting 2: The field and the labour market"
