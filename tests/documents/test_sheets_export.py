import datetime
from typing import Any

import page
import pytest

from tests.documents.sheets import poppler, text_of
from wagtail_mentoring.documents.agreement_sheet import UnionBrand
from wagtail_mentoring.documents.export_sheet import ExportGroup, ExportSection, ExportSheet, render_export
from wagtail_mentoring.documents.render import render_html

KEPT = "12 months after the end"


def export(*sections: ExportSection, **changes: Any) -> ExportSheet:
    values: dict[str, Any] = {
        "union": UnionBrand("Finnish Association of Architects SAFA", "SAFA", "#1e4a8c"),
        "reference": "SAFA-2026-0417",
        "language": "en",
        "person_name": "أمل المثال",
        "made_at": datetime.datetime(2026, 10, 24, 11, 5, tzinfo=datetime.UTC),
        "sections": sections,
    }
    return ExportSheet(**(values | changes))


def test_each_part_says_why_who_reads_it_and_until_when() -> None:
    rows = (("E-mail", "amal@example.org"), ("Phone", ""))
    text = text_of(
        render_export(
            export(
                ExportSection("Contact details", "To reach you.", "The contact person.", KEPT, rows),
                ExportSection("Meetings", "To see how it goes.", "Your mentors.", KEPT),
            )
        ).content
    )
    for words in (
        "Contact details 2 12 months after the end", "Meetings 0 12 months after the end",
        "What it is used for To reach you.", "Who can read it The contact person.", "E-mail amal@example.org",
        "Phone –", "Nothing is kept here.", "ask the union to correct it or to erase it",
    ):  # fmt: skip
        assert words in text, words


def test_long_answers_go_on_over_pages_and_stay_inside_the_margins() -> None:
    answer = f"{'I have worked as an architect. ' * 300}\n\nhttps://example.org/{'x' * 400}"
    rendered = render_export(export(ExportSection("Answers", "", "", KEPT, (("Goals" * 30, answer),))))
    assert rendered.pages >= 3
    boxes = poppler("pdftotext", "-bbox", content=rendered.content, after=("-",))
    right_edges = [float(line.split('xMax="')[1].split('"')[0]) for line in boxes.splitlines() if "<word" in line]
    assert max(right_edges) <= 595.3 - 56.6
    assert text_of(rendered.content).count("worked") == 300


def test_what_people_wrote_is_shown_line_by_line_and_is_never_markup() -> None:
    value = "one\u202e\r\n<b>two</b>\n"
    html = render_html(
        "export.html", export(ExportSection("A", "", "", KEPT, (("L", value),))).context(), language="en", title="x"
    )
    assert "<bdi>one\n&lt;b&gt;two&lt;/b&gt;</bdi>" in html


def test_headings_table_headers_and_both_standards() -> None:
    rows = tuple((f"Question {number}", f"नमस्ते ሰላም สวัสดี {number}") for number in range(1, 30))
    content = render_export(export(*(ExportSection(f"Part {n}", "a", "b", KEPT, rows) for n in range(3)))).content
    structure = poppler("pdfinfo", "-struct", content=content)
    assert [structure.count(f" {tag} (block)") for tag in ("H1", "H2", "H3")] == [1, 4, 0]
    # Facts 2, overview 3 + 3, and for each part 3 lines about it and 29 rows.
    assert structure.count(" TH ") == 2 + 6 + 3 * (3 + 29)
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert page.validate_pdf_bytes(content, profile=profile).failures == []


def test_an_export_about_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="about nobody"):
        render_export(export(person_name="\u200e"))


def test_many_things_of_one_kind_are_a_table() -> None:
    lines = tuple((f"{day} October 2026", f"Meeting {day} held", "") for day in range(1, 60))
    section = ExportSection("History", "", "", KEPT, (("Not in this file", "Others"),), ("When", "What", "Why"), lines)
    content = render_export(export(section)).content
    text = text_of(content)
    assert "When What Why" in text and "5 October 2026 Meeting 5 held –" in text and "Not in this file" in text
    assert section.lines == 60 and "Nothing is kept here." not in text
    structure = poppler("pdfinfo", "-struct", content=content)
    # Facts 2, overview 3 + 1, kept until 1, what is not in it 1, and the heads on each of the three pages.
    assert structure.count(" TH ") == 8 + 3 * 3 and structure.count(" TD:") >= 59 * 3
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert page.validate_pdf_bytes(content, profile=profile).failures == []


def test_many_things_with_long_texts_stand_each_under_a_heading() -> None:
    body = "Hello Amal,\n\nyour application has come.\n" * 30
    groups = tuple(
        ExportGroup(f"{number}. Application received", (("To", "amal@example.org"), ("Text", body)))
        for number in range(1, 4)
    )
    section = ExportSection("Mails to you", "", "", KEPT, groups=groups)
    content = render_export(export(section)).content
    text = text_of(content)
    assert "2. Application received To amal@example.org Text Hello Amal," in text
    assert section.lines == 3 and "Nothing is kept here." not in text
    structure = poppler("pdfinfo", "-struct", content=content)
    assert [structure.count(f" {tag} (block)") for tag in ("H1", "H2", "H3")] == [1, 2, 3]
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert page.validate_pdf_bytes(content, profile=profile).failures == []
