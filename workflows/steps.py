"""The steps of the flow as somebody meets them: which are offered, why not, and taking one."""

from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from viewflow import fsm

from .conditions import HasRoles
from .facts import CaseFacts, Role, StepRefused
from .flow import CaseFlow
from .states import CaseState, state_after_meetings
from .words import STATE_LABELS


@dataclass(frozen=True, slots=True)
class Step:
    """One step as a person sees it now. ``reason`` is empty when it is allowed."""

    name: str
    label: Any
    order: int
    quiet: bool
    allowed: bool
    reason: Any


#: Every step of the flow by name.
STEP_NAMES: tuple[str, ...] = tuple(sorted(method.slug for method in CaseFlow.state.get_transitions()))

NOT_YOURS = _("You have no right to do this.")


def steps_from(facts: CaseFacts, actor: HasRoles) -> list[Step]:
    """Return the steps that lead on from ``facts.state`` for ``actor``: possible ones and, with the reason, others.

    With them stand, never possible, the steps that come right after on the road. A step for which the actor has no role
    is left out: it is somebody else's business, not a step that waits. So is one that makes sense only now and then,
    while it is not possible.
    """
    flow = CaseFlow(facts)
    ways = CaseFlow.state.get_outgoing_transitions(facts.state)
    seen = [(way, _step(way, flow, actor)) for way in [*ways, *_ahead(facts)] if way.has_perm(flow, actor)]
    steps = [step for way, step in seen if step.allowed or not way.custom.get("only_when_possible")]
    return sorted(steps, key=lambda step: step.order)


#: What comes later on the road, and must be done before: shown greyed, so that nobody wonders where it is.
_AHEAD: dict[CaseState, tuple[tuple[str, ...], Any]] = {
    CaseState.APPLIED: (("pair", "send_agreement", "record_meeting"), _("Decide on eligibility first.")),
    CaseState.ELIGIBLE: (("send_agreement", "plan_meeting", "record_meeting"), _("Choose the mentor pair first.")),
}


def _ahead(facts: CaseFacts) -> list[fsm.Transition]:
    """Return the ways of the steps that come later, as they will be once the case has mentors."""
    names, _reason = _AHEAD.get(facts.state, ((), ""))
    later = (CaseState.ELIGIBLE, state_after_meetings(facts.meetings_held))
    ways = [way for state in later for way in CaseFlow.state.get_outgoing_transitions(state)]
    found = (next((way for way in ways if way.slug == name), None) for name in names)
    return [way for way in found if way is not None]


def _step(way: fsm.Transition, flow: "CaseFlow", actor: HasRoles) -> Step:
    reason = refusal(flow.facts, actor, way.slug)
    return Step(
        name=way.slug,
        label=way.label,
        order=way.custom["order"],
        quiet=way.custom.get("quiet", False),
        allowed=not reason,
        reason=reason,
    )


def refusal(facts: CaseFacts, actor: HasRoles, name: str) -> Any:
    """Return why ``actor`` cannot take the step ``name`` now, or ``""`` when it is possible. KeyError: no such step."""
    if name not in STEP_NAMES:
        raise KeyError(name)
    flow = CaseFlow(facts)
    outgoing = CaseFlow.state.get_outgoing_transitions(facts.state)
    transition = next((found for found in outgoing if found.slug == name), None)
    if transition is None:
        names, first = _AHEAD.get(facts.state, ((), ""))
        if name in names:
            return first if Role.HANDLER in actor.roles else NOT_YOURS
        return format_lazy(
            _("This is not possible while the case is in the state “{state}”."), state=STATE_LABELS[facts.state]
        )
    if not transition.has_perm(flow, actor):
        return NOT_YOURS
    unmet = transition.get_unmet_condition(flow)
    return unmet[1].message if unmet else ""


def apply_step(facts: CaseFacts, actor: HasRoles, name: str, **inputs: Any) -> CaseState:
    """Take the step ``name`` and return the state it leads to.

    Raises :class:`StepRefused` when it is not possible, with the sentence that also stands beside the greyed button,
    and ``KeyError`` for a name that is no step.
    """
    reason = refusal(facts, actor, name)
    if reason:
        raise StepRefused(reason)
    flow = CaseFlow(facts)
    getattr(flow, name)(**inputs)
    return flow.state
