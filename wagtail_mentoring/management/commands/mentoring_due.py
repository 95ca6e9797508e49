"""``manage.py mentoring_due``: what must happen without anybody pressing a button."""

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_mentoring.messages.delivery import deliver_waiting
from wagtail_mentoring.messages.models import OutboxMessage, OutboxStatus


class Command(BaseCommand):
    help = (
        "Delivers the mails that still wait in the outbox: those that a mail server refused for a while, and those "
        "whose process ended before it could send them. Run it from cron every few minutes. It does nothing else, and "
        "never repeats a mail that may have left already."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        ended = deliver_waiting()
        self.stdout.write(
            f"Sent {ended.get('sent', 0)}, failed {ended.get('failed', 0)}, still waiting {ended.get('waiting', 0)}."
        )
        unsure = OutboxMessage.objects.filter(status=OutboxStatus.SENDING).count()
        if unsure:
            self.stdout.write(f"{unsure} perhaps sent: look at them in the admin before sending them again.")
