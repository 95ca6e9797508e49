"""``mentoring_due``: as much that is due, among few cases and among many."""

import datetime
import gc
import statistics
import time
from io import StringIO

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from tests.messages.many import DAY, all_kinds_are_due, like, model_case, with_history
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages import reminders
from wagtail_mentoring.messages.conversation.models import Reminder
from wagtail_mentoring.messages.models import OutboxMessage

from .measure import Row

FEW, MANY, DUE = 1_000, 10_000, 50
TIMES = 15
#: Past the hour of the daily mails, so that they are in it.
NOON = datetime.time(12)


def what_is_due() -> list[Row]:
    """The whole command, with what it delivers, in a transaction that is rolled back: the same is due each time.

    Something is due of every rule of reminders, and each case has the mails and reminders of its past.
    """
    OutboxMessage.objects.all().delete()
    with clock.at(timezone.make_aware(datetime.datetime.combine(clock.today(), NOON))):
        one = model_case()
        OutboxMessage.objects.all().delete()
        due = like(one, DUE)
        all_kinds_are_due(due)
        with_history(due)
        with_history(like(one, FEW - DUE))
        few, again = _seconds(due), _seconds(due)
        with_history(like(one, MANY - FEW))
        many = _seconds(due)
    told = f"at {FEW:,} cases ({few:.3f} s)"
    name = f"mentoring_due with {DUE} due at {MANY:,} cases"
    return [
        Row(name, round(many, 3), "s", told, round(many / few, 2), 1.5),
        Row(f"A/A: the same at {FEW:,}", round(again, 3), "s", "the same again", round(again / few, 2), None),
    ]


def _seconds(due: list[Case]) -> float:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    spent = []
    for turn in range(-2, TIMES):
        gc.collect()
        begin = time.perf_counter()
        undone = transaction.atomic()
        # A mail is delivered in no transaction but that of a test, as Django's own.
        undone._from_testcase = True  # type: ignore[attr-defined]
        with undone:
            call_command("mentoring_due", stdout=StringIO())
            taken = time.perf_counter() - begin
            # That of a follow-up says when it was asked: yesterday.
            told = Reminder.objects.filter(last_at__gt=clock.now() - 2 * DAY)
            assert {row.case_id for row in told} == {case.pk for case in due}
            assert len({row.event for row in told}) == len(reminders.RULES)
            transaction.set_rollback(True)
        if turn >= 0:
            spent.append(taken)
    return statistics.median(spent)
