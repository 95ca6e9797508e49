"""System checks: are there keys to certify documents with, and can they be opened?"""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core import mail
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections
from django.utils.module_loading import import_string

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf

from .keys import KeyUnreadable, open_key
from .models import SigningKey

#: How long before its end a signing key is reported, in days.
NOTICE_DAYS = 60


@register()
def check_signing_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report a backend that does not exist (E201) or forgets its keys (W204), and a wrong TSA_URL (E202)."""
    found: list[CheckMessage] = []
    name = conf.SIGNING_BACKEND
    if name not in ("local", "memory"):
        try:
            import_string(name)
        except ImportError as error:
            found.append(
                Error(
                    f'WAGTAIL_MENTORING["SIGNING_BACKEND"] is “{name}”, which cannot be imported: {error}.',
                    hint="Write “local”, or the dotted path of a class that docs/documents.md describes.",
                    id="wagtail_mentoring.E201",
                )
            )
    # The outbox of the mails is there only while tests run.
    if name == "memory" and not hasattr(mail, "outbox"):
        found.append(
            Warning(
                "Signing keys live in memory: after a restart nobody can verify the documents that were issued.",
                hint='Set WAGTAIL_MENTORING["SIGNING_BACKEND"] to “local”. “memory” is for tests.',
                id="wagtail_mentoring.W204",
            )
        )
    if conf.TSA_URL and not str(conf.TSA_URL).startswith(("http://", "https://")):
        found.append(
            Error(
                f'WAGTAIL_MENTORING["TSA_URL"] is “{conf.TSA_URL}”, and no web address.',
                hint="Write the address of a time-stamping authority (RFC 3161) with https://, or None.",
                id="wagtail_mentoring.E202",
            )
        )
    return found


@register(Tags.database)
def check_signing_keys(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report keys that are missing (W201), end soon (W202), have ended (W203) or cannot be opened (E203).

    Runs with ``check --database default``. Silent with another backend than “local”, and before the first migration.
    """
    if conf.SIGNING_BACKEND != "local" or not databases or SigningKey.objects.db not in databases:
        return []
    try:
        if SigningKey._meta.db_table not in connections[SigningKey.objects.db].introspection.table_names():
            return []
        keys = {key.union_id: key for key in SigningKey.objects.current()}
        # The room knows the union's model by its name alone.
        unions: Any = SigningKey._meta.get_field("union").related_model
        slugs = unions._default_manager.order_by("slug").values_list("pk", "slug")
        return [message for pk, slug in slugs for message in _about_key(slug, keys.get(pk))]
    except DatabaseError:
        return []


def _about_key(union: str, key: SigningKey | None) -> Iterator[CheckMessage]:
    if key is None:
        yield Warning(
            f"The union “{union}” has no key: no agreement can be issued for it.",
            hint=f"Run manage.py mentoring_signing_key {union}",
            id="wagtail_mentoring.W201",
        )
        return
    day = key.not_after.date()
    if key.not_after <= clock.now():
        yield Warning(
            f"The key of the union “{union}” ended on {day}: no agreement can be issued for it.",
            hint=f"Run manage.py mentoring_signing_key {union} --rotate",
            id="wagtail_mentoring.W203",
        )
    elif key.not_after <= clock.now() + datetime.timedelta(days=NOTICE_DAYS):
        yield Warning(
            f"The key of the union “{union}” ends on {day}.",
            hint=f"Run manage.py mentoring_signing_key {union} --rotate, or import a renewed one.",
            id="wagtail_mentoring.W202",
        )
    try:
        open_key(key)
    except KeyUnreadable as error:
        yield Error(
            f"The key of the union “{union}” cannot be opened: no agreement can be issued for it.",
            hint=str(error),
            id="wagtail_mentoring.E203",
        )
