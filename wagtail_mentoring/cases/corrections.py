"""What a mentee or a mentor changes of the own data, and the line that it leaves in a history.

A mentee's stands in the history of each case that has not been erased, a mentor's in Wagtail's history of the mentor;
never what was written, only which columns.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from wagtail.log_actions import log

from wagtail_mentoring import clock
from wagtail_mentoring.people.locking import lock_people
from wagtail_mentoring.people.log import OWN_CONSENT, OWN_CONTACT, OWN_EXPORT
from wagtail_mentoring.people.models import Mentee, Mentor, Person
from wagtail_mentoring.people.signals import address_asked, address_changed
from wagtail_mentoring.people.whose import Someone, of_person
from wagtail_mentoring.privacy.consents import WITHDRAWABLE
from wagtail_mentoring.privacy.models import Consent

from . import actors, moves
from .models import Case

CORRECTED, EXPORTED, CONSENT = "mentoring.corrected", "mentoring.exported", "mentoring.consent_withdrawn"
CALENDAR = "mentoring.own_calendar"
ASKED, CHANGED = "mentoring.address_asked", "mentoring.address_changed"
_UID = "wagtail_mentoring.cases.{}".format


def note_on_cases(mentee: Mentee, action: str, *, fields: Iterable[str] = (), user: Any = None) -> int:
    """Write ``action`` into the history of every case of ``mentee`` that has not been erased; return how many.

    ``fields`` are names of columns, never what stands in them. ``user`` did it for the mentee; None: the mentee.
    """
    cases = Case.objects.filter(mentee=mentee, anonymised_at__isnull=True).order_by("pk")
    data = {"fields": sorted(fields)} if fields else {}
    for case in cases:
        actor = actors.user_on(user, case) if user is not None else actors.mentee_on(mentee, case)
        moves.note(case.pk, action, actor, data)
    return len(cases)


@transaction.atomic
def correct_contact(person: Someone, columns: Mapping[str, Any]) -> None:
    """Write the changed ``columns`` of ``person``, and which they are into the history. Nothing for none."""
    if not columns:
        return
    # First the rows that others lock first.
    if isinstance(person, Mentor):
        lock_people(mentors=[person.pk])
        log(person, OWN_CONTACT)
    else:
        note_on_cases(person, CORRECTED, fields=columns)
    for name, value in columns.items():
        setattr(person, name, value)
    person.save(update_fields=list(columns))


@transaction.atomic
def withdraw_consent(person: Someone, kind: str) -> int:
    """End every consent of ``kind``, and return how many stood. Raises ValueError for a kind that stays."""
    if kind not in WITHDRAWABLE:
        raise ValueError(f"{kind} cannot be taken back by itself.")
    rows = Consent.objects.filter(**of_person(person), kind=kind, withdrawn_at=None)
    if not rows.exists():
        return 0
    if isinstance(person, Mentor):
        log(person, OWN_CONSENT)
    else:
        note_on_cases(person, CONSENT, fields=[kind])
    return rows.update(withdrawn_at=clock.now())


def note_export(person: Someone) -> None:
    """Write down that ``person`` downloaded the own data: whoever did it by a stolen link is seen."""
    if isinstance(person, Mentor):
        log(person, OWN_EXPORT)
    else:
        note_on_cases(person, EXPORTED)


@receiver(address_asked, dispatch_uid=_UID("address_asked"))
def asked(sender: Any, person: Person, **kwargs: Any) -> None:
    """A mentee asks the contact person for another address."""
    if isinstance(person, Mentee):
        note_on_cases(person, ASKED)


@receiver(address_changed, dispatch_uid=_UID("address_changed"))
def changed(sender: Any, person: Person, change: Any, **kwargs: Any) -> None:
    """The address of a mentee was changed, by the mentee or by the contact person."""
    if isinstance(person, Mentee):
        note_on_cases(person, CHANGED, user=change.decided_by)
