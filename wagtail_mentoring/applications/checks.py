"""System checks of this room: an application needs the two texts that are read before the first question."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, connections

from wagtail_mentoring.privacy.models import Notice, NoticeKind
from wagtail_mentoring.privacy.public_texts import notice_in_force

NEEDED = (NoticeKind.NEVER_TELL, NoticeKind.PRIVACY)


@register(Tags.database)
def notices_are_in_force(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn when nobody can apply because a text is missing. Runs with ``check --database default``."""
    if not databases or Notice.objects.db not in databases:
        return []
    try:
        if Notice._meta.db_table not in connections[Notice.objects.db].introspection.table_names():
            return []
        missing = [kind for kind in NEEDED if notice_in_force(kind, None, "en") is None]
    except DatabaseError:
        return []
    return [
        Warning(
            f"The text “{kind.label}” is not in force, so nobody can apply.",
            hint="Run manage.py mentoring_setup, or publish the text in the admin under Mentoring.",
            id="wagtail_mentoring.W101",
        )
        for kind in missing
    ]
