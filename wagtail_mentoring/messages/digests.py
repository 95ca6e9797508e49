"""The daily mails: what was held for people who want one mail a day, and what waits for contact persons."""

import datetime
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone, translation

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people.locking import lock_people
from wagtail_mentoring.people.models import Mentee, Mentor
from wagtail_mentoring.programme.models import UnionRole
from wagtail_mentoring.workflows import CaseState

from .conversation.models import Digest
from .models import ONLY_WHILE_OPEN, MailEvent, OutboxMessage, OutboxStatus
from .outbox import language_of, put

logger = logging.getLogger(__name__)

#: Takes a user and returns what waits for that user, one line for each kind, in the active language; nothing: no mail.
Waiting = Callable[[Any], Iterable[str]]
_waiting: list[Waiting] = []


@dataclass(slots=True)
class Written:
    """How many daily mails were written, or would be, and at how many it failed."""

    done: int = 0
    failed: int = 0


def waits_for_users(function: Waiting) -> Waiting:
    """Register (as a decorator) who counts what waits for a contact person. The desk does: it is a room above."""
    if function not in _waiting:
        _waiting.append(function)
    return function


def for_people(*, dry_run: bool = False) -> Written:
    """Write the daily mail of everybody for whom mails are held; at most one a day, from the hour of the settings on.

    Whoever does not want it any more gets what was held at once.
    """
    found = Written()
    if not dry_run:
        _drop_what_is_over()
    held = OutboxMessage.objects.filter(status=OutboxStatus.HELD, digest=None)
    people = held.order_by().values_list("mentee", "mentor").distinct()
    for mentee_id, mentor_id in sorted(people, key=lambda pair: (pair[0] or 0, pair[1] or 0)):
        try:
            found.done += _write_daily(mentee_id, mentor_id, dry_run)
        except Exception:
            logger.exception("The daily mail to mentee %s, mentor %s could not be written.", mentee_id, mentor_id)
            found.failed += 1
    return found


def _drop_what_is_over() -> None:
    """Forget what was held about something that is over because its case has ended: it never left."""
    over = OutboxMessage.objects.filter(
        status=OutboxStatus.HELD, digest=None, event__in=ONLY_WHILE_OPEN, case__state=CaseState.CLOSED
    )
    over.delete()


@transaction.atomic
def _write_daily(mentee_id: int | None, mentor_id: int | None, dry_run: bool) -> bool:
    model: Any = Mentee if mentee_id else Mentor
    lock_people(mentees=[mentee_id] if mentee_id else [], mentors=[mentor_id] if mentor_id else [])
    person = model.objects.select_related("union").filter(pk=mentee_id or mentor_id).first()
    if person is None:
        return False
    mine = {"mentee": person} if mentee_id else {"mentor": person}
    last = OutboxMessage.objects.filter(event=MailEvent.DAILY, **mine).order_by("-pk").first()
    if person.daily_digest and not _is_time(last.created_at if last else None):
        return False
    rows = list(OutboxMessage.objects.filter(status=OutboxStatus.HELD, digest=None, **mine).order_by("pk"))
    if not rows or person.anonymised_at is not None:
        return False
    if dry_run:
        return True
    daily = put(MailEvent.DAILY, to=person, union=person.union)
    OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).update(digest=daily)
    return True


def _is_time(last: datetime.datetime | None) -> bool:
    """Return whether a daily mail is due: none was written today, and the hour has come."""
    if timezone.localtime(clock.now()).hour < conf.DAILY_HOUR:
        return False
    return last is None or timezone.localtime(last).date() < clock.today()


def for_handlers(*, dry_run: bool = False) -> Written:
    """Write the daily mail of every contact person who has not turned it off and for whom something waits.

    One a day, from the hour of the settings on. A day on which nothing waits passes without a mail.
    """
    found, today = Written(), clock.today()
    if not _waiting or not _is_time(None):
        return found
    users = get_user_model()._default_manager.filter(
        is_active=True, groups__mentoring_union_permissions__role=UnionRole.HANDLER
    )
    done = Digest.objects.filter(last_on__gte=today) | Digest.objects.filter(wanted=False)
    users = users.exclude(email="").exclude(pk__in=done.values("user")).select_related("wagtail_userprofile")
    for user in users.order_by("pk").distinct():
        try:
            found.done += _write_handlers(user, today, dry_run)
        except Exception:
            logger.exception("The daily mail of user %s could not be written; it is tried again.", user.pk)
            found.failed += 1
    return found


def _write_handlers(user: Any, today: datetime.date, dry_run: bool) -> bool:
    language = language_of(user)
    with translation.override(language):
        lines = [str(line) for function in _waiting for line in function(user)]
    if dry_run:
        return bool(lines)
    with transaction.atomic():
        row, _made = Digest.objects.select_for_update().get_or_create(user=user)
        if not row.wanted or (row.last_on is not None and row.last_on >= today):
            return False
        row.last_on = today
        row.save(update_fields=["last_on"])
        if lines:
            put(MailEvent.DAILY_HANDLER, to=user, language=language, context={"waiting": "\n".join(lines)})
    return bool(lines)
