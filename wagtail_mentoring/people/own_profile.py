"""What a mentor changes on the own page: the profile, its confirmation, breaks, the orientation, the wish to stop.

Each function locks the mentor's row, and leaves a line in Wagtail's history of the mentor, without personal text.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_mentoring import clock
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.workflows import StepRefused

from .locking import lock_people
from .log import (
    OWN_AWAY,
    OWN_CONFIRMED,
    OWN_ORIENTED,
    OWN_PAUSE,
    OWN_PROFILE,
    OWN_STOP,
)
from .mentors import merge_absences, set_shown
from .models import Mentor, MentorAbsence, MentorLogEntry
from .signals import mentor_wants_to_stop

#: How a consent was given that the mentor ticked on the own page.
OWN_PAGE = "form"
#: So many days the wish to stop is not sent again.
STOP_DAYS = 30
#: So many times away are enough to plan with.
MOST_ABSENCES = 20


def _locked(pk: int) -> Mentor:
    lock_people(mentors=[pk])
    return Mentor.objects.get(pk=pk)


@transaction.atomic
def save(
    pk: int, columns: Mapping[str, Any], *, shown_to_mentee: Iterable[str], shown_to_partner: Iterable[str]
) -> None:
    """Write the profile, which so is confirmed too, and the consents.

    Room for fewer than the mentor has now is allowed, as in the admin: it takes nobody away.
    """
    mentor = _locked(pk)
    for name, value in columns.items():
        setattr(mentor, name, value)
    mentor.checked_on = clock.today()
    mentor.save(update_fields=[*columns, "checked_on"])
    set_shown(mentor, ConsentKind.SHOWN_TO_MENTEE, shown_to_mentee, how=OWN_PAGE)
    set_shown(mentor, ConsentKind.SHOWN_TO_PARTNER, shown_to_partner, how=OWN_PAGE)
    log(mentor, OWN_PROFILE)


def shown_now(mentor: Mentor) -> dict[str, list[str]]:
    """Return what may be shown of ``mentor`` now, by the names of the form's fields."""
    kinds = {ConsentKind.SHOWN_TO_MENTEE: "shown_to_mentee", ConsentKind.SHOWN_TO_PARTNER: "shown_to_partner"}
    found: dict[str, list[str]] = {name: [] for name in kinds.values()}
    rows = Consent.objects.filter(mentor=mentor, kind__in=kinds, withdrawn_at__isnull=True).order_by("given_at")
    for row in rows:
        found[kinds[ConsentKind(row.kind)]] = sorted(row.named)
    return found


@transaction.atomic
def confirm(pk: int) -> None:
    """Write down that all is still true today."""
    mentor = _locked(pk)
    if mentor.checked_on == clock.today():
        return
    mentor.checked_on = clock.today()
    mentor.save(update_fields=["checked_on"])
    log(mentor, OWN_CONFIRMED)


@transaction.atomic
def acknowledge_orientation(pk: int) -> None:
    """Write down that the orientation was read; the first time counts."""
    mentor = _locked(pk)
    if mentor.oriented_on is None:
        mentor.oriented_on = clock.today()
        mentor.save(update_fields=["oriented_on"])
        log(mentor, OWN_ORIENTED)


@transaction.atomic
def pause(pk: int, until: datetime.date | None) -> None:
    """Pause the mentor until the end of a day, or end the pause with None."""
    mentor = _locked(pk)
    if mentor.paused_until != until:
        mentor.paused_until = until
        mentor.save(update_fields=["paused_until"])
        log(mentor, OWN_PAUSE)


@transaction.atomic
def add_absence(pk: int, first_day: datetime.date, last_day: datetime.date) -> None:
    """Add days away; those that overlap are made one. Raises :class:`StepRefused` for too many."""
    mentor = _locked(pk)
    rows = MentorAbsence.objects.filter(mentor=mentor)
    if rows.filter(first_day=first_day, last_day=last_day).exists():
        return
    if rows.filter(last_day__gte=clock.today()).count() >= MOST_ABSENCES:
        message = _("There is no room for more. Remove some, or take a break.")
        raise StepRefused(message, {"first_day": message})
    MentorAbsence.objects.create(mentor=mentor, first_day=first_day, last_day=last_day)
    merge_absences(mentor)
    log(mentor, OWN_AWAY)


@transaction.atomic
def remove_absence(pk: int, absence: int) -> None:
    """Remove days away of this mentor; of somebody else's, or what is gone already, nothing happens."""
    mentor = _locked(pk)
    if MentorAbsence.objects.filter(mentor=mentor, pk=absence).delete()[0]:
        log(mentor, OWN_AWAY)


def wants_to_stop(mentor: Mentor) -> bool:
    """Return whether the mentor has written lately that they want to stop."""
    since = clock.now() - datetime.timedelta(days=STOP_DAYS)
    return MentorLogEntry.objects.filter(mentor=mentor, action=OWN_STOP, timestamp__gte=since).exists()


@transaction.atomic
def ask_to_stop(pk: int, message: str) -> None:
    """Tell the contact person that the mentor wants to stop; twice is once. Ending is the contact person's step."""
    mentor = _locked(pk)
    if wants_to_stop(mentor):
        return
    log(mentor, OWN_STOP)
    mentor_wants_to_stop.send(Mentor, mentor=mentor, message=message)
