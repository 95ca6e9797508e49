"""The case flow: states, steps and guards. Knows no request, no ORM and nothing of Wagtail.

The folder stands at the top of the repository and is reached as ``wagtail_mentoring.workflows`` (a link inside the
package), because another distribution owns the bare name ``workflows``. Imported under any other name it would exist
twice, with two sets of enum members that never compare equal; so it refuses.
"""

if __name__ != "wagtail_mentoring.workflows":
    raise ImportError(f"Import this package as wagtail_mentoring.workflows, not as {__name__}.")

from .facts import CaseFacts, Role, StepRefused
from .flow import CaseFlow
from .states import (
    EARLY_END_REASONS,
    OPEN_STATES,
    CaseState,
    EndReason,
    Situation,
    meeting_number,
    state_after_meetings,
)
from .steps import Step, apply_step, steps_from
from .words import END_REASON_LABELS, PUBLIC_STATE_LABELS, SITUATION_LABELS, STATE_LABELS

__all__ = [
    "EARLY_END_REASONS",
    "END_REASON_LABELS",
    "OPEN_STATES",
    "PUBLIC_STATE_LABELS",
    "SITUATION_LABELS",
    "STATE_LABELS",
    "CaseFacts",
    "CaseFlow",
    "CaseState",
    "EndReason",
    "Role",
    "Situation",
    "Step",
    "StepRefused",
    "apply_step",
    "meeting_number",
    "state_after_meetings",
    "steps_from",
]
