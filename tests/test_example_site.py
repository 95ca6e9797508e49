"""The example site: its database addresses, secrets, headers and its own few pages."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from example_project.environment import database, secret
from tests.conftest import restore_wagtail
from tests.imports import ROOT


def test_database_addresses(tmp_path: Path) -> None:
    default = tmp_path / "db.sqlite3"
    assert database("", default)["NAME"] == default
    assert database("/srv/mentoring.sqlite3", default)["NAME"] == Path("/srv/mentoring.sqlite3")
    assert database("sqlite:////srv/mentoring.sqlite3", default)["NAME"] == Path("/srv/mentoring.sqlite3")
    assert database("sqlite:///here.sqlite3", default)["NAME"] == Path("here.sqlite3")
    assert database("", default)["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    socket = database("postgresql://mentoring@/name?host=/tmp/folder", default)
    assert (socket["HOST"], socket["NAME"], socket["USER"]) == ("/tmp/folder", "name", "mentoring")  # noqa: S108
    server = database("postgres://me:p%40ss@db.example.org:5433/name", default)
    assert (server["HOST"], server["PORT"], server["PASSWORD"]) == ("db.example.org", "5433", "p@ss")
    with pytest.raises(ValueError, match="mysql"):
        database("mysql://here/name", default)


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FILE_KEY", raising=False)
    first = secret(tmp_path / "keys", "FILE_KEY")
    assert len(first) == 44
    assert secret(tmp_path / "keys", "FILE_KEY") == first
    assert [stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "keys").iterdir()] == [0o600]
    monkeypatch.setenv("FILE_KEY", "from the environment")
    assert secret(tmp_path / "keys", "FILE_KEY") == "from the environment"


@pytest.mark.django_db
def test_every_answer_carries_the_security_headers(client: Client) -> None:
    public, admin = client.get("/"), client.get("/admin/login/")
    assert public.status_code == admin.status_code == 200
    assert "unsafe" not in public.headers["Content-Security-Policy"]
    assert public.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "'unsafe-inline'" in admin.headers["Content-Security-Policy"]
    for response in (public, admin):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "There is no page at this address"),
        ("fi", "Tässä osoitteessa ei ole sivua"),
        ("sv", "Det finns ingen sida på den här adressen"),
    ],
)
def test_a_wrong_address_is_answered_in_the_visitors_language(client: Client, language: str, heading: str) -> None:
    response = client.get("/no-such-page/", headers={"accept-language": language})
    assert response.status_code == 404
    assert heading in response.content.decode()


@pytest.mark.django_db
def test_an_error_is_answered_without_any_detail(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("wagtail.views.serve", broken)
    monkeypatch.setattr("wagtail.models.Page.route", broken)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
    assert "secret detail" not in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_site_answers_after_a_flush(client: Client) -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert client.get("/").status_code == 404
    restore_wagtail()
    assert client.get("/").status_code == 200


def test_djangos_deployment_checks_pass_on_https(tmp_path: Path) -> None:
    environment = {**os.environ, "SITE_URL": "https://mentoring.example.org", "MENTORING_VAR": str(tmp_path)}
    for name in ("DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"):  # set for the tests themselves
        environment.pop(name, None)
    command = [
        sys.executable,
        str(ROOT / "example_project" / "manage.py"),
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
    ]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
