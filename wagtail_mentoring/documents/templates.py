"""The templates of documents.

They are looked for in each of the site's template folders under ``wagtail_mentoring/pdf/``, then in the shipped
``pdf_templates/``. So a site changes one file (a template, a style sheet, a font) by putting one of the same name
into its own templates, and a template may extend the shipped one under its own name.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.template import engines
from django.template.backends.django import DjangoTemplates

from .assets import SHIPPED

SITE_PREFIX = Path("wagtail_mentoring") / "pdf"


def search_path() -> tuple[Path, ...]:
    """Return the folders that hold parts of documents, the site's own first."""
    folders: list[Path] = []
    for engine in engines.all():
        for folder in getattr(engine, "template_dirs", ()):
            candidate = Path(folder) / SITE_PREFIX
            if candidate.is_dir() and candidate not in folders:
                folders.append(candidate)
    return (*folders, SHIPPED)


@lru_cache(maxsize=8)
def template_engine(folders: tuple[Path, ...]) -> DjangoTemplates:
    """Return the private engine that reads document templates from these folders only."""
    options: Mapping[str, Any] = {
        "autoescape": True,
        "builtins": ["django.templatetags.i18n", "wagtail_mentoring.documents.pdf_tags"],
        "string_if_invalid": "",
    }
    return DjangoTemplates(
        {"NAME": "wagtail_mentoring_pdf", "DIRS": [*folders], "APP_DIRS": False, "OPTIONS": dict(options)}
    )
