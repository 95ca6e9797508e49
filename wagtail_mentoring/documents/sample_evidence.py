"""What invented people hand in for the samples: a file signed with an own certificate, and a scan of signed paper."""

import datetime
import io

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image, ImageDraw
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp.noop import NoOpStampStyle

from wagtail_mentoring import clock

from .backends import HeldSigner
from .certify import DocumentWriter
from .keys import KeyMaterial

#: An A4 page at 40 dots per inch.
_SCAN = (331, 468)


def signed_by(name: str, content: bytes, field: str) -> bytes:
    """Return the document with a signature in ``field``, by a certificate that nobody vouches for."""
    signer = HeldSigner(_certificate(name))
    meta = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES)
    tool = PdfSigner(meta, signer, stamp_style=NoOpStampStyle())
    written: io.BytesIO = tool.sign_pdf(DocumentWriter(io.BytesIO(content)), existing_fields_only=True)
    return written.getvalue()


def _certificate(name: str) -> KeyMaterial:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    private_key = ec.generate_private_key(ec.SECP256R1())
    start = clock.now().replace(microsecond=0) - datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(subject, subject, private_key.public_key(), x509.random_serial_number())
    certificate = (
        builder.not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(private_key, hashes.SHA256())
    )
    return KeyMaterial(private_key, certificate)


def scan() -> bytes:
    """Return a small PNG that looks like the scan of a signed page: grey lines, and a stroke of the pen."""
    page = Image.new("L", _SCAN, 252)
    pen = ImageDraw.Draw(page)
    width, height = _SCAN
    for top in range(60, 300, 12):
        pen.line((40, top, width - 40 - top % 36, top), fill=150, width=3)
    pen.line((40, height - 90, 190, height - 90), fill=90)
    pen.line([(50 + 6 * step, height - 100 + (14 if step % 2 else -8)) for step in range(20)], fill=30, width=2)
    written = io.BytesIO()
    page.save(written, "PNG")
    return written.getvalue()
