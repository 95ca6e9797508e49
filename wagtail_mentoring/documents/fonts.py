"""Which characters the fonts of this machine can draw, and what to install for those that none can.

The shipped fonts draw the scripts of most names (pdf_templates/fonts/README.md). Fonts for Chinese, Japanese and Korean
are ten times as large as all of those together, so they come from the system or from the extra ``cjk``.
"""

import ctypes
import ctypes.util
import unicodedata
from functools import lru_cache

from django.utils.translation import gettext

#: The Debian and Ubuntu package with fonts for Chinese, Japanese and Korean, and the one for nearly everything else.
CJK_PACKAGE = "fonts-noto-cjk"
OTHER_PACKAGE = "fonts-noto-core"
#: The same from the Python package index.
CJK_EXTRA = "pip install wagtail-mentoring[cjk]"

_CJK_NAMES = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO", "IDEOGRAPHIC", "HALFWIDTH", "FULLWIDTH", "KANGXI")
_MOST_NAMED = 10


class _FontSet(ctypes.Structure):
    """The head of fontconfig's FcFontSet."""

    _fields_ = [("found", ctypes.c_int)]


def is_cjk(character: str) -> bool:
    """Tell whether the character belongs to Chinese, Japanese or Korean writing."""
    return unicodedata.name(character, "").startswith(_CJK_NAMES)


def install_fonts_hint(*packages: str) -> str:
    """Say how to install fonts, for every kind of machine we know of."""
    hint = gettext(
        "On Debian or Ubuntu: apt-get install %(packages)s. Elsewhere: install Noto fonts by the system's own means."
    ) % {"packages": " ".join(packages)}
    if CJK_PACKAGE in packages:
        hint += " " + gettext("For Chinese, Japanese and Korean this helps too: %(command)s.") % {"command": CJK_EXTRA}
    return hint


def how_to_draw(characters: str) -> str:
    """Return the message for a document that cannot be made because no font draws these characters."""
    packages = [CJK_PACKAGE] if any(map(is_cjk, characters)) else []
    if not all(map(is_cjk, characters)):
        packages.append(OTHER_PACKAGE)
    named = ", ".join(f"{character} (U+{ord(character):04X})" for character in characters[:_MOST_NAMED])
    if len(characters) > _MOST_NAMED:
        named += " …"
    message = gettext(
        "The document was not made, because no font on this server can draw these characters: %(characters)s. "
        "Whoever runs the server can install one."
    ) % {"characters": named}
    return f"{message} {install_fonts_hint(*packages)}"


@lru_cache(maxsize=1)
def _fontconfig() -> ctypes.CDLL | None:
    for name in ("libfontconfig.so.1", "libfontconfig.1.dylib", ctypes.util.find_library("fontconfig")):
        try:
            library = ctypes.CDLL(name) if name else None
        except OSError:
            continue
        if library is not None:
            return _typed(library)
    return None


def _typed(library: ctypes.CDLL) -> ctypes.CDLL:
    """Tell ctypes which of the functions take and give pointers."""
    pointer = ctypes.c_void_p
    signatures = {
        "FcInitLoadConfigAndFonts": (pointer, []),
        "FcConfigDestroy": (None, [pointer]),
        "FcCharSetCreate": (pointer, []),
        "FcCharSetAddChar": (ctypes.c_int, [pointer, ctypes.c_uint32]),
        "FcCharSetDestroy": (None, [pointer]),
        "FcPatternCreate": (pointer, []),
        "FcPatternAddCharSet": (ctypes.c_int, [pointer, ctypes.c_char_p, pointer]),
        "FcPatternDestroy": (None, [pointer]),
        "FcObjectSetCreate": (pointer, []),
        "FcObjectSetDestroy": (None, [pointer]),
        "FcFontList": (ctypes.POINTER(_FontSet), [pointer, pointer, pointer]),
        "FcFontSetDestroy": (None, [ctypes.POINTER(_FontSet)]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def undrawable(characters: str) -> str | None:
    """Return those of the characters that no installed font has; None when fontconfig is not there to be asked.

    The shipped fonts are not among the installed ones.
    """
    fontconfig = _fontconfig()
    if fontconfig is None:
        return None
    config = fontconfig.FcInitLoadConfigAndFonts()
    if not config:
        return None
    try:
        return "".join(character for character in characters if not _has(fontconfig, config, character))
    finally:
        fontconfig.FcConfigDestroy(config)


def _has(fontconfig: ctypes.CDLL, config: int, character: str) -> bool:
    wanted = fontconfig.FcCharSetCreate()
    pattern = fontconfig.FcPatternCreate()
    properties = fontconfig.FcObjectSetCreate()
    fontconfig.FcCharSetAddChar(wanted, ord(character))
    fontconfig.FcPatternAddCharSet(pattern, b"charset", wanted)
    fonts = fontconfig.FcFontList(config, pattern, properties)
    try:
        return bool(fonts) and fonts.contents.found > 0
    finally:
        if fonts:
            fontconfig.FcFontSetDestroy(fonts)
        fontconfig.FcObjectSetDestroy(properties)
        fontconfig.FcPatternDestroy(pattern)
        fontconfig.FcCharSetDestroy(wanted)
