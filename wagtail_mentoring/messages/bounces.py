"""Mails that came back after they had left, as django-anymail tells of them.

Anymail is the site's choice: installed or not. With it, and its webhook in the site's addresses, a bounce, a complaint
or a rejection is written beside the mail, and stands among the mails to look at.
"""

import logging
import uuid
from typing import Any

from wagtail_mentoring import clock

from .models import OutboxMessage, OutboxStatus

logger = logging.getLogger(__name__)

#: What anymail calls an event that says that the mail did not arrive, or was not wanted.
CAME_BACK = frozenset({"bounced", "rejected", "complained", "failed"})
#: The metadata of a mail holds the number of its row under this name: services keep it beside an id of their own.
METADATA = "mentoring_message"


def connect() -> bool:
    """Listen to anymail's signal, if anymail is installed; return whether it is."""
    try:
        from anymail.signals import tracking  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        return False
    tracking.connect(tracked, dispatch_uid="wagtail_mentoring.messages.bounces")
    return True


def tracked(sender: Any, event: Any, esp_name: str = "", **kwargs: Any) -> None:
    """Write down that a mail came back. What is about a mail of somebody else, or no bounce, changes nothing."""
    if event.event_type not in CAME_BACK:
        return
    found = _uuid_of(event)
    if found is None:
        return
    why = " ".join(str(part) for part in (event.reject_reason, event.description or event.mta_response) if part)
    # Once: the service tells of the same bounce again until it is answered.
    rows = OutboxMessage.objects.filter(message_uuid=found, bounced_at=None)
    rows = rows.filter(status__in=[OutboxStatus.SENT, OutboxStatus.SENDING])
    if rows.update(bounced_at=event.timestamp or clock.now(), error=f"{event.event_type}: {why}"[:1000]):
        logger.info("A mail came back (%s): %s", event.event_type, found)


def _uuid_of(event: Any) -> uuid.UUID | None:
    """Return the number of the mail: from its metadata, else from the Message-ID, which some services keep."""
    given = (event.metadata or {}).get(METADATA) or str(event.message_id or "").strip("<>").partition("@")[0]
    try:
        return uuid.UUID(str(given))
    except ValueError:
        return None
