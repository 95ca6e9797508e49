"""The mails that still wait, for ``mentoring_due``."""

from wagtail_mentoring import clock
from wagtail_mentoring.due import Told, counted, job

from .delivery import deliver_waiting
from .models import OutboxMessage, OutboxStatus


@job("deliver-mails", order=1000)
def deliver_mails(dry_run: bool) -> Told:
    """Deliver what a server refused for a while, or a process did not live to send; never what may have left."""
    if dry_run:
        return counted("Mails to deliver", OutboxMessage.objects.due(clock.now()).count())
    ended = deliver_waiting()
    lines = [f"Sent {ended.get('sent', 0)}, failed {ended.get('failed', 0)}, still waiting {ended.get('waiting', 0)}."]
    unsure = OutboxMessage.objects.filter(status=OutboxStatus.SENDING).count()
    if unsure:
        lines.append(f"{unsure} perhaps sent: look at them in the admin before sending them again.")
    return Told(lines)
