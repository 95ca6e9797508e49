"""What is taken: a signature in the right place, and scans of the signed paper."""

import io
from functools import cache
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.checks.registry import registry
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from tests.documents import attacks
from tests.documents.signatures import MENTEE, NAMES, UNION, authority, issued, person, signed
from wagtail_mentoring.documents import names, uploads
from wagtail_mentoring.documents.backends import backend
from wagtail_mentoring.documents.certify import seal
from wagtail_mentoring.documents.errors import WorkerBusy, WorkerKilled, WorkerTimedOut
from wagtail_mentoring.documents.trust import check_trusted_certificates, listed_certificates
from wagtail_mentoring.documents.uploads import (
    UploadRefused,
    UploadResult,
    check_scan,
    check_signed,
    page_images,
)


@pytest.fixture(autouse=True)
def trusting(settings: Any, tmp_path: Any) -> None:
    path = tmp_path / "trusted.pem"
    path.write_bytes(authority().pem)
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TRUSTED_CERTIFICATES": [path]}


def look(uploaded: bytes, field: str = "sig_mentee", latest: bytes | None = None, **changes: Any) -> UploadResult:
    values: dict[str, Any] = {
        "latest": latest or issued(),
        "earlier": (),
        "field": field,
        "name": NAMES[field],
        "others": {other: name for other, name in NAMES.items() if other != field},
    }
    return check_signed(uploaded, **(values | changes))


def test_all_parties_one_after_the_other() -> None:
    latest, earlier = issued(), []
    for field, name in NAMES.items():
        uploaded = signed(latest, person(name, authority()), field)
        result = look(uploaded, field, latest, earlier=tuple(earlier))
        assert (result.outcome, result.code) == ("accepted", "accepted")
        assert result.signer is not None
        assert (result.signer.name, result.signer.field, result.signer.trusted) == (name, field, True)
        assert result.signer.issuer == "Example Population Register CA"
        assert result.signer.signed_at is not None
        assert UploadResult.from_report(result.report()) == result
        earlier.append(latest)
        latest = uploaded
    # The union can close what all have signed; a signature after that is for nobody.
    assert seal(latest, UNION).startswith(latest)


def test_the_result_is_told_in_plain_words() -> None:
    result = look(signed(issued(), person(MENTEE, authority())))
    assert result.message == (
        "Signed by Amal Example. The certificate was issued by Example Population Register CA, which we know. "
        "The document is unchanged."
    )
    with translation.override("en"):
        review = look(signed(issued(), person("A Stranger")))
    assert review.message.startswith("The document is signed by A Stranger and is unchanged. The certificate was made")
    assert review.message.endswith("A person at the union looks at it before it counts.")


@pytest.mark.parametrize(
    "written",
    ["AMAL EXAMPLE", "Example Amal", "EXAMPLE AMAL 123456789A", "EXAMPLE,AMAL,47101010033", "amal  example"],
)
def test_a_name_as_national_cards_write_it(written: str) -> None:
    assert look(signed(issued(), person(written, authority()))).outcome == "accepted"


@pytest.mark.parametrize("written", ["Amal", "Amal B Example", "Amal Examplé", "Amala Example", "Exa Mple Amal"])
def test_another_name_is_looked_at(written: str) -> None:
    result = look(signed(issued(), person(written, authority())))
    assert (result.outcome, result.code) == ("review", "other_name")


def test_two_parties_of_one_name() -> None:
    """Father and daughter: the certificate cannot tell them apart, and neither is refused as the other."""
    uploaded = signed(issued(), person(MENTEE, authority()))
    assert look(uploaded, others={"sig_mentor_1": MENTEE}).outcome == "accepted"


def test_names_are_compared_without_what_keyboards_change() -> None:
    assert names.is_name_of(["Zoë  O’Brien"], "zoe\u0308 O'Brien")
    assert not names.is_name_of(["", "123"], "123")
    assert not names.is_name_of([], MENTEE)


