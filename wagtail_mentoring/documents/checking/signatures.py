"""The signatures of a PDF, one by one: by whom, over what, and whether they hold."""

import asyncio
import datetime
import hashlib
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal

from asn1crypto import cms, x509
from pyhanko.pdf_utils.misc import PdfDecodeLimitError, PdfStrictReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel, SignatureStatus
from pyhanko_certvalidator import ValidationContext

from ..names import clean_name
from .container import in_order
from .found import FileRefused, SignerFound
from .limits import ends_as_pdf, own_end

# The library tells by its log what we tell by findings. A site that wants to read it may still configure it.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())

#: People sign with keys for signatures of any kind; national cards set the second bit, office software the first.
_USAGE = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False)
#: A document has a handful of signatures; each costs time to check.
MOST_SIGNATURES = 40
#: Certificates that a signature may bring along, and how many of them may bear one name (authorities that vouch for
#: each other have two). The ways from a certificate to a root grow as the factorial of those of one name.
MOST_CERTIFICATES = 10
MOST_OF_ONE_NAME = 2

#: Attributes of a signature that are signatures themselves, of those who confirm the time.
_TOKENS = ("signature_time_stamp_token", "content_time_stamp", "archive_timestamp")

Kind = Literal["certification", "signature", "timestamp"]
Coverage = Literal["file", "revision", "less"]


@dataclass(frozen=True)
class Trust:
    """Whom the site trusts: certificates in DER. ``ours`` maps the SHA-256 of a union's certificate to its name.

    ``revoked`` maps that of a certificate whose key the union revoked to the union's name and the moment.
    """

    listed: tuple[bytes, ...]
    ours: Mapping[str, str]
    issued: tuple[bytes, ...] = ()
    revoked: Mapping[str, tuple[str, datetime.datetime]] = field(default_factory=dict)


@dataclass(frozen=True)
class SignatureSeen:
    """One signature. ``holds``: the signed bytes are what was signed, by the key of the certificate.

    ``covers`` says how much of the file was signed: all, all that there was then, or less. ``problem`` is a code of
    uploads.SENTENCES, or empty: ``unknown_issuer``, ``self_signed``, ``expired``, ``not_yet_valid``,
    ``weak_signature``, ``broken_signature``, ``revoked``.
    ``revoked_at``: when the union revoked the key that made this. With ``union``, the signature was made before, as a
    trusted timestamp proves, and counts; else ``problem`` is ``revoked``, and ``revoked_by`` names the union.
    ``tidy``: nothing odd about the signature's own container (see container.py).
    ``names`` are the ways in which the certificate writes its owner's name. ``end`` is the length of what was signed.
    """

    field: str
    kind: Kind
    holds: bool
    covers: Coverage
    signer: SignerFound
    problem: str
    names: tuple[str, ...]
    union: str = ""
    end: int = 0
    tidy: bool = True
    revoked_at: datetime.datetime | None = None
    revoked_by: str = ""


def reader_of(content: bytes) -> PdfFileReader:
    """Open the file, strictly if it can be. Raises FileRefused: encrypted, too_heavy, truncated or damaged.

    Some signing programs number objects as the standard does not allow (poppler, and so Okular, gives them a new
    generation). Such a file is read leniently: ``reader.strict`` is False then, and it counts as unexplained.
    """
    try:
        try:
            reader = PdfFileReader(BytesIO(content), strict=True)
        except PdfStrictReadError:
            reader = PdfFileReader(BytesIO(content), strict=False)
        if reader.encrypted:
            raise FileRefused("encrypted")
        _ = reader.root
    except PdfDecodeLimitError as error:
        raise FileRefused("too_heavy") from error
    except FileRefused:
        raise
    except Exception as error:  # On a hostile file the library raises whatever the place where it stumbles raises.
        raise FileRefused("damaged" if ends_as_pdf(content) else "truncated") from error
    return reader


def embedded(reader: PdfFileReader) -> list[EmbeddedPdfSignature]:
    """Return the signatures in the order in which they were made. Raises FileRefused when they cannot be read."""
    try:
        found = list(reader.embedded_signatures)
    except PdfDecodeLimitError as error:
        raise FileRefused("too_heavy") from error
    except Exception as error:
        raise FileRefused("unreadable_signature") from error
    if len(found) > MOST_SIGNATURES:
        raise FileRefused("too_heavy")
    return found


