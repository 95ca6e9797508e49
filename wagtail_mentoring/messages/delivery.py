"""Delivers the rows of the outbox, each at most once unless a person asks for it again."""

import contextlib
import datetime
import logging
import smtplib
import uuid
from email.mime.text import MIMEText
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q
from django_tasks import task

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf

from .bounces import METADATA
from .compose import NEEDED, Mail, compose
from .models import CODES, MailEvent, OutboxMessage, OutboxStatus
from .outbox import SEALED_CODE

logger = logging.getLogger(__name__)

#: How long a row waits after each try that a server has refused for a while.
PAUSES = tuple(datetime.timedelta(minutes=minutes) for minutes in (5, 30, 2 * 60, 12 * 60))
#: After so many tries a row is not tried again by itself.
MOST_ATTEMPTS = len(PAUSES) + 1
#: Mails to people whose details are deleted: of these nothing personal is kept once they have been sent.
FORGOTTEN = frozenset({MailEvent.MENTOR_DECLINED})


class PerhapsSent(Exception):
    """The server had begun to take the mail and did not say how it ended."""


@task()
def deliver_message(pk: int) -> None:
    """Deliver one row, if it still waits."""
    deliver(pk)


def deliver_waiting() -> dict[str, int]:
    """Deliver every row that waits and is not in a pause, oldest first; return how many ended in which status."""
    ended: dict[str, int] = {}
    for pk in list(OutboxMessage.objects.due(clock.now()).values_list("pk", flat=True)):
        status = deliver(pk)
        if status:
            ended[status] = ended.get(status, 0) + 1
    return ended


def deliver(pk: int, *, durable: bool = True) -> str:
    """Deliver the row ``pk`` and return its status afterwards; ``""`` when it is gone or does not wait.

    The row is marked before the mail is handed over. If the process dies in between, it stays marked: nobody knows
    whether the mail has left, and it is not repeated unasked. Raises RuntimeError inside of a transaction: the mark
    must be committed when the mail leaves. Only who throws everything away together may say ``durable=False``.
    """
    row = OutboxMessage.objects.select_related(*NEEDED).filter(pk=pk, status=OutboxStatus.WAITING).first()
    if row is None:
        return ""
    _address_anew(row)
    try:
        if _too_old(row):
            return _end(row, OutboxStatus.FAILED, "The code in it was too old before it could be sent.")
        mail = compose(row)
        shown = mail if conf.DEMO else compose(row, hidden=True)
    except Exception as error:
        logger.exception("Mail %s could not be written", pk)
        return _end(row, OutboxStatus.FAILED, f"It could not be written: {error!r}", counted=True)
    if not _claim(row, shown, durable=durable):
        return ""
    try:
        _send(row, mail)
    except PerhapsSent as error:
        logger.warning("Mail %s was perhaps sent: %r", pk, error.__cause__)
        return _end(row, OutboxStatus.SENDING, f"The mail server took it and did not answer: {error.__cause__!r}")
    except Exception as error:
        return _refused(row, error)
    return _end(row, OutboxStatus.SENT, "")


def _address_anew(row: OutboxMessage) -> None:
    """Let a mail with a private link go to the address that the person has now.

    Whoever reads the one of before may be somebody else: a mail may have been written while the address was changed, or
    be an old one that is sent again, and a link is made when the mail leaves.
    """
    person = row.mentee or row.mentor
    if row.link is not None and person is not None and person.email:
        row.address = person.email


def _too_old(row: OutboxMessage) -> bool:
    lasts = datetime.timedelta(minutes=conf.CODE_MINUTES)
    return SEALED_CODE in row.context and row.created_at + lasts < clock.now()


def _claim(row: OutboxMessage, shown: Mail, *, durable: bool = True) -> bool:
    """Mark the row in one statement; return False when another process was quicker."""
    waiting = OutboxMessage.objects.filter(pk=row.pk, status=OutboxStatus.WAITING)
    with transaction.atomic(durable=durable):
        claimed = waiting.update(
            status=OutboxStatus.SENDING,
            address=row.address,
            attempts=F("attempts") + 1,
            marked_at=clock.now(),
            subject=shown.subject[:255],
            body=shown.text,
        )
    row.attempts += 1
    return bool(claimed)


