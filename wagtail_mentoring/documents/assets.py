"""Where templates, styles and fonts of documents come from, and the refusal of everything else.

A document's parts are looked for in each of the site's template folders under ``wagtail_mentoring/pdf/``, then in
the shipped ``pdf_templates/``. So a site changes one file (a template, a style sheet, a font) by putting one of the
same name into its own templates, and a template may extend the shipped one under its own name.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import SuspiciousFileOperation
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.utils._os import safe_join

SHIPPED = Path(__file__).resolve().parent.parent / "pdf_templates"
SITE_PREFIX = Path("wagtail_mentoring") / "pdf"

#: Documents think they live here. The name can never be resolved (RFC 2606), so that nothing can leave the process.
BASE_URL = "https://documents.invalid/"

_MIME_TYPES = {
    ".css": "text/css",
    ".otf": "font/otf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}


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


def find_asset(url: str, folders: tuple[Path, ...]) -> tuple[Path, str] | None:
    """Return the file and MIME type that an address inside a document means, or None when it must be refused.

    Only addresses under BASE_URL are ours, and only files of known types inside the folders.
    """
    if not url.startswith(BASE_URL):
        return None
    name = unquote(urlsplit(url).path).lstrip("/")
    mime_type = _MIME_TYPES.get(Path(name).suffix.lower())
    if not name or "\0" in name or mime_type is None:
        return None
    for folder in folders:
        try:
            path = Path(safe_join(folder, name))
        except SuspiciousFileOperation:
            return None
        if path.is_file():
            return path, mime_type
    return None