def second_opinion(content: bytes, refused: FileRefused) -> FileRefused:
    """Ask the other library about a file that one calls damaged: it may be that it unfolds to too much."""
    if refused.code != "damaged":
        return refused
    try:
        embedded(reader_of(content))
    except FileRefused as other:
        return other if other.code == "too_heavy" else refused
    return refused


def look_at(signature: EmbeddedPdfSignature, trust: Trust) -> SignatureSeen:
    """Check one signature by itself, without what came after it. Raises FileRefused when it cannot be read."""
    try:
        return _look_at(signature, trust)
    except PdfDecodeLimitError as error:
        raise FileRefused("too_heavy") from error
    except FileRefused:
        raise
    except Exception as error:
        raise FileRefused("unreadable_signature") from error


def _look_at(signature: EmbeddedPdfSignature, trust: Trust) -> SignatureSeen:
    _refuse_many_certificates(signature.signed_data)
    certificate = signature.signer_cert
    fingerprint = hashlib.sha256(certificate.dump()).hexdigest()
    self_signed = certificate.self_signed in ("yes", "maybe")
    status: SignatureStatus
    timestamped = None
    proven = False
    if signature.sig_object_type == "/DocTimeStamp":
        kind: Kind = "timestamp"
        status = asyncio.run(async_validate_pdf_timestamp(signature, _context(trust), skip_diff=True))
        timestamped = status.timestamp
    else:
        kind = "certification" if _is_certification(signature) else "signature"
        status = asyncio.run(
            async_validate_pdf_signature(signature, _context(trust), key_usage_settings=_USAGE, skip_diff=True)
        )
        if status.timestamp_validity is not None and status.timestamp_validity.valid:
            timestamped = status.timestamp_validity.timestamp
            proven = status.timestamp_validity.trusted
    holds = bool(status.intact and status.valid)
    revoked_by, revoked_at = trust.revoked.get(fingerprint, ("", None))
    # Without a timestamp whose authority the site trusts, whoever has the key can write any date.
    before = revoked_at is not None and proven and timestamped is not None and timestamped < revoked_at
    union = revoked_by if before else trust.ours.get(fingerprint, "")
    problem = "" if union and holds else _problem(status, holds, self_signed, certificate)
    if revoked_by and holds and not before:
        problem = "revoked"
    own = (certificate.dump(),) if before else ()
    byte_range = [int(number) for number in signature.byte_range]
    return SignatureSeen(
        field=str(signature.field_name),
        kind=kind,
        holds=holds,
        covers=_coverage(signature.coverage),
        signer=SignerFound(
            name=display_name(certificate.subject),
            issuer=display_name(certificate.issuer),
            trusted=problem != "revoked" and (status.trusted or bool(union)),
            self_signed=self_signed,
            fingerprint=fingerprint,
            field=str(signature.field_name),
            signed_at=signature.self_reported_timestamp,
            timestamped_at=timestamped,
        ),
        problem=problem,
        names=written_names(certificate.subject),
        union=union,
        revoked_at=revoked_at,
        revoked_by=revoked_by,
        # Of a signature that a person must look at anyway, no more needs to be said.
        tidy=bool(problem) or in_order(signature, (*trust.listed, *trust.issued, *own)),
        end=byte_range[2] + byte_range[3] if len(byte_range) == 4 else 0,
    )


def _refuse_many_certificates(data: cms.SignedData, depth: int = 0) -> None:
    """Count the certificates in a signature and in the timestamps inside it. Raises FileRefused."""
    found = [one.chosen for one in data["certificates"]]
    names = Counter(one.subject.hashable for one in found if isinstance(one, x509.Certificate))
    if len(found) > MOST_CERTIFICATES or max(names.values(), default=0) > MOST_OF_ONE_NAME or depth > 2:
        raise FileRefused("too_many_certificates")
    for signer in data["signer_infos"]:
        for kind in ("signed_attrs", "unsigned_attrs"):
            # An absent set has nothing to go through.
            for attribute in signer[kind] if signer[kind].native is not None else ():
                if attribute["type"].native in _TOKENS:
                    for token in attribute["values"]:
                        _refuse_many_certificates(token["content"], depth + 1)


