"""System checks: can this machine make PDF documents? Registered by the front door."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning

from .cjk import CJK_FONTS
from .fonts import CJK_PACKAGE, install_fonts_hint, undrawable
from .libraries import install_hint, missing_system_packages, weasyprint_installed


def check_pdf_libraries(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn when WeasyPrint (W002) or its system libraries (W001) are missing, and say what to install.

    A warning, not an error: everything but the documents works without them.
    """
    if not weasyprint_installed():
        return [
            Warning(
                "PDF documents cannot be made: the Python package WeasyPrint is not installed.",
                hint=f"pip install weasyprint. {install_hint()}",
                id="wagtail_mentoring.W002",
            )
        ]
    missing = missing_system_packages()
    if missing:
        return [
            Warning(
                f"PDF documents cannot be made: system libraries are missing ({', '.join(missing)}).",
                hint=install_hint(missing),
                id="wagtail_mentoring.W001",
            )
        ]
    return []


def check_cjk_fonts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn when no font draws Chinese, Japanese or Korean (W008): a document with such a name cannot be made then.

    Silent where the system's libraries are missing: that is said already.
    """
    asked = {font.sample: font.writing for font in CJK_FONTS if font.path is None}
    missing = undrawable("".join(asked)) if asked else ""
    if not missing:
        return []
    writings = ", ".join(asked[sample] for sample in missing)
    return [
        Warning(
            f"No font for these writings was found: {writings}. Documents with such a name or text cannot be made.",
            hint=f"{install_fonts_hint(CJK_PACKAGE)} Not needed here? Add this id to SILENCED_SYSTEM_CHECKS.",
            id="wagtail_mentoring.W008",
        )
    ]
