"""Mails about what people change of their own data, and about a mentor who wants to leave a pair."""

from typing import Any

from django.dispatch import receiver
from wagtail.log_actions import log

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.signals import mentor_leaves
from wagtail_mentoring.people.log import ADDRESS_ASKED, ADDRESS_CHANGED
from wagtail_mentoring.people.models import AddressChange, Mentor
from wagtail_mentoring.people.signals import address_asked, address_changed
from wagtail_mentoring.people.whose import Someone, of_person

from .addressing import contacts, to_contacts
from .models import MailEvent, OutboxMessage, OutboxStatus
from .outbox import put

_UID = "wagtail_mentoring.messages.{}".format


@receiver(mentor_leaves, dispatch_uid=_UID("mentor_leaves"))
def mentor_wants_to_leave(sender: Any, case: Case, **kwargs: Any) -> None:
    """The union learns that a mentor wants to leave; what the mentor wrote stands in the history of the case."""
    to_contacts(MailEvent.MENTOR_LEAVES, case)


@receiver(address_asked, dispatch_uid=_UID("address_asked"))
def asked(sender: Any, person: Someone, **kwargs: Any) -> None:
    """The union learns that somebody cannot read the old address any more."""
    if isinstance(person, Mentor):
        log(person, ADDRESS_ASKED)
    for contact in contacts(person.union):
        put(MailEvent.ADDRESS_ASKED, to=contact, union=person.union)


@receiver(address_changed, dispatch_uid=_UID("address_changed"))
def changed(sender: Any, change: AddressChange, person: Someone, **kwargs: Any) -> None:
    """The old address is told, so that nobody takes over a page unseen; what has not left yet goes to the new one."""
    if isinstance(person, Mentor):
        log(person, ADDRESS_CHANGED, user=change.decided_by)
    waiting = OutboxMessage.objects.filter(status__in=(OutboxStatus.WAITING, OutboxStatus.HELD))
    own = waiting.filter(**of_person(person))
    own.filter(address=change.old_email).update(address=person.email)
    put(MailEvent.ADDRESS_CHANGED, to=person, union=person.union, address=change.old_email)
