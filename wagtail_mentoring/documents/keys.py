"""The organisation keys of the unions: how they are made, taken in, sealed and opened.

A private key exists in clear only in the memory of the process that signs. Nothing here prints one, and the classes
that hold one show no more of it than the fingerprint of its certificate.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeGuard

from cryptography import x509
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import translation

from wagtail_mentoring import clock
from wagtail_mentoring.encryption import keys

from .errors import DocumentRenderError
from .models import SigningKey

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

#: How long a key that is made here is valid.
YEARS = 5
#: Below this an RSA key is refused, in bits.
RSA_LEAST = 2048
# Upper bounds of the parts of a name in a certificate (RFC 5280, appendix A.1).
_LONGEST_NAME = 64
# So much of a fingerprint must be written to name a key.
_LEAST_DIGITS = 8


class UnionLike(Protocol):
    """What of a union is needed here; ``str()`` gives its name in the active language."""

    @property
    def pk(self) -> int: ...

    @property
    def short(self) -> str: ...

    @property
    def slug(self) -> str: ...


class KeyRefused(ValueError):
    """A file holds no key that could certify documents; the message says why, and what to do."""


class KeyUnreadable(DocumentRenderError):
    """A sealed key cannot be opened; the message says why, and what to do."""


class NoSigningKey(DocumentRenderError):
    """A union has no key to certify with; the message says what to run."""


@dataclass(frozen=True)
class KeyMaterial:
    """A private key with its certificate and the certificates of the issuers above it."""

    private_key: PrivateKey = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hexadecimal."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def self_signed(self) -> bool:
        """Whether no other authority vouches for the name."""
        return self.certificate.issuer == self.certificate.subject


def union_name(union: UnionLike) -> str:
    """Return the union's name as certificates and reports write it: in English, or in the language that there is."""
    with translation.override("en"):
        return str(union)


def make_key(union: UnionLike, *, years: int = YEARS) -> KeyMaterial:
    """Make an EC P-256 key for a union, with a certificate signed by itself and valid for ``years``."""
    organisation = union_name(union)
    if len(organisation) > _LONGEST_NAME:
        organisation = union.short
    common = f"{organisation} mentoring documents"
    if len(common) > _LONGEST_NAME:
        common = f"{union.short} mentoring documents"
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )
    private_key = ec.generate_private_key(ec.SECP256R1())
    public_key = private_key.public_key()
    # A day back, for readers whose clock is slow.
    start = clock.now().replace(microsecond=0) - datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=round(365.25 * years) + 1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .sign(private_key, hashes.SHA256())
    )  # fmt: skip
    return KeyMaterial(private_key, certificate)


def read_pkcs12(content: bytes, password: str) -> KeyMaterial:
    """Return the key in a PKCS#12 file with its chain. Raises KeyRefused."""
    try:
        private_key, certificate, others = pkcs12.load_key_and_certificates(content, password.encode() or None)
    except ValueError as error:
        raise KeyRefused(
            "The file cannot be opened: the password is wrong, or it is no PKCS#12 file (.p12, .pfx)."
        ) from error
    if private_key is None or certificate is None:
        raise KeyRefused("The file must hold a private key and its certificate; one of them is missing.")
    return check_material(private_key, certificate, others)


def check_material(
    private_key: object, certificate: x509.Certificate, others: Sequence[x509.Certificate]
) -> KeyMaterial:
    """Return the parts as one, with the chain in order. Raises KeyRefused for a key that should not sign documents."""
    if not _may_sign(private_key):
        raise KeyRefused("The key must be an elliptic-curve or an RSA key: not every reader of PDFs knows another.")
    if isinstance(private_key, rsa.RSAPrivateKey) and private_key.key_size < RSA_LEAST:
        raise KeyRefused(f"The RSA key has fewer than {RSA_LEAST} bits, too few to be trusted.")
    if not _fit(private_key, certificate):
        raise KeyRefused("The private key and the certificate do not belong together.")
    if certificate.not_valid_after_utc <= clock.now():
        raise KeyRefused(
            f"The certificate ended on {certificate.not_valid_after_utc.date()}: ask its issuer for a new one."
        )
    if certificate.not_valid_before_utc > clock.now():
        raise KeyRefused(f"The certificate begins only on {certificate.not_valid_before_utc.date()}.")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise KeyRefused("The certificate is not meant for signatures (key usage): ask its issuer for one that is.")
    return KeyMaterial(private_key, certificate, _in_order(certificate, others))


