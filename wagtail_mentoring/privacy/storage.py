"""A storage whose files are encrypted at rest, for CVs and documents."""

import hashlib
from functools import cached_property

from cryptography.fernet import Fernet, MultiFernet
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

from wagtail_mentoring.conf import conf


class Keys:
    """The keys of ``WAGTAIL_MENTORING["FILE_KEYS"]``, newest first. Raises ImproperlyConfigured without any."""

    def __init__(self, keys: list[str]) -> None:
        if not keys:
            raise ImproperlyConfigured(
                'WAGTAIL_MENTORING["FILE_KEYS"] is empty. Make a key with "python -c '
                "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'\""
                " and keep it outside the repository and outside the backup of the files."
            )
        self.key_id = hashlib.sha256(keys[0].encode()).hexdigest()[:16]
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def encrypt(self, content: bytes) -> bytes:
        """Return ``content`` encrypted with the newest key."""
        return self._fernet.encrypt(content)

    def decrypt(self, content: bytes) -> bytes:
        """Return what was encrypted with any of the keys. Raises ``InvalidToken``."""
        return self._fernet.decrypt(content)


def keys() -> Keys:
    """Return the configured keys."""
    return Keys(list(conf.FILE_KEYS))


class EncryptedStorage(FileSystemStorage):
    """Files on disk, encrypted with the newest key and readable with any. They have no public address."""

    @cached_property
    def base_url(self) -> None:  # type: ignore[override]
        return None

    def _save(self, name: str, content: File) -> str:
        content.seek(0)
        encrypted = ContentFile(keys().encrypt(content.read()))
        return super()._save(name, encrypted)  # type: ignore[misc]

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("Private files are written once and only read afterwards.")
        with super()._open(name, "rb") as stored:  # type: ignore[misc]
            return ContentFile(keys().decrypt(stored.read()), name=name)


def private_storage() -> Storage:
    """Return the storage behind the alias of ``WAGTAIL_MENTORING["PRIVATE_STORAGE"]``."""
    return storages[conf.PRIVATE_STORAGE]
