"""WeasyPrint and its system libraries, loaded only when a document is made.

A site must be able to migrate, to serve pages and to run its admin without Pango, so nothing here is imported
at module level, and a missing library becomes an explanation instead of a traceback.
"""

import contextlib
import ctypes
import importlib.util
import io
from types import ModuleType

from .errors import PdfLibrariesMissing

#: Debian and Ubuntu packages that bring every library below.
APT_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")

#: Package → names of its shared library on Linux and macOS.
_LIBRARIES = {
    "libpango-1.0-0": ("libpango-1.0.so.0", "libpango-1.0.dylib"),
    "libpangoft2-1.0-0": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    "libharfbuzz-subset0": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
}


def install_hint(packages: tuple[str, ...] = APT_PACKAGES) -> str:
    """Say how to install the system libraries, for every kind of machine we know of."""
    return (
        f"On Debian or Ubuntu: apt-get install {' '.join(packages)}. On macOS: brew install pango. "
        "Elsewhere: install Pango (with pangoft2) and HarfBuzz (with harfbuzz-subset) by the system's own means."
    )


def weasyprint_installed() -> bool:
    """Tell whether the Python package is there, without loading it."""
    return importlib.util.find_spec("weasyprint") is not None


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def missing_system_packages() -> tuple[str, ...]:
    """Return the Debian names of the system libraries that cannot be loaded; empty when all is well.

    The quick look (a few milliseconds) knows the usual file names only. A machine that keeps the libraries
    elsewhere is therefore asked a second time, by loading WeasyPrint itself.
    """
    missing = tuple(package for package, names in _LIBRARIES.items() if not any(map(_loads, names)))
    if not missing:
        return ()
    try:
        load_weasyprint()
    except PdfLibrariesMissing:
        return missing
    # WeasyPrint works without this one (more slowly), but its next version will not.
    return tuple(package for package in missing if package == "libharfbuzz-subset0")


def load_weasyprint() -> ModuleType:
    """Import WeasyPrint.

    Raises PdfLibrariesMissing, with the command that cures it, when the package or a library is not there.
    """
    try:
        # WeasyPrint prints a paragraph of its own before it raises; ours says the same more shortly.
        with contextlib.redirect_stdout(io.StringIO()):
            import weasyprint
    except ImportError as error:
        raise PdfLibrariesMissing(
            "PDF documents cannot be made: the Python package WeasyPrint is not installed. "
            "Install it with: pip install weasyprint"
        ) from error
    except OSError as error:
        raise PdfLibrariesMissing(
            f"PDF documents cannot be made: a system library is missing ({error}). {install_hint()}"
        ) from error
    return weasyprint
