import io
import re
import subprocess
from pathlib import Path
from typing import Any

import page
import pikepdf
import pytest
from django.core.management import CommandError, call_command
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.documents.sheets import poppler
from wagtail_mentoring.agreements.texts import agreement_text
from wagtail_mentoring.documents.certify import certify
from wagtail_mentoring.documents.samples import Sample, SampleMaker
from wagtail_mentoring.meetings.texts import guide_text

LANGUAGES = {"en": "English", "fi": "suomi", "sv": "svenska"}
MAKERS = {code: SampleMaker(code, name, agreement_text(code), guide_text(1, code)) for code, name in LANGUAGES.items()}
SAMPLES = {f"{sample.name}-{code}": (code, sample) for code, maker in MAKERS.items() for sample in maker.samples()}
#: Where the text of a page begins and ends, in points from its top.
HEAD, FOOT = 105, 774
CERTIFIED = {"agreement", "supplement", "signing", "participation", "thanks"}


def failures(content: bytes) -> list[Any]:
    return [
        (failure.rule_id, failure.message)
        for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1)
        for failure in page.validate_pdf_bytes(content, profile=profile).failures
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_document_is_archival_accessible_and_read_without_complaint(name: str, tmp_path: Path) -> None:
    code, sample = SAMPLES[name]
    maker = MAKERS[code]
    content = sample.render().content
    assert failures(content) == []
    if sample.may_sign is not None:
        content = certify(content, maker.union, may_sign=sample.may_sign, keys=maker.keys)
        assert failures(content) == []
    path = tmp_path / "sample.pdf"
    path.write_bytes(content)
    # Poppler complains of page content that the checker does not look at.
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    signatures = PdfFileReader(io.BytesIO(content)).embedded_signatures
    assert [signature.field_name for signature in signatures] == (
        ["sig_issuer"] if name.split("-")[0] in CERTIFIED else []
    )
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert str(pdf.Root.Lang) == code


def by_name(code: str, name: str) -> Sample:
    return SAMPLES[f"{name}-{code}"][1]


def test_the_samples_are_the_same_in_every_language() -> None:
    names = {code: [sample.name for sample in maker.samples()] for code, maker in MAKERS.items()}
    assert names["en"] == names["fi"] == names["sv"]
    assert len(names["en"]) == len(set(names["en"])) == 11


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", ["signing-record", "data-export"])
def test_no_page_is_left_half_empty(code: str, name: str) -> None:
    """Only the last page may end early, and it holds more than the end of a sentence."""
    told = poppler("pdftotext", "-bbox", content=by_name(code, name).render().content, after=("-",))
    *pages, last = [[float(low) for low in re.findall(r'yMax="([\d.]+)"', page)] for page in told.split("<page ")[1:]]
    ends = [max(low for low in lows if low < FOOT) for lows in (*pages, last)]
    assert min(ends[:-1]) > FOOT - 0.15 * (FOOT - HEAD), ends
    assert ends[-1] > HEAD + 0.2 * (FOOT - HEAD), ends


def test_the_record_holds_an_agreement_that_is_certified_itself() -> None:
    content = by_name("en", "signing-record").render().content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        inside = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
    agreement = "SAMPLE-2026-0417-en-3.pdf"
    assert sorted(inside) == [agreement, "SAMPLE-2026-0417-scan-1.png", "SAMPLE-2026-0417-signatures.json"]
    signatures = PdfFileReader(io.BytesIO(inside[agreement])).embedded_signatures
    assert [signature.field_name for signature in signatures] == ["sig_issuer", "sig_mentor_1", "sig_seal"]


def test_the_command_writes_them_and_says_what(tmp_path: Path) -> None:
    said = io.StringIO()
    folder = tmp_path / "new" / "samples"
    call_command("mentoring_documents", out=str(folder), language=["fi"], stdout=said)
    files = sorted(path.name for path in folder.iterdir())
    assert len(files) == 11
    assert "agreement-right-to-left-fi.pdf" in files
    assert all((folder / name).read_bytes().startswith(b"%PDF-1.7") for name in files)
    assert "11 documents" in said.getvalue()
    assert f"{folder / 'participation-fi.pdf'}: " in said.getvalue()


def test_the_command_explains_what_it_cannot_do(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no language “de”, only en, fi, sv"):
        call_command("mentoring_documents", out=str(tmp_path), language=["de"])
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(CommandError, match="cannot be made"):
        call_command("mentoring_documents", out=str(file / "inside"))
