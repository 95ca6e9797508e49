"""What a document tells of itself to somebody who holds it: who issued it, who signed it, and what was changed since.

Nothing is looked up: the answer is made of the file and of the unions' public certificates alone.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

import pikepdf
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from ..names import clean_name
from .found import FileRefused, Finding
from .kinds import kind_of
from .limits import opened, own_end
from .metadata import About, read_metadata
from .signatures import (
    SignatureSeen,
    Trust,
    added_since,
    embedded,
    look_at,
    only_validation_data,
    reader_of,
    second_opinion,
)
from .structure import FAULTS, fields_of, grown, is_signature, powers

#: ``added``: pages and signatures are as they were, but something that is no signature was added.
#: ``revoked``: certified by a key that the union has revoked, and nothing proves that it was before.
State = Literal["unchanged", "added", "changed", "revoked", "not_ours", "unreadable"]

_LARGEST_JSON = 1024 * 1024
_MOST_FILES = 20
#: Kinds that a signing record is made for (values of DocumentKind, which this process does not load).
_AGREEMENTS = ("agreement", "supplement")


@dataclass(frozen=True)
class FileInside:
    """A file embedded in a document.

    ``reading`` is what it tells itself, when it is the agreement that the document was made of (its relationship is
    Source). Everything else is material that the document holds as it came, such as scans: nobody reads it.
    """

    name: str
    description: str
    size: int
    sha256: str
    reading: "Reading | None" = None


@dataclass(frozen=True)
class Reading:
    """The answer. ``changes`` says what was changed or why the file cannot be read, worst first.

    ``union`` and ``certification`` are there when a union certified the file. ``labels`` maps a signature's field to
    the words that describe its place. ``matches``: whether the agreement inside is the one that the data beside it
    name by hash; None when there is no such pair.
    """

    state: State
    sha256: str
    size: int
    about: About = About()
    pages: int = 0
    union: str = ""
    certification: SignatureSeen | None = None
    final: bool = False
    signatures: tuple[SignatureSeen, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    changes: tuple[Finding, ...] = ()
    files: tuple[FileInside, ...] = ()
    matches: bool | None = None


def read(content: bytes, trust: Trust, inside: bool = False) -> Reading:
    """Read a document. Never raises for a bad file. ``inside``: it was embedded, and its own files are left alone."""
    known: dict[str, Any] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    try:
        kind = kind_of(content)
        if kind != "pdf":
            code = {"empty": "empty", "container": "signature_container", "other": "not_pdf"}.get(kind, "picture")
            raise FileRefused(code)
        return _read(*_without_tail(content), trust, inside, known)
    except FileRefused as refused:
        return Reading("unreadable", changes=(second_opinion(content, refused).finding(),), **known)
    except MemoryError:
        return Reading("unreadable", changes=(Finding("too_heavy"),), **known)


def _without_tail(content: bytes) -> tuple[bytes, list[Finding]]:
    """Cut off what stands after the end of the file, and say so: with it, no library would read the rest."""
    end = own_end(content)
    return content[:end], [Finding("trailing")] if end < len(content) else []


def _read(content: bytes, tail: list[Finding], trust: Trust, inside: bool, known: dict[str, Any]) -> Reading:
    with opened(content) as pdf:
        pages = len(pdf.pages)
        labels = _labels(pdf)
        if any("/V" in field and not is_signature(field["/V"]) for field in fields_of(pdf).values()):
            raise FileRefused("not_signed")
    reader = reader_of(content)
    found = embedded(reader)
    seen = tuple(look_at(one, trust) for one in found)
    certification = next((one for one in seen if one.kind == "certification"), None)
    known |= {"pages": pages, "signatures": seen, "labels": labels}
    if certification is not None and certification.revoked_by and not certification.union:
        return Reading("revoked", union=certification.revoked_by, certification=certification, **known)
    if certification is None or not certification.union:
        return Reading("not_ours", **known)
    known |= {"union": certification.union, "certification": certification}
    if not certification.holds or certification.covers == "less":
        # Whatever it says of itself now, the union did not say it.
        return Reading("changed", changes=(Finding("certified_part"),), **known)
    issued = content[: certification.end]
    certifier = found[seen.index(certification)]
    permission = certifier.docmdp_level or MDPPerm.FILL_FORMS
    with opened(issued) as pdf:
        # As issued: other programs write the metadata anew when they sign, and leave things out.
        about = read_metadata(pdf)
        files = () if inside else _files(pdf, trust)
    changes = tail + _changes(content, issued, reader, found, seen, certifier, permission)
    return Reading(
        _state(changes),
        about=about,
        final=permission == MDPPerm.NO_CHANGES,
        changes=tuple(changes),
        files=files,
        matches=_matches(files, issued) if files else None,
        **known,
    )


def _state(changes: list[Finding]) -> State:
    if not changes:
        return "unchanged"
    return "added" if all(change.code in ("unexplained", "own_place") for change in changes) else "changed"


def _labels(pdf: pikepdf.Pdf) -> tuple[tuple[str, str], ...]:
    found = []
    for name, field in fields_of(pdf).items():
        words = field.get("/TU")
        if isinstance(words, pikepdf.String):
            found.append((name, clean_name(str(words))[:200]))
    return tuple(found)


def _changes(
    content: bytes,
    issued: bytes,
    reader: PdfFileReader,
    found: list[EmbeddedPdfSignature],
    seen: tuple[SignatureSeen, ...],
    certifier: EmbeddedPdfSignature,
    permission: MDPPerm,
) -> list[Finding]:
    """Return what happened to the file since it was certified, other than signing."""
    changes = [Finding("broken_signature", {"field": one.field}) for one in seen if not one.holds]
    last = seen[-1]
    if any(one.covers == "less" for one in seen):
        changes.append(Finding("trailing"))
    elif last.covers != "file" and not only_validation_data(reader, content, found[-1], last):
        changes.append(Finding("trailing"))
    try:
        with opened(issued) as before, opened(content) as after:
            more = powers(after) - powers(before)
            changes += [Finding(code) for code in FAULTS if more[code]]
            growth = grown(before, after, issued)
    except FileRefused as refused:
        return [*changes, refused.finding()]
    if growth.new_fields and not set(growth.new_fields) - {one.field for one in seen}:
        changes.append(Finding("own_place"))
    elif growth.new_fields:
        changes.append(Finding("annotation"))
    added = added_since(reader, certifier.signed_revision, field=None, permission=permission)
    if permission == MDPPerm.NO_CHANGES and (growth.filled or added == "unexplained"):
        changes.append(Finding("after_the_end"))
    elif growth.other or added == "unexplained" or _locked(found) or not all(one.tidy for one in seen):
        changes.append(Finding("unexplained"))
    return _once(changes)


def _once(changes: list[Finding]) -> list[Finding]:
    """Return each reason once, and that something was added only where nothing says what."""
    by_code = {change.code: change for change in changes}
    if len(by_code) > 1:
        by_code.pop("trailing", None)
    return list(by_code.values())


def _locked(found: list[EmbeddedPdfSignature]) -> bool:
    """Tell whether somebody wrote into the file after a signature that forbade it, such as the closing one."""
    for one in found[:-1]:
        if one.sig_object_type == "/Sig" and (one.fieldmdp is not None or one.docmdp_level == MDPPerm.NO_CHANGES):
            one.compute_integrity_info()
            if one.summarise_integrity_info()["docmdp_ok"] is False:
                return True
    return False


def _files(pdf: pikepdf.Pdf, trust: Trust) -> tuple[FileInside, ...]:
    found: list[FileInside] = []
    for name, spec in list(pdf.attachments.items())[:_MOST_FILES]:
        content = spec.get_file().read_bytes()
        found.append(
            FileInside(
                name=clean_name(name)[:200],
                description=clean_name(spec.description or "")[:300],
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                reading=read(content, trust, inside=True) if _is_source(spec, content) else None,
            )
        )
    return tuple(found)


def _is_source(spec: pikepdf.AttachedFileSpec, content: bytes) -> bool:
    return spec.obj.get("/AFRelationship") == "/Source" and content.startswith(b"%PDF-")


def _matches(files: tuple[FileInside, ...], issued: bytes) -> bool | None:
    """Compare the agreement inside with the hashes in the data beside it."""
    named = _named_hashes(issued)
    # What a revoked key certified tells nothing of itself, but the record names it by hash all the same.
    read = [(one.sha256, one.reading) for one in files if one.reading is not None]
    agreements = [sha256 for sha256, told in read if told.about.kind in _AGREEMENTS or told.state == "revoked"]
    if not named or not agreements:
        return None
    return all(sha256 in named for sha256 in agreements)


def _named_hashes(issued: bytes) -> set[str]:
    """Return the hashes of the agreement that the data of a signing record name."""
    named: set[str] = set()
    with opened(issued) as pdf:
        for _name, spec in list(pdf.attachments.items())[:_MOST_FILES]:
            file = spec.get_file()
            if file.mime_type != "application/json":
                continue
            content = file.read_bytes()
            if len(content) > _LARGEST_JSON:
                continue
            try:
                told = json.loads(content)["agreement"]
                named |= {str(told[key]) for key in ("sha256", "file_sha256") if told.get(key)}
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                continue
    return named
