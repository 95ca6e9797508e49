"""A private link leaves only to the address that its person has when the mail leaves."""

import pytest
from django.core import mail

from tests.factories import make_case, make_mentor, pair_of
from wagtail_mentoring.messages.delivery import deliver
from wagtail_mentoring.messages.models import MailEvent, OutboxMessage, OutboxStatus
from wagtail_mentoring.messages.outbox import put
from wagtail_mentoring.people import address_changes, codes, links
from wagtail_mentoring.people.models import Mentor

pytestmark = pytest.mark.django_db
OLD, NEW = "old@example.org", "new@example.org"


def written(mentor: Mentor, **options: object) -> OutboxMessage:
    """Return a mail to ``mentor`` that was written to the old address and waits."""
    row = put(MailEvent.FRESH_MENTOR_LINK, to=mentor, union=mentor.union, **options)  # type: ignore[arg-type]
    assert row.address == OLD
    return row


def test_a_mail_that_was_written_while_the_address_changed() -> None:
    """Another process has read the old address, and commits its mail after the change has looked for such mails."""
    mentor = make_mentor(email=OLD)
    row = written(mentor, link=links.link_for_mentor(mentor))
    Mentor.objects.filter(pk=mentor.pk).update(email=NEW)
    assert deliver(row.pk, durable=False) == OutboxStatus.SENT
    row.refresh_from_db()
    assert ([message.to for message in mail.outbox], row.address) == ([[NEW]], NEW)


def test_an_old_mail_that_is_sent_again() -> None:
    mentor = make_mentor(email=OLD)
    link = links.link_for_mentor(mentor)
    row = written(mentor, link=link)
    OutboxMessage.objects.update(status=OutboxStatus.FAILED)
    change = address_changes.ask(mentor, NEW)
    code, plain = codes.issue(link, address_changes.code_purpose(change))
    address_changes.confirm(mentor, codes.check(link, code.purpose, plain))
    OutboxMessage.objects.filter(pk=row.pk).update(status=OutboxStatus.WAITING)
    deliver(row.pk, durable=False)
    assert mail.outbox[-1].to == [NEW]


def test_what_opens_nothing_goes_where_it_was_meant_to_go() -> None:
    case = make_case(state="paired")
    mentor = pair_of(case)[0]
    told = put(MailEvent.ADDRESS_CHANGED, to=mentor, union=mentor.union, address=OLD)
    deliver(told.pk, durable=False)
    assert mail.outbox[-1].to == [OLD]
    row = put(MailEvent.FRESH_LINK, to=mentor, case=case, link=links.link_for(case, mentor=mentor))
    deliver(row.pk, durable=False)
    assert mail.outbox[-1].to == [mentor.email]
