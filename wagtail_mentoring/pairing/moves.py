"""The pair: what the flow must know of it, and what the steps ``pair`` and ``go_back`` write."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases import facts
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.moves import Move, effect
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import CaseState, StepRefused
from wagtail_mentoring.workflows.states import PAIR_STATES

from .mentors import available_for
from .models import MentorAnswer, MentorPair, PairMembership


def current_members(case: Case) -> list[PairMembership]:
    """Return the memberships of the case's current pair, with their mentors, in one query."""
    return list(
        PairMembership.objects.filter(pair__case=case, pair__ended_at__isnull=True, left_at__isnull=True)
        .select_related("mentor", "pair")
        .order_by("pk")
    )


@facts.register
def pair_facts(case: Case) -> Mapping[str, Any]:
    """How many mentors the case has; and, only while a pair is looked for, how many could be asked (two is enough)."""
    if case.case_state == CaseState.ELIGIBLE:
        return {"mentors_with_room": len(available_for(case.field).values_list("pk")[:2])}
    if case.case_state not in PAIR_STATES:
        return {}
    members = PairMembership.objects.filter(pair__case=case, pair__ended_at__isnull=True, left_at__isnull=True)
    return {"mentors": members.count()}


@effect("pair")
def pair(move: Move) -> Mapping[str, Any]:
    """Inputs: ``first``, ``second`` (mentors; second may be None), ``one_mentor_reason``, ``answered_on`` (date)."""
    first, second = move.inputs.get("first"), move.inputs.get("second")
    reason = move.inputs.get("one_mentor_reason", "")
    if first is not None and first == second:
        message = _("Choose two different mentors.")
        raise StepRefused(message, {"second": message})
    chosen = [(name, mentor) for name, mentor in (("first", first), ("second", second)) if mentor is not None]
    answered_on = move.inputs.get("answered_on")
    if answered_on is not None and answered_on > clock.today():
        message = _("The date is in the future. Give the day on which they said yes.")
        raise StepRefused(message, {"answered_on": message})
    _hold_room(move.case, chosen)
    if chosen:
        made = MentorPair.objects.create(
            union_id=move.case.union_id,
            case=move.case,
            created_at=move.at,
            created_by=move.actor.user,
            one_mentor_reason=reason if len(chosen) == 1 else "",
        )
        PairMembership.objects.bulk_create(
            PairMembership(
                pair=made,
                mentor=mentor,
                joined_at=move.at,
                answer=MentorAnswer.YES,
                answered_on=answered_on or clock.today(),
                answered_by_phone=True,
                recorded_by=move.actor.user,
            )
            for _name, mentor in chosen
        )
    move.data["mentors"] = [mentor.pk for _name, mentor in chosen]
    move.text = reason
    return {"mentors": len(chosen), "one_mentor_reason": reason}


def _hold_room(case: Case, chosen: list[tuple[str, Mentor]]) -> None:
    """Lock the mentors' rows, in order, and refuse those who cannot take this case now."""
    wanted = [mentor.pk for _name, mentor in chosen]
    list(Mentor.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))
    free = set(available_for(case.field).filter(pk__in=wanted).values_list("pk", flat=True))
    for name, mentor in chosen:
        if mentor.pk not in free:
            message = _("%(name)s has no room now, or is not a mentor of this field. Choose somebody else.") % {
                "name": mentor.name
            }
            raise StepRefused(message, {name: message})


@effect("go_back")
def go_back(move: Move) -> Mapping[str, Any]:
    """Inputs: ``reason``. The pair ends; it and the meetings held stay in the history."""
    MentorPair.objects.filter(case=move.case, ended_at__isnull=True).update(ended_at=move.at)
    move.text = move.inputs.get("reason", "")
    return {"reason": move.text}
