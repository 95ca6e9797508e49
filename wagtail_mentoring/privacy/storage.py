"""A storage whose files are encrypted at rest, for CVs and documents."""

from functools import cached_property

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

from wagtail_mentoring.conf import conf
from wagtail_mentoring.encryption import Keys, keys

__all__ = ["EncryptedStorage", "Keys", "keys", "private_storage"]


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
