"""The union's own signatures: it certifies what it issues, and seals what all have signed."""

import asyncio
import io
import logging
from dataclasses import dataclass, replace
from typing import Any, Literal

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from wagtail_mentoring import clock

from . import timestamps
from .backends import HeldSigner, SigningBackend, backend
from .errors import DocumentRenderError
from .keys import UnionLike, union_name
from .stamp import DEFAULT_COLOUR, MarkStyle

logger = logging.getLogger(__name__)

#: PAdES levels (ETSI EN 319 142-1): without a timestamp; with one; with one over all evidence about the certificates.
Level = Literal["B-B", "B-T", "B-LTA"]
ISSUER_FIELD = "sig_issuer"
SEAL_FIELD = "sig_seal"
TIME_FIELD = "sig_ts"


class SigningFailed(DocumentRenderError):
    """The union's signature could not be put into a document; the message says why."""


@dataclass(frozen=True)
class Certified:
    """A signed document, and how far its signature reaches: whether a timestamp stands behind its date."""

    content: bytes
    level: Level

    @property
    def timestamped(self) -> bool:
        """Whether a time-stamping authority vouches for the time."""
        return self.level != "B-B"


class DocumentWriter(IncrementalPdfFileWriter):
    """Adds to a file and leaves its metadata alone.

    pyHanko would write the XMP anew at every save, and lose what declares the file accessible and archival.
    """

    def _update_meta(self) -> None:
        pass


class _Signing(PdfSigner):
    """A signature at the project's own time."""

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = clock.now()
        return session


def certify(
    content: bytes,
    union: UnionLike,
    *,
    field: str = ISSUER_FIELD,
    may_sign: bool,
    keys: SigningBackend | None = None,
) -> bytes:
    """Return the document with the union's certification in ``field``; as certified(), without its level."""
    return certified(content, union, field=field, may_sign=may_sign, keys=keys).content


def certified(
    content: bytes,
    union: UnionLike,
    *,
    field: str = ISSUER_FIELD,
    may_sign: bool,
    keys: SigningBackend | None = None,
) -> Certified:
    """Certify a document that nobody has signed yet. ``keys`` is the backend that signs; None takes the configured one.

    ``may_sign``: the parties may still sign in their fields; otherwise nothing in it may change any more. With a
    TSA_URL the signature is timestamped; when the authority does not answer, it is certified without (the level says
    so, and a warning is logged). Raises NoSigningKey and SigningFailed.
    """
    meta = PdfSignatureMetadata(
        field_name=field,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS if may_sign else MDPPerm.NO_CHANGES,
        name=union_name(union),
    )
    return _signed(content, union, meta, keys=keys)


def seal(content: bytes, union: UnionLike, *, keys: SigningBackend | None = None) -> bytes:
    """Return the document with the union's closing signature in ``sig_seal``; as sealed(), without its level."""
    return sealed(content, union, keys=keys).content


def sealed(content: bytes, union: UnionLike, *, keys: SigningBackend | None = None) -> Certified:
    """Close a document that all have signed.

    With a TSA_URL, a timestamp over everything follows in ``sig_ts``, and with it the evidence about the certificates
    as far as it can be had. (Where nothing may change any more, a timestamp in a field would be a change: certified()
    has its timestamp in the signature alone.) Raises NoSigningKey and SigningFailed.
    """
    meta = PdfSignatureMetadata(field_name=SEAL_FIELD, subfilter=SigSeedSubFilter.PADES, name=union_name(union))
    return _signed(content, union, meta, time_field=TIME_FIELD, keys=keys)


def _signed(
    content: bytes,
    union: UnionLike,
    meta: PdfSignatureMetadata,
    *,
    time_field: str = "",
    keys: SigningBackend | None = None,
) -> Certified:
    """Sign with a timestamp where one is to be had, else without."""
    signer = (keys or backend()).signer(union)
    mark = MarkStyle(colour=getattr(union, "accent", "") or DEFAULT_COLOUR)
    work = _Work(content, meta, signer, mark)
    authority = timestamps.timestamper()
    if authority is None:
        return _plain(work)
    empty = _empty_fields(content, str(meta.field_name))
    if time_field in empty:
        work = replace(work, time_field=time_field)
    try:
        return timestamps.apart(lambda: work.with_time(authority), timestamps.SIGNATURE_SECONDS)
    except Exception as error:
        # Whatever it is: if the document can be signed without the authority, it was the authority.
        without = _plain(work)
        timestamps.failed(error)
        return without


