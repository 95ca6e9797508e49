"""What a document of ours says to anyone who holds it, in plain words. Used by the public page and the command.

Nothing is looked up but the public certificates of the unions, so nothing is told that is not in the file.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.conf import conf

from .backends import backend
from .checking.found import Finding, plain
from .checking.reading import FileInside, Reading, State, read
from .checking.signatures import SignatureSeen
from .errors import WorkerBusy, WorkerKilled, WorkerTimedOut
from .inside import told_to_reader
from .models import DocumentKind
from .trust import trust
from .workers import call

#: Seconds that the public check of one file may take; the largest of ours takes one or two.
PUBLIC_SECONDS = 8.0

#: Codes of ``Document.kind`` and of the file's own metadata, in words.
KINDS: Mapping[str, str | Promise] = {kind.value: kind.label for kind in DocumentKind}

HEADLINES: Mapping[State, Promise] = {
    "unchanged": gettext_lazy("This document is genuine and unchanged"),
    "added": gettext_lazy("The pages are unchanged, but something was added"),
    "changed": gettext_lazy("This document was changed after it was issued"),
    "revoked": gettext_lazy("This document was made with a key that the union has revoked"),
    "not_ours": gettext_lazy("This is not a document of ours"),
    "unreadable": gettext_lazy("We cannot read this file"),
}

#: Why a file cannot be read, and what was changed in one that can. Codes as in findings.py where they mean the same.
SENTENCES: Mapping[str, Promise] = {
    "empty": gettext_lazy("The file is empty."),
    "not_pdf": gettext_lazy("It is not a PDF, and our documents are. Choose the file itself, not a copy of its text."),
    "picture": gettext_lazy("It is a picture. A photo or scan cannot be checked: choose the PDF file itself."),
    "signature_container": gettext_lazy(
        "It is a signature that stands beside or around a document (ASiC or PKCS #7). Choose the PDF itself."
    ),
    "truncated": gettext_lazy("Its end is missing, as when a download is interrupted. Get the file again."),
    "damaged": gettext_lazy("It is damaged. If it was a document of ours, it is not as we issued it."),
    "too_heavy": gettext_lazy("It unfolds to more than it may when it is opened, so we did not open it."),
    "timed_out": gettext_lazy("Looking at it took too long and was stopped. Try again later."),
    "encrypted": gettext_lazy("It is protected by a password or encrypted. Our documents never are."),
    "unreadable_signature": gettext_lazy("It holds a signature of a kind that we cannot read."),
    "too_many_certificates": gettext_lazy("A signature brings along more certificates than are needed to check it."),
    "certified_part": gettext_lazy(
        "The part that the union certified was altered: it does not fit the union's own signature any more."
    ),
    "broken_signature": gettext_lazy("A signature does not fit the file: one of the two was altered."),
    "trailing": gettext_lazy("Something that is no signature stands at the end of the file."),
    "too_many_objects": gettext_lazy("Much more was added than signatures need."),
    "not_signed": gettext_lazy("The place of a signature is filled in, but not with a signature."),
    "javascript": gettext_lazy("A program (JavaScript) was put inside."),
    "action": gettext_lazy("A command was put inside that starts something when the document is opened."),
    "embedded_file": gettext_lazy("Another file was put inside."),
    "xfa": gettext_lazy("A form of another kind (XFA) was put inside."),
    "page_changed": gettext_lazy("A page was changed."),
    "annotation": gettext_lazy("A comment, drawing, text box, link or field was added to a page."),
    "covers_page": gettext_lazy("A signature was put over something else on a page."),
    "field_changed": gettext_lazy("The place of a signature was changed."),
    "after_the_end": gettext_lazy("The union allowed no change at all to this document, and yet something was added."),
    "own_place": gettext_lazy("A signature stands in a place that a program added, not in one that was made for it."),
    "unexplained": gettext_lazy("A program wrote more into the file than signatures need."),
}

ISSUERS: Mapping[str, Promise] = {
    "": gettext_lazy("The certificate was issued by %(issuer)s, which this site knows."),
    "unknown_issuer": gettext_lazy(
        "The certificate was issued by %(issuer)s. This site does not know this issuer, so the name is as good as the "
        "issuer is."
    ),
    "self_signed": gettext_lazy("The certificate was made by its owner, so that nobody vouches for the name."),
    "expired": gettext_lazy("The certificate, issued by %(issuer)s, is not in force today."),
    "not_yet_valid": gettext_lazy("The certificate, issued by %(issuer)s, is not in force yet."),
    "revoked": gettext_lazy("The union has revoked the key that this was made with."),
    "weak_signature": gettext_lazy("It was made by a method that is no longer safe."),
    "broken_signature": gettext_lazy("It does not fit the file: one of the two was altered."),
}


@dataclass(frozen=True)
class SignatureTold:
    """One signature in words. ``place`` is where it stands; ``good`` is False when it does not hold."""

    title: str
    place: str
    lines: tuple[str, ...]
    good: bool


@dataclass(frozen=True)
class Verification:
    """What the file says. The words are made when they are asked for, in the language that is active then."""

    reading: Reading
    retired: bool = False
    inside: tuple[tuple[FileInside, "Verification | None"], ...] = ()

    @property
    def state(self) -> State:
        """A code of HEADLINES: the worst of the file and those inside.

        An agreement whose key was revoked later stays genuine inside a record that is: the record names it by hash.
        """
        if self.reading.state not in ("unchanged", "added"):
            return self.reading.state
        if self.reading.matches is False:
            return "changed"
        states = [self.reading.state, self._worst_inside()]
        return "changed" if "changed" in states else "added" if "added" in states else "unchanged"

    def _worst_inside(self) -> State:
        states = [told.state for _file, told in self.inside if told is not None]
        return "changed" if "changed" in states else "added" if "added" in states else "unchanged"

    @property
    def ok(self) -> bool:
        """Whether the document is ours and nothing but signatures was added."""
        return self.state == "unchanged"

    @property
    def headline(self) -> str:
        """The answer in one line."""
        return str(HEADLINES[self.state])

    @property
    def title(self) -> str:
        """The document's title, as the union certified it; else empty."""
        return self.reading.about.title

    @property
    def reference(self) -> str:
        """The reference of the case, as the union certified it; else empty."""
        return self.reading.about.reference

    @property
    def kind(self) -> str:
        """What kind of document it is, in words; empty when it does not say."""
        code = self.reading.about.kind
        return str(KINDS[code]) if code in KINDS else code

    @property
    def union(self) -> str:
        """The union that issued it; empty for a file that is not ours."""
        return self.reading.union

    @property
    def issued(self) -> str:
        """When the union certified it, in words, as the file says."""
        return _when(self.reading.certification) if self.reading.certification else ""

    @property
    def summary(self) -> str:
        """The answer in a sentence or two under the headline."""
        union = {"union": self.union}
        if self.state == "unchanged":
            told = _("It was issued by %(union)s and is as it was then.") % union
            if any(one.kind == "signature" for one in self.reading.signatures):
                told = _("It was issued by %(union)s. Since then it was signed, and nothing else.") % union
            return told
        if self.state == "added":
            return _("It was issued by %(union)s. If you need to be sure, ask the union.") % union
        if self.state == "changed":
            told = _("It bears the mark of %(union)s but is not as the union issued it. Do not rely on it.") % union
            if self.reading.matches is False:
                told += " " + _("The agreement inside is not the one that the record was made for.")
            return told
        if self.state == "revoked":
            return _(
                "It bears the mark of %(union)s, but the union revoked this key on %(date)s: somebody else could have "
                "used it. Nothing proves that the document is older than that. Do not rely on it; ask the union."
            ) % {**union, "date": self._revoked_on}
        if self.state == "not_ours":
            return _("No union of this site has certified this file. It may have been printed or saved anew.")
        return " ".join(self.changes)

    @property
    def changes(self) -> tuple[str, ...]:
        """What was changed, or why the file cannot be read, in sentences."""
        return tuple(str(SENTENCES[change.code]) for change in self.reading.changes if change.code in SENTENCES)

    @property
    def note(self) -> str:
        """What a reader should know of the signatures, beside those in the file."""
        if self.reading.about.kind in ("agreement", "supplement") and self.union:
            return _("Signatures by code or on paper are not in this file: they stand in the signing record.")
        return ""

    @property
    def key_note(self) -> str:
        """Something to know of the union's key, of a file that is as it was issued; mostly empty."""
        if not self.retired or not self.ok:
            return ""
        if self._revoked_on:
            return _(
                "The union revoked the key of this document on %(date)s. The document is older, as a time-stamping "
                "authority confirms, and stays valid."
            ) % {"date": self._revoked_on}
        return _("The union has another key today. Documents made with this one stay valid.")

    @property
    def _revoked_on(self) -> str:
        certification = self.reading.certification
        revoked_at = certification.revoked_at if certification is not None else None
        return _date(revoked_at) if revoked_at is not None else ""

    @property
    def record_note(self) -> str:
        """Whether the agreement inside a signing record is the one that was signed; empty without one."""
        if self.reading.matches is None:
            return ""
        if self.reading.matches:
            return _("The agreement inside is exactly the one that the data of the signatures name.")
        return _("The agreement inside is not the one that the data of the signatures name.")

    @property
    def signatures(self) -> tuple[SignatureTold, ...]:
        """Every signature in the file, in the order in which they were made."""
        labels = dict(self.reading.labels)
        return tuple(_told(one, labels.get(one.field, ""), self.union) for one in self.reading.signatures)

    @property
    def files(self) -> "tuple[tuple[str, FileInside, Verification | None], ...]":
        """Every file inside: what it is in words, the file, and what it says itself when it is one of ours."""
        return tuple((told_to_reader(file.description), file, told) for file, told in self.inside)

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON can hold it; the sentences in the active language."""
        return {
            "state": self.state,
            "ok": self.ok,
            "headline": self.headline,
            "summary": self.summary,
            "sha256": self.reading.sha256,
            "size": self.reading.size,
            "pages": self.reading.pages,
            "title": self.title,
            "reference": self.reference,
            "kind": self.reading.about.kind,
            "language": self.reading.about.language,
            "union": self.union,
            "final": self.reading.final,
            "changes": [{"code": change.code, "text": str(SENTENCES[change.code])} for change in self.reading.changes],
            "signatures": [
                {
                    "field": one.field,
                    "kind": one.kind,
                    "holds": one.holds,
                    "problem": one.problem,
                    "union": one.union,
                    **(plain(one.signer) or {}),
                }
                for one in self.reading.signatures
            ],
            "record_matches": self.reading.matches,
            "files": [
                {
                    "name": file.name,
                    "description": description,
                    "size": file.size,
                    "sha256": file.sha256,
                    "verification": told.as_json() if told else None,
                }
                for description, file, told in self.files
            ],
        }


def verify(content: bytes, *, seconds: float | None = PUBLIC_SECONDS) -> Verification:
    """Read what a file says of itself and whether it is as it was issued. Never raises for a bad file.

    The looking is done in the limited process and takes no longer than ``seconds`` (None: DOCUMENT_SECONDS); its size
    is for the caller to limit. Raises WorkerBusy when too many files are being looked at.
    """
    most = conf.DOCUMENT_SECONDS if seconds is None else min(seconds, conf.DOCUMENT_SECONDS)
    try:
        reading = call(read, content, trust(), pool="verify", seconds=most)
    except WorkerBusy:
        raise
    except WorkerTimedOut:
        reading = Reading("unreadable", "", len(content), changes=(Finding("timed_out"),))
    except WorkerKilled:
        reading = Reading("unreadable", "", len(content), changes=(Finding("too_heavy"),))
    retired = {issuer.fingerprint for issuer in backend().certificates() if issuer.retired}
    return _verification(reading, retired)


def _verification(reading: Reading, retired: set[str]) -> Verification:
    certification = reading.certification
    return Verification(
        reading,
        retired=certification is not None and certification.signer.fingerprint in retired,
        inside=tuple(
            (file, _verification(file.reading, retired) if file.reading is not None else None) for file in reading.files
        ),
    )


#: The place in which the union closes an agreement.
_SEAL = "sig_seal"


def _told(one: SignatureSeen, label: str, issued_by: str) -> SignatureTold:
    """Say a signature in words. ``issued_by``: the union that issued the file, who alone closes it."""
    name = {"name": one.union or one.signer.name}
    closes = one.kind == "signature" and one.field == _SEAL and bool(one.union) and one.union == issued_by
    lines: list[str] = []
    if one.kind == "certification" and one.union:
        title = _("Certified by %(name)s") % name
    elif one.kind == "timestamp":
        title = _("Time confirmed by %(name)s") % name
    elif closes:
        title = _("Closed by %(name)s") % name
    else:
        title = _("Signed by %(name)s") % name
    if not one.holds:
        lines.append(str(ISSUERS["broken_signature"]))
    elif not one.union:
        lines.append(str(ISSUERS[one.problem]) % {"issuer": one.signer.issuer})
    if when := _when(one):
        lines.append(when)
    speaks_for_itself = closes or one.kind == "timestamp" or (one.kind == "certification" and bool(one.union))
    good = one.holds and one.problem != "revoked"
    return SignatureTold(title, "" if speaks_for_itself else label, tuple(lines), good)


def _when(one: SignatureSeen) -> str:
    if one.signer.timestamped_at is not None:
        return _("On %(date)s, as a time-stamping authority confirms.") % {"date": _date(one.signer.timestamped_at)}
    if one.signer.signed_at is None:
        return ""
    if one.union:
        return _("On %(date)s, by the union's own clock.") % {"date": _date(one.signer.signed_at)}
    return _("On %(date)s, by the signer's own clock.") % {"date": _date(one.signer.signed_at)}


def _date(moment: datetime.datetime) -> str:
    return date_format(timezone.localtime(moment) if timezone.is_aware(moment) else moment, "DATETIME_FORMAT")


def worst(verifications: Sequence[Verification]) -> int:
    """Return 0 when all are unchanged, 1 when one was changed or added to, 2 when one cannot be relied on at all."""
    codes = {"unchanged": 0, "added": 1, "changed": 1, "revoked": 2, "not_ours": 2, "unreadable": 2}
    return max((codes[one.state] for one in verifications), default=0)
