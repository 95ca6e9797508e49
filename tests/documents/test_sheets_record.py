import datetime
import hashlib
import io
from dataclasses import replace
from typing import Any

import page
import pikepdf
import pytest
from django.utils import timezone

from tests.documents.sheets import poppler, text_of
from wagtail_mentoring.documents.agreement_sheet import UnionBrand
from wagtail_mentoring.documents.pdf_tags import time_and_zone
from wagtail_mentoring.documents.record_sheet import DeclinedEntry, RecordSheet, SignatureEntry, render_record
from wagtail_mentoring.documents.render import Attachment

ISSUED = datetime.datetime(2026, 10, 23, 9, 30, tzinfo=datetime.UTC)
SHA256 = hashlib.sha256(b"agreement").hexdigest()
FILES = (
    Attachment("SAFA-2026-0417-en.pdf", b"agreement", "application/pdf", "The agreement", "Source"),
    Attachment("SAFA-2026-0417-signatures.json", b"{}", "application/json", "Data for machines", "Data"),
)


def entry(name: str, hours: int, method: Any = "typed", **changes: Any) -> SignatureEntry:
    values: dict[str, Any] = {
        "role_label": "Mentor",
        "name": name,
        "how": "Typed the name.",
        "at": ISSUED + datetime.timedelta(hours=hours),
        "details": (("What was shown", SHA256),),
        "method": method,
    }
    return SignatureEntry(**(values | changes))


def record(*entries: SignatureEntry, **changes: Any) -> RecordSheet:
    values: dict[str, Any] = {
        "union": UnionBrand("Finnish Association of Architects SAFA", "SAFA", "#1e4a8c"),
        "reference": "SAFA-2026-0417",
        "language": "en",
        "agreement_title": "Ethics agreement for mentoring, SAFA-2026-0417",
        "agreement_sha256": SHA256,
        "issued_at": ISSUED,
        "entries": entries or (entry("Maija Mallikas", 3), entry("Amal Example", 1)),
        "completed_at": ISSUED + datetime.timedelta(days=3),
        "version": "4",
    }
    return RecordSheet(**(values | changes))


def test_what_happened_stands_in_the_order_of_time() -> None:
    declined = DeclinedEntry("Contact person", "Kaisa Kontakti", ISSUED + datetime.timedelta(hours=2), "On leave")
    sheet = record(declined=(declined,))
    assert [event["kind"] for event in sheet.events()] == ["issued", "signed", "declined", "signed", "completed"]
    text = text_of(render_record(sheet, FILES).content)
    places = [text.index(words) for words in ("was issued", "Amal Example", "Kaisa Kontakti", "Maija Mallikas")]
    assert places == sorted(places)
    assert "Did not want to sign. The reason given: On leave" in text
    assert text.index("Maija Mallikas") < text.index("All signatures are there")


def test_a_typed_name_is_called_what_it_is() -> None:
    text = text_of(render_record(record(), FILES).content)
    assert "A typed name is a simple electronic signature and nothing more." in text
    assert "A personal certificate" not in text
    assert "A signature with a pen" not in text


def test_only_the_ways_that_were_used_are_explained_and_all_when_nobody_says_which() -> None:
    assert record(entry("A", 1, "paper"), entry("B", 2, "certificate")).methods() == {"paper", "certificate"}
    assert record(entry("A", 1, None)).methods() == {"typed", "account", "certificate", "paper"}


def test_the_record_carries_its_evidence_and_lists_it_with_fingerprints() -> None:
    rendered = render_record(record(verify_address="https://example.org/check/"), FILES)
    text = text_of(rendered.content)
    for attachment in FILES:
        assert attachment.name in text
        assert hashlib.sha256(attachment.content).hexdigest() in text
    assert "https://example.org/check/" in text
    with pikepdf.open(io.BytesIO(rendered.content)) as pdf:
        assert {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments} == {
            attachment.name: attachment.content for attachment in FILES
        }
        assert [str(field.T) for field in pdf.Root.AcroForm.Fields] == ["sig_issuer"]


def test_a_file_with_more_in_it_than_was_issued_says_where_the_issued_one_is() -> None:
    """Two fingerprints for one agreement are explained where both can be read."""
    same, other = text_of(render_record(record(), FILES).content), FILES[0].content + b" and signatures"
    longer = text_of(render_record(record(), (replace(FILES[0], content=other), FILES[1])).content)
    said = f"It begins with the file as it was issued (fingerprint {SHA256[:16]}…); the signatures come after it."
    assert said in longer
    assert said not in same and "It begins with" not in same


def test_headings_tables_and_both_standards() -> None:
    many = tuple(entry(f"أمل المثال {number}", number, None) for number in range(12))
    content = render_record(record(*many), FILES).content
    structure = poppler("pdfinfo", "-struct", content=content)
    # Issued, twelve signatures and completed are headings of the third level.
    assert [structure.count(f" {tag} (block)") for tag in ("H1", "H2", "H3")] == [1, 4, 14]
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        report = page.validate_pdf_bytes(content, profile=profile)
        assert [(failure.rule_id, failure.message) for failure in report.failures] == []


def test_a_record_of_nobody_or_of_somebody_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="Nobody has signed"):
        render_record(record(entries=()))
    with pytest.raises(ValueError, match="has no name"):
        render_record(record(entry("\u202e", 1)))


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Europe/Helsinki", "12:30 (UTC+3)"), ("UTC", "09:30 (UTC)"), ("America/St_Johns", "07:00 (UTC-2:30)")],
)
def test_an_hour_says_its_zone(zone: str, shown: str) -> None:
    with timezone.override(zone):
        assert time_and_zone(ISSUED) == shown
