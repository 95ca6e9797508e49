"""Rows of a plan by hand: locked, or with mentors that the handler chose."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.texts import said
from wagtail_mentoring.workflows import STATE_LABELS, CaseState, StepRefused

from .checking import load_mentors, obstacles, refuse_if_any
from .choices import PlanRowStatus, ProposalStatus
from .judging import judge
from .mentors import volunteers, with_load
from .models import PairingPlan, PlanRow, Proposal
from .plan_result import mentors_of
from .plans import locked, ready, refuse_unseen


def lock(row: PlanRow, user: Any) -> None:
    """Let ``row`` stay as it is when the rest is solved again. Raises :class:`StepRefused`."""
    set_locks(row.plan, [row.pk], [row.pk], user)


def unlock(row: PlanRow, user: Any) -> None:
    """Let ``row`` be solved again with the rest. Raises :class:`StepRefused`."""
    set_locks(row.plan, [row.pk], [], user)


def set_locks(
    plan: PairingPlan, shown: Iterable[int], chosen: Iterable[int], user: Any, *, seen: str | None = None
) -> None:
    """Of the rows ``shown`` (keys), lock those ``chosen`` and unlock the others.

    ``seen`` is the plan's mark as the page showed it, None: no page. Raises :class:`StepRefused`.
    """
    with locked(plan, user) as found:
        ready(found)
        refuse_unseen(found, seen)
        rows = found.rows.filter(pk__in=list(shown), status=PlanRowStatus.PROPOSED)
        keys = list(chosen)
        rows.filter(pk__in=keys, locked=False).update(locked=True)
        rows.exclude(pk__in=keys).filter(locked=True).update(locked=False)


def taken_elsewhere(plan: PairingPlan, row: PlanRow) -> Counter[int]:
    """Return how many other rows of the plan propose each mentor."""
    others = plan.rows.filter(status=PlanRowStatus.PROPOSED).exclude(pk=row.pk)
    pairs = others.order_by().values_list("first", "second")
    return Counter(mentor for pair in pairs for mentor in pair if mentor is not None)


def full_elsewhere(plan: PairingPlan, row: PlanRow) -> set[int]:
    """Return the mentors (keys) to whom the other rows of the plan leave no room. Two queries."""
    taken = taken_elsewhere(plan, row)
    # By the plan and not by the keys: a long plan would be too many parameters for some databases.
    rows = plan.rows.filter(status=PlanRowStatus.PROPOSED).order_by()
    mentors = Mentor.objects.filter(Q(pk__in=rows.values("first")) | Q(pk__in=rows.values("second")))
    rooms = with_load(mentors).order_by().values_list("pk", "capacity", "load")
    return {pk for pk, capacity, load in rooms if taken[pk] and load + taken[pk] >= capacity}


def rows_with(plan: PairingPlan, mentors: Iterable[int], *, but: PlanRow | None = None) -> dict[int, list[PlanRow]]:
    """Return by mentor (of ``mentors``, keys) the rows that propose or have invited them, with case and mentee."""
    keys = set(mentors)
    rows = plan.rows.filter(status__in=[PlanRowStatus.PROPOSED, PlanRowStatus.APPROVED])
    rows = rows.filter(Q(first__in=keys) | Q(second__in=keys)).select_related("case__mentee")
    found: dict[int, list[PlanRow]] = {}
    for one in rows:
        if but is None or one.pk != but.pk:
            for mentor in set(mentors_of(one)) & keys:
                found.setdefault(mentor, []).append(one)
    return found


def of_the_field(row: PlanRow) -> Any:
    """Return the mentors who could be chosen by hand: volunteers of the person's field, with their load."""
    case = row.case
    return with_load(volunteers(Mentor.objects.filter(union_id=case.union_id, fields=case.field_id)))


