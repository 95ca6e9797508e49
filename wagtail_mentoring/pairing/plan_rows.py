"""Rows of a plan by hand: locked, or with mentors that the handler chose."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused

from .checking import load_mentors, obstacles, refuse_if_any
from .judging import judge
from .mentors import volunteers, with_load
from .models import PairingPlan, PlanRow, PlanRowStatus
from .plan_result import mentors_of
from .plans import locked, ready


def lock(row: PlanRow, user: Any) -> None:
    """Let ``row`` stay as it is when the rest is solved again. Raises :class:`StepRefused`."""
    set_locks(row.plan, [row.pk], [row.pk], user)


def unlock(row: PlanRow, user: Any) -> None:
    """Let ``row`` be solved again with the rest. Raises :class:`StepRefused`."""
    set_locks(row.plan, [row.pk], [], user)


def set_locks(plan: PairingPlan, shown: Iterable[int], chosen: Iterable[int], user: Any) -> None:
    """Of the rows ``shown`` (keys), lock those ``chosen`` and unlock the others. Raises :class:`StepRefused`."""
    with locked(plan, user) as found:
        ready(found)
        rows = found.rows.filter(pk__in=list(shown), status=PlanRowStatus.PROPOSED)
        keys = list(chosen)
        rows.filter(pk__in=keys, locked=False).update(locked=True)
        rows.exclude(pk__in=keys).filter(locked=True).update(locked=False)


def taken_elsewhere(plan: PairingPlan, row: PlanRow) -> Counter[int]:
    """Return how many other rows of the plan propose each mentor."""
    others = plan.rows.filter(status=PlanRowStatus.PROPOSED).exclude(pk=row.pk)
    return Counter(mentor for other in others.only("first", "second") for mentor in mentors_of(other))


def of_the_field(row: PlanRow) -> Any:
    """Return the mentors who could be chosen by hand: volunteers of the person's field, with their load."""
    case = row.case
    return with_load(volunteers(Mentor.objects.filter(union_id=case.union_id, fields=case.field_id)))


def edit(row: PlanRow, mentors: Sequence[Mentor], reason: str, user: Any) -> PlanRow:
    """Propose ``mentors`` (one or two) in ``row`` instead; it is locked then. Returns the row as it is afterwards.

    ``reason`` says why, where something stands against them that a reason overrides. Raises :class:`StepRefused` with
    errors by field: ``mentors`` (nobody, the same twice, another field, no room beside the rest of the plan) or
    ``override_reason``.
    """
    with locked(row.plan, user) as plan:
        ready(plan)
        rows = plan.rows.select_related("case__participation").exclude(status=PlanRowStatus.APPROVED)
        found = rows.filter(pk=row.pk).first()
        if found is None:
            raise StepRefused(_("This person is not in the plan any more. Look at it again."))
        chosen = load_mentors(mentors)
        if not chosen:
            message = _("Choose who mentors.")
            raise StepRefused(message, {"mentors": message})
        # What no reason overrides comes first: there are points for volunteers alone.
        refuse_if_any([one for one in obstacles(found.case, chosen) if one.absolute], reason)
        judged = judge(found.case, [mentor.pk for mentor in chosen])
        against = obstacles(found.case, chosen, fit=judged.fit)
        refuse_if_any(against, reason)
        _check_room(plan, found, chosen)
        found.first, found.second = (*chosen, None)[:2]
        found.fit, found.why = judged.fit, judged.why
        found.override_reason = reason.strip() if against else ""
        found.status, found.held_back = PlanRowStatus.PROPOSED, ""
        found.edited = found.locked = True
        found.save()
        return found


def _check_room(plan: PairingPlan, row: PlanRow, mentors: Sequence[Any]) -> None:
    """Refuse mentors whose room the other rows of the plan take up."""
    elsewhere = taken_elsewhere(plan, row)
    for mentor in mentors:
        if mentor.load + elsewhere[mentor.pk] < mentor.capacity:
            continue
        others = plan.rows.filter(status=PlanRowStatus.PROPOSED).exclude(pk=row.pk).select_related("case")
        cases = [other.case.reference for other in others if mentor.pk in mentors_of(other)]
        message = _(
            "%(name)s has no room left in this plan: proposed for %(cases)s too. Change that one first, or choose "
            "somebody else."
        ) % {"name": mentor.name, "cases": ", ".join(cases)}
        raise StepRefused(message, {"mentors": message})
