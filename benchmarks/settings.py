"""The tests' settings on PostgreSQL, with the app for comparison. Tasks are queued, as they are with a worker."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = ["benchmarks.peer", *_APPS]
TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
DEBUG = False
