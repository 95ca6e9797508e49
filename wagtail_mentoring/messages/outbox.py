"""The outbox: a mail is a row, written in the transaction of its cause."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentee, Mentor, PrivateLink
from wagtail_mentoring.people.whose import of_person
from wagtail_mentoring.privacy.storage import keys
from wagtail_mentoring.programme.models import Union

from .models import CAN_WAIT, OutboxMessage, OutboxStatus

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
    calendar: Mapping[str, Any] | None = None,
    address: str = "",
) -> OutboxMessage:
    """Write a mail for ``event`` to ``to`` (mentee, mentor, user or a bare address); return its row.

    It is delivered after the transaction is committed, and never if that is rolled back. ``context`` holds JSON: what
    the text needs beyond the person, the union and the case. ``link`` is the private link whose address the text shows;
    the address itself is built at delivery. ``language`` defaults to the person's own. ``calendar`` is what
    :func:`.calendars.snapshot` returned: the file is made at delivery from that, whatever becomes of the meeting.
    ``address`` is where the mail goes if not to the person's own address.

    What can wait, to a person who wants one mail a day, is held for the daily mail instead.
    """
    held = event in CAN_WAIT and getattr(to, "daily_digest", False) and not calendar and not address
    row = OutboxMessage.objects.create(
        event=event,
        union=union or (case.union if case else None),
        case=case,
        address=address or (to if isinstance(to, str) else to.email),
        language=language or getattr(to, "language", "") or language_of(to),
        context={**(context or {}), **({"calendar": dict(calendar)} if calendar else {})},
        link=link,
        status=OutboxStatus.HELD if held else OutboxStatus.WAITING,
        **_whose(to),
    )
    if held:
        return row
    # Robust: what cannot be handed over now stays in the row, and must not fail the request that caused it.
    # No partial: Django names what failed in the log, and a partial has no name.
    transaction.on_commit(lambda: _hand_over(row.pk), robust=True)
    return row


def _whose(to: Any) -> dict[str, Any]:
    """Return the column that names who gets the mail; none for a bare address."""
    if isinstance(to, str):
        return {}
    return of_person(to) if isinstance(to, Mentee | Mentor) else {"user": to}


def put_code(
    event: str,
    *,
    to: Mentee | Mentor,
    code: str,
    case: Case | None = None,
    context: Mapping[str, Any] | None = None,
    address: str = "",
) -> OutboxMessage:
    """Write a mail that brings a one-time ``code``. It lies encrypted in the row, and is wiped after delivery.

    ``context`` holds ``minutes``, and for ``code_data`` the ``purpose`` of the code (see :mod:`.sentences`).
    """
    sealed = keys().encrypt(code.encode()).decode()
    union = case.union if case else to.union
    return put(event, to=to, case=case, union=union, context={**(context or {}), SEALED_CODE: sealed}, address=address)


def language_of(to: Any) -> str:
    profile = getattr(to, "wagtail_userprofile", None)
    return (profile.get_preferred_language() if profile else "").split("-")[0] or "en"


def _hand_over(pk: int) -> None:
    from .delivery import deliver_message

    deliver_message.enqueue(pk)
