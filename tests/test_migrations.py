"""Migrations are complete, and load on the oldest Wagtail that is supported."""

import importlib
import io
import pkgutil
import re

import pytest
from django.core.management import call_command

from wagtail_mentoring import migrations as package

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
