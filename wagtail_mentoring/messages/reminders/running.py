"""Finding what is due by a rule; dealing with each in its own transaction, under its lock, counted in ``Reminder``."""

import datetime
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.moves import lock
from wagtail_mentoring.people.whose import Someone, columns
from wagtail_mentoring.programme.models import Participation
from wagtail_mentoring.workflows.states import PAIR_STATES

from ..addressing import to_person
from ..conversation.models import Reminder

logger = logging.getLogger(__name__)

DAY = datetime.timedelta(days=1)
PAIR = [state.value for state in PAIR_STATES]


@dataclass(slots=True)
class Done:
    """How many things of one kind were dealt with, or would be, and at how many it failed."""

    done: int = 0
    failed: int = 0
    #: The references of the cases, for ``--dry-run``.
    references: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of reminder.

    ``find(moment)`` yields the queries of what is due, each row with its reference as ``of_reference`` and what its
    reminders are about as ``of_about``; ``case_of(row)`` is the key of its case; ``act(case, row)`` writes the mails.
    """

    name: str
    find: Callable[[datetime.datetime], Iterator["QuerySet[Any]"]]
    case_of: Callable[[Any], int]
    act: Callable[[Case, Any], None]


def run(rule: Rule, *, dry_run: bool = False) -> Done:
    """Deal with everything of ``rule`` that is due now. One that fails is logged and stops no other."""
    found, moment = Done(), clock.now()
    for query in rule.find(moment):
        for row in list(query):
            try:
                if dry_run or _deal_with(rule, row, moment):
                    found.done += 1
                    found.references.append(row.of_reference)
            except Exception:
                logger.exception("%s: %s could not be dealt with; it is tried again.", rule.name, row.pk)
                found.failed += 1
    return found


@transaction.atomic
def _deal_with(rule: Rule, row: Any, moment: datetime.datetime) -> bool:
    case = lock(rule.case_of(row))
    # The lock may have been waited for: is it still due?
    for query in rule.find(moment):
        again = query.filter(pk=row.pk).first()
        if again is not None:
            rule.act(case, again)
            return True
    return False


def groups(rule: str) -> list[tuple[datetime.timedelta, list[int]]]:
    """Return the unions' intervals ``rule``, each with the keys of the participations that have it: one query."""
    groups: dict[int, list[int]] = {}
    for pk, value in Participation.objects.order_by("pk").values_list("pk", rule):
        groups.setdefault(value, []).append(pk)
    return [(datetime.timedelta(days=value), keys) for value, keys in groups.items()]


def said_enough(event: str, case: str, most: str, since: datetime.datetime, *, person: bool = False) -> Exists:
    """Return the condition that enough was said: as often as is allowed, or later than ``since``.

    Of a round to several people, or with ``person`` of the row's own mentee or mentor.
    """
    rows = Reminder.objects.filter(case=OuterRef(case), event=event, about=OuterRef("of_about"))
    if person:
        rows = rows.filter(Q(mentee=OuterRef("mentee")) | Q(mentor=OuterRef("mentor")))
    else:
        rows = rows.filter(mentee=None, mentor=None)
    return Exists(rows.filter(Q(times__gte=OuterRef(most)) | Q(last_at__gt=since)))


def about_what(kind: str, *columns: str) -> Any:
    """Return what tells the things of one ``kind`` apart by their ``columns``, as an expression: ``meeting:12:0``."""
    parts: list[Any] = [Value(kind)]
    for column in columns:
        parts += [Value(":"), Cast(F(column), CharField())]
    return Concat(*parts, output_field=CharField())


def count(case: Case, event: str, about: str, person: Someone | None = None) -> bool:
    """Count one more reminder, and return whether ``person`` may have it. Without a person: of the whole round."""
    most = case.participation.most_reminders
    whose = {"mentee": None, "mentor": None} if person is None else columns(person)
    row, made = Reminder.objects.get_or_create(
        case=case, event=event, about=about, **whose, defaults={"last_at": clock.now()}
    )
    if made:
        return True
    if row.times >= most:
        return False
    row.times, row.last_at = row.times + 1, clock.now()
    row.save(update_fields=["times", "last_at"])
    return True


def remind(event: str, case: Case, person: Someone, about: str, **context: Any) -> None:
    """Remind the mentee or a mentor, unless that was done as often as is allowed."""
    if person.anonymised_at is None and count(case, event, about, person):
        to_person(event, case, person, **context)
