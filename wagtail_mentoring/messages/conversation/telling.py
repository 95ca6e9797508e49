"""Mails about what was written on the pages of a case: that there is something, and a link to it."""

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.whose import Someone

from ..addressing import above, to_contacts, to_others, to_person
from ..models import MailEvent
from ..outbox import put
from .models import Concern, ConcernAbout


def told_three(case: Case, by: Someone) -> None:
    """Tell the other two. Whoever has a mail about it that has not left yet gets no second one."""
    to_others(MailEvent.LETTER_THREE, case, by)


def told_contact(case: Case) -> None:
    """Tell the contact person of a message."""
    to_contacts(MailEvent.LETTER_TO_CONTACT, case)


def told_person(case: Case, person: Someone) -> None:
    """Tell a mentee or mentor that the contact person has written."""
    to_person(MailEvent.LETTER_ANSWERED, case, person)


def told_concern(concern: Concern, case: Case) -> None:
    """Tell whoever deals with the concern. One about the contact person is of no case in the outbox, nor named."""
    if concern.about != ConcernAbout.CONTACT:
        to_contacts(MailEvent.CONCERN, case)
        return
    _who, readers = above(case.union, concern.concerned)
    for reader in readers:
        put(MailEvent.CONCERN_SUPERVISOR, to=reader, union=case.union, context={"concern": concern.pk})