def _plain(work: "_Work") -> Certified:
    try:
        return Certified(timestamps.apart(lambda: work.sign(None).getvalue()), "B-B")
    except Exception as error:
        field = str(work.meta.field_name)
        _empty_fields(work.content, field)  # says it plainly where it can
        raise SigningFailed(f"The document could not be signed in its field “{field}”: {error}") from error


@dataclass(frozen=True)
class _Work:
    """One document to sign: the bytes, how, by whom, and where a closing timestamp goes (empty: nowhere)."""

    content: bytes
    meta: PdfSignatureMetadata
    signer: Signer
    mark: MarkStyle
    time_field: str = ""

    def sign(self, authority: TimeStamper | None) -> io.BytesIO:
        """Put in the signature; with an authority, its timestamp is part of it."""
        signing = _Signing(self.meta, self.signer, timestamper=authority, stamp_style=self.mark)
        written: io.BytesIO = signing.sign_pdf(
            DocumentWriter(io.BytesIO(self.content)),
            existing_fields_only=True,
            bytes_reserved=self._room() if authority is None else None,
        )
        return written

    def _room(self) -> int | None:
        """Return how many hexadecimal digits to leave for the signature; None lets pyHanko make one to measure it.

        That takes as long as the signature. Of our own signers it is known: the certificates, the largest signature
        (RSA with 8192 bits has 1024 bytes) and the attributes, which have some 700.
        """
        if not isinstance(self.signer, HeldSigner) or self.signer.signing_cert is None:
            return None
        certificates = [self.signer.signing_cert, *self.signer.cert_registry]
        return 2 * (sum(len(certificate.dump()) for certificate in certificates) + 2048)

    def with_time(self, authority: TimeStamper) -> Certified:
        """Sign with a timestamp, and close with one over everything when there is a field for it."""
        signed = self.sign(authority)
        if not self.time_field:
            return Certified(signed.getvalue(), "B-T")
        try:
            found = asyncio.run(timestamps.evidence(self.signer, authority))
        except Exception as error:
            logger.warning(
                "No long-term evidence is put into a document, only its timestamps (%s: %s). Name the root of the "
                "time-stamping authority in TRUSTED_CERTIFICATES, and let the site reach the revocation services.",
                type(error).__name__, error,
            )  # fmt: skip
            found = None
        writer = DocumentWriter(signed)
        if found is not None:
            DocumentSecurityStore.supply_dss_in_writer(
                writer, sig_contents=None, paths=found.paths, validation_context=found.context
            )
        timed: io.BytesIO = PdfTimeStamper(authority, field_name=self.time_field).timestamp_pdf(writer, "sha256")
        return Certified(timed.getvalue(), "B-T" if found is None else "B-LTA")


def empty_fields(content: bytes) -> set[str]:
    """Return the names of the signature fields that nobody has signed. Raises SigningFailed for what is no PDF."""
    return {name for name, value in _fields(content).items() if value is None}


def _fields(content: bytes) -> dict[str, Any]:
    try:
        return {name: value for name, value, _ref in enumerate_sig_fields(PdfFileReader(io.BytesIO(content)))}
    except Exception as error:
        raise SigningFailed(f"The document cannot be read as a PDF: {error}") from error


def _empty_fields(content: bytes, name: str) -> set[str]:
    """Return the names of the empty signature fields.

    Raises SigningFailed when ``name`` is not one of them: pyHanko would tell it less plainly.
    """
    fields = _fields(content)
    if name not in fields:
        raise SigningFailed(f"The document has no signature field “{name}”.")
    if fields[name] is not None:
        raise SigningFailed(f"The signature field “{name}” is signed already.")
    return {found for found, value in fields.items() if value is None}