def _send(row: OutboxMessage, mail: Mail) -> None:
    message = message_of(mail, row.message_uuid)
    # Read by django-anymail, where the site uses it: a bounce then says which mail came back.
    message.metadata = {METADATA: str(row.message_uuid)}  # type: ignore[attr-defined]
    hand_to_server(message)


def message_of(mail: Mail, number: uuid.UUID) -> EmailMultiAlternatives:
    """Return ``mail`` as Django sends it. ``number`` is in its Message-ID."""
    domain = mail.sender.rpartition("@")[2].strip("> ") or "localhost"
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=mail.sender,
        to=[mail.address],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        # The same on every try, so that the receiver's program shows a repeated mail once.
        headers={"Message-ID": f"<{number}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        # Twice: programs that know invitations look for the alternative, all others show the file.
        message.attach_alternative(mail.calendar, f"text/calendar; method={mail.calendar_method}")
        message.attach(_calendar_file(mail))
    return message


def _calendar_file(mail: Mail) -> MIMEText:
    part = MIMEText(mail.calendar, "calendar", "utf-8")
    part.set_param("method", mail.calendar_method)
    part.add_header("Content-Disposition", "attachment", filename="meeting.ics")
    return part


def hand_to_server(message: EmailMultiAlternatives) -> None:
    """Give the mail to the site's mail server. Raises :class:`PerhapsSent` when its answer to the text never came."""
    connection: Any = get_connection()
    if getattr(connection, "timeout", 0) is None:
        # A server that hangs must not hold up every other mail for ever.
        connection.timeout = conf.MAIL_SECONDS
    connection.open()
    server = getattr(connection, "connection", None)
    begun: list[bool] = []
    if isinstance(server, smtplib.SMTP):
        _note_the_text(server, begun)
    try:
        connection.send_messages([message])
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
        # The server has answered, and will answer a goodbye.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.close()
        raise
    except Exception as error:
        if isinstance(server, smtplib.SMTP):
            server.close()
        if begun and isinstance(error, OSError | smtplib.SMTPException):
            raise PerhapsSent from error
        raise
    # It has left: a goodbye that is not answered changes nothing.
    with contextlib.suppress(OSError, smtplib.SMTPException):
        connection.close()


def _note_the_text(server: smtplib.SMTP, begun: list[bool]) -> None:
    """See to it that ``begun`` is filled when the server is about to get the text, after sender and receiver."""
    send_text = server.data

    def data(msg: Any) -> Any:
        begun.append(True)
        return send_text(msg)

    server.data = data  # type: ignore[method-assign]


def _refused(row: OutboxMessage, error: Exception) -> str:
    """Keep the row waiting where another try may help, else let it fail."""
    for_good = isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        for_good = all(code >= 500 for code, _reply in error.recipients.values())
    ended = for_good or row.attempts >= MOST_ATTEMPTS
    logger.warning("Mail %s was not sent: %r", row.pk, error)
    if not ended:
        OutboxMessage.objects.filter(pk=row.pk).update(next_try_at=clock.now() + PAUSES[row.attempts - 1])
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
    if status == OutboxStatus.SENT and row.event == MailEvent.DAILY:
        row.digested.filter(status=OutboxStatus.HELD).update(status=OutboxStatus.SENT, sent_at=columns["sent_at"])
    return str(status.value)


def may_be_repeated(row: OutboxMessage) -> bool:
    """Return whether a person may ask for ``row`` again: it failed, was perhaps sent or came back, and is no code."""
    ended = row.status in (OutboxStatus.FAILED, OutboxStatus.SENDING) or row.bounced_at is not None
    return ended and row.event not in CODES


def send_again(row: OutboxMessage) -> str:
    """Deliver a row again because a person asks for it: see :func:`may_be_repeated`. Returns the status.

    A code is never sent again: it was wiped, and a new one is asked for instead. Outside of a transaction, as
    :func:`deliver`.
    """
    ended = Q(status__in=[OutboxStatus.FAILED, OutboxStatus.SENDING]) | Q(bounced_at__isnull=False)
    again = OutboxMessage.objects.filter(ended, pk=row.pk).exclude(event__in=CODES)
    if not again.update(status=OutboxStatus.WAITING, attempts=0, next_try_at=None, bounced_at=None):
        return ""
    return deliver(row.pk)
