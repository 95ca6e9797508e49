"""Scans of a signed paper: what is kept of them, how large it can be, and what a record makes of them."""

import hashlib
import io
import json
import random
from typing import Any

import pikepdf
import pytest
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec

from tests.documents import attacks
from tests.documents.sheets import sheet
from tests.documents.signatures import MENTEE, UNION, authority, issued, person, signed
from wagtail_mentoring.documents import verify
from wagtail_mentoring.documents.certify import certify
from wagtail_mentoring.documents.checking.structure import powers
from wagtail_mentoring.documents.render import Attachment, render_pdf
from wagtail_mentoring.documents.uploads import UploadRefused, check_scan, page_images, page_sheet


def with_pen(content: bytes, page: int = 0) -> bytes:
    """Signed by pen on a tablet: a stroke of ink over a page, added to the file."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    target = writer.root["/Pages"]["/Kids"][page]
    writer.update_container(target)
    numbers = generic.ArrayObject
    ink = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Ink"),
            pdf_name("/Rect"): numbers(map(generic.NumberObject, (95, 395, 405, 505))),
            pdf_name("/C"): numbers(map(generic.NumberObject, (1, 0, 0))),
            pdf_name("/BS"): generic.DictionaryObject({pdf_name("/W"): generic.NumberObject(8)}),
            pdf_name("/InkList"): numbers([numbers(map(generic.NumberObject, (100, 400, 400, 500)))]),
            pdf_name("/F"): generic.NumberObject(4),
        }
    )
    notes = list(target["/Annots"]) if "/Annots" in target else []
    target["/Annots"] = generic.ArrayObject([*notes, writer.add_object(ink)])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def noise(size: tuple[int, int] = (1240, 1754), seed: int = 1) -> Image.Image:
    """The worst that a photo can be: every point has another colour."""
    return Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3))


def as_pdf(*pages: Image.Image, **more: Any) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], **more)
    return out.getvalue()


def as_file(picture: Image.Image, kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def colours(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = picture.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def with_pages(*sizes: tuple[float, float]) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for size in sizes:
            pdf.add_blank_page(page_size=size)
        pdf.save(out)
    return out.getvalue()


def heavy_second_page() -> bytes:
    """Small, and harmless at first sight; the second page takes minutes and much memory to draw."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        page = pdf.add_blank_page()
        strokes = b"q " + b"0 0 612 792 re W n 0 0 m 100 100 200 300 400 500 c S " * 200_000
        form = pikepdf.Stream(pdf, strokes)
        form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 612, 792]
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))
        page.obj.Contents = pikepdf.Stream(pdf, b"/X Do " * 500)
        pdf.save(out, compress_streams=True)
    return out.getvalue()


# What is kept


