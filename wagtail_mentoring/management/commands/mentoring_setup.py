"""Makes what a mentoring site begins with. May be run again at any time: what is there stays as it is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_mentoring.setup.run import set_up


class Command(BaseCommand):
    help = "Make groups, rights, the programme, meeting themes and default texts where they are missing. Idempotent."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            set_up(self.stdout.write)
        except LookupError as error:
            raise CommandError(str(error)) from error
