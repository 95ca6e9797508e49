"""A picture of everything that the app has stored, to see that nothing changed."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection

from wagtail_mentoring.privacy.storage import private_storage


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table of the app, link tables included, by table."""
    models = list(apps.get_app_config("wagtail_mentoring").get_models(include_auto_created=True))
    # Most tables are empty in most tests, and a query for each took as long as what was tested.
    filled = tables_with_rows([model._meta.db_table for model in models])
    return {
        model._meta.db_table: list(model._base_manager.order_by("pk").values())
        if model._meta.db_table in filled
        else []
        for model in models
    }


def tables_with_rows(names: Sequence[str]) -> set[str]:
    """Return which of the tables ``names`` are not empty, a hundred asked at once (SQLite takes 500)."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for first in range(0, len(names), 100):
            asked = " UNION ALL ".join(
                f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})"  # noqa: S608
                for name in names[first : first + 100]
            )
            cursor.execute(asked)
            found.update(name for (name,) in cursor.fetchall())
    return found


def stored_files() -> set[str]:
    """Return the names of all files in the private storage."""
    folder = Path(private_storage().location)  # type: ignore[attr-defined]
    return {os.path.join(where, name) for where, _folders, names in os.walk(folder) for name in names}
