"""What the steps that end or reopen a case write."""

from collections.abc import Mapping
from typing import Any

from wagtail_mentoring.workflows import EndReason, Situation

from .moves import Move, effect


@effect("complete")
def complete(move: Move) -> Mapping[str, Any]:
    """Inputs: ``situation``, optional ``note``."""
    situation = move.words("situation")
    move.columns |= {"end_reason": EndReason.COMPLETED.value, "situation": situation}
    move.data["end_reason"] = EndReason.COMPLETED.value
    move.text = move.words("note")
    return {"situation": situation}


@effect("end")
def end(move: Move) -> Mapping[str, Any]:
    """Inputs: ``end_reason``, ``situation``, optional ``note``."""
    reason, situation = move.words("end_reason"), move.words("situation")
    move.columns |= {"end_reason": reason, "situation": situation}
    move.data["end_reason"] = reason
    move.text = move.words("note")
    return {"reason": reason, "situation": situation}


@effect("withdraw")
def withdraw(move: Move) -> None:
    """Inputs: optional ``reason``. The mentee need not say why, nor how things stand."""
    reason = EndReason.MENTEE_WITHDREW.value
    move.columns |= {"end_reason": reason, "situation": Situation.UNKNOWN.value}
    move.data["end_reason"] = reason
    move.text = move.words("reason")


@effect("reopen")
def reopen(move: Move) -> Mapping[str, Any]:
    """Inputs: ``reason``."""
    move.text = move.words("reason")
    return {"reason": move.text}
