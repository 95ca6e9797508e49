"""Files that people send back: an agreement signed with their own certificate, or a scan of the paper.

The looking is done by ``checking/`` in a process with limits on time and memory; here it gets its words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .checking.found import CheckOutcome, Finding, Outcome, ScanFound, SignerFound, plain, signer_from

__all__ = [
    "Finding", "Outcome", "ScanFound", "SignerFound", "UploadRefused", "UploadResult", "check_scan", "check_signed",
    "page_images",
]  # fmt: skip

#: Code → what the person reads. In the words of the person who sent the file; each says what to do.
SENTENCES: Mapping[str, Promise] = {}


def sentence(finding: Finding) -> str:
    """Return the finding in words, in the active language."""
    return str(SENTENCES[finding.code]) % finding.values


class UploadRefused(Exception):
    """A file that cannot be taken: ``code`` for the log, ``message`` for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class UploadResult:
    """What the check of a signed file ended in.

    ``accepted``: exactly the expected place is newly signed, by a certificate that we trust and that bears the party's
    name. ``review``: the document is intact, but a person must look (``findings`` say at what). ``refused``: it changes
    nothing. ``code`` is that of the first finding, which decided.
    """

    outcome: Outcome
    code: str
    signer: SignerFound | None
    findings: tuple[Finding, ...]

    @property
    def message(self) -> str:
        """The result in a sentence or more for the person who sent the file, in the active language."""
        return " ".join(sentence(finding) for finding in self.findings)

    def report(self) -> dict[str, Any]:
        """Return the result as JSON for the database; ``from_report`` reads it."""
        return {
            "outcome": self.outcome,
            "code": self.code,
            "signer": plain(self.signer),
            "findings": [{"code": finding.code, "values": dict(finding.values)} for finding in self.findings],
        }

    @classmethod
    def from_report(cls, report: Mapping[str, Any]) -> "UploadResult":
        """Return the result that ``report`` was made of, so that it can be read in any language later."""
        findings = tuple(Finding(row["code"], row["values"]) for row in report["findings"])
        return cls(report["outcome"], report["code"], signer_from(report["signer"]), findings)

    @classmethod
    def of(cls, found: CheckOutcome) -> "UploadResult":
        """Return the answer of the limited process as a result."""
        return cls(found.outcome, found.findings[0].code, found.signer, found.findings)


def check_signed(
    uploaded: bytes,
    *,
    latest: bytes,
    earlier: Sequence[bytes],
    field: str,
    name: str,
    others: Mapping[str, str],
) -> UploadResult:
    """Look whether ``uploaded`` is ``latest`` with the signature of one party and nothing else.

    ``latest`` is the newest issued bytes, ``earlier`` those before it (other signatures came in between). ``field`` is
    the party's signature field, ``name`` its printed name; ``others`` maps the fields of the other parties to their
    printed names. Never raises for a bad file: that is a result with the outcome "refused".
    """
    raise NotImplementedError


def check_scan(content: bytes) -> ScanFound:
    """Look at a scan of the signed paper: a PDF, JPEG or PNG by its content. Raises UploadRefused."""
    raise NotImplementedError


def page_images(content: bytes, content_type: str, dpi: int = 80, most: int = 12) -> list[bytes]:
    """Return the first ``most`` pages as PNG, for a person to compare. Raises UploadRefused when they cannot be drawn."""
    raise NotImplementedError
