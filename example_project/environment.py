"""What the example site reads from its surroundings: its database and its secrets."""

import base64
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def database(value: str, default_file: Path) -> dict[str, Any]:
    """Return an entry of ``DATABASES`` for the value of ``MENTORING_DB``.

    ``value`` is empty (``default_file`` is taken), a path, ``sqlite:///path`` (four slashes when absolute), or
    ``postgresql://user:password@host:port/name``; ``?host=/folder`` names the folder of a PostgreSQL socket.
    Raises ValueError for another scheme.
    """
    parts = urlsplit(value)
    if parts.scheme in ("postgres", "postgresql", "pgsql"):
        query = parse_qs(parts.query)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.get("host", [parts.hostname or ""])[0],
            "PORT": str(parts.port or ""),
        }
    if parts.scheme not in ("", "sqlite"):
        raise ValueError(f"MENTORING_DB begins with {parts.scheme}://; use a path, sqlite:/// or postgresql://")
    file = Path(unquote(parts.path[1:])) if parts.scheme else Path(value or default_file)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            # A transaction takes its write lock at the start: one that reads first and then writes would otherwise fail
            # at once when another has written in between, instead of waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,  # seconds
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def secret(folder: Path, name: str, size: int = 32) -> str:
    """Return ``size`` random bytes in URL-safe base64, made on first use and kept in ``folder`` for the owner to read.

    The environment variable ``name`` goes first. Nothing secret stands in the repository, not even for a demo.
    """
    if os.environ.get(name):
        return os.environ[name]
    file = folder / name.lower()
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Written beside and linked into place: of two processes that start at once both read the same value.
        draft = folder / f".{name.lower()}-{secrets.token_hex(8)}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
            stream.write(base64.urlsafe_b64encode(secrets.token_bytes(size)).decode())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="ascii").strip()
