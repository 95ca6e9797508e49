"""What no field of an application may hold, and which files are accepted."""

import io
import re
import unicodedata
import zipfile
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from wagtail_mentoring.conf import conf
from wagtail_mentoring.texts import visible

# Day, month, year, the sign of the century (since 2023 also U to Y and B to F), number and check character.
# Source: the Digital and Population Data Services Agency, "The personal identity code".
_IDENTITY_CODE = re.compile(
    r"(?<![0-9A-Z])(\d{2})(\d{2})(\d{2})\s?([-+YXWVUABCDEF])\s?(\d{3})\s?([0-9A-Y])(?![0-9A-Z])"
)
_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−﹣－"), "-")


def has_identity_code(text: str) -> bool:
    """Return whether ``text`` holds what looks like a Finnish personal identity code.

    A date with a letter in the place of the sign or of the check character is enough: a mistyped code tells as much.
    With figures and a dash alone it could be a telephone number; then the check character must be right too.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).upper()
    for day, month, year, sign, number, check in _IDENTITY_CODE.findall(plain):
        if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12 and int(number) >= 2):
            continue
        right = _CHECK[int(day + month + year + number) % 31] == check
        if right or (check.isalpha() and sign in "-+" and check in _CHECK) or (sign.isalpha() and check in _CHECK):
            return True
    return False


def refuse_identity_code(value: str) -> None:
    """Raise ValidationError for a text with a personal identity code."""
    if has_identity_code(value):
        raise ValidationError(
            _(
                "This looks like a Finnish personal identity code. Please take it out. We never need it, and we do not "
                "want to keep it."
            ),
            code="identity_code",
        )


# They turn the order of the characters round, so that a text reads as something else than it is.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def refuse_control_characters(value: str) -> None:
    """Raise ValidationError for a text with characters that nobody can see or type: null bytes and the like.

    Also for one of which nothing at all can be seen, though there is something in it.
    """
    odd = any(
        character in _TURNING or (unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t")
        for character in value
    )
    if odd or (value.strip() and not visible(value)):
        raise ValidationError(
            _("There is a sign in this text that cannot be shown. Please write the text again."),
            code="control_character",
        )


_ADDRESS = re.compile(r"://|\bwww\.|@", re.IGNORECASE)


def refuse_address(value: str) -> None:
    """Raise ValidationError for a name with a web or mail address: our mails greet by it, and would advertise it."""
    if _ADDRESS.search(unicodedata.normalize("NFKC", value)):
        raise ValidationError(_("A name has no web or mail address in it. Write the name alone."), code="address")


#: Errors with which nothing is kept, not even in an unfinished application.
NEVER_KEPT = frozenset({"identity_code", "control_character", "null_characters_not_allowed", "max_length"})

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
_ENDINGS = {PDF: ".pdf", DOCX: ".docx", ODT: ".odt"}
_MIMETYPE_BYTES = 200


def document_type(content: bytes) -> str | None:
    """Return the media type of ``content`` from the content itself: PDF, DOCX or ODT; None for anything else."""
    if b"%PDF-" in content[:1024]:
        return PDF if b"%%EOF" in content[-2048:] else None
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            # Never unpacked beyond these few bytes: an archive may grow without end.
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    return ODT if member.read(_MIMETYPE_BYTES).strip() == ODT.encode() else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return None
    # With macros it is another type, whatever its name says.
    macros = any(name.lower() == "word/vbaproject.bin" for name in names)  # Word reads the names in any case
    return DOCX if {"[Content_Types].xml", "word/document.xml"} <= names and not macros else None


def check_document(file: Any) -> str:
    """Return the media type of an uploaded file that may be a CV. Raises ValidationError with what to do."""
    most = conf.CV_MAX_BYTES
    if file.size > most:
        raise ValidationError(
            _("This file is too large: %(size)s megabytes. It may have at most %(most)s megabytes."),
            code="too_large",
            params={"size": f"{file.size / 1024**2:.1f}", "most": f"{most / 1024**2:g}"},
        )
    refuse_identity_code(file.name)
    file.seek(0)
    found = document_type(file.read())
    file.seek(0)
    if found is None:
        raise ValidationError(
            _("This file is not a PDF, DOCX or ODT document. Save your CV in one of these forms and choose it again."),
            code="not_a_document",
        )
    return found


def document_name(name: str, media_type: str) -> str:
    """Return a file name without odd characters, at most 100 long, with the ending of what the file really is."""
    stem = "".join(character for character in PurePath(name).stem if character.isprintable()).strip(". ")
    return f"{stem[:90] or 'CV'}{_ENDINGS[media_type]}"
