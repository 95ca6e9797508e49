"""The outbox: a mail is a row, written in the transaction of its cause."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentee, Mentor, PrivateLink
from wagtail_mentoring.privacy.storage import keys
from wagtail_mentoring.programme.models import Union

from .models import OutboxMessage

#: Under this name the context holds a one-time code, encrypted, until the mail has left.
SEALED_CODE = "sealed_code"


def put(
    event: str,
    *,
    to: Mentee | Mentor | Any,
    union: Union | None = None,
    case: Case | None = None,
    language: str = "",
    context: Mapping[str, Any] | None = None,
    link: PrivateLink | None = None,
) -> OutboxMessage:
    """Write a mail for ``event`` to ``to`` (mentee, mentor, user or a bare address); return its row.

    It is delivered after the transaction is committed, and never if that is rolled back. ``context`` holds JSON: what
    the text needs beyond the person, the union and the case. ``link`` is the private link whose address the text shows;
    the address itself is built at delivery. ``language`` defaults to the person's own.
    """
    person: dict[str, Any] = {}
    if isinstance(to, Mentee):
        person = {"mentee": to}
    elif isinstance(to, Mentor):
        person = {"mentor": to}
    elif not isinstance(to, str):
        person = {"user": to}
    row = OutboxMessage.objects.create(
        event=event,
        union=union or (case.union if case else None),
        case=case,
        address=to if isinstance(to, str) else to.email,
        language=language or getattr(to, "language", "") or _language_of(to),
        context=dict(context or {}),
        link=link,
        **person,
    )
    # Robust: what cannot be handed over now stays in the row, and must not fail the request that caused it.
    # No partial: Django names what failed in the log, and a partial has no name.
    transaction.on_commit(lambda: _hand_over(row.pk), robust=True)
    return row


def put_code(
    event: str, *, to: Mentee | Mentor, case: Case, code: str, context: Mapping[str, Any] | None = None
) -> OutboxMessage:
    """Write a mail that brings a one-time ``code``. It lies encrypted in the row, and is wiped after delivery."""
    sealed = keys().encrypt(code.encode()).decode()
    return put(event, to=to, case=case, context={**(context or {}), SEALED_CODE: sealed})


def _language_of(to: Any) -> str:
    profile = getattr(to, "wagtail_userprofile", None)
    return (profile.get_preferred_language() if profile else "").split("-")[0] or "en"


def _hand_over(pk: int) -> None:
    from .delivery import deliver_message

    deliver_message.enqueue(pk)
