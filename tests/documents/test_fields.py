"""Places of signatures in the file, what is embedded in it, and what it says of itself."""

import datetime
import io
import logging
from dataclasses import replace
from typing import Any

import page
import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko.stamp.noop import NoOpStampStyle
from pyhanko_certvalidator import ValidationContext

from tests.documents.sheets import poppler, sheet
from tests.documents.signatures import MENTEE, MENTOR, OTHER_MENTOR, UNION, person
from wagtail_mentoring.documents.agreement_sheet import SheetParty, render_agreement
from wagtail_mentoring.documents.certify import DocumentWriter, certify
from wagtail_mentoring.documents.errors import ForeignField
from wagtail_mentoring.documents.render import Attachment, RenderedPdf, render_pdf

FIELDS = ["sig_mentee", "sig_mentor_1", "sig_mentor_2", "sig_contact", "sig_issuer", "sig_seal", "sig_ts"]


def agreement(language: str = "en") -> RenderedPdf:
    return render_agreement(
        sheet(
            language,
            parties=(
                SheetParty("mentee", MENTEE, "Architect", field_name="sig_mentee"),
                SheetParty("mentor", MENTOR, field_name="sig_mentor_1"),
                SheetParty("mentor", OTHER_MENTOR, field_name="sig_mentor_2"),
                SheetParty("contact", "Kaisa Kontakti", required=False, field_name="sig_contact"),
            ),
        )
    )


def failures(content: bytes, profile: str) -> set[str]:
    report = page.validate_pdf_bytes(content, profile=getattr(page.ValidationProfile, profile))
    return {failure.rule_id for failure in report.failures}


def own_template(settings: Any, tmp_path: Any, html: str) -> None:
    folder = tmp_path / "wagtail_mentoring" / "pdf"
    folder.mkdir(parents=True)
    (folder / "own.html").write_text(html)
    first, *others = settings.TEMPLATES
    settings.TEMPLATES = [{**first, "DIRS": [tmp_path, *first.get("DIRS", [])]}, *others]


def test_every_place_is_an_empty_signature_field_with_words_and_tags() -> None:
    with pikepdf.open(io.BytesIO(agreement().content)) as pdf:
        form = pdf.Root.AcroForm
        assert set(form.keys()) == {"/Fields", "/SigFlags"}
        assert form.SigFlags == 1
        fields = {str(field.T): field for field in form.Fields}
        assert list(fields) == FIELDS
        assert str(fields["sig_mentee"].TU) == f"Signature of {MENTEE}, Mentee"
        tagged = {}
        nums = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
        for number, element in zip(nums[::2], nums[1::2], strict=True):
            tagged[int(number)] = element
        for name, field in fields.items():
            assert set(field.keys()) - ({"/Lock"} if name == "sig_seal" else set()) == {
                "/Type", "/Subtype", "/FT", "/T", "/TU", "/F", "/P", "/Rect", "/AP", "/StructParent",
            }, name  # fmt: skip
            assert (field.Subtype, field.FT, field.F) == ("/Widget", "/Sig", 4)
            assert str(field.TU)
            left, bottom, right, top = map(float, field.Rect)
            assert 0 < left < right < 595 and 0 < bottom < top < 842
            assert right - left > 60 and top - bottom > 15, "too small for a signature that shows"
            look = field.AP.N
            assert look.read_bytes() == b""
            assert [float(side) for side in look.BBox] == pytest.approx([0, 0, right - left, top - bottom])
            element = tagged[int(field.StructParent)]
            assert element.S == "/Form"
            assert element.K.Type == "/OBJR" and element.K.Obj.objgen == field.objgen
            assert any(annotation.objgen == field.objgen for annotation in field.P.Annots)


@pytest.mark.parametrize("profile", ["PDF_A_3A", "PDF_UA_1"])
def test_the_standards_hold_with_fields_and_after_certification(profile: str) -> None:
    content = agreement().content
    assert failures(content, profile) == set()
    assert failures(certify(content, UNION, may_sign=True), profile) == set()


def test_all_can_sign_one_after_another_and_each_signature_stays_valid(caplog: pytest.LogCaptureFixture) -> None:
    content = certify(agreement().content, UNION, may_sign=True)
    for field, name in (("sig_mentor_1", MENTOR), ("sig_mentee", MENTEE), ("sig_contact", "Kaisa Kontakti")):
        signer = PdfSigner(PdfSignatureMetadata(field), person(name).signer(), stamp_style=NoOpStampStyle())
        content = signer.sign_pdf(DocumentWriter(io.BytesIO(content)), existing_fields_only=True).getvalue()
    reader = PdfFileReader(io.BytesIO(content))
    signatures = reader.embedded_signatures
    assert [found.field_name for found in signatures] == ["sig_issuer", "sig_mentor_1", "sig_mentee", "sig_contact"]
    for found in signatures:
        with caplog.at_level(logging.CRITICAL):  # nobody here knows the made-up certificates, which is not the question
            status = validate_pdf_signature(found, ValidationContext(trust_roots=[]))
        assert status.intact and status.valid, found.field_name
        assert status.docmdp_ok
        last = found is signatures[-1]
        assert status.modification_level is (ModificationLevel.NONE if last else ModificationLevel.FORM_FILLING)
        assert (status.coverage is SignatureCoverageLevel.ENTIRE_FILE) == last
    assert failures(content, "PDF_UA_1") == set()
    # The checker takes the earlier signatures' ranges for wrong, since they end before the file does, as they must.
    assert failures(content, "PDF_A_3A") == {"PDFA3A-SIGNATURE-BYTERANGE-001"}
    told = poppler("pdfsig", "-nocert", content=content)
    assert told.count("Signature Validation: Signature is Valid.") == 4