def test_a_document_that_nobody_certified_can_be_checked_too() -> None:
    """The check asks for the issued bytes, not for a certification: a site may have signed up later."""
    with pikepdf.open(io.BytesIO(issued())) as pdf:
        field = next(one for one in pdf.Root.AcroForm.Fields if str(one.T) == "sig_issuer")
        del field["/V"], pdf.Root["/Perms"]
        out = io.BytesIO()
        pdf.save(out)
    latest = out.getvalue()
    assert look(signed(latest, person(MENTEE, authority())), latest=latest).outcome == "accepted"


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_usual_digests(digest: str) -> None:
    assert look(signed(issued(), person(MENTEE, authority()), md_algorithm=digest)).outcome == "accepted"


def test_a_weak_digest_is_refused() -> None:
    result = look(signed(issued(), person(MENTEE, authority()), md_algorithm="sha1"))
    assert (result.outcome, result.code) == ("refused", "weak_signature")


def test_a_signature_of_an_unknown_kind_is_refused() -> None:
    content = signed(issued(), person(MENTEE, authority()))
    at = content.rindex(b"/ETSI.CAdES.detached")
    changed = content[:at] + b"/ETSI.CAdES.detacheX" + content[at + 20 :]
    assert look(changed).code == "unreadable_signature"


def test_by_rsa() -> None:
    assert look(signed(issued(), person(MENTEE, authority(), by_rsa=True))).outcome == "accepted"


def test_the_limited_process_answers_as_the_process_itself(settings: Any) -> None:
    uploaded = signed(issued(), person(MENTEE, authority()))
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "DOCUMENT_PROCESSES": 0}
    here = look(uploaded)
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "DOCUMENT_PROCESSES": 1}
    assert look(uploaded) == here
    with pytest.raises(UploadRefused) as refused:
        check_scan(b"nothing")
    assert refused.value.code == "not_a_scan"


def test_a_file_that_takes_too_long_is_refused(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "DOCUMENT_SECONDS": 0.001}
    result = look(signed(issued(), person(MENTEE, authority())))
    assert (result.outcome, result.code) == ("refused", "timed_out")


@pytest.mark.parametrize(
    ("error", "code"),
    [(WorkerKilled("gone"), "too_heavy"), (WorkerTimedOut("late"), "timed_out"), (WorkerBusy("full"), "busy")],
)
def test_a_process_that_ends_refuses_the_file(monkeypatch: pytest.MonkeyPatch, error: Exception, code: str) -> None:
    """More than a process may use is not our fault, and not a reason to take the file."""

    def end(*args: Any, **kwargs: Any) -> Any:
        raise error

    content = signed(issued(), person(MENTEE, authority()))
    monkeypatch.setattr(uploads, "call", end)
    assert (look(content).outcome, look(content).code) == ("refused", code)
    for refuse in (lambda: check_scan(picture("PNG")), lambda: page_images(content, "application/pdf")):
        with pytest.raises(UploadRefused) as refused:
            refuse()
        assert refused.value.code == code


# Scans