def _in_order(certificate: x509.Certificate, others: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return the issuers of the certificate, the nearest first; what does not belong to it is left out."""
    chain: list[x509.Certificate] = []
    last = certificate
    while last.issuer != last.subject:
        above = [other for other in others if other.subject == last.issuer and other not in chain]
        if not above:
            break
        last = above[0]
        chain.append(last)
    return tuple(chain)


def _may_sign(private_key: object) -> TypeGuard[PrivateKey]:
    return isinstance(private_key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey))


def _fit(private_key: PrivateKey, certificate: x509.Certificate) -> bool:
    ours, its = private_key.public_key(), certificate.public_key()
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return ours.public_bytes(*form) == its.public_bytes(*form)


@transaction.atomic
def store_key(union: UnionLike, material: KeyMaterial) -> SigningKey:
    """Seal the key, make it the union's own, and retire the one before it.

    Raises KeyRefused for a key that is stored already, and ImproperlyConfigured without FILE_KEYS.
    """
    box = keys()
    if SigningKey.objects.filter(fingerprint=material.fingerprint).exists():
        raise KeyRefused("This key is stored already.")
    clear = material.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    SigningKey.objects.of(union.pk).current().update(retired_at=clock.now())
    return SigningKey.objects.create(
        union_id=union.pk,
        certificate=material.certificate.public_bytes(Encoding.DER),
        chain=b"".join(issuer.public_bytes(Encoding.DER) for issuer in material.chain),
        sealed_key=box.encrypt(clear),
        key_id=box.key_id,
        fingerprint=material.fingerprint,
        not_before=material.certificate.not_valid_before_utc,
        not_after=material.certificate.not_valid_after_utc,
    )


def valid_key(union: UnionLike) -> SigningKey | None:
    """Return the key that the union signs with today, without its sealed part; None when it has none, or it ended."""
    row = SigningKey.objects.of(union.pk).current().defer("sealed_key").first()
    return row if row is not None and row.not_after > clock.now() else None


@transaction.atomic
def revoke_key(fingerprint: str, why: str) -> SigningKey:
    """Distrust a stored key from now on, and retire it if it is in use. ``fingerprint`` may be its beginning.

    Raises KeyRefused when no key, or more than one, has it, when it is revoked already, or when no reason is given.
    """
    wanted = re.sub(r"[\s:]", "", fingerprint).lower()
    if not why.strip():
        raise KeyRefused("Say why the key is revoked: it stays with the key.")
    longest = SigningKey._meta.get_field("revoked_why").max_length or 0
    if len(why.strip()) > longest:
        raise KeyRefused(f"The reason is longer than {longest} characters.")
    if len(wanted) < _LEAST_DIGITS:
        raise KeyRefused(f"Write at least {_LEAST_DIGITS} digits of the fingerprint; --list shows them.")
    rows = SigningKey.objects.select_for_update(of=("self",)).filter(fingerprint__startswith=wanted)
    found = list(rows.defer("sealed_key")[:2])
    if len(found) != 1:
        raise KeyRefused(f"{'No key' if not found else 'More than one key'} has the fingerprint {fingerprint}.")
    (row,) = found
    if row.revoked_at is not None:
        raise KeyRefused(f"This key was revoked on {row.revoked_at.date()} already.")
    row.revoked_at, row.revoked_why = clock.now(), why.strip()
    row.retired_at = row.retired_at or row.revoked_at
    row.save(update_fields=["revoked_at", "revoked_why", "retired_at"])
    return row


def make_missing_keys(unions: Iterable[UnionLike]) -> list[SigningKey]:
    """Make a key for each of the unions that has no valid one, and return the new keys."""
    return [store_key(union, make_key(union)) for union in unions if valid_key(union) is None]


def open_key(row: SigningKey) -> KeyMaterial:
    """Return a stored key in clear, for signing and nothing else. Raises KeyUnreadable."""
    try:
        clear = keys().decrypt(bytes(row.sealed_key))
    except (InvalidToken, ImproperlyConfigured) as error:
        raise KeyUnreadable(
            f"The signing key {short_fingerprint(row.fingerprint)} cannot be opened: the key that sealed it "
            f'({row.key_id}) is not in WAGTAIL_MENTORING["FILE_KEYS"]. Put it back there, or make a new signing key '
            "with “manage.py mentoring_signing_key UNION --rotate”."
        ) from error
    private_key = load_der_private_key(clear, password=None)
    certificate = x509.load_der_x509_certificate(bytes(row.certificate))
    if not _may_sign(private_key) or not _fit(private_key, certificate):
        raise KeyUnreadable(
            f"The signing key {short_fingerprint(row.fingerprint)} does not fit its certificate: "
            "the row was changed by hand. Put it back from a backup, or make a new one with --rotate."
        )
    return KeyMaterial(private_key, certificate, read_chain(bytes(row.chain)))


def read_chain(content: bytes) -> tuple[x509.Certificate, ...]:
    """Return the certificates that stand in DER one after the other."""
    found: list[x509.Certificate] = []
    while content:
        # A length of one byte, or of as many bytes as its first byte says (X.690, 8.1.3).
        size, more = 2 + content[1], content[1] & 0x7F
        if content[1] >= 0x80:
            size = 2 + more + int.from_bytes(content[2 : 2 + more], "big")
        found.append(x509.load_der_x509_certificate(content[:size]))
        content = content[size:]
    return tuple(found)


def short_fingerprint(fingerprint: str) -> str:
    """Return a fingerprint as people compare it: the first sixteen digits in groups of four."""
    return " ".join(re.findall("....", fingerprint[:16]))
