"""Bounds within which the PDF libraries may unpack a stranger's file, beside those of the process itself."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import settings

from .found import FileRefused

#: Bytes that one compressed part of a file may unfold to.
UNPACKED = 32 * 1024 * 1024
#: Objects that a file may have in all, and that somebody may have added to ours. A signature adds about ten.
MOST_OBJECTS = 20_000
MOST_ADDED = 300
#: Pages of a scan.
MOST_PAGES = 12

#: How a version of a PDF ends.
_END = re.compile(rb"startxref\s+\d+\s+%%EOF\s*")

_LIMITS: dict[str, Any] = {
    "flate_max_memory": UNPACKED,
    "run_length_max_memory": UNPACKED,
    "png_max_memory": UNPACKED,
    "tiff_max_memory": UNPACKED,
    "dct_max_memory": UNPACKED,
    "max_stream_filters": 3,
    "parser_max_nesting": 100,
    "doc_max_warnings": 50,
}


@contextmanager
def opened(content: bytes) -> Iterator[pikepdf.Pdf]:
    """Open a PDF without repairing it. Raises FileRefused: encrypted, too_heavy, truncated or damaged."""
    # The limits hold for the whole process, which may be the site's own when it has none apart.
    before: dict[str, Any] = settings.set_qpdf_limits(**_LIMITS)
    reached = settings.qpdf_limit_errors()
    try:
        with pikepdf.open(BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise FileRefused("encrypted")
            yield pdf
            # What it cannot unpack within the limits it may also leave out, with a warning that nobody reads.
            if settings.qpdf_limit_errors() > reached or any("limit" in str(one) for one in pdf.get_warnings()):
                raise FileRefused("too_heavy")
    except pikepdf.PasswordError as error:
        raise FileRefused("encrypted") from error
    except MemoryError as error:
        raise FileRefused("too_heavy") from error
    except FileRefused:
        raise
    except Exception as error:  # A hostile file makes the library, and us, stumble in ways that nobody can list.
        if settings.qpdf_limit_errors() > reached:
            raise FileRefused("too_heavy") from error
        raise FileRefused("damaged" if ends_as_pdf(content) else "truncated") from error
    finally:
        settings.set_qpdf_limits(**before)


def own_end(content: bytes) -> int:
    """Return where the file ends for its readers; what stands behind is looked at by none.

    Raises FileRefused when a further version was begun there and cut off.
    """
    found = _END.match(content, content.rfind(b"startxref"))
    if found is None or found.end() == len(content):
        return len(content)
    if b" obj" in content[found.end() :] and not ends_as_pdf(content):
        raise FileRefused("truncated")
    return found.end()


def ends_as_pdf(content: bytes) -> bool:
    """Tell whether the file has its end: the mark that closes every PDF."""
    return b"%%EOF" in content[-1024:]
