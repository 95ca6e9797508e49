"""What a file is, by its first bytes; its name and what the browser says of it count for nothing."""

from typing import Literal

Kind = Literal["pdf", "png", "jpeg", "picture", "container", "other", "empty"]

_PICTURES = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
# HEIC and AVIF, the formats of newer phones, say what they are after four bytes of length.
_ISO_PICTURES = (b"ftyphei", b"ftyphev", b"ftypmif1", b"ftypavif")
#: The object identifier of signed data (RFC 5652), as .p7s and .p7m files begin with it.
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_PEM_SIGNATURES = (b"-----BEGIN PKCS7", b"-----BEGIN CMS", b"-----BEGIN PKCS #7")
_ASIC = b"application/vnd.etsi.asic"


def kind_of(content: bytes) -> Kind:
    """Return what ``content`` is. ``container`` is a signature beside or around a document: ASiC, or PKCS #7."""
    head = content[:1024]
    if not head.strip(b"\0\t\r\n "):
        return "empty" if not content.strip(b"\0\t\r\n ") else "other"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(_PICTURES) or head[4:].startswith(_ISO_PICTURES):
        return "picture"
    if _is_container(content):
        return "container"
    return "other"


def _is_container(content: bytes) -> bool:
    if content[:4] == b"PK\x03\x04":
        return _ASIC in content[:4096] or b"META-INF/" in content
    if content[:1] == b"\x30":
        return _SIGNED_DATA in content[:64]
    return content.lstrip()[:32].startswith(_PEM_SIGNATURES) or (
        content.lstrip()[:1] == b"<" and b"XAdES" in content[:65536]
    )
