"""What is due costs what is due, not how many cases there are."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.messages.many import DAY, all_kinds_are_due, like, model_case, nothing_happens, with_history
from tests.statistics import analyze
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages import reminders
from wagtail_mentoring.messages.conversation.models import Reminder
from wagtail_mentoring.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db
RULES = {rule.name: rule for rule in reminders.RULES}


def queries(due: list[Case]) -> int:
    """Return how many statements a run takes, which is undone; something of every kind was due of the cases ``due``."""
    undone = transaction.atomic()
    # A mail is delivered in no transaction but that of a test, as Django's own.
    undone._from_testcase = True  # type: ignore[attr-defined]
    with undone, CaptureQueriesContext(connection) as found:
        call_command("mentoring_due", stdout=StringIO())
        # That of a follow-up says when it was asked: yesterday.
        told = Reminder.objects.filter(last_at__gt=clock.now() - 2 * DAY)
        assert {row.case_id for row in told} == {case.pk for case in due}
        assert len({row.event for row in told}) == len(RULES)
        transaction.set_rollback(True)
    return len(found)


def test_a_run_takes_as_many_statements_among_many_cases_as_among_few() -> None:
    with clock.at(clock.now()):
        one = model_case()
        OutboxMessage.objects.all().delete()
        due = like(one, len(RULES))
        all_kinds_are_due(due)
        with_history(due)
        queries(due)
        few = queries(due)
        with_history(like(one, 40))
        assert queries(due) == few


def test_idle_cases_are_read_by_the_index_of_their_last_line() -> None:
    nothing_happens(like(model_case(), 600)[::100], 40)
    # Told how many there are: what a server knew of the rows of another test, it chose by.
    analyze()
    if connection.vendor == "postgresql":
        # Of so few meetings it would read all.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    (query,) = RULES["idle"].find(clock.now())
    assert len(query) == 6
    plan = query.explain()
    assert "mentoring_case_idle" in plan, plan
    # And of the plans those of the case at hand, or those to come: never all of either table.
    assert "Seq Scan" not in plan and "SCAN wagtail_mentoring_case" not in plan, plan
    if connection.vendor == "sqlite":
        assert "mentoring_meeting_of_case" in plan, plan


def test_a_case_knows_when_its_last_line_was_written() -> None:
    case = model_case()
    assert Case.objects.get(pk=case.pk).log_at == case.log.latest("sequence").timestamp