def test_of_a_pdf_nothing_is_kept_but_how_its_pages_look() -> None:
    sent = as_pdf(Image.new("RGB", (620, 877), "red"), Image.new("RGB", (877, 620), "blue"), author="Amal Secret")
    found = check_scan(sent)
    assert (found.content_type, found.pages) == ("application/pdf", 2)
    with pikepdf.open(io.BytesIO(found.content)) as pdf:
        assert not powers(pdf) and set(pdf.Root.keys()) == {"/Type", "/Pages"} and not pdf.docinfo.keys()
        for leaf in pdf.pages:
            assert set(leaf.obj.keys()) == {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
            (image,) = leaf.obj.Resources["/XObject"].values()
            assert image.Filter == "/DCTDecode"
    assert b"Secret" not in found.content
    first, second = (Image.open(io.BytesIO(page)) for page in page_images(found.content, "application/pdf", dpi=50))
    assert first.width < first.height and second.width > second.height
    for page, colour in ((first, (254, 0, 0)), (second, (0, 0, 254))):
        at = colours(page, page.width // 2, page.height // 2)
        assert all(abs(one - other) < 8 for one, other in zip(at, colour, strict=True))
    # The same file makes the same bytes.
    assert check_scan(sent).content == found.content


def test_the_sheets_of_a_flat_scan_are_no_larger_than_paper() -> None:
    found = check_scan(with_pages((595, 842), (2480, 3508), (14400, 14400), (60, 90)))
    with pikepdf.open(io.BytesIO(found.content)) as pdf:
        sizes = [tuple(round(float(one)) for one in page.mediabox[2:]) for page in pdf.pages]
    assert sizes == [(595, 842), (595, 842), (842, 842), (60, 90)]


def test_a_large_scan_is_made_smaller() -> None:
    sent = as_pdf(*[noise(seed=n) for n in range(2)], quality=90)
    assert len(sent) > 2_500_000
    found = check_scan(sent)
    assert len(found.content) <= 10 * 1024 * 1024 // 8
    assert all(max(Image.open(io.BytesIO(page)).size) > 800 for page in page_images(found.content, "application/pdf"))


def test_the_worst_scan_is_made_small_enough() -> None:
    sent = as_pdf(*[noise((900, 900), seed=n) for n in range(12)], quality=75)
    found = check_scan(sent)
    assert found.pages == 12 and len(found.content) <= 10 * 1024 * 1024 // 8


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_photo_is_made_smaller(kind: str) -> None:
    sent = as_file(noise((1600, 1200)), kind, **({"quality": 95} if kind == "JPEG" else {}))
    assert len(sent) > 2_000_000
    found = check_scan(sent)
    assert found.content_type == "image/jpeg" and len(found.content) <= 10 * 1024 * 1024 // 8
    image = Image.open(io.BytesIO(found.content))
    assert image.format == "JPEG" and 800 < image.width <= 1600 and abs(image.width / image.height - 4 / 3) < 0.01


def test_what_is_clear_in_a_large_picture_becomes_white_paper() -> None:
    seen = noise((1600, 1200)).convert("RGBA")
    seen.paste((0, 0, 0, 0), (0, 0, 400, 300))
    image = Image.open(io.BytesIO(check_scan(as_file(seen, "PNG")).content))
    assert min(colours(image, image.width // 10, image.height // 10)) > 240


# Files of our own, sent as scans


def test_an_agreement_signed_by_pen_on_a_tablet_is_a_scan() -> None:
    found = check_scan(with_pen(issued()))
    page = Image.open(io.BytesIO(page_images(found.content, "application/pdf", dpi=72)[0]))
    red, green, blue = colours(page, 250, page.height - 450)
    assert red > 150 and max(green, blue) < 120


def test_a_signed_file_is_no_scan() -> None:
    """The signature would be lost in the picture."""
    with pytest.raises(UploadRefused) as refused:
        check_scan(signed(issued(), person(MENTEE, authority())))
    assert refused.value.code == "signed_file" and "not a scan" in refused.value.message


def test_a_file_with_the_signature_of_another_can_be_signed_by_pen() -> None:
    found = check_scan(with_pen(signed(issued(), person("Maija Mallikas", authority()), "sig_mentor_1")))
    assert found.content_type == "application/pdf"


def test_a_scan_that_a_scanner_has_signed_is_a_scan() -> None:
    plain = io.BytesIO()
    with pikepdf.open(io.BytesIO(as_pdf(Image.new("RGB", (600, 850), "white")))) as pdf:
        pdf.save(plain)
    place = SigFieldSpec("Signature1", box=(50, 50, 250, 90))
    assert check_scan(signed(plain.getvalue(), person("Scanner Oy"), "Signature1", new_field=place)).pages == 1


# In the signing record


def record(agreement: bytes, *scans: tuple[bytes, str], named: bytes | None = None) -> bytes:
    digest = hashlib.sha256(named or agreement).hexdigest()
    told = {"agreement": {"sha256": hashlib.sha256(issued()).hexdigest(), "file_sha256": digest}}
    inside = [
        Attachment("a.pdf", agreement, "application/pdf", "The agreement", "Source"),
        Attachment("a.json", json.dumps(told).encode(), "application/json", "Data", "Data"),
    ]
    for number, (content, kind) in enumerate(scans):
        inside.append(Attachment(f"scan-{number}", content, kind, "Scan of the signed paper", "Supplement"))
    rendered = render_pdf(
        "agreement.html", sheet().context(), language="en", title="Signing record", reference="SAFA-2026-0417",
        kind="signing_record", attachments=inside,
    )  # fmt: skip
    return certify(rendered.content, UNION, may_sign=False)


@pytest.mark.parametrize(
    "scan",
    [lambda: attacks.annotation(issued()), lambda: signed(issued(), person(MENTEE)), lambda: issued("SAFA-2026-0002")],
    ids=["written on", "signed", "of another case"],
)
def test_a_scan_that_is_a_pdf_of_ours_does_not_spoil_a_genuine_record(scan: Any) -> None:
    told = verify.verify(record(issued(), (scan(), "application/pdf")))
    assert (told.state, told.reading.matches) == ("unchanged", True)
    assert {file.name: inside and inside.state for file, inside in told.inside} == {
        "a.pdf": "unchanged",
        "a.json": None,
        "scan-0": None,
    }


def test_a_scan_cannot_stand_for_the_agreement() -> None:
    """That the right agreement lies there as a scan does not make up for another one in its place."""
    told = verify.verify(record(issued("SAFA-2026-0002"), (issued(), "application/pdf"), named=issued()))
    assert (told.state, told.reading.matches) == ("changed", False)


def test_a_record_with_the_largest_scans_can_be_checked_by_anybody() -> None:
    pages = as_pdf(*[noise(seed=n) for n in range(2)], quality=90)
    photo = as_file(noise((1600, 1200)), "PNG")
    found = [check_scan(content) for content in (pages, photo, pages, photo)]
    content = record(issued(), *[(one.content, one.content_type) for one in found])
    assert len(content) < 0.7 * 10 * 1024 * 1024
    assert verify.verify(content).state == "unchanged"


# How they are looked at


def test_pages_are_put_under_each_other_in_the_limited_process() -> None:
    drawn = page_sheet(with_pages((595, 842), (842, 595)), "application/pdf", dpi=72)
    image = Image.open(io.BytesIO(drawn.content))
    assert (drawn.content_type, image.format) == ("image/png", "PNG")
    assert image.size == (842, 842 + 595 + 12)
    assert image.getpixel((700, 400)) == image.getpixel((400, 848)) == (128, 128, 128)
    assert image.getpixel((300, 400)) == (255, 255, 255)


def test_giant_pages_become_a_leafof_usual_size() -> None:
    drawn = page_sheet(with_pages(*[(14400, 14400)] * 12, (14400, 100)), "application/pdf", dpi=100)
    image = Image.open(io.BytesIO(drawn.content))
    assert image.width * image.height <= 16_500_000 and image.width > 300
    # A wide page and a tall one make a large sheet of little paper.
    drawn = page_sheet(with_pages((14400, 20), *[(20, 14400)] * 11), "application/pdf", dpi=100)
    image = Image.open(io.BytesIO(drawn.content))
    assert image.width * image.height <= 16_500_000


def test_a_leafthat_would_be_large_as_png_is_a_jpeg() -> None:
    drawn = page_sheet(as_pdf(*[noise((900, 1270), seed=n) for n in range(4)]), "application/pdf", dpi=100)
    assert drawn.content_type == "image/jpeg" and len(drawn.content) < 6_000_000
    assert Image.open(io.BytesIO(drawn.content)).format == "JPEG"


def test_a_photo_is_a_leafof_its_own() -> None:
    drawn = page_sheet(as_file(noise((1600, 1200)), "JPEG"), "image/jpeg", dpi=50)
    assert abs(Image.open(io.BytesIO(drawn.content)).width - 413) < 3


def test_a_page_that_takes_too_much_is_refused_when_it_is_sent(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "DOCUMENT_PROCESSES": 1, "DOCUMENT_SECONDS": 3}
    with pytest.raises(UploadRefused) as refused:
        check_scan(heavy_second_page())
    # Whichever the machine runs out of first.
    assert refused.value.code in ("timed_out", "too_heavy")
