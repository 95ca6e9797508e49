"""What the limited process tells about a file: plain values that can be sent between processes."""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

Outcome = Literal["accepted", "review", "refused"]


@dataclass(frozen=True)
class SignerFound:
    """Who signed, as the certificate says, and when, as the file says.

    ``name`` and ``issuer`` are for people to read; ``fingerprint`` is the SHA-256 of the certificate in hexadecimal.
    ``trusted``: the certificate was issued by somebody whom the site trusts and is in force. ``signed_at`` is what the
    signer's own machine claimed, or None.
    """

    name: str
    issuer: str
    trusted: bool
    self_signed: bool
    fingerprint: str
    field: str
    signed_at: datetime.datetime | None = None
    timestamped_at: datetime.datetime | None = None


@dataclass(frozen=True)
class Finding:
    """One thing that was noticed: a code (see uploads.SENTENCES) and the values that its sentence needs."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


class FileRefused(Exception):
    """The file cannot be taken; raised inside the check, with the code of the reason."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def finding(self) -> Finding:
        """Return the reason as a plain value."""
        return Finding(self.code, self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are rebuilt from their arguments when they come from another process; keywords would get lost.
        return (_refused, (self.code, self.values))


def _refused(code: str, values: Mapping[str, str]) -> FileRefused:
    return FileRefused(code, **values)


@dataclass(frozen=True)
class Version:
    """An earlier version of a document. Its bytes need not be sent: the newest version begins with them.

    ``content`` is there only where it does not, and the bytes are known.
    """

    size: int
    sha256: str
    content: bytes = b""

    @classmethod
    def of(cls, content: bytes, latest: bytes) -> "Version":
        """Return ``content`` as a version before ``latest``."""
        begins = latest.startswith(content)
        return cls(len(content), hashlib.sha256(content).hexdigest(), b"" if begins else content)

    def begins(self, content: bytes) -> bool:
        """Tell whether ``content`` begins with this version."""
        return len(content) >= self.size and hashlib.sha256(memoryview(content)[: self.size]).hexdigest() == self.sha256

    def bytes_from(self, latest: bytes) -> bytes:
        """Return the version's bytes, empty when ``latest`` does not begin with them and they were not sent."""
        return self.content or (latest[: self.size] if self.begins(latest) else b"")


@dataclass(frozen=True)
class CheckOutcome:
    """The answer of the check of a signed file. ``findings`` begins with the one that decided."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    signer: SignerFound | None = None


@dataclass(frozen=True)
class ScanFound:
    """A scan on paper: what it is by its content (``application/pdf``, ``image/jpeg`` or ``image/png``), and pages.

    ``content`` is what may be kept of it: a picture without the place, time, device and words in it, or a PDF that is
    made of pictures of the pages. A picture that was too large is a JPEG, whatever it was.
    """

    content_type: str
    pages: int
    content: bytes


@dataclass(frozen=True)
class PageSheet:
    """Pages under each other as one picture, ``image/png`` or ``image/jpeg``."""

    content: bytes
    content_type: str


def plain(signer: SignerFound | None) -> dict[str, Any] | None:
    """Return the signer as JSON can hold it."""
    if signer is None:
        return None
    values = asdict(signer)
    for name in ("signed_at", "timestamped_at"):
        values[name] = values[name].isoformat() if values[name] else None
    return values


def signer_from(values: Mapping[str, Any] | None) -> SignerFound | None:
    """Return what ``plain`` has written, be it an older or a newer one: what is not known is left out."""
    if not values:
        return None
    known = {one.name for one in fields(SignerFound)}
    told: dict[str, Any] = {
        "name": "",
        "issuer": "",
        "trusted": False,
        "self_signed": False,
        "fingerprint": "",
        "field": "",
    }
    told |= {name: value for name, value in values.items() if name in known}
    times = {
        name: datetime.datetime.fromisoformat(values[name]) if values.get(name) else None
        for name in ("signed_at", "timestamped_at")
    }
    return SignerFound(**{**told, **times})
