"""Delivers the rows of the outbox, each at most once unless a person asks for it again."""

import datetime
import logging
import smtplib
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django_tasks import task

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf

from .compose import Mail, compose
from .models import MailEvent, OutboxMessage, OutboxStatus
from .outbox import SEALED_CODE

logger = logging.getLogger(__name__)

#: After so many tries a row is not tried again by itself.
MOST_ATTEMPTS = 5
#: Mails to people whose details are deleted: of these nothing personal is kept once they have been sent.
FORGOTTEN = frozenset({MailEvent.MENTOR_DECLINED})
_NEEDED = ("union__site", "case__participation", "case__field__profession", "mentee", "mentor", "link")


@task()
def deliver_message(pk: int) -> None:
    """Deliver one row, if it still waits."""
    deliver(pk)


def deliver_waiting() -> dict[str, int]:
    """Deliver every row that waits, oldest first; return how many ended in which status."""
    ended: dict[str, int] = {}
    waiting = OutboxMessage.objects.filter(status=OutboxStatus.WAITING).order_by("pk").values_list("pk", flat=True)
    for pk in list(waiting):
        status = deliver(pk)
        if status:
            ended[status] = ended.get(status, 0) + 1
    return ended


def deliver(pk: int) -> str:
    """Deliver the row ``pk`` and return its status afterwards; ``""`` when it is gone or does not wait.

    The row is marked before the mail is handed over. If the process dies in between, it stays marked: nobody knows
    whether the mail has left, and it is not repeated unasked. Outside of a transaction: the mark must be there when
    the mail leaves.
    """
    row = OutboxMessage.objects.select_related(*_NEEDED).filter(pk=pk, status=OutboxStatus.WAITING).first()
    if row is None:
        return ""
    try:
        if _too_old(row):
            return _end(row, OutboxStatus.FAILED, "The code in it was too old before it could be sent.")
        mail = compose(row)
        shown = mail if conf.DEMO else compose(row, hidden=True)
    except Exception as error:
        logger.exception("Mail %s could not be written", pk)
        return _end(row, OutboxStatus.FAILED, f"It could not be written: {error!r}", counted=True)
    if not _claim(row, shown):
        return ""
    try:
        _send(row, mail)
    except Exception as error:
        return _refused(row, error)
    return _end(row, OutboxStatus.SENT, "")


def _too_old(row: OutboxMessage) -> bool:
    lasts = datetime.timedelta(minutes=conf.CODE_MINUTES)
    return SEALED_CODE in row.context and row.created_at + lasts < clock.now()


def _claim(row: OutboxMessage, shown: Mail) -> bool:
    """Mark the row in one statement; return False when another process was quicker."""
    waiting = OutboxMessage.objects.filter(pk=row.pk, status=OutboxStatus.WAITING)
    claimed = waiting.update(
        status=OutboxStatus.SENDING,
        attempts=F("attempts") + 1,
        marked_at=clock.now(),
        subject=shown.subject[:255],
        body=shown.text,
    )
    row.attempts += 1
    return bool(claimed)


def _send(row: OutboxMessage, mail: Mail) -> None:
    domain = mail.sender.rpartition("@")[2].strip("> ") or "localhost"
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=mail.sender,
        to=[mail.address],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        # The same on every try, so that the receiver's program shows a repeated mail once.
        headers={"Message-ID": f"<{row.message_uuid}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(mail.html, "text/html")
    message.send()


def _refused(row: OutboxMessage, error: Exception) -> str:
    """Keep the row waiting where another try may help, else let it fail."""
    for_good = isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        for_good = all(code >= 500 for code, _reply in error.recipients.values())
    ended = for_good or row.attempts >= MOST_ATTEMPTS
    logger.warning("Mail %s was not sent: %r", row.pk, error)
    return _end(row, OutboxStatus.FAILED if ended else OutboxStatus.WAITING, f"{type(error).__name__}: {error}")


def _end(row: OutboxMessage, status: OutboxStatus, error: str, *, counted: bool = False) -> str:
    columns: dict[str, Any] = {"status": status, "error": error}
    if status == OutboxStatus.SENT:
        columns["sent_at"] = clock.now()
    if counted:
        columns["attempts"] = F("attempts") + 1
    if status == OutboxStatus.SENT and row.event in FORGOTTEN:
        # The mail says that everything is deleted: that holds for the mail too. That it was sent stays.
        columns |= {"address": "", "body": "", "context": {}}
    elif status != OutboxStatus.WAITING and SEALED_CODE in row.context:
        columns["context"] = {name: value for name, value in row.context.items() if name != SEALED_CODE}
    OutboxMessage.objects.filter(pk=row.pk).update(**columns)
    return str(status.value)


def may_be_repeated(row: OutboxMessage) -> bool:
    """Return whether a person may ask for ``row`` again: it failed or was perhaps sent, and is no one-time code."""
    return row.status in (OutboxStatus.FAILED, OutboxStatus.SENDING) and row.event != MailEvent.CODE


def send_again(row: OutboxMessage) -> str:
    """Deliver a row again because a person asks for it: one that failed, or that was perhaps sent. Returns the status.

    A code is never sent again: it was wiped, and a new one is asked for instead.
    """
    again = OutboxMessage.objects.filter(pk=row.pk, status__in=[OutboxStatus.FAILED, OutboxStatus.SENDING])
    if not again.exclude(event=MailEvent.CODE).update(status=OutboxStatus.WAITING, attempts=0):
        return ""
    return deliver(row.pk)
