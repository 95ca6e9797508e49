"""Where the keys are that certify documents: in the database, in memory, or wherever a site keeps them."""

import datetime
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf

from .keys import KeyMaterial, NoSigningKey, UnionLike, make_key, open_key, read_chain, union_name
from .models import SigningKey


@dataclass(frozen=True)
class IssuerCertificate:
    """A certificate that a union certifies with, or did once. ``certificate`` and ``chain`` are in DER.

    ``revoked_at``: since when the key is not trusted any more, because somebody else may have it.
    """

    union_id: int
    union_name: str
    certificate: bytes
    retired: bool = False
    chain: tuple[bytes, ...] = ()
    revoked_at: datetime.datetime | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hexadecimal."""
        return hashlib.sha256(self.certificate).hexdigest()


class SigningBackend(Protocol):
    """What certifies documents. A site's own has these methods and takes no argument when it is made.

    ``signer`` may be called by several threads, and what it returns signs in a thread of its own.
    """

    def signer(self, union: UnionLike) -> Signer:
        """Return what signs for the union. Raises NoSigningKey, with words on what to do."""

    def certificates(self) -> Sequence[IssuerCertificate]:
        """Return every certificate that was ever used, so that old documents can be verified."""


class HeldSigner(Signer):
    """Signs with a key that is loaded once: to load an RSA key and check it anew takes longer than the signature."""

    def __init__(self, material: KeyMaterial) -> None:
        self._private_key = material.private_key
        self.fingerprint = material.fingerprint
        store = SimpleCertificateStore()
        store.register_multiple(_asn1(issuer) for issuer in material.chain)
        super().__init__(signing_cert=_asn1(material.certificate), cert_registry=store)

    def __repr__(self) -> str:
        return f"<HeldSigner {self.fingerprint[:16]}>"

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Sign the data. A dry run signs too: only so is the size of the result known."""
        algorithm = _HASHES[digest_algorithm]()
        if isinstance(self._private_key, ec.EllipticCurvePrivateKey):
            return self._private_key.sign(data, ec.ECDSA(algorithm))
        return self._private_key.sign(data, padding.PKCS1v15(), algorithm)


_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


class LocalKeys:
    """Keys in the database, sealed with FILE_KEYS and opened once in each process."""

    def __init__(self) -> None:
        self._signers: dict[str, HeldSigner] = {}

    def signer(self, union: UnionLike) -> Signer:
        """Return what signs for the union. Raises NoSigningKey or KeyUnreadable."""
        row = SigningKey.objects.of(union.pk).current().defer("sealed_key", "chain").first()
        if row is None:
            last = SigningKey.objects.of(union.pk).defer("sealed_key", "chain").first()
            if last is not None and last.revoked_at is not None:
                raise NoSigningKey(
                    f"The key of {union_name(union)} was revoked on {last.revoked_at.date()}. "
                    f"Make a new one: manage.py mentoring_signing_key {union.slug}"
                )
            raise NoSigningKey(
                f"{union_name(union)} has no key to certify documents with. "
                f"Make one: manage.py mentoring_signing_key {union.slug}"
            )
        if row.not_after <= clock.now():
            raise NoSigningKey(
                f"The certificate of {union_name(union)} ended on {row.not_after.date()}. "
                f"Make a new key: manage.py mentoring_signing_key {union.slug} --rotate"
            )
        if row.fingerprint not in self._signers:
            self._signers[row.fingerprint] = HeldSigner(open_key(row))
        return self._signers[row.fingerprint]

    def certificates(self) -> Sequence[IssuerCertificate]:
        """Return the certificates of all keys, the retired ones too."""
        rows = SigningKey.objects.select_related("union").defer("sealed_key")
        return [
            IssuerCertificate(
                row.union_id,
                union_name(row.union),
                bytes(row.certificate),
                row.retired_at is not None,
                tuple(issuer.public_bytes(Encoding.DER) for issuer in read_chain(bytes(row.chain))),
                row.revoked_at,
            )
            for row in rows
        ]


class MemoryKeys:
    """Keys made when they are first asked for, and gone with the process: for tests."""

    def __init__(self) -> None:
        # By name too: a test database gives the same primary key to many unions.
        self._held: dict[tuple[int, str], HeldSigner] = {}

    def signer(self, union: UnionLike) -> Signer:
        """Return what signs for the union."""
        name = (union.pk, union_name(union))
        if name not in self._held:
            self._held[name] = HeldSigner(make_key(union))
        return self._held[name]

    def certificates(self) -> Sequence[IssuerCertificate]:
        """Return the certificates of all keys that this process made."""
        return [
            IssuerCertificate(union_id, name, signer.signing_cert.dump())
            for (union_id, name), signer in self._held.items()
            if signer.signing_cert is not None
        ]


_NAMED: dict[str, Callable[[], SigningBackend]] = {"local": LocalKeys, "memory": MemoryKeys}


@lru_cache(maxsize=8)
def _made(name: str) -> SigningBackend:
    try:
        found: SigningBackend = _NAMED[name]() if name in _NAMED else import_string(name)()
    except ImportError as error:
        raise ImproperlyConfigured(
            f'WAGTAIL_MENTORING["SIGNING_BACKEND"] is “{name}”, which cannot be imported ({error}). '
            "Write “local”, or the dotted path of a class."
        ) from error
    return found


def backend() -> SigningBackend:
    """Return the backend of WAGTAIL_MENTORING["SIGNING_BACKEND"]. Raises ImproperlyConfigured when there is none."""
    return _made(conf.SIGNING_BACKEND)
