"""Certified documents for tests, parties who sign them, and two judges: pyHanko and poppler's pdfsig."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import page
import pikepdf
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.stamp.noop import NoOpStampStyle
from pyhanko_certvalidator import ValidationContext

from tests.documents.authority import Authority
from tests.documents.sheets import poppler
from wagtail_mentoring.documents.backends import HeldSigner
from wagtail_mentoring.documents.certify import DocumentWriter
from wagtail_mentoring.documents.keys import KeyMaterial


@dataclass(frozen=True)
class PlainUnion:
    """A union without a database."""

    pk: int = 1
    short: str = "SAFA"
    slug: str = "safa"
    accent: str = "#1e4a8c"
    name: str = "Finnish Association of Architects SAFA"

    def __str__(self) -> str:
        return self.name


def sign_field(content: bytes, field: str, name: str, authority: Authority) -> bytes:
    """Let a person sign in a field, with a certificate in that name, as a signing tool would."""
    private_key, certificate = authority.issue("", name)
    signer = HeldSigner(KeyMaterial(private_key, certificate, (authority.certificate,)))
    meta = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES)
    tool = PdfSigner(meta, signer, stamp_style=NoOpStampStyle())
    signed: io.BytesIO = tool.sign_pdf(DocumentWriter(io.BytesIO(content)), existing_fields_only=True)
    return signed.getvalue()


def judged(content: bytes, trusted: Sequence[bytes]) -> dict[str, Any]:
    """Return pyHanko's judgement of each signature by the name of its field; nothing is fetched."""
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(root) for root in trusted], allow_fetching=False
    )
    reader = PdfFileReader(io.BytesIO(content))
    return {found.field_name: validate_pdf_signature(found, context) for found in reader.embedded_regular_signatures}


def pdfsig(content: bytes) -> dict[str, str]:
    """Return what poppler says of each signed field: "Signature is Valid." and the like."""
    said = poppler("pdfsig", "-nocert", content=content)
    blocks = re.split(r"^Signature #\d+:$", said, flags=re.MULTILINE)[1:]
    found = {}
    for block in blocks:
        field = re.search(r"Signature Field Name: (.+)", block)
        verdict = re.search(r"Signature Validation: (.+)", block)
        if field and verdict:
            found[field[1]] = verdict[1]
    return found


def faults(content: bytes, profile: str) -> set[str]:
    """Return the rules of ``PDF_A_3A`` or ``PDF_UA_1`` that the quick checker finds broken."""
    report = page.validate_pdf_bytes(content, profile=getattr(page.ValidationProfile, profile))
    return {failure.rule_id for failure in report.failures}


def xmp(content: bytes) -> bytes:
    """Return the document's metadata as they stand in it."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return pdf.Root.Metadata.read_raw_bytes()


def small_pdf(*names: str, sizes: Sequence[tuple[float, float]] = ()) -> bytes:
    """Return a page with empty signature fields of these names, each of its (width, height) or 60 by 60."""
    pdf = pikepdf.new()
    sheet = pdf.add_blank_page(page_size=(595, 842))
    fields = []
    for number, name in enumerate(names):
        width, height = sizes[number] if number < len(sizes) else (60, 60)
        bottom = 80 * (number + 1)
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T=name, F=4, P=sheet.obj,
            Rect=[50, bottom, 50 + width, bottom + height],
        )  # fmt: skip
        fields.append(pdf.make_indirect(field))
    sheet.obj.Annots = pikepdf.Array(fields)
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(fields), SigFlags=1)
    written = io.BytesIO()
    pdf.save(written)
    return written.getvalue()
