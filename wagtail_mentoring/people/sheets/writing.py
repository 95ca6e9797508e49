"""The import itself: exactly what was shown, all of it or nothing."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from wagtail_mentoring import clock
from wagtail_mentoring.documents.checking.tables import Table
from wagtail_mentoring.people.log import IMPORTED
from wagtail_mentoring.people.mentors import lock_union, set_shown
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.signals import mentor_registered
from wagtail_mentoring.programme.models import Union

from .plan import RowPlan, SheetPlan, make_plan
from .values import CONSENTS

_DATES = {"paused_until", "membership_confirmed_on", "oriented_on"}


class PlanChanged(Exception):
    """What would be written now is not what was shown; ``plan`` is what it would be now."""

    def __init__(self, plan: SheetPlan) -> None:
        super().__init__("The plan has changed.")
        self.plan = plan


@dataclass(frozen=True, slots=True)
class Imported:
    """How many mentors are new, and how many were changed."""

    new: int
    updated: int


@transaction.atomic
def import_sheet(union: Union, table: Table, digest: str, user: Any, check_text: Callable[[str], None]) -> Imported:
    """Write what the plan with ``digest`` showed; rows with faults are left out, as shown.

    Nobody else can add a mentor to the union meanwhile. New mentors are approved, because the contact person brings
    them, and get the privacy notice. Raises :class:`PlanChanged`, having written nothing, when the mentors or the sheet
    are not what they were.
    """
    lock_union(union.pk)
    plan = make_plan(union, table, check_text)
    if plan.digest != digest:
        raise PlanChanged(plan)
    new, changed = plan.of("new"), plan.of("update")
    for row in new:
        mentor = Mentor(union=union, approved_on=clock.today(), checked_on=clock.today())
        _write(mentor, row, user)
        mentor_registered.send(Mentor, mentor=mentor)
    mentors = Mentor.objects.select_for_update(no_key=True).order_by("pk").in_bulk([row.mentor for row in changed])
    for row in changed:
        _write(mentors[row.mentor or 0], row, user)
    return Imported(len(new), len(changed))


def _write(mentor: Mentor, row: RowPlan, user: Any) -> None:
    """Write what ``row`` gives of ``mentor``."""
    values = dict(row.values)
    fields = values.pop("fields", None)
    shown = {kind: values.pop(name) for name, kind in CONSENTS.items() if name in values}
    for name, value in values.items():
        setattr(mentor, name, datetime.date.fromisoformat(value) if name in _DATES and value else value)
    mentor.save()
    if fields is not None:
        mentor.fields.set(fields)
    for kind, named in shown.items():
        set_shown(mentor, kind, named, how="import")
    log(mentor, IMPORTED, user=user)
