"""Files that people send back: an agreement signed with their own certificate, or a scan of the paper.

The looking is done by ``checking/`` in a process with limits on time and memory; here it gets its words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from wagtail_mentoring.conf import conf

from .checking.drawing import draw_pages, draw_sheet
from .checking.found import (
    CheckOutcome,
    FileRefused,
    Finding,
    Outcome,
    PageSheet,
    ScanFound,
    SignerFound,
    Version,
    plain,
    signer_from,
)
from .checking.scans import look_at_scan
from .checking.uploaded import check
from .errors import WorkerBusy, WorkerKilled, WorkerTimedOut
from .findings import ABOUT_CERTIFICATE, SENTENCES, sentence
from .trust import trust
from .workers import call

__all__ = [
    "Finding", "Outcome", "PageSheet", "ScanFound", "SignerFound", "UploadRefused", "UploadResult", "Version",
    "check_scan", "check_signed", "page_images", "page_sheet",
]  # fmt: skip

#: A scan is kept in at most this part of UPLOAD_MAX_BYTES: a signing record holds one for each party at most, and must
#: itself be small enough for the public page that checks documents.
SCANS_IN_RECORD = 8


#: So many signatures must find room within UPLOAD_MAX_BYTES: of the parties and the union, and the document itself.
_SIGNATURES = 8
#: Bytes that a signature may add however small the site has set the limit; most need twenty to sixty thousand.
_LEAST = 120_000


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
    def told(self) -> str:
        """What was found in a sentence or more, in the active language."""
        sentences = [sentence(finding) for finding in self.findings]
        if self.outcome == "review" and self.signer is not None:
            signed = _("The document is signed by %(name)s.") % {"name": self.signer.name}
            if all(finding.code in ABOUT_CERTIFICATE for finding in self.findings):
                signed = _("The document is signed by %(name)s and is unchanged.") % {"name": self.signer.name}
            sentences = [signed, *sentences]
        return " ".join(sentences)

    @property
    def message(self) -> str:
        """What was found, and what comes next, for the person who sent the file, in the active language."""
        if self.outcome == "review" and self.signer is not None:
            then = _("A person at the union looks at it before it counts.")
            return f"{self.told} {then}"
        return self.told

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
        """Return the result that ``report`` was made of, so that it can be read in any language later.

        One of an earlier or later release is read as far as it is understood.
        """
        rows = [row for row in report.get("findings") or () if row.get("code") in SENTENCES]
        findings = tuple(Finding(row["code"], row.get("values") or {}) for row in rows)
        outcome: Outcome = report.get("outcome", "review")
        return cls(outcome, report.get("code", ""), signer_from(report.get("signer")), findings)

    @classmethod
    def of(cls, found: CheckOutcome) -> "UploadResult":
        """Return the answer of the limited process as a result."""
        return cls(found.outcome, found.findings[0].code, found.signer, found.findings)


def check_signed(
    uploaded: bytes,
    *,
    latest: bytes,
    earlier: Sequence[bytes | Version],
    field: str,
    name: str,
    others: Mapping[str, str],
) -> UploadResult:
    """Look whether ``uploaded`` is ``latest`` with the signature of one party and nothing else.

    ``latest`` is the newest issued bytes, ``earlier`` those before it (other signatures came in between), as bytes or
    by length and hash. ``field`` is the party's signature field, ``name`` its printed name; ``others`` maps the fields
    of the other parties to their printed names. Never raises for a bad file: that is a result with the outcome
    "refused".
    """
    if fault := _too_large(uploaded) or _too_much_added(uploaded, latest):
        return UploadResult("refused", fault.code, None, (fault,))
    try:
        versions = [one if isinstance(one, Version) else Version.of(one, latest) for one in earlier]
        found = call(check, uploaded, latest, versions, field, name, dict(others), trust(), pool="check")
    except (WorkerTimedOut, WorkerKilled) as error:
        found = CheckOutcome("refused", (_stopped(error),))
    return UploadResult.of(found)


def check_scan(content: bytes) -> ScanFound:
    """Look at a scan of the signed paper: a PDF, JPEG or PNG by its content; return what may be kept of it.

    Raises UploadRefused.
    """
    if fault := _too_large(content):
        raise refusal(fault)
    try:
        return call(look_at_scan, content, conf.UPLOAD_MAX_BYTES // SCANS_IN_RECORD, pool="check")
    except FileRefused as refused:
        raise refusal(refused.finding()) from refused
    except (WorkerTimedOut, WorkerKilled) as error:
        raise refusal(_stopped(error)) from error


def page_images(content: bytes, content_type: str, dpi: int = 80, most: int = 12) -> list[bytes]:
    """Return the first ``most`` pages as PNG, for a person to compare.

    ``content_type`` is that of the stored file: application/pdf, image/jpeg or image/png. Raises UploadRefused when
    the pages cannot be drawn.
    """
    try:
        return call(draw_pages, content, content_type, dpi, most, pool="check")
    except FileRefused as refused:
        raise refusal(refused.finding()) from refused
    except (WorkerTimedOut, WorkerKilled) as error:
        raise refusal(_stopped(error)) from error


def page_sheet(content: bytes, content_type: str, dpi: int = 100, most: int = 12) -> PageSheet:
    """Return the first ``most`` pages under each other as one picture. ``content_type`` and errors as page_images."""
    try:
        return call(draw_sheet, content, content_type, dpi, most, pool="check")
    except FileRefused as refused:
        raise refusal(refused.finding()) from refused
    except (WorkerTimedOut, WorkerKilled) as error:
        raise refusal(_stopped(error)) from error


def refusal(finding: Finding) -> UploadRefused:
    """Return the finding as an exception, in the active language."""
    return UploadRefused(finding.code, sentence(finding))


def _too_large(content: bytes) -> Finding | None:
    if len(content) <= conf.UPLOAD_MAX_BYTES:
        return None
    return Finding("too_large", {"most": filesizeformat(conf.UPLOAD_MAX_BYTES)})


def _too_much_added(uploaded: bytes, latest: bytes) -> Finding | None:
    """Everybody's file begins with those of the others: one party must not leave too little room for the next."""
    most = max(conf.UPLOAD_MAX_BYTES // _SIGNATURES, _LEAST)
    if len(uploaded) - len(latest) <= most or not uploaded.startswith(latest):
        return None
    return Finding("too_many_objects")


def _stopped(error: WorkerTimedOut | WorkerKilled) -> Finding:
    if isinstance(error, WorkerBusy):
        return Finding("busy")
    # A file that takes all time or memory that there is is as good as one that cannot be read.
    return Finding("timed_out" if isinstance(error, WorkerTimedOut) else "too_heavy")