def picture(kind: str, size: tuple[int, int] = (600, 850)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def scan(pages: int = 2) -> bytes:
    out = io.BytesIO()
    first, *others = [Image.new("RGB", (600, 850), "white") for _ in range(pages)]
    first.save(out, "PDF", save_all=True, append_images=others)
    return out.getvalue()


def tidy_scan() -> bytes:
    """The same without what the attacks' library stumbles over."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(scan())) as pdf:
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "pages"),
    [
        (picture("PNG"), "image/png", 1),
        (picture("JPEG"), "image/jpeg", 1),
        (scan(3), "application/pdf", 3),
    ],
    ids=["png", "jpeg", "pdf"],
)
def test_scans_are_known_by_their_content(content: bytes, kind: str, pages: int) -> None:
    found = check_scan(content)
    assert (found.content_type, found.pages) == (kind, pages)
    images = page_images(content, kind, dpi=40)
    assert len(images) == pages
    assert all(Image.open(io.BytesIO(image)).format == "PNG" for image in images)
    assert len(page_images(content, kind, dpi=20, most=1)) == 1


def test_the_agreement_itself_can_be_compared_in_pictures() -> None:
    images = page_images(signed(issued(), person(MENTEE, authority())), "application/pdf", dpi=50)
    assert len(images) > 1
    width, height = Image.open(io.BytesIO(images[0])).size
    assert abs(width - 413) < 3 and abs(height - 585) < 3


def photo(kind: str, orientation: int = 1, **more: Any) -> bytes:
    """A picture as a telephone or a scanning program makes it: with place, owner and words, upper left corner black."""
    image = Image.effect_noise((80, 60), 40).convert("RGB")
    image.paste("black", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = orientation, "Amal Secret"
    exif.get_ifd(0x8825).update({1: "N", 2: (60.0, 10.0, 15.5)})
    out = io.BytesIO()
    words = PngInfo()
    words.add_text("Author", "Amal Secret")
    words.add_itxt("XML:com.adobe.xmp", "<Secret/>", zip=True)
    options: dict[str, Any] = {"pnginfo": words} if kind == "PNG" else {"comment": b"Secret", "xmp": b"<Secret/>"}
    image.save(out, kind, exif=exif, icc_profile=srgb(), dpi=(300, 300), **options, **more)
    return out.getvalue()


@cache
def srgb() -> bytes:
    """A profile of colours; it bears the second in which it was made."""
    profile: bytes = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile


def with_iptc(jpeg: bytes) -> bytes:
    body = b"Photoshop 3.0\x008BIM Secret"
    return jpeg[:2] + b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body + jpeg[2:]


PHOTOS = {
    "jpeg": lambda: with_iptc(photo("JPEG")),
    "progressive": lambda: photo("JPEG", progressive=True),
    "restarts": lambda: photo("JPEG", restart_marker_blocks=1),
    "with a film": lambda: photo("JPEG") + b"ftypmp4 Secret",
    "png": lambda: photo("PNG"),
    "with words after": lambda: photo("PNG") + b"Secret",
}


@pytest.mark.parametrize("name", PHOTOS)
def test_of_a_photo_nothing_is_kept_but_the_picture(name: str) -> None:
    sent = PHOTOS[name]()
    assert b"Secret" in sent and Image.open(io.BytesIO(sent)).getexif()
    found = check_scan(sent)
    assert b"Secret" not in found.content and len(found.content) < len(sent)
    before, after = Image.open(io.BytesIO(sent)), Image.open(io.BytesIO(found.content))
    assert not after.getexif() and not after.info.keys() & {"comment", "xmp", "exif", "photoshop", "Author"}
    # The packed pixels, their colours and their size on paper are untouched.
    assert after.tobytes() == before.tobytes()
    assert after.info["icc_profile"] == srgb() and round(after.info["dpi"][0]) == 300
    assert check_scan(found.content).content == found.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_taken_on_its_side_is_kept_upright(kind: str) -> None:
    found = check_scan(photo(kind, orientation=6))
    image = Image.open(io.BytesIO(found.content))
    assert b"Secret" not in found.content and not image.getexif()
    assert image.size == (60, 80)
    # Turned clockwise, the black corner stands at the right.
    assert max(image.getpixel((50, 5))) < 40 and max(image.getpixel((5, 5))) > 60
    assert image.info["icc_profile"] == srgb()


def test_an_oddly_built_photo_is_packed_anew() -> None:
    sent = photo("JPEG")
    at = sent.index(b"\xff\xdb")
    found = check_scan(sent[:at] + b"Secret" + sent[at:])
    assert b"Secret" not in found.content and Image.open(io.BytesIO(found.content)).size == (80, 60)


def bomb() -> bytes:
    """A PNG of 20000 by 20000 pixels in some fifty kilobytes."""
    out = io.BytesIO()
    Image.new("1", (20000, 20000)).save(out, "PNG")
    return out.getvalue()


BAD_SCANS: dict[str, tuple[str, Any]] = {
    "empty": ("empty", lambda: b""),
    "text": ("not_a_scan", lambda: b"I signed it"),
    "gif": ("not_a_scan", lambda: picture("GIF")),
    "tiff": ("not_a_scan", lambda: picture("TIFF")),
    "heic": ("not_a_scan", lambda: b"\0\0\0\x18ftypheic" + b"\0" * 100),
    "container": ("signature_container", lambda: b"-----BEGIN PKCS7-----\n"),
    "large": ("too_large", lambda: picture("PNG") + b"\0" * (11 * 1024 * 1024)),
    "half a photo": ("truncated", lambda: picture("JPEG")[:-400]),
    "half a PNG": ("truncated", lambda: picture("PNG")[:-60]),
    "no photo": ("damaged", lambda: b"\xff\xd8\xff\xe0" + b"x" * 500),
    "half a PDF": ("truncated", lambda: scan()[:-1500]),
    "no PDF": ("damaged", lambda: b"%PDF-1.7\nnothing\nstartxref\n1\n%%EOF\n"),
    "a bomb": ("too_heavy", bomb),
    "many pages": ("too_many_pages", lambda: scan(41)),
    "encrypted": ("encrypted", lambda: attacks.encrypted(scan())),
    "JavaScript": ("javascript", lambda: attacks.javascript(tidy_scan())),
    "launch": ("action", lambda: attacks.launch(tidy_scan())),
    "a file inside": ("embedded_file", lambda: attacks.attachment(tidy_scan())),
}


@pytest.mark.parametrize("name", BAD_SCANS)
def test_a_bad_scan_is_refused_with_its_own_reason(name: str) -> None:
    code, make = BAD_SCANS[name]
    with pytest.raises(UploadRefused) as refused:
        check_scan(make())
    assert refused.value.code == code
    assert len(refused.value.message) > 15 and "%(" not in refused.value.message


def test_pages_that_cannot_be_drawn() -> None:
    for content, kind in ((b"%PDF-1.7 nothing", "application/pdf"), (b"nothing", "image/png"), (b"x", "text/plain")):
        with pytest.raises(UploadRefused):
            page_images(content, kind)


def test_a_giant_page_becomes_a_picture_of_usual_size() -> None:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(14400, 14400))
        pdf.save(out)
    (image,) = page_images(out.getvalue(), "application/pdf", dpi=300)
    assert max(Image.open(io.BytesIO(image)).size) <= 2400


# Whom the site trusts


def test_certificates_are_read_from_pem_and_der(tmp_path: Any) -> None:
    pem, der = tmp_path / "two.pem", tmp_path / "one.der"
    other = person("Other CA", authority=True)
    pem.write_bytes(authority().pem + other.pem)
    der.write_bytes(other.certificate.public_bytes(Encoding.DER))
    assert listed_certificates([pem]) == (authority().der, other.der)
    assert listed_certificates([der]) == (other.der,)


def test_a_missing_or_wrong_file_is_named(tmp_path: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"gone\.pem, which cannot be read"):
        listed_certificates([tmp_path / "gone.pem"])
    (tmp_path / "text.pem").write_text("no certificate")
    with pytest.raises(ImproperlyConfigured, match=r"text\.pem holds no certificate"):
        listed_certificates([tmp_path / "text.pem"])


def test_manage_py_check_names_a_missing_file(settings: Any, tmp_path: Any) -> None:
    assert check_trusted_certificates(None) == []
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TRUSTED_CERTIFICATES": [tmp_path / "gone.pem"]}
    (error,) = check_trusted_certificates(None)
    assert error.id == "wagtail_mentoring.E204" and "gone.pem" in error.msg
    assert check_trusted_certificates in registry.registered_checks


def test_the_unions_own_key_signs_for_nobody_else() -> None:
    """Whoever holds it could put any party's signature; the name in the certificate is the union's."""
    signer = backend().signer(UNION)
    writer = IncrementalPdfFileWriter(io.BytesIO(issued()))
    content = PdfSigner(PdfSignatureMetadata(field_name="sig_mentee"), signer).sign_pdf(writer).getvalue()
    result = look(content)
    assert (result.outcome, result.code) == ("review", "other_name")


def test_another_document_of_ours_is_named() -> None:
    assert look(issued("SAFA-2026-0001")).message.startswith(
        "This is another document of ours: “Ethics agreement for mentoring, SAFA-2026-0001”."
    )
