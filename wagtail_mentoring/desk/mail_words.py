"""A mail of the outbox in words: to whom, what about, and whether it has left."""

from typing import Any

from django.utils.translation import gettext as _

from wagtail_mentoring.messages.models import OutboxMessage, OutboxStatus
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.users import user_name

KINDS = {
    OutboxStatus.WAITING: "wait",
    OutboxStatus.SENDING: "miss",
    OutboxStatus.SENT: "ok",
    OutboxStatus.FAILED: "miss",
    OutboxStatus.HELD: "wait",
}


def recipient(mail: OutboxMessage) -> str:
    """Return the name of whom the mail is to, else the address."""
    person = mail.mentee or mail.mentor
    return str(person) if person else user_name(mail.user) or mail.address


def row_of(mail: OutboxMessage) -> dict[str, Any]:
    """Return what a list shows of ``mail``."""
    status = mail.get_status_display()
    if mail.status == OutboxStatus.SENT and mail.sent_at:
        status = _("Sent %(when)s") % {"when": dates.moment(mail.sent_at)}
    if mail.bounced_at is not None:
        status = _("Came back %(when)s") % {"when": dates.moment(mail.bounced_at)}
    return {
        "mail": mail,
        "to": recipient(mail),
        "event": mail.get_event_display(),
        "subject": mail.subject,
        "when": dates.moment(mail.created_at),
        "state": status,
        "kind": "miss" if mail.bounced_at is not None else KINDS[OutboxStatus(mail.status)],
        "error": mail.error,
    }
