"""Browsers on the pages of the own data, and the codes that were mailed."""

from typing import Any

from django.test import Client

from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.messages.outbox import SEALED_CODE
from wagtail_mentoring.privacy.storage import keys

DATA = "/mentoring/p/data/"
CONTACT, ADDRESS, EXPORT = f"{DATA}contact/", f"{DATA}address/", f"{DATA}export/"
NEW_ADDRESS, LOST, KEEP = f"{ADDRESS}new/", f"{ADDRESS}lost/", f"{ADDRESS}keep/"
CONSENTS, READERS, STOP = f"{DATA}consents/", f"{DATA}readers/", "/mentoring/p/stop/"
#: Where a code for a purpose is asked and typed.
CODE = f"{DATA}code/{{}}/".format


def newest_code() -> tuple[str, OutboxMessage]:
    """Return the code that was mailed last, and its mail."""
    row = OutboxMessage.objects.filter(event="code_data").order_by("-pk").first()
    assert row is not None
    # Delivered at once where the transaction ended; else it is still sealed.
    sealed = row.context.get(SEALED_CODE)
    assert sealed is not None, "the code has left"
    return keys().decrypt(sealed.encode()).decode(), row


def step_up(client: Client, purpose: str) -> Any:
    """Ask for a code and type it; return the answer."""
    assert client.post(CODE(purpose)).status_code == 302
    code, _row = newest_code()
    response = client.post(CODE(purpose), {"code": code})
    assert response.status_code == 302, response.content.decode()
    return response


def wrong(code: str) -> str:
    """Return another code than ``code``."""
    return f"{(int(code) + 1) % 10**6:06d}"
