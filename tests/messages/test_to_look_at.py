"""The mails that a person should look at: which they are, and that a full outbox is not read for them."""

import datetime
from typing import Any

import pytest
from django.db import connection

from tests.factories import make_case, make_union
from tests.messages.many import like, model_case
from tests.statistics import analyze
from wagtail_mentoring import clock
from wagtail_mentoring.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db


def mail(status: str = "failed", **columns: Any) -> OutboxMessage:
    case = columns.get("case")
    known = {"event": "eligible", "address": "a@example.org", "status": status, "union": case.union if case else None}
    return OutboxMessage.objects.create(**known | columns)


def looked_at() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.to_look_at(clock.now()).order_by("pk"))


def test_what_was_sent_after_it_to_the_same_person_about_the_same_makes_it_done() -> None:
    case, other = make_case(), make_case()
    OutboxMessage.objects.all().delete()
    who = {"case": case, "mentee": case.mentee}
    mail("sent", **who)
    failed = mail(**who)
    for another in ({"event": "closed", **who}, {"case": other, "mentee": other.mentee}, {"mentee": case.mentee}):
        mail("sent", **another)
    mail("sent", case=case)
    assert looked_at() == [failed]
    mail("sent", **who, address="new@example.org")
    assert looked_at() == []


def test_a_mail_to_the_union_is_done_by_a_later_one_of_the_same_case_wherever_it_went() -> None:
    case, other = make_case(), make_case()
    OutboxMessage.objects.all().delete()
    failed = mail(event="new_case", case=case)
    mail("sent", event="new_case", case=other)
    assert looked_at() == [failed]
    mail("sent", event="new_case", case=case, address="new@example.org")
    assert looked_at() == []


def test_a_mail_of_no_case_is_done_by_one_to_the_same_address_alone() -> None:
    """Somebody whose application waits in the queue must not be forgotten because another one was told."""
    failed = mail(event="intake_received")
    mail("sent", event="intake_received", address="b@example.org")
    make_case()
    assert looked_at() == [failed]
    mail("sent", event="intake_received")
    assert looked_at() == []


def test_what_came_back_or_is_unsure_is_looked_at_too() -> None:
    make_union()
    now = clock.now()
    mail("sending", marked_at=now - datetime.timedelta(minutes=14))
    mail("sent")
    back = mail("sent", event="closed", bounced_at=now)
    unsure = mail("sending", event="reopened", marked_at=now - datetime.timedelta(minutes=16))
    mail("failed", event="code")
    mail("waiting", event="new_mentors")
    assert looked_at() == [back, unsure]


def test_a_full_outbox_is_read_by_indexes() -> None:
    one = model_case()
    cases = like(one, 100)
    mentor = one.pairs.get().memberships.first().mentor
    OutboxMessage.objects.all().delete()
    known: dict[str, Any] = {"event": "eligible", "status": "sent"}
    rows = []
    for number, case in enumerate(cases * 30):
        who: dict[str, Any] = ({"mentee": case.mentee}, {"mentor": mentor}, {}, {"case": None})[number % 4]
        rows.append(OutboxMessage(**known | {"address": f"n{number}@example.org", "case": case} | who))
    OutboxMessage.objects.bulk_create(rows)
    failed = mail(event="closed", case=one, mentee=one.mentee)
    analyze()
    if connection.vendor == "postgresql":
        # Of so few rows it would read all.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = OutboxMessage.objects.to_look_at(clock.now()).order_by("created_at").explain()
    assert looked_at() == [failed]
    for names in (("look_at", "waiting"), ("bounced",), ("address",)):
        assert any(f"mentoring_outbox_{name}" in plan for name in names), plan
    # Never all mails, whether to find these or what was sent after them.
    assert "Seq Scan on wagtail_mentoring_outboxmessage" not in plan, plan
    assert "SCAN wagtail_mentoring_outboxmessage" not in plan and "SCAN U0" not in plan, plan
