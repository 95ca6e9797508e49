"""Scans of a signed paper: is it a harmless picture or PDF, and what of it may be kept?"""

import pikepdf
from PIL import Image, ImageOps

from .drawing import TYPES, on_paper, unpack
from .flat import flat_pdf, shrunk
from .found import FileRefused, ScanFound
from .kinds import kind_of
from .limits import MOST_PAGES, opened
from .pictures import bare
from .structure import fields_of, is_signature, refuse_powers

# The places that the union itself signs in a document of ours.
_ISSUED, _OF_UNION = "sig_issuer", {"sig_issuer", "sig_seal", "sig_ts"}
# Notes on a page that show nothing, or are no work of a pen.
_NO_DRAWING = {"/Widget", "/Link", "/Popup"}


def look_at_scan(content: bytes, most_bytes: int) -> ScanFound:
    """Return what the scan is, and what may be kept of it: at most ``most_bytes``. Raises FileRefused.

    A picture is kept without what its maker wrote beside it, such as where it was taken: everybody gets it inside the
    signing record. A PDF becomes pictures of its pages, and so does a picture that is too large become a smaller one.
    """
    kind = kind_of(content)
    if kind == "empty":
        raise FileRefused("empty")
    if kind == "container":
        raise FileRefused("signature_container")
    if kind not in TYPES:
        raise FileRefused("not_a_scan")
    if kind != "pdf":
        return _photo(content, kind, most_bytes)
    with opened(content) as pdf:
        refuse_powers(pdf)
        pages = len(pdf.pages)
        if pages > MOST_PAGES:
            raise FileRefused("too_many_pages", most=str(MOST_PAGES))
        if not pages:
            raise FileRefused("damaged")
        if _signed_by_somebody(pdf) and not _drawn_on(pdf):
            raise FileRefused("signed_file")
    # All pages, so that whoever must look at them later can.
    return ScanFound(TYPES["pdf"], pages, flat_pdf(content, MOST_PAGES, most_bytes))


def _photo(content: bytes, kind: str, most_bytes: int) -> ScanFound:
    picture = unpack(content, kind, whole=True)
    try:
        kept = bare(content, picture)
        if len(kept) <= most_bytes:
            return ScanFound(TYPES[kind], 1, kept)
        return ScanFound(TYPES["jpeg"], 1, shrunk([_upright(picture)], most_bytes)[0])
    except (OSError, ValueError, SyntaxError) as error:
        raise FileRefused("damaged") from error


def _upright(picture: Image.Image) -> Image.Image:
    """Return the picture as it is to be seen, no larger than a first step of making it smaller."""
    picture.thumbnail((2400, 2400), reducing_gap=2)
    return on_paper(ImageOps.exif_transpose(picture))


def _signed_by_somebody(pdf: pikepdf.Pdf) -> bool:
    """Tell whether it is a document of ours in which somebody else than the union has signed with a certificate."""
    signed = {name for name, field in fields_of(pdf).items() if is_signature(field.get("/V"))}
    return _ISSUED in signed and bool(signed - _OF_UNION)


def _drawn_on(pdf: pikepdf.Pdf) -> bool:
    """Tell whether there is something on the pages as a pen leaves it on a tablet."""
    for page in pdf.pages:
        for note in page.obj.get("/Annots", ()):
            if isinstance(note, pikepdf.Dictionary) and str(note.get("/Subtype")) not in _NO_DRAWING:
                return True
    return False
