"""The union's own signatures: it certifies what it issues, and seals what all have signed."""

import io
from dataclasses import dataclass
from typing import Any, Literal

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp.base import BaseStampStyle
from pyhanko.stamp.noop import NoOpStampStyle

from wagtail_mentoring import clock

from . import timestamps
from .backends import backend
from .errors import DocumentRenderError
from .keys import UnionLike, union_name

#: PAdES levels (ETSI EN 319 142-1): without a timestamp, and with one in the signature.
Level = Literal["B-B", "B-T"]
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


def certify(content: bytes, union: UnionLike, *, field: str = ISSUER_FIELD, may_sign: bool) -> bytes:
    """Return the document with the union's certification in ``field``; as certified(), without its level."""
    return certified(content, union, field=field, may_sign=may_sign).content


def certified(content: bytes, union: UnionLike, *, field: str = ISSUER_FIELD, may_sign: bool) -> Certified:
    """Certify a document that nobody has signed yet.

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
    return _signed(content, union, meta, NoOpStampStyle())


def seal(content: bytes, union: UnionLike) -> bytes:
    """Return the document with the union's closing signature in ``sig_seal``; as sealed(), without its level."""
    return sealed(content, union).content


def sealed(content: bytes, union: UnionLike) -> Certified:
    """Close a document that all have signed. With a TSA_URL, a timestamp over everything follows in ``sig_ts``.

    Raises NoSigningKey and SigningFailed.
    """
    meta = PdfSignatureMetadata(
        field_name=SEAL_FIELD, subfilter=SigSeedSubFilter.PADES, certify=False, name=union_name(union)
    )
    return _signed(content, union, meta, NoOpStampStyle(), time_field=TIME_FIELD)


def _signed(
    content: bytes, union: UnionLike, meta: PdfSignatureMetadata, stamp: BaseStampStyle, time_field: str | None = None
) -> Certified:
    """Sign with a timestamp where one is to be had, else without."""
    signer = backend().signer(union)
    _look_for_fields(content, [meta.field_name or "", *([time_field] if time_field else [])])
    authority = timestamps.timestamper()
    if authority is not None:
        try:
            signed = timestamps.apart(
                lambda: _write(content, meta, signer, stamp, authority, time_field), timestamps.SIGNATURE_SECONDS
            )
        except Exception as error:
            # Whatever it is: if the document can be signed without the authority, it was the authority.
            without = _plain(content, meta, signer, stamp)
            timestamps.failed(error)
            return without
        return Certified(signed, "B-T")
    return _plain(content, meta, signer, stamp)


def _plain(content: bytes, meta: PdfSignatureMetadata, signer: Signer, stamp: BaseStampStyle) -> Certified:
    try:
        return Certified(timestamps.apart(lambda: _write(content, meta, signer, stamp, None, None)), "B-B")
    except Exception as error:
        raise SigningFailed(f"The document could not be signed in its field “{meta.field_name}”: {error}") from error


def _write(
    content: bytes,
    meta: PdfSignatureMetadata,
    signer: Signer,
    stamp: BaseStampStyle,
    authority: TimeStamper | None,
    time_field: str | None,
) -> bytes:
    """Return the document with the signature, and with a timestamp over both when there is a field for it."""
    signing = _Signing(meta, signer, timestamper=authority, stamp_style=stamp)
    written = signing.sign_pdf(DocumentWriter(io.BytesIO(content)), existing_fields_only=True)
    if authority is not None and time_field:
        written = PdfTimeStamper(authority, field_name=time_field).timestamp_pdf(DocumentWriter(written), "sha256")
    result: bytes = written.getvalue()
    return result


def _look_for_fields(content: bytes, names: list[str]) -> None:
    """Raise SigningFailed when a field is missing or filled: pyHanko would tell it less plainly, or make one."""
    try:
        fields = {name: value for name, value, _ref in enumerate_sig_fields(PdfFileReader(io.BytesIO(content)))}
    except Exception as error:
        raise SigningFailed(f"The document cannot be read as a PDF: {error}") from error
    for name in names:
        if name not in fields:
            raise SigningFailed(f"The document has no signature field “{name}”.")
        if fields[name] is not None:
            raise SigningFailed(f"The signature field “{name}” is signed already.")
