"""Whoever holds a person's row stops nobody from writing what only points at that person or at the union."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from tests.factories import make_case, make_mentee, make_mentor, pair_of
from tests.postgres.test_meeting_races import agreed
from tests.postgres.test_races import at_once
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.searching import fix
from wagtail_mentoring.messages import digests
from wagtail_mentoring.messages.models import MailEvent, OutboxMessage, OutboxStatus
from wagtail_mentoring.messages.outbox import put
from wagtail_mentoring.people import links

pytestmark = pytest.mark.django_db(transaction=True)


def meanwhile(work: Callable[[], Any]) -> Any:
    """Do ``work`` on another connection, which waits for no lock longer than three seconds; return what came of it."""

    def patiently() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return work()

    return at_once([patiently])[0]


def write_to(*people: Any) -> list[OutboxMessage]:
    """Write a link and a mail to each of ``people``, and a new mentee of the union."""
    other = make_case(people[0].union.cases.first().field, "eligible")
    for person in people:
        who = {"mentor": person} if type(person).__name__ == "Mentor" else {"mentee": person}
        links.link_for(other, **who)
    make_mentee(people[0].union)
    return [put(MailEvent.FRESH_LINK, to=person, case=other) for person in people]


def test_while_a_time_is_fixed_others_write_to_the_three() -> None:
    case = make_case(state="paired")
    (key,) = agreed(case, 3)
    people = [case.mentee, *pair_of(case)]
    with transaction.atomic():
        assert isinstance(fix(case.pk, case.mentee, key), Case)
        written = meanwhile(lambda: write_to(*people))
    assert isinstance(written, list) and len(written) == 3, written


@pytest.mark.parametrize("who", ["mentee", "mentor"])
def test_while_a_daily_mail_is_written_the_union_goes_on(who: str) -> None:
    case = make_case(state="paired")
    person: Any = case.mentee if who == "mentee" else pair_of(case)[0]
    type(person).objects.filter(pk=person.pk).update(daily_digest=True)
    person.refresh_from_db()
    put(MailEvent.TIMES_REMINDER, to=person, case=case)
    OutboxMessage.objects.filter(**{who: person}).update(status=OutboxStatus.HELD)
    key = {"mentee": (person.pk, None), "mentor": (None, person.pk)}[who]
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(digests, "_is_time", lambda last: True)
        assert digests._write_daily(*key, False)
        written = meanwhile(lambda: write_to(person, make_mentor(case.field)))
    assert isinstance(written, list) and len(written) == 2, written
