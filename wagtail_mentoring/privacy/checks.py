"""System checks: can private files be stored, and will only their keys open them? Registered by the front door."""

from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from wagtail_mentoring.conf import conf

_NEW_KEY = (
    'Make one with: python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())" — and '
    "keep it outside the repository and outside the backup of the files."
)


def check_private_storage(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report a missing storage for private files (E101), and one that is public by its place (E102)."""
    alias = conf.PRIVATE_STORAGE
    if alias not in settings.STORAGES:
        return [
            Error(
                f"STORAGES has no “{alias}”: CVs and agreements cannot be stored.",
                hint=(
                    f'Add to STORAGES: "{alias}": {{"BACKEND": "wagtail_mentoring.privacy.storage.EncryptedStorage", '
                    '"OPTIONS": {"location": "/a/folder/that/no/web/server/hands/out"}}. '
                    'Another alias goes into WAGTAIL_MENTORING["PRIVATE_STORAGE"].'
                ),
                id="wagtail_mentoring.E101",
            )
        ]
    if alias == "default":
        return [
            Error(
                "Private files would be stored with the site’s public media.",
                hint='Give WAGTAIL_MENTORING["PRIVATE_STORAGE"] an alias of its own in STORAGES, outside MEDIA_ROOT.',
                id="wagtail_mentoring.E102",
            )
        ]
    return []


def check_file_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report missing keys (E103), and keys of the wrong form (E104)."""
    keys = conf.FILE_KEYS
    if not keys or isinstance(keys, str):
        return [
            Error(
                'WAGTAIL_MENTORING["FILE_KEYS"] holds no list of keys: private files cannot be encrypted.',
                hint=f"Put a list with at least one key there, the newest first. {_NEW_KEY}",
                id="wagtail_mentoring.E103",
            )
        ]
    found: list[CheckMessage] = []
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except (ValueError, TypeError):
            found.append(
                Error(
                    # The key itself is not repeated: checks end up in logs.
                    f'Key {number} of WAGTAIL_MENTORING["FILE_KEYS"] is no key: 32 bytes in URL-safe base64.',
                    hint=_NEW_KEY,
                    id="wagtail_mentoring.E104",
                )
            )
    return found
