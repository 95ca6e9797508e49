"""System checks name what is missing, with the cure; silent when all is there. And `mentoring_check` tries it all."""

import io
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.urls import include, path

from tests.factories import make_case
from wagtail_mentoring import checks
from wagtail_mentoring.models import CaseLogEntry


def ids(found: list[Any]) -> list[str]:
    assert all(message.hint for message in found), "a check without a cure"
    return [message.id.removeprefix("wagtail_mentoring.") for message in found]


def ours() -> list[Any]:
    return [message for message in run_checks() if (message.id or "").startswith("wagtail_mentoring.")]


def test_the_example_site_lacks_nothing(settings: Any, tmp_path: Path) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": tmp_path}
    }
    assert ours() == []


def test_they_are_registered(settings: Any) -> None:
    settings.WAGTAILADMIN_BASE_URL = None
    settings.MIDDLEWARE = []
    settings.TASKS = {}
    assert {"E004", "W003", "E005"} <= set(ids(ours()))


@pytest.mark.parametrize("app", sorted(checks.NEEDED_APPS))
def test_a_missing_app(app: str) -> None:
    with mock.patch.object(apps, "is_installed", lambda name: name != app):
        (found,) = checks.check_apps(None)
    assert found.id == "wagtail_mentoring.E001"
    assert f'"{app}"' in found.hint


def test_without_the_forms_of_wagtail_the_app_says_what_to_add() -> None:
    config = apps.get_app_config("wagtail_mentoring")
    with mock.patch.object(apps, "is_installed", return_value=False), pytest.raises(ImproperlyConfigured) as raised:
        config.import_models()
    assert "wagtail.contrib.forms" in str(raised.value)


class Without:
    urlpatterns = [path("admin/", include("wagtail.admin.urls"))]


class Behind:
    urlpatterns = [
        path("mentoring/p/", include(("django.conf.urls.i18n", "other"))),
        path("mentoring/<path:anything>", lambda request, anything: None),
        path("mentoring/", include("wagtail_mentoring.urls")),
    ]


@pytest.mark.parametrize(("urls", "expected"), [(Without, ["E002"]), (Behind, ["E003"])])
def test_addresses(urls: type, expected: list[str], settings: Any) -> None:
    assert checks.check_addresses(None) == []
    settings.ROOT_URLCONF = urls
    assert ids(checks.check_addresses(None)) == expected


def test_the_base_address(settings: Any) -> None:
    settings.WAGTAILADMIN_BASE_URL = "mentoring.example.org"
    assert ids(checks.check_base_address(None)) == ["E004"]
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "BASE_URL": "https://mentoring.example.org"}
    assert checks.check_base_address(None) == []


def test_languages(settings: Any) -> None:
    assert checks.check_middleware(None) == []
    settings.LANGUAGES = [("en", "English"), ("fi", "suomi")]
    (found,) = checks.check_middleware(None)
    assert (found.id, "sv" in found.msg) == ("wagtail_mentoring.W004", True)
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Locale" not in name]
    assert ids(checks.check_middleware(None)) == ["W003"]


def test_the_cache(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.DEBUG = False
    assert ids(checks.check_cache(None)) == ["W005"]
    settings.DEBUG = True
    assert checks.check_cache(None) == []


@pytest.mark.parametrize(
    ("engine", "mode", "expected"),
    [
        ("sqlite3", None, ["W007"]),
        ("sqlite3", "DEFERRED", ["W007"]),
        ("sqlite3", "IMMEDIATE", []),
        ("postgresql", None, []),
    ],
)
def test_sqlite(engine: str, mode: str | None, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    database = {"ENGINE": f"django.db.backends.{engine}", "OPTIONS": {"transaction_mode": mode} if mode else {}}
    monkeypatch.setattr(checks.settings, "DATABASES", {"default": database})
    assert ids(checks.check_sqlite(None)) == expected


def test_tasks(settings: Any) -> None:
    assert checks.check_tasks(None) == []
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    assert ids(checks.check_tasks(None)) == ["W006"]
    settings.TASKS = {"other": {}}
    assert ids(checks.check_tasks(None)) == ["E005"]


def trial(*arguments: str) -> tuple[str, str]:
    """Return what `mentoring_check` printed, and what it ended with."""
    out = io.StringIO()
    try:
        call_command("mentoring_check", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


@pytest.mark.django_db
def test_all_works_after_setup(mailoutbox: list[Any]) -> None:
    make_case()
    call_command("mentoring_setup", stdout=io.StringIO())
    told, ended = trial("--to", "me@example.org")
    assert ended == ""
    assert told.count("ok     ") == 8
    assert mailoutbox[-1].to == ["me@example.org"]


@pytest.mark.django_db
def test_every_fault_is_a_line_of_its_own(settings: Any) -> None:
    case = make_case()
    CaseLogEntry.objects.filter(case=case, sequence=1).update(actor="system")
    settings.EMAIL_BACKEND = "django.core.mail.backends.nowhere.Backend"
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "FILE_KEYS": []}
    told, ended = trial("--to", "me@example.org")
    assert "FAULT  Mail: The test mail to me@example.org was not sent." in told
    assert "FAULT  Private file: ImproperlyConfigured" in told
    assert f"{case.reference}, line 1: was changed" in told
    assert "FAULT  Groups: These groups are missing: Mentoring editors" in told
    assert "FAULT  Texts: Not in force: " in told
    assert ended == "5 of these do not work."


@pytest.mark.django_db
def test_without_any_address_the_mail_is_a_fault() -> None:
    assert "Give one with --to" in trial()[0]
