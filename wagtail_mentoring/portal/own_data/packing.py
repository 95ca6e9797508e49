"""The export as one archive: the data for people and for machines, and the files that the person gave us."""

import datetime
import json
import logging
import zipfile
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation
from django.utils.translation import gettext as _

from wagtail_mentoring.privacy import files

from .gathering import OwnFile

logger = logging.getLogger(__name__)


class _Pipe:
    """What a ZIP is written into: keeps the bytes until they are taken, and cannot go back."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []

    def write(self, data: Any) -> int:
        self._kept.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        kept, self._kept = b"".join(self._kept), []
        return kept


def packed(
    pdf: bytes, data: dict[str, Any], own: list[OwnFile], *, made_at: datetime.datetime, language: str
) -> Iterator[bytes]:
    """Yield a ZIP with ``data.pdf``, each file under its path, and ``data.json``: one file at a time is in memory.

    A file that is damaged or gone stops nothing: a text in its place says so, and so does ``data.json``.
    """
    pipe, told = _Pipe(), []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(path: str, content: bytes) -> bytes:
            entry = zipfile.ZipInfo(path, made_at.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, content)
            return pipe.taken()

        yield add("data.pdf", pdf)
        for one in own:
            path, content = _content(one, language)
            yield add(path, content)
            told.append(
                {
                    "part": one.part.entry.name,
                    "name": one.stored.name,
                    "type": one.stored.content_type,
                    "path": one.path if path == one.path else None,
                    "size": one.stored.size,
                    "sha256": one.stored.sha256,
                }
            )
        whole = json.dumps({**data, "files": told}, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        yield add("data.json", whole.encode())
    yield pipe.taken()


def _content(one: OwnFile, language: str) -> tuple[str, bytes]:
    try:
        return one.path, files.read(one.stored)
    except files.FileChanged:
        logger.exception("File %s is missing in an export", one.stored.pk)
        # The archive is sent while it is made: the language of the page may be gone by then.
        with translation.override(language):
            words = _("The file %(name)s is damaged or gone. Ask your contact person about it.")
            return f"{one.path}.txt", (words % {"name": one.stored.name}).encode()
