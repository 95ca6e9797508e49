"""Signing as strangers do it: certificates of made-up people, and an issued agreement to sign."""

import datetime
import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.documents.sheets import sheet
from wagtail_mentoring.documents.agreement_sheet import render_agreement
from wagtail_mentoring.documents.certify import certify

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
MENTEE, MENTOR, OTHER_MENTOR = "Amal Example", "Maija Mallikas", "Erik Exempel"
NAMES = {"sig_mentee": MENTEE, "sig_mentor_1": MENTOR, "sig_mentor_2": OTHER_MENTOR}


@dataclass(frozen=True)
class MadeUnion:
    """As much of a union as a key needs."""

    pk: int = 9001
    slug: str = "safa"
    short: str = "SAFA"
    name: str = "Finnish Association of Architects SAFA"

    def __str__(self) -> str:
        return self.name


UNION = MadeUnion()


@dataclass(frozen=True)
class Person:
    """Somebody with a certificate; ``issuer`` is None for a self-signed one."""

    certificate: x509.Certificate
    key: Key
    chain: tuple[x509.Certificate, ...] = ()

    def signer(self) -> SimpleSigner:
        der = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        store = SimpleCertificateStore()
        store.register_multiple(_asn1(one) for one in self.chain)
        return SimpleSigner(
            signing_cert=_asn1(self.certificate),
            signing_key=asn1_keys.PrivateKeyInfo.load(der),
            cert_registry=store,
        )

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


@lru_cache(maxsize=32)
def person(
    name: str = MENTEE,
    issuer: Person | None = None,
    *,
    authority: bool = False,
    days: tuple[int, int] = (-1, 365),
    by_rsa: bool = False,
) -> Person:
    """Make a certificate for ``name``, in force between the two days counted from today."""
    key: Key = rsa.generate_private_key(65537, 2048) if by_rsa else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days[0]))
        .not_valid_after(now + datetime.timedelta(days[1]))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(not authority, not authority, False, False, False, authority, authority, False, False), True
        )
    )
    certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    return Person(certificate, key, (issuer.certificate, *issuer.chain) if issuer else ())


def authority() -> Person:
    """A certificate authority that the tests may put among the trusted."""
    return person("Example Population Register CA", authority=True)


@lru_cache(maxsize=8)
def issued(reference: str = "SAFA-2026-0417", mentors: tuple[str, ...] = (MENTOR, OTHER_MENTOR)) -> bytes:
    """An agreement as a union issues it: rendered, and certified so that the parties may sign."""
    rendered = render_agreement(sheet(reference=reference, mentors=mentors)).content
    return certify(_with_fields(rendered), UNION, may_sign=True)


def _with_fields(content: bytes) -> bytes:
    if list(enumerate_sig_fields(PdfFileReader(io.BytesIO(content)))):
        return content
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    for number, name in enumerate([*NAMES, "sig_issuer", "sig_seal", "sig_ts"]):
        append_signature_field(writer, SigFieldSpec(name, box=(50, 50 + 40 * number, 250, 80 + 40 * number)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def signed(content: bytes, by: Person, field: str = "sig_mentee", **options: Any) -> bytes:
    """Sign as another program would: with pyHanko as it comes, which also writes the metadata anew."""
    values: dict[str, Any] = {"subfilter": SigSeedSubFilter.PADES, "md_algorithm": "sha256", **options}
    new_field = values.pop("new_field", None)
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    signer = PdfSigner(PdfSignatureMetadata(field_name=field, **values), by.signer(), new_field_spec=new_field)
    result: bytes = signer.sign_pdf(writer, existing_fields_only=new_field is None).getvalue()
    return result
