import datetime
import io
from typing import Any

import page
import pikepdf
import pytest

from tests.documents.sheets import poppler, text_of
from wagtail_mentoring.documents.agreement_sheet import UnionBrand
from wagtail_mentoring.documents.certificate_sheet import CertificateSheet, render_certificate
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.pdf_tags import duration


def certificate(**changes: Any) -> CertificateSheet:
    values: dict[str, Any] = {
        "kind": "participation",
        "union": UnionBrand("Finnish Association of Architects SAFA", "SAFA", "#1e4a8c"),
        "reference": "SAFA-2026-0417",
        "language": "en",
        "name": "Amal Example",
        "field": "Architecture",
        "meetings": 5,
        "minutes": 450,
        "first": datetime.date(2026, 11, 3),
        "last": datetime.date(2027, 4, 20),
        "issued": datetime.date(2027, 5, 4),
    }
    return CertificateSheet(**(values | changes))


def test_it_says_who_what_how_long_and_when() -> None:
    text = text_of(render_certificate(certificate(contact="Kaisa Kontakti")).content)
    for words in (
        "Certificate of participation", "Amal Example", "Architecture", "7 h 30 min", "3 November 2026",
        "20 April 2027", "Kaisa Kontakti, contact person", "Issued on 4 May 2027", "SAFA-2026-0417",
    ):  # fmt: skip
        assert words in text, words


def test_thanks_are_thanks() -> None:
    sheet = certificate(kind="thanks", name="Maija Mallikas")
    assert sheet.title() == "Thank you for being a mentor, SAFA-2026-0417"
    text = text_of(render_certificate(sheet).content)
    assert "as a volunteer and without pay" in text
    assert "Certificate of participation" not in text


def test_one_day_is_not_a_period() -> None:
    text = text_of(render_certificate(certificate(last=datetime.date(2026, 11, 3))).content)
    assert text.count("3 November 2026") == 1


@pytest.mark.parametrize("name", ["Mäkelä" * 33, "أمل بنت عبد الرحمن آل مثال " * 7, "प्रिया उदाहरण " * 14])
@pytest.mark.parametrize("kind", ["participation", "thanks"])
def test_a_name_of_two_hundred_letters_stays_on_the_one_page(kind: Any, name: str) -> None:
    rendered = render_certificate(certificate(kind=kind, name=name, field="Yhteiskuntatieteellinen ala " * 3))
    boxes = poppler("pdftotext", "-bbox", content=rendered.content, after=("-",))
    words = [line for line in boxes.splitlines() if "<word" in line]
    # A4 lies across: 842 by 595 points. The text ends 112 mm before the right edge and 14 mm above the foot.
    assert max(float(line.split('xMax="')[1].split('"')[0]) for line in words) <= 842 - 317
    assert max(float(line.split('yMax="')[1].split('"')[0]) for line in words) <= 595 - 39
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert page.validate_pdf_bytes(rendered.content, profile=profile).failures == []


def test_the_union_certifies_it() -> None:
    with pikepdf.open(io.BytesIO(render_certificate(certificate()).content)) as pdf:
        assert [str(field.T) for field in pdf.Root.AcroForm.Fields] == ["sig_issuer"]


def test_what_cannot_be_certified_is_refused() -> None:
    with pytest.raises(ValueError, match="has no name"):
        render_certificate(certificate(name="\u200f"))
    with pytest.raises(ValueError, match="needs a meeting"):
        render_certificate(certificate(meetings=0))
    with pytest.raises(ValueError, match="needs a meeting"):
        render_certificate(certificate(last=datetime.date(2026, 11, 2)))
    for field in ("Architecture " * 300, "WWWWWWWWWWW " * 20):
        with pytest.raises(DocumentRenderError, match="one page"):
            render_certificate(certificate(field=field, name="Mäkelä" * 33))


@pytest.mark.parametrize(
    ("minutes", "shown"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (450, "7 h 30 min"), (6000, "100 h")]
)
def test_a_time_is_told_in_hours_and_minutes(minutes: int, shown: str) -> None:
    assert duration(minutes) == shown
