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
    "decline",
    "sign_as_contact",
    "confirm_signature",
    "reject_signature",
    "record_paper",
    "reissue",
    "replace_mentor",
    "plan_meeting",
    "cancel_meeting",
    "miss_meeting",
    "record_meeting",
    "complete",
    "undo_meeting",
    "go_back",
    "end",
    "withdraw",
    "reopen",
}


#: Who takes a step; all others are the contact person's.
WHO: dict[str, set[str]] = {
    "sign": {"mentee", "mentor"},
    "decline": {"mentee", "mentor"},
    "pair": {"handler", "system"},
    "send_agreement": {"handler", "system"},
    "replace_mentor": {"handler", "system"},
    "plan_meeting": {"handler", "mentee", "mentor"},
    "cancel_meeting": {"handler", "mentee", "mentor"},
    "record_meeting": {"handler", "mentor"},
    "miss_meeting": {"handler", "mentor"},
    "undo_meeting": {"handler", "mentor"},
    # Anyone may stop at any time without a reason.
    "withdraw": {"mentee"},
}


@dataclass(frozen=True)
class Picture:
    """One case as the domain tells it."""

    state: str = "applied"
    least: int = 3
    most: int = 5
    one_mentor_allowed: bool = True
    held: int = 0
    planned: bool = False
    mentors: int = 0
    agreement_out: bool = False
    # Places at the table: "mentee", "mentor 0", "mentor 1". Who is a party to what is out, who came by a supplement.
    unsigned: frozenset[str] = field(default_factory=frozenset)
    asked: frozenset[str] = field(default_factory=frozenset)
    later: frozenset[str] = field(default_factory=frozenset)
    declined: frozenset[str] = field(default_factory=frozenset)
    begun: bool = False
    contact_open: bool = False
    copies: int = 0
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
    None: an unsuitable one among them), ``room`` (how many could be chosen), ``party`` (who signs or declines, when all
    it asks is right), ``leaves`` (the place of the mentor whom a suitable one follows), ``others`` (how many could
    follow), ``time_fits``, ``begun`` (the planned time has come), ``somebody`` (of the three is named, and nobody
    else), ``number``, ``present`` (the mentee, a mentor of the pair, and nobody else), ``end_reason``, ``situation``,
    ``again`` (a mentor of before is among those chosen), ``override`` (why all the same).
    """
    if role not in WHO.get(step, {"handler"}):
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
    return replace(case, state="closed", before_closing=case.state, planned=False)


def _refuse(case: Picture, entered: dict[str, Any]) -> Picture | None:
    return _closed(case) if case.state == "applied" and said(entered["reason"]) else None


def _pair(case: Picture, entered: dict[str, Any]) -> Picture | None:
    # Two mentors, or one where the rules allow it and with a reason. A rematch returns to the meetings held.
    if case.state != "eligible" or entered["mentors"] not in (1, 2):
        return None
    if entered["mentors"] == 1 and not (case.one_mentor_allowed and said(entered["reason"])):
        return None
    if entered["room"] < (1 if case.one_mentor_allowed else 2) or without_reason(entered):
        return None
    return replace(without_agreement(case), state=with_meetings(case.held), mentors=entered["mentors"])


def without_reason(entered: dict[str, Any]) -> bool:
    """Whether a mentor of before is chosen again without a word why."""
    return bool(entered.get("again")) and not said(entered["override"])


def without_agreement(case: Picture) -> Picture:
    nobody: frozenset[str] = frozenset()
    return replace(
        case, agreement_out=False, unsigned=nobody, asked=nobody, later=nobody, declined=nobody, begun=False,
        contact_open=False, copies=0,
    )  # fmt: skip


def to_everyone(case: Picture) -> Picture:
    parties = frozenset({"mentee", *(f"mentor {number}" for number in range(case.mentors))})
    return replace(without_agreement(case), agreement_out=True, unsigned=parties, asked=parties)


def _send_agreement(case: Picture, entered: dict[str, Any]) -> Picture | None:
    if not works_with_pair(case.state) or case.agreement_out:
        return None
    anew = to_everyone(case)
    if not case.begun:
        return anew
    # Somebody has signed: a mentor who came later joins by a supplement, and signs alone.
    new = anew.asked - case.asked
    return replace(case, agreement_out=True, unsigned=case.unsigned | new, asked=anew.asked, later=case.later | new)


def _reissue(case: Picture, entered: dict[str, Any]) -> Picture | None:
    if not works_with_pair(case.state) or not case.agreement_out or not said(entered["reason"]):
        return None
    return to_everyone(case)


def _replace_mentor(case: Picture, entered: dict[str, Any]) -> Picture | None:
    place = entered["leaves"]
    if not works_with_pair(case.state) or not case.mentors or not place or entered["others"] < 1:
        return None
    if not said(entered["reason"]) or without_reason(entered):
        return None
    gone = {place}
    return replace(
        case, agreement_out=False, unsigned=case.unsigned - gone, asked=case.asked - gone, later=case.later - gone,
        declined=case.declined - gone,
    )  # fmt: skip


def _sign(case: Picture, entered: dict[str, Any]) -> Picture | None:
    party = entered["party"]
    if not works_with_pair(case.state) or party not in case.unsigned:
        return None
    return replace(
        case,
        unsigned=case.unsigned - {party},
        declined=case.declined - {party},
        begun=case.begun or party not in case.later,
    )


def _record_paper(case: Picture, entered: dict[str, Any]) -> Picture | None:
    return _sign(case, entered)


def _decline(case: Picture, entered: dict[str, Any]) -> Picture | None:
    party = entered["party"]
    if not works_with_pair(case.state) or party not in case.unsigned - case.declined:
        return None
    return replace(case, declined=case.declined | {party})


def _sign_as_contact(case: Picture, entered: dict[str, Any]) -> Picture | None:
    return replace(case, contact_open=False) if works_with_pair(case.state) and case.contact_open else None


def _confirm_signature(case: Picture, entered: dict[str, Any]) -> Picture | None:
    return replace(case, copies=case.copies - 1) if works_with_pair(case.state) and case.copies else None


def _reject_signature(case: Picture, entered: dict[str, Any]) -> Picture | None:
    return _confirm_signature(case, entered) if said(entered["reason"]) else None


def _plan_meeting(case: Picture, entered: dict[str, Any]) -> Picture | None:
    if not works_with_pair(case.state) or case.held >= case.most or not entered["time_fits"]:
        return None
    return replace(case, planned=True)


def _cancel_meeting(case: Picture, entered: dict[str, Any]) -> Picture | None:
    return replace(case, planned=False) if works_with_pair(case.state) and case.planned else None


def _miss_meeting(case: Picture, entered: dict[str, Any]) -> Picture | None:
    if not entered["begun"] or not entered["somebody"]:
        return None
    return _cancel_meeting(case, entered)


def _record_meeting(case: Picture, entered: dict[str, Any]) -> Picture | None:
    # Never before the mentee and every current mentor have signed, and never more than the union's maximum.
    if not works_with_pair(case.state) or case.held >= case.most or not case.agreement_out or case.unsigned:
        return None
    if entered["number"] != case.held + 1 or not entered["time_fits"] or not entered["present"]:
        return None
    return replace(case, state=with_meetings(case.held + 1), held=case.held + 1, planned=False)


def _complete(case: Picture, entered: dict[str, Any]) -> Picture | None:
    # Only from the programme's minimum of meetings on.
    if case.state in ("applied", "closed") or case.held < case.least or entered["situation"] not in SITUATIONS:
        return None
    return _closed(case)


def _undo_meeting(case: Picture, entered: dict[str, Any]) -> Picture | None:
    if not case.state.startswith("meeting_") or not said(entered["reason"]):
        return None
    return replace(case, state=with_meetings(case.held - 1), held=case.held - 1, planned=False)


def _go_back(case: Picture, entered: dict[str, Any]) -> Picture | None:
    if not works_with_pair(case.state) or not said(entered["reason"]):
        return None
    return replace(without_agreement(case), state="eligible", mentors=0, planned=False)


def _end(case: Picture, entered: dict[str, Any]) -> Picture | None:
    # Closing is possible from every state, and stores why and the situation now.
    if case.state == "closed" or entered["end_reason"] not in EARLY_REASONS or entered["situation"] not in SITUATIONS:
        return None
    return _closed(case)


def _withdraw(case: Picture, entered: dict[str, Any]) -> Picture | None:
    return None if case.state == "closed" else _closed(case)


def _reopen(case: Picture, entered: dict[str, Any]) -> Picture | None:
    # Back to the state before, within retention, with a reason.
    if case.state != "closed" or case.erased or not case.before_closing or not said(entered["reason"]):
        return None
    return replace(case, state=case.before_closing, before_closing="")
