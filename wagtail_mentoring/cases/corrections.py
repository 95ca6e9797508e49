"""Data that a mentee changes on the private page leaves a line in the history of each case that goes on."""

from collections.abc import Iterable
from typing import Any

from django.dispatch import receiver

from wagtail_mentoring.people.models import Mentee, Person
from wagtail_mentoring.people.signals import address_asked, address_changed

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
