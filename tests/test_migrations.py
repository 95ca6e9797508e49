"""Migrations are complete, and load on the oldest Wagtail that is supported."""

import importlib
import io
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from wagtail_mentoring import migrations as package

ROOT = Path(__file__).parents[1]
# The last migration of wagtailcore in 7.4. One made on a newer Wagtail depends on a later one and crashes there.
WAGTAIL_7_4 = 97


def test_every_migration_depends_on_nothing_newer_than_wagtail_7_4() -> None:
    names = [module.name for module in pkgutil.iter_modules(package.__path__)]
    assert names, "no migrations"
    for name in names:
        for app, migration in importlib.import_module(f"{package.__name__}.{name}").Migration.dependencies:
            if app == "wagtailcore" and (number := re.match(r"\d+", migration)):
                assert int(number[0]) <= WAGTAIL_7_4, f"{name} depends on wagtailcore {migration}"


@pytest.mark.django_db
def test_no_change_of_a_model_lacks_its_migration() -> None:
    out = io.StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=out, stderr=out)
    except SystemExit:
        pytest.fail(f"A model has changed:\n{out.getvalue()}", pytrace=False)


@pytest.fixture
def migrated(tmp_path: Path, transactional_db: None) -> Iterator[Any]:
    """Return a database, beside that of the tests, in which a new site has just run `migrate`."""
    environment = {**os.environ, "MENTORING_VAR": str(tmp_path)}
    for name in ("DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"):  # set for the tests themselves
        environment.pop(name, None)
    name = f"migrated_{os.getpid()}"  # on PostgreSQL
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        known = connection.settings_dict
        environment["MENTORING_DB"] = f"postgresql://{known['USER']}@/{name}?host={known['HOST']}"
    command = [sys.executable, str(ROOT / "example_project" / "manage.py"), "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    new = connection.copy()
    file = next(tmp_path.glob("*.sqlite3"), None)
    new.settings_dict = {**connection.settings_dict, "NAME": str(file or name)}
    try:
        yield new
    finally:
        new.close()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}"')


def shape(database: Any) -> dict[str, Any]:
    """Return what each table of ours has: columns, and keys, indexes and checks, by name where it is not a number."""
    found = {}
    with database.cursor() as cursor:
        for name in database.introspection.table_names(cursor):
            if name.startswith("wagtail_mentoring_"):
                columns = database.introspection.get_table_description(cursor, name)
                kept = database.introspection.get_constraints(cursor, name)
                found[name] = (
                    sorted((one.name, str(one.type_code), one.display_size, one.null_ok) for one in columns),
                    sorted((re.sub(r"^(__unnamed|fk_\d).*", "", key), str(value)) for key, value in kept.items()),
                )
    return found


def test_a_new_site_migrates_to_what_the_models_say(migrated: Any) -> None:
    """The other tests run in a database that was made from the models: that takes two seconds, and migrating twenty."""
    ours, theirs = shape(connection), shape(migrated)
    assert len(ours) > 50
    assert sorted(theirs) == sorted(ours)
    for name, of_models in ours.items():
        assert theirs[name] == of_models, name
