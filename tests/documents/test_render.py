import datetime
import io
from pathlib import Path
from typing import Any

import page
import pikepdf
import pytest
from django.conf import settings
from django.utils import timezone

from tests.documents.sheets import poppler, sheet, text_of
from wagtail_mentoring.documents import libraries
from wagtail_mentoring.documents.agreement_sheet import SheetParty, UnionBrand, meetings_label, render_agreement
from wagtail_mentoring.documents.assets import SHIPPED, find_asset
from wagtail_mentoring.documents.errors import AssetRefused, DocumentRenderError, PdfLibrariesMissing
from wagtail_mentoring.documents.render import render_html, render_pdf
from wagtail_mentoring.documents.templates import search_path

NAMES = {
    "Latin": "Łucja Đặng-Öberg Şahin",
    "Cyrillic": "Олександра Їжакевич",
    "Greek": "Ελένη Παράδειγμα",
    "Arabic": "أمل بنت عبد الرحمن",
    "Persian": "گلناز پژمان‌فر",
    "Hebrew": "נועה לדוגמה",
    "Ethiopic": "ሰላም ምሳሌ",
    "Thai": "สมหญิง ตัวอย่าง",
    "Devanagari": "प्रिया उदाहरण",
    "Armenian": "Անի Օրինակ",
    "Georgian": "ნინო მაგალითი",
    "Bengali": "রিনা উদাহরণ",
    "Tamil": "கவிதா",
    "Gurmukhi": "ਗੁਰਪ੍ਰੀਤ",
}


@pytest.fixture
def site_folder(tmp_path: Path, settings: Any) -> Path:
    """A site's own templates, before everything else."""
    folder = tmp_path / "wagtail_mentoring" / "pdf"
    folder.mkdir(parents=True)
    first, *others = settings.TEMPLATES
    settings.TEMPLATES = [{**first, "DIRS": [tmp_path, *first.get("DIRS", [])]}, *others]
    return folder


def test_the_agreement_says_who_what_and_when() -> None:
    rendered = render_agreement(sheet(mentors=("Maija Mallikas", "Erik Exempel")))
    text = text_of(rendered.content)
    for words in (
        "Finnish Association of Architects SAFA", "SAFA-2026-0417", "23 October 2026", "Amal Example",
        "Maija Mallikas", "Erik Exempel", "Architecture", "3–5", "one mentee and two mentors",
        "1 Free will", "18 Signing",
        "Issued on Friday 23 October 2026", f"Page {rendered.pages} of {rendered.pages}",
    ):  # fmt: skip
        assert words in text, words
    assert text.count("Signature Date") == 3


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_title_language_tags_and_bookmarks(language: str) -> None:
    rendered = render_agreement(sheet(language))
    with pikepdf.open(io.BytesIO(rendered.content)) as pdf:
        assert str(pdf.Root.Lang) == language
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo["/Title"]).endswith(", SAFA-2026-0417")
        assert len(pdf.pages) == rendered.pages
        with pdf.open_outline() as outline:
            (title,) = outline.root
            agreed = title.children[0]
            assert len(title.children) == 2
            assert len(agreed.children) == 18
            assert agreed.children[0].title in {"1 Free will", "1 Vapaaehtoisuus", "1 Frivillighet"}
    structure = poppler("pdfinfo", "-struct", content=rendered.content)
    assert [structure.count(f" {tag} (block)") for tag in ("H1", "H2", "H3")] == [1, 2, 18]


@pytest.mark.parametrize("profile", ["PDF_A_3A", "PDF_UA_1"])
@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_archival_and_accessible_as_the_checker_sees_it(language: str, profile: str) -> None:
    signed = datetime.datetime(2026, 10, 24, 11, 5, tzinfo=datetime.UTC)
    rendered = render_agreement(
        sheet(
            language,
            parties=(
                SheetParty("mentee", "أمل المثال", "Architect", signed, "on the private page", field_name="sig_mentee"),
                SheetParty("mentor", "प्रिया", field_name="sig_mentor_1"),
                SheetParty("contact", "Kaisa Kontakti", required=False, field_name="sig_contact"),
            ),
        )
    )
    report = page.validate_pdf_bytes(rendered.content, profile=getattr(page.ValidationProfile, profile))
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []


