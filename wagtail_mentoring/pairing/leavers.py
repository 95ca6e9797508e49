"""Mentors who have said that they want to leave a pair, until they are replaced or it is noted that they stay."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.log import save_chain_end
from wagtail_mentoring.cases.models import Case, CaseLogEntry
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.steps import NOT_YOURS

from .leaving import ACTION, STAYS
from .models import PairMembership


@dataclass(frozen=True, slots=True)
class Leaver:
    """That a mentor of the pair wants to leave the case, since when."""

    case_id: int
    mentor: Mentor
    since: datetime.datetime


def leavers(cases: "QuerySet[Any] | Iterable[int]") -> list[Leaver]:
    """Return who of the pairs of ``cases`` (their keys) wants to leave, the oldest wish first. At most two queries."""
    entries = CaseLogEntry.objects.filter(action__in=[ACTION, STAYS], case__in=cases).order_by("timestamp", "sequence")
    wishes: dict[tuple[int, int], datetime.datetime] = {}
    for case_id, action, moment, data in entries.values_list("case", "action", "timestamp", "data"):
        key = (case_id, data.get("mentor", 0))
        if action == STAYS:
            wishes.pop(key, None)
        else:
            wishes[key] = moment
    if not wishes:
        return []
    members = PairMembership.objects.filter(
        pair__case__in={case for case, _mentor in wishes}, pair__ended_at=None, left_at=None
    ).select_related("mentor", "pair")
    found = []
    for member in members:
        case_id = member.pair.case_id or 0  # never empty: the pairs were found by their cases
        since = wishes.get((case_id, member.mentor_id))
        # Whoever came back into the pair after having left has not asked again.
        if since is not None and since >= member.joined_at:
            found.append(Leaver(case_id, member.mentor, since))
    return sorted(found, key=lambda one: (one.since, one.case_id, one.mentor.pk))


def wants_to_leave_still(case: Case, mentor: Mentor) -> bool:
    """Return whether ``mentor`` has said: I want to leave ``case``, and nobody has noted since that it stays so."""
    return any(one.mentor.pk == mentor.pk for one in leavers([case.pk]))


def note_stays(case_id: int, mentor: Mentor, user: Any, note: str = "") -> None:
    """Note that ``mentor`` stays in the pair, with ``note`` for the handlers.

    Raises StepRefused when ``user`` does not handle the case, or nobody wants to leave any more.
    """
    with transaction.atomic():
        case = moves.lock(case_id)
        actor = actors.user_on(user, case)
        if not actor.roles or not wants_to_leave_still(case, mentor):
            raise StepRefused(NOT_YOURS)
        moves.record(case, STAYS, actor, {"mentor": mentor.pk}, note)
        save_chain_end(case)
