"""How the demo's people answer the agreement: by name, in the file, on paper, or not at all."""

import datetime
import io
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image, ImageDraw

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.evidence import hand_in_file, hand_in_scan
from wagtail_mentoring.agreements.models import Agreement
from wagtail_mentoring.agreements.parties import agreement_of, party_of
from wagtail_mentoring.agreements.signing import CODE_PURPOSE
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.uploads import page_images
from wagtail_mentoring.people import codes, links
from wagtail_mentoring.people.models import Mentor, PrivateLink
from wagtail_mentoring.privacy import files

#: What one party does with the agreement of a case. ``mentor`` None: the mentee does it.
Way = Callable[[Case, Mentor | None], None]


def _actor(case: Case, mentor: Mentor | None) -> Callable[[Case], actors.Actor]:
    return lambda found: actors.mentor_on(mentor, found) if mentor else actors.mentee_on(found.mentee, found)


def _opened(case: Case, mentor: Mentor | None) -> tuple[PrivateLink, Agreement]:
    """Return the person's own link, opened now, and the agreement to which the person is a party."""
    owner = {"mentor": mentor} if mentor else {"mentee": case.mentee}
    link = links.link_for(case, **owner)
    link.opened_at = clock.now()
    link.save(update_fields=["opened_at"])
    agreement = agreement_of(case, **owner)
    if agreement is None:
        raise LookupError(f"{case.reference} has no agreement to sign.")
    return link, agreement


def by_name(case: Case, mentor: Mentor | None) -> None:
    """Sign on the private page, with the code from the mail."""
    link, agreement = _opened(case, mentor)
    _code, digits = codes.issue(link, CODE_PURPOSE)
    inputs = {
        "typed_name": (mentor or case.mentee).name,
        "agreed": True,
        "code": codes.check(link, CODE_PURPOSE, digits),
        "link": link,
        "shown_sha256": agreement.document.sha256,
    }
    moves.move(case.pk, "sign", _actor(case, mentor), inputs)


def declined(case: Case, mentor: Mentor | None) -> None:
    """Do not sign for now, and say why."""
    _opened(case, mentor)
    reason = "I want to ask my employer first whether I may do this beside my work."
    moves.move(case.pk, "decline", _actor(case, mentor), {"reason": reason})


def in_the_file(case: Case, mentor: Mentor | None) -> None:
    """Sign the file with a certificate of one's own making: intact, and known to nobody. The handler must look."""
    link, agreement = _opened(case, mentor)
    party = party_of(agreement, mentor=mentor) if mentor else party_of(agreement, mentee=case.mentee)
    if party is None:
        raise LookupError(f"{case.reference}: not a party to the agreement.")
    content = signed_by_stranger(files.read(agreement.files()[-1].stored), party.field_name, party.name)
    hand_in_file(case.pk, _actor(case, mentor), content, link)


def on_paper(case: Case, mentor: Mentor | None) -> None:
    """Print the last page, sign it with a pen, and send a picture of it."""
    _link, agreement = _opened(case, mentor)
    pages = page_images(files.read(agreement.document.stored), "application/pdf")
    hand_in_scan(case.pk, _actor(case, mentor), _with_pen(pages[-1]))


#: Steps of the stories.
WAYS: dict[str, Way] = {"sign": by_name, "decline": declined, "own": in_the_file, "paper": on_paper}


def _with_pen(page: bytes) -> bytes:
    """Return the picture of a page with a stroke of blue ink on it, a little askew, as a phone takes it."""
    with Image.open(io.BytesIO(page)) as opened:
        picture = opened.convert("RGB")
    pen = ImageDraw.Draw(picture)
    width, height = picture.size
    stroke = [(0.13, 0.31), (0.16, 0.28), (0.175, 0.315), (0.2, 0.285), (0.215, 0.312), (0.25, 0.295), (0.33, 0.305)]
    pen.line([(x * width, y * height) for x, y in stroke], fill=(28, 52, 140), width=3, joint="curve")
    out = io.BytesIO()
    picture.rotate(0.8, fillcolor=(246, 245, 241), expand=True).save(out, "JPEG", quality=80)
    return out.getvalue()


def signed_by_stranger(content: bytes, field: str, name: str) -> bytes:
    """Return the file signed in ``field`` with a new certificate in ``name`` that nobody has vouched for."""
    # Late, as everywhere: who does not load the demo should not load the signing library.
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509 as asn1_x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = ec.generate_private_key(ec.SECP256R1())
    signer = SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(_certificate(key, name).public_bytes(Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
        cert_registry=SimpleCertificateStore(),
    )
    metadata = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    signed: bytes = PdfSigner(metadata, signer).sign_pdf(writer, existing_fields_only=True).getvalue()
    return signed


def _certificate(key: ec.EllipticCurvePrivateKey, name: str) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64])])
    use = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - datetime.timedelta(days=30))
        .not_valid_after(clock.now() + datetime.timedelta(days=700))
        .add_extension(use, critical=True)
        .sign(key, hashes.SHA256())
    )