def test_the_same_context_gives_the_same_bytes() -> None:
    first, second = render_agreement(sheet()), render_agreement(sheet())
    assert first == second
    assert first.sha256 != render_agreement(sheet(reference="SAFA-2026-0418")).sha256


def test_another_process_makes_the_same_bytes_whatever_it_made_before(settings: Any) -> None:
    wanted = sheet(mentee=NAMES["Devanagari"], mentors=(NAMES["Arabic"], NAMES["Cyrillic"]))
    first = render_agreement(wanted)
    # Another recycling means another process.
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "DOCUMENT_RECYCLE": 199}
    render_agreement(sheet("fi", mentors=(NAMES["Thai"], NAMES["Hebrew"])))
    assert render_agreement(wanted) == first


def test_every_letter_of_every_script_finds_a_bundled_font() -> None:
    names = tuple(NAMES.values())
    rendered = render_agreement(sheet(mentee=names[0], mentors=names[1:]))
    fonts = [line.split()[0] for line in poppler("pdffonts", content=rendered.content).splitlines()[2:]]
    assert all("+Mentoring-" in font for font in fonts), fonts
    scripts = (
        "Arabic",
        "Hebrew",
        "Ethiopic",
        "Thai",
        "Devanagari",
        "Armenian",
        "Georgian",
        "Bengali",
        "Tamil",
        "Gurmukhi",
    )
    for script in scripts:
        assert any(font.endswith(f"Noto-{script}-Bold") for font in fonts), script
    with pikepdf.open(io.BytesIO(rendered.content)) as pdf:
        for embedded in [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/CIDToGIDMap")]:
            # Glyph 0 is the empty box that stands for a missing letter; its width is in the table only when used.
            widths = embedded.get("/W", [])
            assert not any(int(first) == 0 for first in list(widths)[::2] if not isinstance(first, pikepdf.Array))
    text = text_of(rendered.content)
    for script in ("Latin", "Cyrillic", "Greek", "Ethiopic", "Armenian", "Georgian"):
        for word in NAMES[script].replace("-", " ").split():
            assert word in text, script


def test_a_name_cannot_turn_the_text_around_it() -> None:
    html = render_html(
        "agreement.html", sheet(mentee="A\u202emal\u2066 <b>Ex</b>\nample\u200f").context(), language="en", title="x"
    )
    assert "<bdi>Amal &lt;b&gt;Ex&lt;/b&gt; ample</bdi>" in html
    assert "<bdi>گلناز پژمان‌فر</bdi>" in render_html(
        "agreement.html", sheet(mentee=NAMES["Persian"]).context(), language="en", title="x"
    )


def test_control_characters_of_pasted_text_leave_no_boxes() -> None:
    pasted = "<p>one\u2028two\x85three\u2029four fi\x07ve\x7f six\x00 \x9fseven</p>"
    text = text_of(render_agreement(sheet(text=pasted, field="Town\x0b planning\x1b")).content)
    assert "one two three four five six seven" in text
    assert "Town planning" in text


def test_a_signed_box_says_when_and_how_and_an_optional_one_that_it_is_not_required() -> None:
    signed = datetime.datetime(2026, 10, 24, 11, 5, tzinfo=datetime.UTC)
    parties = (
        SheetParty("mentee", "Amal Example", "Architect", signed, "typed on the private page"),
        SheetParty("mentor", "Maija Mallikas", "Architect"),
        SheetParty("contact", "Kaisa Kontakti", "SAFA", required=False),
    )
    text = text_of(render_agreement(sheet(parties=parties)).content)
    local = timezone.localtime(signed, timezone=timezone.get_default_timezone())
    assert f"Signed 24 October 2026, {local:%H:%M} typed on the private page" in text
    assert "Contact person (signature not required)" in text
    assert "one mentee and one mentor." in text


@pytest.mark.parametrize(
    "address", ["https://evil.example/x.css", "file:///etc/passwd", "../../settings.py", "nothing.css"]
)
def test_nothing_but_bundled_assets_is_read(site_folder: Path, address: str) -> None:
    (site_folder / "other.html").write_text(
        f'<html><head><link rel="stylesheet" href="{address}"></head><p>a</p></html>'
    )
    with pytest.raises(AssetRefused, match="other.html"):
        render_pdf("other.html", {}, language="en", title="x")


def test_a_picture_in_the_text_is_dropped_before_anything_is_fetched() -> None:
    text = (
        '<h2>One</h2><p>a<img src="http://127.0.0.1:9/x.png"></p><style>p{background:url(http://127.0.0.1:9/y)}</style>'
    )
    assert "One" in text_of(render_agreement(sheet(text=text)).content)


def test_asset_names_stay_inside_the_folders(tmp_path: Path) -> None:
    (tmp_path / "secret.css").write_text("")
    inside = tmp_path / "pdf"
    inside.mkdir()
    assert find_asset("https://documents.invalid/../secret.css", (inside,)) is None
    assert find_asset("https://documents.invalid/%2e%2e/secret.css", (inside,)) is None
    assert find_asset("https://documents.invalid.example/document.css", (SHIPPED,)) is None
    assert find_asset("https://documents.invalid/agreement.html", (SHIPPED,)) is None
    assert find_asset("https://documents.invalid/document.css", (SHIPPED,)) == (SHIPPED / "document.css", "text/css")


def test_a_site_changes_one_template_and_keeps_the_rest(site_folder: Path) -> None:
    (site_folder / "agreement.html").write_text(
        '{% extends "agreement.html" %}{% block content %}<p>Our own first line.</p>{{ block.super }}{% endblock %}'
    )
    assert search_path() == (site_folder, SHIPPED)
    text = text_of(render_agreement(sheet()).content)
    assert "Our own first line." in text
    assert "What we agree on" in text


def test_an_accent_that_is_no_colour_becomes_the_programme_s_own() -> None:
    context = sheet(union=UnionBrand("U", "U", "red;} @import url(http://e.example/)")).context()
    html = render_html("agreement.html", context, language="en", title="x")
    assert "e.example" not in html
    assert "--accent: #0b5a4a" in html


def test_what_cannot_be_rendered_is_explained(site_folder: Path) -> None:
    (site_folder / "broken.html").write_text("{% nonsense %}")
    with pytest.raises(DocumentRenderError, match="no document template named “none.html”"):
        render_pdf("none.html", {}, language="en", title="x")
    with pytest.raises(DocumentRenderError, match="“broken.html” cannot be read"):
        render_pdf("broken.html", {}, language="en", title="x")
    with pytest.raises(ValueError, match="has no name"):
        render_agreement(sheet(mentee="\u202e "))


def test_a_very_long_name_stays_inside_its_box() -> None:
    rendered = render_agreement(
        sheet(mentee="Mäkelä" * 15, mentors=("Maria-Magdalena Korhonen-Lindström von Wright af Schultén",))
    )
    boxes = poppler("pdftotext", "-bbox", content=rendered.content, after=("-",))
    right_edges = [float(line.split('xMax="')[1].split('"')[0]) for line in boxes.splitlines() if "<word" in line]
    # A4 is 595.3 points wide, the right margin 20 mm.
    assert max(right_edges) <= 595.3 - 56.6


def test_without_pango_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    # In this process, where something can be taken away.
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "DOCUMENT_PROCESSES": 0}

    def missing() -> None:
        raise PdfLibrariesMissing(f"PDF documents cannot be made. {libraries.install_hint()}")

    monkeypatch.setattr("wagtail_mentoring.documents.layout.load_weasyprint", missing)
    with pytest.raises(
        DocumentRenderError, match="apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    ):
        render_agreement(sheet())


def test_meetings_are_a_number_or_a_span() -> None:
    assert meetings_label(3, 5) == "3–5"
    assert meetings_label(4, 4) == "4"


def test_fonts_are_few_and_licensed() -> None:
    fonts = SHIPPED / "fonts"
    assert sum(path.stat().st_size for path in fonts.iterdir()) < 3_000_000
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text().upper()
    assert settings.TEMPLATES
