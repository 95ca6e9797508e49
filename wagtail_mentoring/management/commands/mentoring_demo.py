"""Loads the demo, or describes it as JSON."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_mentoring.setup.demo.describe import NotShown, describe
from wagtail_mentoring.setup.demo.load import NotADemo, is_loaded, load
from wagtail_mentoring.setup.demo.users import PASSWORD


class Command(BaseCommand):
    help = "Load the fictional demo into an empty database. Run again, it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--describe", action="store_true", help="print what is in the demo as JSON, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["describe"]:
                if not is_loaded():
                    raise CommandError("The demo is not loaded. Run “manage.py mentoring_demo” first.")
                self.stdout.write(json.dumps(describe(), ensure_ascii=False, indent=2))
                return
            if not load(self.stdout.write):
                self.stdout.write("The demo is there already.")
        except (NotADemo, NotShown) as error:
            raise CommandError(str(error)) from error
        self._greet()

    def _greet(self) -> None:
        told = describe()
        home = (getattr(settings, "WAGTAILADMIN_BASE_URL", "") or "").rstrip("/")
        self.stdout.write(f"Programme      {home}/")
        self.stdout.write(f"A field        {home}{told['field_pages'][0]}")
        self.stdout.write(f"Admin          {home}{told['cases_list']}")
        for role in dict.fromkeys(login["role"] for login in told["logins"]):
            login = next(login for login in told["logins"] if login["role"] == role)
            self.stdout.write(f"  {role:<13}{login['username']}  {PASSWORD}")
        for role in ("mentee", "mentor"):
            link = next(link for link in told["private_links"] if link["role"] == role)
            self.stdout.write(f"As {role:<12}{home}{link['address']}  ({link['case']})")
        self.stdout.write("All logins, cases and private links: manage.py mentoring_demo --describe")
