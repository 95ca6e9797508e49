"""System checks of the private files: each fault has an id and a cure."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks

from wagtail_mentoring.privacy.checks import check_file_keys, check_private_storage

SECRET = "not-a-key-but-secret"


def ids(found: Any) -> list[str]:
    return [message.id for message in found]


def test_the_example_site_passes() -> None:
    assert check_private_storage(None) + check_file_keys(None) == []


def test_a_missing_storage_is_named_with_its_cure(settings: Any) -> None:
    settings.STORAGES = {key: value for key, value in settings.STORAGES.items() if key != "mentoring_private"}
    (found,) = check_private_storage(None)
    assert found.id == "wagtail_mentoring.E101"
    assert "mentoring_private" in found.msg and "EncryptedStorage" in str(found.hint)


def test_the_public_storage_is_refused(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {"PRIVATE_STORAGE": "default"}
    assert ids(check_private_storage(None)) == ["wagtail_mentoring.E102"]


@pytest.mark.parametrize("keys", [[], None, "one-key-instead-of-a-list"])
def test_missing_keys(settings: Any, keys: Any) -> None:
    settings.WAGTAIL_MENTORING = {"FILE_KEYS": keys}
    (found,) = check_file_keys(None)
    assert found.id == "wagtail_mentoring.E103"
    assert "Fernet.generate_key" in str(found.hint)


def test_invalid_keys_are_numbered_and_not_repeated(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {"FILE_KEYS": [Fernet.generate_key().decode(), SECRET, None]}
    found = check_file_keys(None)
    assert ids(found) == ["wagtail_mentoring.E104", "wagtail_mentoring.E104"]
    assert "Key 2" in found[0].msg and "Key 3" in found[1].msg
    assert SECRET not in str(found)


def test_they_run_with_manage_check(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {"FILE_KEYS": []}
    assert "wagtail_mentoring.E103" in ids(run_checks())
