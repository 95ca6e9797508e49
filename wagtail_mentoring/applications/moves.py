"""The decision on eligibility: what the steps ``accept`` and ``refuse`` write."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.moves import Move, effect
from wagtail_mentoring.workflows import EndReason, Situation, StepRefused

from .models import EligibilityDecision


@effect("accept")
def accept(move: Move) -> Mapping[str, Any]:
    """Inputs: ``seen_on`` (date), ``basis`` (an :class:`~.models.EligibilityBasis`), optional ``note``."""
    seen_on, basis = move.inputs.get("seen_on"), move.words("basis")
    if seen_on is not None and seen_on > clock.today():
        message = _("The date is in the future. Give the day on which you saw it.")
        raise StepRefused(message, {"seen_on": message})
    if seen_on is not None and basis:
        EligibilityDecision.objects.create(
            case=move.case, eligible=True, seen_on=seen_on, basis=basis, decided_at=move.at, decided_by=move.actor.user
        )
    if move.case.handler_id is None and move.actor.user is not None:
        # Whoever decides takes the case on; it can be given to somebody else at any time.
        move.columns["handler"] = move.actor.user
    move.text = move.words("note")
    return {"seen_on": seen_on, "basis": basis}


@effect("refuse")
def refuse(move: Move) -> Mapping[str, Any]:
    """Inputs: ``reason`` (told to the applicant)."""
    reason = move.words("reason")
    EligibilityDecision.objects.create(
        case=move.case, eligible=False, reason=reason, decided_at=move.at, decided_by=move.actor.user
    )
    move.columns |= {"end_reason": EndReason.NOT_ELIGIBLE.value, "situation": Situation.UNKNOWN.value}
    move.data["end_reason"] = EndReason.NOT_ELIGIBLE.value
    move.text = reason
    return {"reason": reason}
