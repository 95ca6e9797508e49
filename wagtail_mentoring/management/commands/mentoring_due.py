"""``manage.py mentoring_due``: what must happen without anybody pressing a button."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_mentoring.due import jobs

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Does what is due: ends invitations that nobody answered and asks the next mentors, reminds people of "
        "questions, signatures, times, meetings and feedback, tells contact persons where nothing happens, asks "
        "mentors once a year whether their profile is still true, deletes old unfinished plans, makes signing records "
        "that could not be made before, deletes stored bytes that a killed process left without a row, writes the "
        "daily mails, and delivers the mails that still wait, never one that may have left already. Run it from cron "
        "every few minutes: what was done is not done again, and what failed is tried again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")

    def handle(self, *args: Any, dry_run: bool = False, **options: Any) -> None:
        failed = []
        for job in jobs():
            try:
                told = job.run(dry_run)
            except Exception:
                # Whatever it is: the other jobs, and the mails at the end, must not wait for this one.
                logger.exception("The job %s failed", job.name)
                failed.append(job.name)
                continue
            for line in told.lines:
                self.stdout.write(line)
            if told.failed:
                failed.append(job.name)
        if failed:
            raise CommandError(f"Not everything was done: {', '.join(failed)}. The log says why; run it again later.")