@pytest.mark.parametrize(
    "field",
    [
        '<input type="text" name="sig_mentee">',
        '<input type="checkbox" name="agree">',
        '<input type="checkbox" name="sig_a"><input type="checkbox" name="sig_a">',
        '<select name="sig_a"><option>1</select>',
    ],
)
def test_other_fields_are_refused(settings: Any, tmp_path: Any, field: str) -> None:
    own_template(settings, tmp_path, f'<html lang="en"><title>x</title><p>{field}</p>')
    with pytest.raises(ForeignField, match="“own.html” has a form field “(sig_|agree)"):
        render_pdf("own.html", {}, language="en", title="x")


def test_a_document_without_places_has_no_form(settings: Any, tmp_path: Any) -> None:
    own_template(settings, tmp_path, '<html lang="en"><title>x</title><p>y</p>')
    with pikepdf.open(io.BytesIO(render_pdf("own.html", {}, language="en", title="x").content)) as pdf:
        assert "/AcroForm" not in pdf.Root


MADE = datetime.datetime(2026, 10, 24, 14, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=3)))
ATTACHED = (
    Attachment("rules.json", b'{"a": 1}', "application/json", "What was recorded", "Data", MADE),
    Attachment("agreement.pdf", b"%PDF-1.7 not really\n", "application/pdf", "The agreement", "Source"),
    Attachment("copy.json", b'{"a": 1}', "application/json", "The same again", "Supplement"),
)
OWN = (
    '<html lang="en"><head><meta name="dcterms.created" content="2026-10-23"></head><title>{{ title }}</title><p>y</p>'
)


def with_files(settings: Any, tmp_path: Any, **options: Any) -> RenderedPdf:
    own_template(settings, tmp_path, OWN)
    return render_pdf("own.html", {}, language="en", title="A & B", attachments=ATTACHED, **options)


def test_embedded_files_keep_name_type_relationship_and_a_fixed_time(settings: Any, tmp_path: Any) -> None:
    content = with_files(settings, tmp_path).content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert list(pdf.attachments) == ["agreement.pdf", "copy.json", "rules.json"]
        found = {}
        for file in pdf.Root.AF:
            stream = file.EF.F
            found[str(file.UF)] = (
                stream.read_bytes(),
                str(stream.Subtype),
                str(file.AFRelationship),
                str(file.Desc),
                str(stream.Params.ModDate),
            )
        assert len(pdf.Root.AF) == 3
    assert found == {
        "rules.json": (b'{"a": 1}', "/application/json", "/Data", "What was recorded", "D:20261024110500Z"),
        "agreement.pdf": (
            b"%PDF-1.7 not really\n", "/application/pdf", "/Source", "The agreement", "D:20000101000000Z",
        ),
        "copy.json": (b'{"a": 1}', "/application/json", "/Supplement", "The same again", "D:20000101000000Z"),
    }  # fmt: skip
    assert failures(content, "PDF_A_3A") == set()


def test_embedded_files_do_not_cost_the_same_bytes(settings: Any, tmp_path: Any) -> None:
    first = with_files(settings, tmp_path)
    assert first == render_pdf("own.html", {}, language="en", title="A & B", attachments=ATTACHED[::-1])


@pytest.mark.parametrize("name", ["rules.json", "", "säännöt.json"])
def test_files_of_one_name_or_an_odd_one_are_refused_before_anything_is_made(name: str) -> None:
    files = (ATTACHED[0], replace(ATTACHED[1], name=name))
    with pytest.raises(ValueError, match="names of their own"):
        render_pdf("own.html", {}, language="en", title="x", attachments=files)


def test_a_file_names_itself(settings: Any, tmp_path: Any) -> None:
    content = with_files(settings, tmp_path, reference="SAFA-2026-0417 <&>", kind="agreement").content
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_metadata() as metadata:
        assert metadata["dc:identifier"] == "SAFA-2026-0417 <&>"
        assert metadata["dc:type"] == {"agreement"} or list(metadata["dc:type"]) == ["agreement"]
        assert metadata["dc:title"] == "A & B"
    assert failures(content, "PDF_A_3A") == failures(content, "PDF_UA_1") == set()


def test_no_stream_seems_too_long() -> None:
    """The quick checker measures streams by their end mark; enough documents to meet bytes that look like one."""
    for number in range(30):
        content = render_agreement(sheet(reference=f"SAFA-2026-{number:04d}", text=f"<p>{number}</p>")).content
        assert failures(content, "PDF_A_3A") == set(), number
