"""The signature's own container (CMS, RFC 5652): is it written as a signing program writes it, to the last byte?

A signature does not cover the place where it stands itself. What is changed there does no harm to the document, but no
signing program does it, so somebody looks at such a file.
"""

import re
from collections.abc import Sequence

from asn1crypto import cms, parser
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_HEX = re.compile(rb"<(?:[0-9A-F]*|[0-9a-f]*)>\Z")


def in_order(signature: EmbeddedPdfSignature, known: Sequence[bytes]) -> bool:
    """Tell whether everything about the signature that nobody signed is as it must be.

    ``known`` are the certificates that the site trusts, in DER.
    """
    return _place(signature) and _signed_data(signature.signed_data, known)


def _place(signature: EmbeddedPdfSignature) -> bool:
    """Look at the gap in the signed bytes: the container in hexadecimal, then zeros, and nothing else."""
    start, length, rest = (int(number) for number in list(signature.byte_range)[:3])
    stream = signature.reader.stream
    stream.seek(start + length)
    gap = stream.read(rest - start - length)
    if not _HEX.match(gap) or len(gap) % 2:
        return False
    content = bytes.fromhex(gap[1:-1].decode())
    return not content[parser.peek(content) :].strip(b"\0")


def _signed_data(data: cms.SignedData, known: Sequence[bytes]) -> bool:
    if len(data["signer_infos"]) != 1 or data["crls"].native is not None:
        return False
    (signer,) = data["signer_infos"]
    by_serial = signer["sid"].name == "issuer_and_serial_number"
    plain = data["encap_content_info"]["content_type"].native == "data"
    digest, algorithm = signer["digest_algorithm"], signer["signature_algorithm"]
    if (
        signer["version"].native != ("v1" if by_serial else "v3")
        or data["version"].native != ("v1" if plain and by_serial else "v3")
        or [one["algorithm"].native for one in data["digest_algorithms"]] != [digest["algorithm"].native]
        or any(one["parameters"].native is not None for one in (digest, *data["digest_algorithms"]))
        or (algorithm["algorithm"].native != "rsassa_pss" and algorithm["parameters"].native is not None)
    ):
        return False
    return _certificates(data, signer, known) and _unsigned(signer, known)


def _certificates(data: cms.SignedData, signer: cms.SignerInfo, known: Sequence[bytes]) -> bool:
    """Each certificate is the signer's or that of an issuer above it, up to one that is known; none was altered."""
    found = [one.chosen for one in data["certificates"]]
    if any(one["signature_value"].contents[:1] != b"\0" for one in found):
        return False  # Bits left out at the end of a certificate's own signature: libraries do not look at the number.
    sid = signer["sid"].chosen
    if signer["sid"].name == "issuer_and_serial_number":
        owners = [
            one
            for one in found
            if one.serial_number == sid["serial_number"].native and one.issuer.dump() == sid["issuer"].dump()
        ]
    else:
        owners = [one for one in found if one.key_identifier == sid.native]
    if len(owners) != 1:
        return False
    others = [x509.load_der_x509_certificate(one.dump()) for one in found if one is not owners[0]]
    lower = x509.load_der_x509_certificate(owners[0].dump())
    while others:
        issuer = next((one for one in others if _issued(lower, one)), None)
        if issuer is None:
            return False
        others.remove(issuer)
        lower = issuer
    roots = [x509.load_der_x509_certificate(one) for one in known]
    return lower in roots or any(_issued(lower, root) for root in roots)


def _issued(lower: x509.Certificate, upper: x509.Certificate) -> bool:
    try:
        lower.verify_directly_issued_by(upper)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _unsigned(signer: cms.SignerInfo, known: Sequence[bytes]) -> bool:
    """Of what may be added to a signature later, only a timestamp is usual, and it is a container of its own."""
    attributes = signer["unsigned_attrs"]
    if attributes.native is None:
        return True
    return all(
        one["type"].native == "signature_time_stamp_token"
        and len(one["values"]) == 1
        and _signed_data(one["values"][0]["content"], known)
        for one in attributes
    )
