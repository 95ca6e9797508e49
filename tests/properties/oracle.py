"""What may happen to a case, written from the description of the domain and from nothing in the code.

It keeps its own picture of one case and says for every step whether it must go through, and where it leads. It imports
nothing of the product: states and steps are plain words here, so that an error there is not repeated here.
"""

from dataclasses import dataclass, field, replace
from typing import Any

EARLY_REASONS = {
    "mentee_withdrew",
    "mentors_withdrew",
    "no_mentors",
    "not_eligible",
    "moved_away",
    "no_contact",
    "poor_fit",
    "ethics_concern",
    "duplicate",
    "transferred",
}
SITUATIONS = {"job_own_field", "other_job", "studies", "internship", "looking", "other", "unknown"}
STEPS = {
    "accept",
    "refuse",
    "pair",
    "send_agreement",
    "sign",
    "plan_meeting",
    "record_meeting",
    "complete",
    "undo_meeting",
    "go_back",
    "end",
    "reopen",
}


@dataclass(frozen=True)
class Picture:
    """One case as the domain tells it."""

    state: str = "applied"
    least: int = 3
    most: int = 5
    one_mentor_allowed: bool = True
    held: int = 0
    mentors: int = 0
    agreement_out: bool = False
    unsigned: frozenset[str] = field(default_factory=frozenset)
    before_closing: str = ""
    erased: bool = False


def said(text: Any) -> bool:
    return bool(text) and bool(str(text).strip())


def with_meetings(held: int) -> str:
    return f"meeting_{held}" if held else "paired"


def works_with_pair(state: str) -> bool:
    return state == "paired" or state.startswith("meeting_")


def after(case: Picture, step: str, role: str, entered: dict[str, Any]) -> Picture | None:
    """Return the case after ``step`` by somebody in ``role`` who entered this, or None when it must be refused.

    ``entered``: ``seen_on``, ``basis``, ``reason``, ``mentors`` (how many different, free, suitable ones were chosen;
    None: an unsuitable one among them), ``room`` (how many could be chosen), ``party`` (who signs, when all it
    asks is right), ``time_fits``, ``number``, ``present`` (the mentee, a mentor of the pair, and nobody else),
    ``end_reason``, ``situation``.
    """
    signing = step == "sign"
    if role not in ({"mentee", "mentor"} if signing else {"handler"}):
        return None
    decide = globals()[f"_{step}"]
    result: Picture | None = decide(case, entered)
    return result


def _accept(case: Picture, entered: dict[str, Any]) -> Picture | None:
    # The handler notes: seen, date, basis.
    if case.state == "applied" and entered["seen_on"] and said(entered["basis"]):
        return replace(case, state="eligible")
    return None


def _closed(case: Picture) -> Picture:
    return replace(case, state="closed", before_closing=case.state)


def _refuse(case: Picture, entered: dict[str, Any]) -> Picture | None:
    return _closed(case) if case.state == "applied" and said(entered["reason"]) else None


def _pair(case: Picture, entered: dict[str, Any]) -> Picture | None:
    # Two mentors, or one where the rules allow it and with a reason. A rematch returns to the meetings held.
    if case.state != "eligible" or entered["mentors"] not in (1, 2):
        return None
    if entered["mentors"] == 1 and not (case.one_mentor_allowed and said(entered["reason"])):
        return None
    if entered["room"] < (1 if case.one_mentor_allowed else 2):
        return None
    return replace(
        case, state=with_meetings(case.held), mentors=entered["mentors"], agreement_out=False, unsigned=frozenset()
    )


def _send_agreement(case: Picture, entered: dict[str, Any]) -> Picture | None:
    if not works_with_pair(case.state) or case.agreement_out:
        return None
    parties = ["mentee", *(f"mentor {number}" for number in range(case.mentors))]
    return replace(case, agreement_out=True, unsigned=frozenset(parties))


def _sign(case: Picture, entered: dict[str, Any]) -> Picture | None:
    if not works_with_pair(case.state) or entered["party"] not in case.unsigned:
        return None
    return replace(case, unsigned=case.unsigned - {entered["party"]})


def _plan_meeting(case: Picture, entered: dict[str, Any]) -> Picture | None:
    return case if works_with_pair(case.state) and case.held < case.most and entered["time_fits"] else None


def _record_meeting(case: Picture, entered: dict[str, Any]) -> Picture | None:
    # Never before the mentee and every current mentor have signed, and never more than the union's maximum.
    if not works_with_pair(case.state) or case.held >= case.most or not case.agreement_out or case.unsigned:
        return None
    if entered["number"] != case.held + 1 or not entered["time_fits"] or not entered["present"]:
        return None
    return replace(case, state=with_meetings(case.held + 1), held=case.held + 1)


def _complete(case: Picture, entered: dict[str, Any]) -> Picture | None:
    # Only from the programme's minimum of meetings on.
    if case.state in ("applied", "closed") or case.held < case.least or entered["situation"] not in SITUATIONS:
        return None
    return _closed(case)


def _undo_meeting(case: Picture, entered: dict[str, Any]) -> Picture | None:
    if not case.state.startswith("meeting_") or not said(entered["reason"]):
        return None
    return replace(case, state=with_meetings(case.held - 1), held=case.held - 1)


def _go_back(case: Picture, entered: dict[str, Any]) -> Picture | None:
    if not works_with_pair(case.state) or not said(entered["reason"]):
        return None
    return replace(case, state="eligible", mentors=0, agreement_out=False, unsigned=frozenset())


def _end(case: Picture, entered: dict[str, Any]) -> Picture | None:
    # Closing is possible from every state, and stores why and the situation now.
    if case.state == "closed" or entered["end_reason"] not in EARLY_REASONS or entered["situation"] not in SITUATIONS:
        return None
    return _closed(case)


def _reopen(case: Picture, entered: dict[str, Any]) -> Picture | None:
    # Back to the state before, within retention, with a reason.
    if case.state != "closed" or case.erased or not case.before_closing or not said(entered["reason"]):
        return None
    return replace(case, state=case.before_closing, before_closing="")
