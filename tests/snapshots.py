"""A picture of everything that the app has stored, to see that nothing changed."""

import os
from pathlib import Path
from typing import Any

from django.apps import apps

from wagtail_mentoring.privacy.storage import private_storage


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table of the app, link tables included, by table."""
    config = apps.get_app_config("wagtail_mentoring")
    return {
        model._meta.db_table: list(model._base_manager.order_by("pk").values())
        for model in config.get_models(include_auto_created=True)
    }


def stored_files() -> set[str]:
    """Return the names of all files in the private storage."""
    folder = Path(private_storage().location)  # type: ignore[attr-defined]
    return {os.path.join(where, name) for where, _folders, names in os.walk(folder) for name in names}