def edit(
    row: PlanRow,
    mentors: Sequence[Mentor | int],
    reason: str,
    user: Any,
    *,
    one_mentor_reason: str = "",
    take_from: Iterable[int] = (),
) -> PlanRow:
    """Propose ``mentors`` (one or two) in ``row`` instead; it is locked then. Returns the row as it is afterwards.

    ``reason`` says why, where something stands against them that a reason overrides; ``one_mentor_reason`` why there is
    only one. ``take_from``: other rows (keys) that lose the mentors whose room they take up; they are held back then,
    so that "solve again" looks for others. Raises :class:`StepRefused` with errors by field: ``mentors`` (nobody, the
    same twice, three, one where the rules ask for two, another field, no room beside the rest of the plan),
    ``override_reason`` or ``one_mentor_reason``; without a field when the person does not wait for mentors any more.
    """
    with locked(row.plan, user) as plan:
        ready(plan)
        rows = plan.rows.select_related("case__participation", "case__mentee").exclude(status=PlanRowStatus.APPROVED)
        found = rows.filter(pk=row.pk).first()
        if found is None:
            raise StepRefused(_("This person is not in the plan any more. Look at it again."))
        if decided := why_decided(found.case):
            raise StepRefused(decided)
        chosen = load_mentors(mentors)
        why_one = said(one_mentor_reason) if len(chosen) == 1 else ""
        _check_number(found, len(chosen))
        # What no reason overrides comes first: there are points for volunteers alone.
        refuse_if_any([one for one in obstacles(found.case, chosen) if one.absolute], reason)
        judged = judge(found.case, [mentor.pk for mentor in chosen])
        against = obstacles(found.case, chosen, fit=judged.fit)
        refuse_if_any(against, reason)
        _take(plan, found, chosen, take_from)
        _check_room(plan, found, chosen)
        if len(chosen) == 1 and not why_one:
            message = _("Choose a second mentor, or say why there is only one.")
            raise StepRefused(message, {"one_mentor_reason": message})
        found.first, found.second = (*chosen, None)[:2]
        found.fit, found.why = judged.fit, judged.why
        found.override_reason = said(reason) if against else ""
        found.one_mentor_reason = why_one
        found.status, found.held_back = PlanRowStatus.PROPOSED, ""
        found.edited = found.locked = True
        found.save()
        return found


def why_decided(case: Case) -> str:
    """Return why nobody can be proposed for ``case`` any more: it moved on, or mentors were asked; "" when it waits."""
    if case.case_state != CaseState.ELIGIBLE:
        state = {"state": STATE_LABELS[case.case_state]}
        return _("The case has moved on meanwhile. It is “%(state)s” now.") % state
    asked = Proposal.objects.filter(case=case, status__in=[ProposalStatus.OPEN, ProposalStatus.QUEUED])
    return _("Mentors have been asked for this person meanwhile.") if asked.exists() else ""


def _check_number(row: PlanRow, number: int) -> None:
    """Refuse nobody, more than two, and one where the union's rules ask for two."""
    message = ""
    if not number:
        message = _("Choose who mentors.")
    elif number > 2:
        message = _("Choose two mentors, or one with a reason.")
    elif number == 1 and not row.case.one_mentor_allowed:
        message = _("The rules of this union ask for two mentors.")
    if message:
        raise StepRefused(message, {"mentors": message})


def taking_up(plan: PairingPlan, row: PlanRow, mentors: Sequence[Any]) -> dict[int, list[PlanRow]]:
    """Return by mentor (of ``mentors``, with their load) the other rows that propose them and leave them no room."""
    elsewhere = taken_elsewhere(plan, row)
    full = [one.pk for one in mentors if elsewhere[one.pk] and one.load + elsewhere[one.pk] >= one.capacity]
    found = rows_with(plan, full, but=row) if full else {}
    return {pk: [one for one in rows if one.status == PlanRowStatus.PROPOSED] for pk, rows in found.items()}


def _take(plan: PairingPlan, row: PlanRow, mentors: Sequence[Any], keys: Iterable[int]) -> None:
    """Hold back those of the rows ``keys`` that take up the room of one of ``mentors``, who is meant for ``row`` now.

    What is wanted of a row that has changed meanwhile is passed over: whether there is room is tested afterwards.
    """
    wanted = set(keys)
    lost: dict[int, tuple[PlanRow, list[str]]] = {}
    names = {one.pk: one.name for one in mentors}
    for mentor, rows in (taking_up(plan, row, mentors) if wanted else {}).items():
        for other in rows:
            if other.pk in wanted:
                lost.setdefault(other.pk, (other, []))[1].append(names[mentor])
    for other, gone in lost.values():
        said_why = _("Taken for %(person)s: %(mentors)s. “Solve again” looks for others.")
        other.held_back = said_why % {"person": row.case.mentee.name, "mentors": ", ".join(gone)}
        other.status, other.locked, other.edited = PlanRowStatus.HELD_BACK, False, False
        other.save(update_fields=["status", "held_back", "locked", "edited"])


def no_room_beside(plan: PairingPlan, row: PlanRow, mentors: Sequence[Any]) -> list[str]:
    """Return a sentence for each of ``mentors`` (with their load) whose room the other rows of the plan take up."""
    found = taking_up(plan, row, mentors)
    return [
        _(
            "%(name)s has no room left in this plan: proposed for %(cases)s too. Change that one first, or choose "
            "somebody else."
        )
        % {
            "name": mentor.name,
            "cases": ", ".join(other.case.reference for other in found[mentor.pk]),
        }
        for mentor in mentors
        if mentor.pk in found
    ]


def _check_room(plan: PairingPlan, row: PlanRow, mentors: Sequence[Any]) -> None:
    """Refuse mentors whose room the other rows of the plan take up."""
    message = " ".join(no_room_beside(plan, row, mentors))
    if message:
        raise StepRefused(message, {"mentors": message})
