"""The keys of ``WAGTAIL_MENTORING["FILE_KEYS"]``: they seal private files, mails that wait, and signing keys."""

import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.core.exceptions import ImproperlyConfigured

from .conf import conf


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
