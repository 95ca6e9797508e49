"""The pair: what the flow must know of it, and what ``pair``, ``replace_mentor`` and ``go_back`` write."""

import datetime
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
    """How many mentors the case has, and how many others could be asked (two is enough)."""
    if case.case_state == CaseState.ELIGIBLE:
        return {"mentors_with_room": len(available_for(case.field).values_list("pk")[:2])}
    if case.case_state not in PAIR_STATES:
        return {}
    members = current_members(case)
    others = available_for(case.field).exclude(pk__in=[member.mentor_id for member in members])
    return {"mentors": len(members), "mentors_with_room": len(others.values_list("pk")[:1])}


@effect("pair")
def pair(move: Move) -> Mapping[str, Any]:
    """Inputs: ``first``, ``second`` (mentors; second may be None), ``one_mentor_reason``, ``answered_on`` (date)."""
    first, second = move.inputs.get("first"), move.inputs.get("second")
    reason = move.words("one_mentor_reason")
    if first is not None and first == second:
        message = _("Choose two different mentors.")
        raise StepRefused(message, {"second": message})
    chosen = [(name, mentor) for name, mentor in (("first", first), ("second", second)) if mentor is not None]
    answered_on = _answered_on(move)
    _hold_room(move.case, chosen)
    if chosen:
        made = MentorPair.objects.create(
            union_id=move.case.union_id,
            case=move.case,
            created_at=move.at,
            created_by=move.actor.user,
            one_mentor_reason=reason if len(chosen) == 1 else "",
        )
        for _name, mentor in chosen:
            _join(move, made, mentor, answered_on)
    move.data["mentors"] = [mentor.pk for _name, mentor in chosen]
    move.text = reason
    return {"mentors": len(chosen), "one_mentor_reason": reason}


def _answered_on(move: Move) -> datetime.date:
    """Return the day of the mentors' yes: today when none was given. Refuses a day that is still to come."""
    given: datetime.date = move.inputs.get("answered_on") or clock.today()
    if given > clock.today():
        message = _("The date is in the future. Give the day on which they said yes.")
        raise StepRefused(message, {"answered_on": message})
    return given


def _join(move: Move, pair: MentorPair, mentor: Mentor, answered_on: datetime.date) -> None:
    PairMembership.objects.create(
        pair=pair,
        mentor=mentor,
        joined_at=move.at,
        answer=MentorAnswer.YES,
        answered_on=answered_on,
        answered_by_phone=True,
        recorded_by=move.actor.user,
    )


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


@effect("replace_mentor")
def replace_mentor(move: Move) -> Mapping[str, Any]:
    """Inputs: ``leaving`` (a mentor of the pair), ``joining``, ``reason``, ``answered_on`` (date)."""
    leaving, joining = move.inputs.get("leaving"), move.inputs.get("joining")
    members = {member.mentor_id: member for member in current_members(move.case)}
    member = members.get(leaving.pk) if leaving is not None else None
    if leaving is None or member is None:
        message = _("Choose which mentor of this pair leaves.")
        raise StepRefused(message, {"leaving": message})
    if joining is None:
        message = _("Choose who joins.")
        raise StepRefused(message, {"joining": message})
    if joining.pk in members:
        message = _("%(name)s is in this pair already. Choose somebody else.") % {"name": joining.name}
        raise StepRefused(message, {"joining": message})
    answered_on = _answered_on(move)
    _hold_room(move.case, [("joining", joining)])
    member.left_at = move.at
    member.save(update_fields=["left_at"])
    _join(move, member.pair, joining, answered_on)
    move.data |= {"left": leaving.pk, "joined": joining.pk}
    move.text = move.words("reason")
    return {"reason": move.text}


@effect("go_back")
def go_back(move: Move) -> Mapping[str, Any]:
    """Inputs: ``reason``. The pair ends; it and the meetings held stay in the history."""
    MentorPair.objects.filter(case=move.case, ended_at__isnull=True).update(ended_at=move.at)
    move.text = move.words("reason")
    return {"reason": move.text}
