"""What the union certifies and seals: accepted by pyHanko and by poppler, archival, accessible, closed at the end."""

import asyncio
import datetime
import io
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers import Signer
from pyhanko.sign.validation import SignatureCoverageLevel

from tests.documents.authority import Authority, der
from tests.documents.issued import PlainUnion, faults, judged, pdfsig, sign_field, small_pdf, xmp
from tests.documents.sheets import poppler, sheet
from tests.factories import make_union
from wagtail_mentoring import clock
from wagtail_mentoring.documents import keys
from wagtail_mentoring.documents.agreement_sheet import render_agreement
from wagtail_mentoring.documents.backends import HeldSigner, MemoryKeys, backend
from wagtail_mentoring.documents.certify import SigningFailed, certified, certify, seal
from wagtail_mentoring.documents.keys import NoSigningKey

UNION = PlainUnion()
BYTERANGE = "PDFA3A-SIGNATURE-BYTERANGE-001"


@pytest.fixture(scope="module")
def agreement() -> bytes:
    return render_agreement(sheet(mentors=("Maija Mallikas", "Erik Exempel"))).content


def issuers() -> list[bytes]:
    return [issuer.certificate for issuer in backend().certificates()]


def test_both_judges_accept_the_certification(agreement: bytes) -> None:
    result = certified(agreement, UNION, may_sign=True)
    assert (result.level, result.timestamped) == ("B-B", False)
    assert result.content.startswith(agreement), "the issued bytes were changed, not added to"
    assert pdfsig(result.content) == {"sig_issuer": "Signature is Valid."}
    assert "Total document signed" in poppler("pdfsig", "-nocert", content=result.content)
    judgement = judged(result.content, issuers())["sig_issuer"]
    assert judgement.bottom_line
    assert judgement.trusted
    assert judgement.coverage == SignatureCoverageLevel.ENTIRE_FILE
    (signature,) = PdfFileReader(io.BytesIO(result.content)).embedded_signatures
    assert signature.docmdp_level == MDPPerm.FILL_FORMS
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.sig_object["/Name"] == str(UNION)


@pytest.mark.parametrize("may_sign", [True, False])
def test_a_certified_document_stays_archival_and_accessible(agreement: bytes, may_sign: bool) -> None:
    content = certify(agreement, UNION, may_sign=may_sign)
    assert faults(content, "PDF_A_3A") == set()
    assert faults(content, "PDF_UA_1") == set()
    assert xmp(content) == xmp(agreement)


def test_nothing_may_change_where_nobody_signs(agreement: bytes) -> None:
    content = certify(agreement, UNION, may_sign=False)
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    assert signature.docmdp_level == MDPPerm.NO_CHANGES
    with pytest.raises(SigningFailed, match="forbids all changes"):
        seal(content, UNION)


def test_all_sign_and_the_union_closes(agreement: bytes) -> None:
    authority = Authority()
    content = certify(agreement, UNION, may_sign=True)
    for field, name in (
        ("sig_mentee", "Amal Example"),
        ("sig_mentor_1", "Maija Mallikas"),
        ("sig_mentor_2", "Erik Exempel"),
    ):
        content = sign_field(content, field, name, authority)
    content = seal(content, UNION)
    fields = {"sig_issuer", "sig_mentee", "sig_mentor_1", "sig_mentor_2", "sig_seal"}
    assert pdfsig(content) == dict.fromkeys(fields, "Signature is Valid.")
    judgements = judged(content, [*issuers(), der(authority.root)])
    assert judgements.keys() == fields
    for name, judgement in judgements.items():
        assert judgement.bottom_line, name
        assert judgement.modification_level <= ModificationLevel.FORM_FILLING
    assert judgements["sig_seal"].coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert xmp(content) == xmp(agreement)
    assert faults(content, "PDF_UA_1") == set()
    # The known exception of docs/documents.md: the quick checker asks of every signature what only the last can do.
    assert faults(content, "PDF_A_3A") == {BYTERANGE}


def test_a_signature_after_the_seal_breaks_it(agreement: bytes) -> None:
    authority = Authority()
    content = seal(certify(agreement, UNION, may_sign=True), UNION)
    content = sign_field(content, "sig_mentee", "Amal Example", authority)
    assert not judged(content, [*issuers(), der(authority.root)])["sig_seal"].bottom_line


