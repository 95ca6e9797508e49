"""Private files: stored encrypted, with their hash, and served by one checked view."""

import datetime
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from wagtail_mentoring.programme.models import Union

from .models import PrivateFile
from .storage import keys, private_storage


class FileChanged(Exception):
    """A stored file that is missing, cannot be decrypted, or is not what was stored."""


_stored: ContextVar[list[str] | None] = ContextVar("wagtail_mentoring_stored", default=None)


@contextmanager
def undone_on_failure() -> Iterator[None]:
    """Delete the bytes that were stored in the block when it fails. Lies around the transaction that keeps the rows."""
    outer, names = _stored.get(), list[str]()
    token = _stored.set(names)
    try:
        yield
    except BaseException:
        for name in names:
            private_storage().delete(name)
        raise
    finally:
        _stored.reset(token)
    if outer is not None:
        outer.extend(names)


def store(union: Union, name: str, content: bytes, content_type: str) -> PrivateFile:
    """Store ``content`` under a name nobody can guess and return its row. ``name`` is what a download is called."""
    stored_as = private_storage().save(f"{union.slug}/{secrets.token_hex(16)}", ContentFile(content))
    try:
        stored = PrivateFile.objects.create(
            union=union,
            file=stored_as,
            name=name[:255],
            content_type=content_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            key_id=keys().key_id,
        )
    except BaseException:
        # Without a row nobody would find the bytes to erase them.
        private_storage().delete(stored_as)
        raise
    if (names := _stored.get()) is not None:
        names.append(stored_as)
    return stored


def read(stored: PrivateFile) -> bytes:
    """Return the bytes of ``stored``. Raises :class:`FileChanged` when they are not those that were stored."""
    try:
        with private_storage().open(stored.file) as file:
            content: bytes = file.read()
    except Exception as error:
        raise FileChanged(f"{stored.name} cannot be read: {error}") from error
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise FileChanged(f"{stored.name} is not what was stored.")
    return content


def delete(stored: PrivateFile) -> None:
    """Delete the row now, and the bytes once the transaction is committed.

    In this order bytes without a row are the worst that an error of the storage or a crash can leave: :func:`sweep`
    deletes them later. No row is left without its bytes.
    """
    name = stored.file
    stored.delete()
    # No partial: Django names what failed in the log, and a partial has no name.
    transaction.on_commit(lambda: private_storage().delete(name), robust=True)


def sweep(older_than: datetime.timedelta = datetime.timedelta(days=1), *, dry_run: bool = False) -> int:
    """Delete stored bytes that no row knows, and return how many files there were; with ``dry_run`` only count them.

    A process that is killed between storing a file and the end of its transaction leaves them; younger ones than
    ``older_than`` may belong to a transaction that still runs. Looks only where :func:`store` puts files.
    """
    storage, before = private_storage(), timezone.now() - older_than
    swept = 0
    for slug in Union.objects.values_list("slug", flat=True):
        try:
            _folders, names = storage.listdir(slug)
        except FileNotFoundError:
            continue
        stored = {f"{slug}/{name}" for name in names}
        known = set(PrivateFile.objects.filter(file__startswith=f"{slug}/").values_list("file", flat=True))
        for name in sorted(stored - known):
            if storage.get_modified_time(name) < before:
                if not dry_run:
                    storage.delete(name)
                swept += 1
    return swept