def _context(trust: Trust) -> ValidationContext:
    # An upload must not make the server call out, so nobody is asked whether a certificate was revoked.
    return ValidationContext(
        trust_roots=[x509.Certificate.load(one) for one in (*trust.listed, *trust.issued)],
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _is_certification(signature: EmbeddedPdfSignature) -> bool:
    """Tell whether this is the document's first signature and says what may still be changed.

    The catalogue names the certification too, but somebody who appends to the file can write another catalogue.
    """
    if signature.reader.embedded_signatures[0] is not signature:
        return False
    references = signature.sig_object.get("/Reference", ())
    return any(one.get_object().get("/TransformMethod") == "/DocMDP" for one in references)


def _coverage(level: SignatureCoverageLevel | None) -> Coverage:
    if level == SignatureCoverageLevel.ENTIRE_FILE:
        return "file"
    return "revision" if level == SignatureCoverageLevel.ENTIRE_REVISION else "less"


def _problem(status: SignatureStatus, holds: bool, self_signed: bool, certificate: x509.Certificate) -> str:
    if not holds:
        return "broken_signature"
    reason = getattr(status.trust_problem_indic, "name", "")
    if "CRYPTO" in reason:
        return "weak_signature"
    if status.trusted:
        return ""
    if reason in ("OUT_OF_BOUNDS_NO_POE", "OUT_OF_BOUNDS_NOT_REVOKED", "EXPIRED", "NOT_YET_VALID"):
        return "expired"
    early = certificate.not_valid_before > datetime.datetime.now(datetime.UTC)
    if reason == "CERTIFICATE_CHAIN_GENERAL_FAILURE" and early:
        # The way to a root that we know was found. The library has no name of its own for this.
        return "not_yet_valid"
    return "self_signed" if self_signed else "unknown_issuer"


def display_name(name: x509.Name) -> str:
    """Return the name in a certificate as people would say it."""
    for written in written_names(name):
        return written
    native = name.native
    for key in ("organization_name", "organizational_unit_name", "email_address"):
        if native.get(key):
            return _text(native[key])
    return clean_name(str(name.human_friendly))[:200]


def written_names(name: x509.Name) -> tuple[str, ...]:
    """Return the ways in which a certificate writes a person's name: given name and surname, and the common name."""
    native = name.native
    given, surname, common = (_text(native.get(key)) for key in ("given_name", "surname", "common_name"))
    both = f"{given} {surname}" if given and surname else ""
    return tuple(dict.fromkeys(one for one in (both, common) if one))


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        value = " ".join(map(str, value))
    return clean_name(str(value or ""))[:200]


def added_since(reader: PdfFileReader, revision: int, *, field: str | None, permission: MDPPerm) -> str:
    """Judge what came after a revision. Return "" (only what the permission allows), "lta" or "unexplained".

    ``field`` is the only one that may be filled; None allows every field. ``lta``: nothing but what signing programs
    add so that a signature can be checked years later.
    """
    if not reader.strict:
        return "unexplained"
    locks = FieldMDPSpec(FieldMDPAction.EXCLUDE, [field]) if field else None
    try:
        found = DEFAULT_DIFF_POLICY.review_file(reader, revision, field_mdp_spec=locks, doc_mdp=permission)
    except PdfDecodeLimitError as error:
        raise FileRefused("too_heavy") from error
    except RecursionError as error:
        raise FileRefused("too_heavy") from error
    except Exception:  # The library stumbles over what no signing program writes.
        return "unexplained"
    if not isinstance(found, DiffResult) or found.modification_level.value > permission.value:
        return "unexplained"
    return "lta" if found.modification_level == ModificationLevel.LTA_UPDATES else ""


def only_validation_data(
    reader: PdfFileReader, content: bytes, last: EmbeddedPdfSignature, seen: SignatureSeen
) -> bool:
    """Tell whether all that follows the last signature is what signing programs add to keep it verifiable."""
    if seen.covers != "revision" or last.signed_revision + 1 >= reader.xrefs.total_revisions:
        return False
    if own_end(content) != len(content):
        return False
    return added_since(reader, last.signed_revision, field=None, permission=MDPPerm.NO_CHANGES) == "lta"
