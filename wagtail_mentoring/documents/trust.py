"""Whose certificates count: those of our unions, and those that the site lists."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from wagtail_mentoring.conf import conf

from .backends import backend
from .checking.signatures import Trust


@lru_cache(maxsize=16)
def _read(path: str, changed_at: int) -> tuple[bytes, ...]:
    content = Path(path).read_bytes()
    try:
        found = (
            x509.load_pem_x509_certificates(content)
            if b"-----BEGIN" in content
            else [x509.load_der_x509_certificate(content)]
        )
    except ValueError as error:
        raise ImproperlyConfigured(f"{path} holds no certificate in PEM or DER: {error}") from error
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in found)


def listed_certificates(paths: Sequence[str | Path] | None = None) -> tuple[bytes, ...]:
    """Return the certificates of TRUSTED_CERTIFICATES in DER. Raises ImproperlyConfigured when one cannot be read."""
    found: list[bytes] = []
    for path in conf.TRUSTED_CERTIFICATES if paths is None else paths:
        try:
            found += _read(str(path), Path(path).stat().st_mtime_ns)
        except OSError as error:
            raise ImproperlyConfigured(
                f'WAGTAIL_MENTORING["TRUSTED_CERTIFICATES"] names {path}, which cannot be read: {error.strerror}.'
            ) from error
    return tuple(found)


def trust() -> Trust:
    """Return whom the site trusts now, as the limited process needs it. Revoked keys stand apart."""
    issuers = backend().certificates()
    return Trust(
        listed=listed_certificates(),
        ours={issuer.fingerprint: issuer.union_name for issuer in issuers if issuer.revoked_at is None},
        issued=tuple(issuer.certificate for issuer in issuers if issuer.revoked_at is None),
        revoked={
            issuer.fingerprint: (issuer.union_name, issuer.revoked_at)
            for issuer in issuers
            if issuer.revoked_at is not None
        },
    )


@register()
def check_trusted_certificates(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report a file of TRUSTED_CERTIFICATES that is missing or holds no certificate (E204)."""
    try:
        listed_certificates()
    except ImproperlyConfigured as error:
        hint = "Name files with certificates of issuers, in PEM or DER, that the site may read."
        return [Error(str(error), hint=hint, id="wagtail_mentoring.E204")]
    return []
