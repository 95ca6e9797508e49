"""System checks: can this machine make PDF documents? Registered by the front door."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning

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
