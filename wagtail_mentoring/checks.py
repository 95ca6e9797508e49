"""System checks of the whole: what a site's settings and addresses still lack, each with its cure.

The rooms have checks of their own (fonts and libraries, storage and keys, texts); this is what the front door sees.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.urls import NoReverseMatch, get_resolver, reverse

from .conf import conf

#: Apps without which something of ours does not work, and what that is.
NEEDED_APPS = {
    "wagtail.contrib.forms": "the questions that editors add to an application",
    "wagtail.admin": "the workspace of the contact persons",
    "wagtail.users": "the groups to which unions are granted",
    "wagtail.sites": "the address of the pages",
    "django_filters": "the filters of the list of cases",
    "django.contrib.sessions": "private pages and unfinished applications",
}
LOCALE = "django.middleware.locale.LocaleMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
_LOCAL_CACHES = ("locmem.LocMemCache", "dummy.DummyCache")


@register()
def check_apps(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report apps that are missing in INSTALLED_APPS (E001)."""
    return [
        Error(
            f"“{name}” is not installed: it is needed for {what}.",
            hint=f'Add "{name}" to INSTALLED_APPS.',
            id="wagtail_mentoring.E001",
        )
        for name, what in NEEDED_APPS.items()
        if not apps.is_installed(name)
    ]


@register(Tags.urls)
def check_addresses(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report that our addresses are not included (E002), or come after those of Wagtail's pages (E003)."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    try:
        address = reverse("wagtail_mentoring:portal_home")
    except NoReverseMatch:
        return [
            Error(
                "The addresses of the mentoring plugin are not included.",
                hint='Add path("mentoring/", include("wagtail_mentoring.urls")) to urlpatterns, before wagtail.urls.',
                id="wagtail_mentoring.E002",
            )
        ]
    if get_resolver().resolve(address).view_name != "wagtail_mentoring:portal_home":
        return [
            Error(
                f"Another address takes {address} before the mentoring plugin does.",
                hint="Put the line of wagtail_mentoring.urls above include(wagtail_urls) in urlpatterns.",
                id="wagtail_mentoring.E003",
            )
        ]
    return []


@register()
def check_base_address(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report that mails would have no address for their links (E004)."""
    address = conf.BASE_URL or getattr(settings, "WAGTAILADMIN_BASE_URL", None)
    if address and str(address).startswith(("http://", "https://")):
        return []
    return [
        Error(
            "Mails are written without a request, and do not know the site’s address for their private links.",
            hint='Set WAGTAILADMIN_BASE_URL = "https://…", or WAGTAIL_MENTORING["BASE_URL"].',
            id="wagtail_mentoring.E004",
        )
    ]


@register()
def check_middleware(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn when visitors cannot choose their language (W003, W004)."""
    middleware = list(settings.MIDDLEWARE)
    if LOCALE not in middleware:
        return [
            Warning(
                "Every visitor reads the public pages in LANGUAGE_CODE: the language they choose has no effect.",
                hint=f'Add "{LOCALE}" to MIDDLEWARE, after SessionMiddleware and before CommonMiddleware.',
                id="wagtail_mentoring.W003",
            )
        ]
    offered = {code for code, _name in settings.LANGUAGES}
    missing = [code for code, _name in conf.LANGUAGES if code not in offered]
    if missing or not settings.USE_I18N:
        return [
            Warning(
                f"Languages that visitors may choose are not in LANGUAGES: {', '.join(missing) or 'USE_I18N is off'}.",
                hint='Set USE_I18N = True and add them to LANGUAGES, or change WAGTAIL_MENTORING["LANGUAGES"].',
                id="wagtail_mentoring.W004",
            )
        ]
    return []


@register()
def check_cache(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn when rate limits would be counted in each process apart (W005). Silent with DEBUG."""
    backend = str(settings.CACHES.get("default", {}).get("BACKEND", ""))
    if settings.DEBUG or not backend.endswith(_LOCAL_CACHES):
        return []
    return [
        Warning(
            "The cache is not shared between processes: rate limits against guessing count in each of them apart.",
            hint="Use a shared cache for CACHES['default']: Redis, Memcached, the database or files.",
            id="wagtail_mentoring.W005",
        )
    ]


@register()
def check_tasks(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report that there is nothing to run tasks (E005), and warn where mails are tasks that nobody ever runs (W006)."""
    backend = getattr(settings, "TASKS", {"default": {"BACKEND": "immediate"}}).get("default", {}).get("BACKEND", "")
    if not backend:
        return [
            Error(
                "TASKS has no default backend: no mail can be delivered.",
                hint='TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}} runs tasks '
                "at once in the same process; with a worker: django_tasks_db.DatabaseBackend.",
                id="wagtail_mentoring.E005",
            )
        ]
    if backend.endswith("DummyBackend"):
        return [
            Warning(
                "The tasks’ backend only remembers tasks and never runs them: mails stay in the outbox.",
                hint="Choose another backend in TASKS, or run “manage.py mentoring_due” by cron.",
                id="wagtail_mentoring.W006",
            )
        ]
    return []


@register()
def check_sqlite(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn where two people who act at once would meet "database is locked" instead of waiting (W007)."""
    database = settings.DATABASES.get("default", {})
    if not str(database.get("ENGINE", "")).endswith("sqlite3"):
        return []
    if str(database.get("OPTIONS", {}).get("transaction_mode", "")).upper() == "IMMEDIATE":
        return []
    return [
        Warning(
            "On SQLite, two handlers who press a button at once may get an error instead of waiting for each other.",
            hint='Set "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"} for the '
            "database, or use PostgreSQL.",
            id="wagtail_mentoring.W007",
        )
    ]
