"""Where styles and fonts of documents come from, and the refusal of everything else. Without Django: see workers.py.

A document's parts are looked for in folders, the site's own first (see templates.py), the shipped ones last.
"""

import os.path
from pathlib import Path
from urllib.parse import unquote, urlsplit

SHIPPED = Path(__file__).resolve().parent.parent / "pdf_templates"

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
        inside = os.path.abspath(folder)
        path = Path(os.path.abspath(os.path.join(inside, name)))
        if not path.is_relative_to(inside):
            return None
        if path.is_file():
            return path, mime_type
    return None