@pytest.mark.parametrize("places", [[0], [1], [0, 1]])
def test_a_changed_byte_is_found(agreement: bytes, places: list[int]) -> None:
    content = bytearray(certify(agreement, UNION, may_sign=True))
    for place in places:
        content[(len(agreement) // 2, len(agreement) - 40)[place]] ^= 1
    (verdict,) = pdfsig(bytes(content)).values()
    assert verdict == "Digest Mismatch."


def test_the_mark_is_drawn_in_the_unions_colour_and_needs_no_font(agreement: bytes) -> None:
    content = certify(agreement, UNION, may_sign=True)
    assert poppler("pdffonts", content=content) == poppler("pdffonts", content=agreement)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        (field,) = [field for field in pdf.Root.AcroForm.Fields if field.T == "sig_issuer"]
        drawn = field.AP.N.read_bytes()
        assert "/StructParent" in field
        assert str(UNION) in str(field.TU)
    assert b"0.1176 0.2902 0.5490 rg" in drawn
    assert drawn.startswith(b"/Artifact BMC")


def test_a_field_without_a_size_gets_no_mark() -> None:
    fields = ("sig_issuer", "sig_seal", "sig_ts")
    content = seal(certify(small_pdf(*fields, sizes=[(0, 0), (8, 8)]), UNION, may_sign=True), UNION)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert ["/AP" in field for field in pdf.Root.AcroForm.Fields] == [False, False, False]
    assert set(pdfsig(content)) == {"sig_issuer", "sig_seal"}


def test_a_colour_that_is_none_is_replaced() -> None:
    content = certify(small_pdf("sig_issuer"), PlainUnion(accent="red; Q"), may_sign=True)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert b"0.0431 0.3529 0.2902 rg" in pdf.Root.AcroForm.Fields[0].AP.N.read_bytes()


def test_what_cannot_be_signed_says_why(agreement: bytes) -> None:
    content = certify(agreement, UNION, may_sign=True)
    for wrong, field, said in (
        (b"%PDF-1.7 nonsense", "sig_issuer", "cannot be read as a PDF"),
        (small_pdf("sig_mentee"), "sig_issuer", "has no signature field “sig_issuer”"),
        (content, "sig_issuer", "“sig_issuer” is signed already"),
        (content, "sig_seal", "must be the first signature"),
    ):
        with pytest.raises(SigningFailed, match=said):
            certify(wrong, UNION, field=field, may_sign=True)


def test_the_time_is_the_projects_own(agreement: bytes) -> None:
    moment = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
    with clock.at(moment):
        content = certify(agreement, UNION, may_sign=True)
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    assert signature.self_reported_timestamp == moment


def test_it_signs_where_an_event_loop_runs(agreement: bytes) -> None:
    async def within() -> bytes:
        return certify(agreement, UNION, may_sign=True)

    assert pdfsig(asyncio.run(within())) == {"sig_issuer": "Signature is Valid."}


def test_keys_of_ones_own(agreement: bytes) -> None:
    own = MemoryKeys()
    content = certify(agreement, UNION, may_sign=True, keys=own)
    (certificate,) = own.certificates()
    assert judged(content, [certificate.certificate])["sig_issuer"].bottom_line
    assert certificate.certificate not in issuers()


class Refusing(Signer):
    """An HSM that does not answer."""

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        raise OSError("the device is locked")


class RefusingKeys(MemoryKeys):
    def signer(self, union: Any) -> Signer:
        return Refusing(signing_cert=super().signer(union).signing_cert)


def test_a_backend_that_fails_is_told(agreement: bytes) -> None:
    with pytest.raises(SigningFailed, match="the device is locked"):
        certify(agreement, UNION, may_sign=True, keys=RefusingKeys())


@pytest.mark.django_db
def test_old_documents_are_verified_after_a_rotation(agreement: bytes, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SIGNING_BACKEND": "local"}
    union = make_union("safa")
    with pytest.raises(NoSigningKey):
        certify(agreement, union, may_sign=True)
    keys.store_key(union, keys.make_key(union))
    old = certify(agreement, union, may_sign=True)
    keys.store_key(union, keys.make_key(union))
    new = certify(agreement, union, may_sign=True)
    for content in (old, new):
        assert judged(content, issuers())["sig_issuer"].bottom_line
    (current,) = [issuer.certificate for issuer in backend().certificates() if not issuer.retired]
    assert not judged(old, [current])["sig_issuer"].bottom_line


def test_an_rsa_key_with_its_chain(agreement: bytes) -> None:
    authority = Authority()
    private_key, certificate = authority.issue(str(UNION), "Mentoring", rsa.generate_private_key(65537, 2048))
    material = keys.check_material(private_key, certificate, [authority.certificate, authority.root])

    class Imported(MemoryKeys):
        def signer(self, union: Any) -> Signer:
            return HeldSigner(material)

    content = certify(agreement, UNION, may_sign=True, keys=Imported())
    assert judged(content, [der(authority.root)])["sig_issuer"].bottom_line
    assert pdfsig(content) == {"sig_issuer": "Signature is Valid."}
