"""Mails about what was written on the pages of a case: that there is something, and a link to it."""

from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentee
from wagtail_mentoring.people.whose import Someone

from ..addressing import above, to_contacts, to_mentee, to_mentor
from ..models import MailEvent, OutboxMessage, OutboxStatus
from ..outbox import put
from .models import Concern, ConcernAbout, Letter


def told_three(letter: Letter, case: Case, by: Someone) -> None:
    """Tell the other two. Whoever has a mail about it that has not left yet gets no second one."""
    pending = OutboxMessage.objects.filter(case=case, event=MailEvent.LETTER_THREE, status=OutboxStatus.WAITING)
    waiting = set(pending.values_list("mentee_id", "mentor_id"))
    if letter.mentee_id is None and (case.mentee_id, None) not in waiting:
        to_mentee(MailEvent.LETTER_THREE, case)
    for mentor in current_mentors(case):
        if mentor.pk != letter.mentor_id and (None, mentor.pk) not in waiting:
            to_mentor(MailEvent.LETTER_THREE, case, mentor)


def told_contact(case: Case) -> None:
    """Tell the contact person of a message."""
    to_contacts(MailEvent.LETTER_TO_CONTACT, case)


def told_person(case: Case, person: Someone) -> None:
    """Tell a mentee or mentor that the contact person has written."""
    if isinstance(person, Mentee):
        to_mentee(MailEvent.LETTER_ANSWERED, case)
    else:
        to_mentor(MailEvent.LETTER_ANSWERED, case, person)


def told_concern(concern: Concern, case: Case) -> None:
    """Tell whoever deals with the concern. One about the contact person is of no case in the outbox, nor named."""
    if concern.about != ConcernAbout.CONTACT:
        to_contacts(MailEvent.CONCERN, case)
        return
    _who, readers = above(case.union, concern.concerned)
    for reader in readers:
        put(MailEvent.CONCERN_SUPERVISOR, to=reader, union=case.union, context={"concern": concern.pk})
