"""``manage.py mentoring_due``: what must happen without anybody pressing a button."""

from typing import Any

from django.core.cache import cache
from django.core.management.base import BaseCommand

from wagtail_mentoring.agreements.record import make_due_records
from wagtail_mentoring.messages.delivery import deliver_waiting
from wagtail_mentoring.messages.models import OutboxMessage, OutboxStatus
from wagtail_mentoring.privacy import files


class Command(BaseCommand):
    help = (
        "Delivers the mails that still wait in the outbox: those that a mail server refused for a while, and those "
        "whose process ended before it could send them; never one that may have left already. Makes the signing "
        "records that could not be made when the last party signed, and deletes stored bytes that a killed process "
        "left without a row. Run it from cron every few minutes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        made, failed = make_due_records()
        if made or failed:
            self.stdout.write(f"Signing records: made {made}, not made {failed}.")
        # Once a day is enough: it looks at every file.
        if cache.add("wagtail_mentoring.swept", True, 24 * 60 * 60) and (swept := files.sweep()):
            self.stdout.write(f"Files without a row: deleted {swept}.")
        ended = deliver_waiting()
        self.stdout.write(
            f"Sent {ended.get('sent', 0)}, failed {ended.get('failed', 0)}, still waiting {ended.get('waiting', 0)}."
        )
        unsure = OutboxMessage.objects.filter(status=OutboxStatus.SENDING).count()
        if unsure:
            self.stdout.write(f"{unsure} perhaps sent: look at them in the admin before sending them again.")
