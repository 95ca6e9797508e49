"""Tries what a mentoring site needs, one line for each; the exit code is 1 when something does not work."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_mentoring.setup.trial import try_all


class Command(BaseCommand):
    help = (
        "Render a PDF, store a private file, open the signing keys, run a task, send a test mail, verify all "
        "histories, look for texts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", default="", help="address for the test mail; default: the first administrator's")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for result in try_all(options["to"] or self._own_address()):
            if result.fault:
                wrong += 1
                self.stdout.write(self.style.ERROR(f"FAULT  {result.name}: {result.fault}"))
            else:
                self.stdout.write(f"ok     {result.name}: {result.told}")
        if wrong:
            raise CommandError(f"{wrong} of these do not work.")

    def _own_address(self) -> str:
        for admin in getattr(settings, "ADMINS", ()):
            return str(admin if isinstance(admin, str) else admin[1])
        users = get_user_model()._default_manager.filter(is_superuser=True, is_active=True).exclude(email="")
        return str(users.order_by("pk").values_list("email", flat=True).first() or "")
