"""The flow of a case, one decorated method per step.

Conditions say what must be true before a step makes sense at all; the method's arguments are what the person entered,
and its body refuses an input that would break a rule. Nothing here writes anything: ``cases/moves.py`` does.
"""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from viewflow import fsm

from wagtail_mentoring.texts import visible

from .conditions import (
    may,
    needs_agreement_out,
    needs_all_signatures,
    needs_another_mentor,
    needs_contact_signature,
    needs_data,
    needs_earlier_state,
    needs_meetings_left,
    needs_mentors_with_room,
    needs_minimum_of_meetings,
    needs_no_agreement_out,
    needs_open_signature,
    needs_pair,
    needs_planned_meeting,
    needs_waiting_upload,
)
from .facts import CaseFacts, Role, StepRefused
from .states import (
    EARLY_END_REASONS,
    MEETING_STATES,
    OPEN_STATES,
    PAIR_STATES,
    CaseState,
    Situation,
    state_after_meetings,
)


def _require(text: str | None, message: Any, field: str = "reason") -> None:
    if not visible(text or ""):
        raise StepRefused(message, {field: message})


def _require_situation(situation: str | None) -> None:
    if situation not in list(Situation):
        message = _("Choose the mentee's situation now.")
        raise StepRefused(message, {"situation": message})


class CaseFlow:
    """The case flow over one :class:`CaseFacts`. Build it, call one step, read ``state``; then throw it away."""

    state = fsm.State(CaseState, default=CaseState.APPLIED)

    def __init__(self, facts: CaseFacts) -> None:
        self.facts = facts
        self._state = facts.state

    @state.getter()
    def _get_state(self) -> CaseState:
        return self._state

    @state.setter()
    def _set_state(self, value: CaseState) -> None:
        self._state = value

    @state.transition(
        source=CaseState.APPLIED,
        target=CaseState.ELIGIBLE,
        label=_("Accept: the applicant is eligible"),
        permission=may(Role.HANDLER),
        custom={"order": 10},
    )
    def accept(self, *, seen_on: object = None, basis: str = "") -> None:
        """The handler has seen the basis of eligibility: when, and which. No document is stored."""
        if seen_on is None:
            message = _("Give the date on which you saw the basis of eligibility.")
            raise StepRefused(message, {"seen_on": message})
        _require(basis, _("Say which basis of eligibility you saw."), "basis")

    @state.transition(
        source=CaseState.APPLIED,
        target=CaseState.CLOSED,
        label=_("Refuse: not eligible"),
        permission=may(Role.HANDLER),
        custom={"order": 20},
    )
    def refuse(self, *, reason: str = "") -> None:
        """The applicant does not meet the conditions; the case closes as not eligible."""
        _require(reason, _("Say why the applicant is not eligible. The applicant reads this."))

    @state.transition(
        source=CaseState.ELIGIBLE,
        target=fsm.State.GET_STATE(
            lambda flow, **inputs: state_after_meetings(flow.facts.meetings_held), states=list(PAIR_STATES)
        ),
        label=_("Enter mentors who have said yes"),
        conditions=[needs_mentors_with_room],
        permission=may(Role.HANDLER, Role.SYSTEM),
        custom={"order": 30},
    )
    def pair(self, *, mentors: int = 0, one_mentor_reason: str = "") -> None:
        """Two mentors, or one where the rules allow it and a reason is given. A rematch returns to its meeting."""
        if mentors not in (1, 2):
            message = _("Choose two mentors.")
            raise StepRefused(message, {"first": message})
        if mentors == 1:
            if not self.facts.one_mentor_allowed:
                message = _("The rules of this union ask for two mentors.")
                raise StepRefused(message, {"second": message})
            _require(one_mentor_reason, _("Choose a second mentor, or say why there is only one."), "one_mentor_reason")

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Send the agreement"),
        conditions=[needs_pair, needs_no_agreement_out],
        permission=may(Role.HANDLER, Role.SYSTEM),
        custom={"order": 40},
    )
    def send_agreement(self) -> None:
        """The agreement is issued to the mentee and every mentor of the pair."""

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Sign the agreement"),
        conditions=[needs_open_signature],
        permission=may(Role.MENTEE, Role.MENTOR),
        custom={"order": 45},
    )
    def sign(self) -> None:
        """One party signs the agreement that is out."""

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Decline to sign"),
        conditions=[needs_open_signature],
        permission=may(Role.MENTEE, Role.MENTOR),
        custom={"order": 46, "quiet": True},
    )
    def decline(self) -> None:
        """One party does not sign, with or without a reason, and may still change its mind."""

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Sign as contact person"),
        conditions=[needs_contact_signature],
        permission=may(Role.HANDLER),
        custom={"order": 42, "only_when_possible": True},
    )
    def sign_as_contact(self) -> None:
        """The contact person signs where the union's rules ask for it."""

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Confirm a signed copy"),
        conditions=[needs_waiting_upload],
        permission=may(Role.HANDLER),
        custom={"order": 43, "only_when_possible": True},
    )
    def confirm_signature(self) -> None:
        """A handler has looked at a signed or scanned copy and takes it as the signature of one party or several."""

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Refuse a signed copy"),
        conditions=[needs_waiting_upload],
        permission=may(Role.HANDLER),
        custom={"order": 44, "quiet": True, "only_when_possible": True},
    )
    def reject_signature(self, *, reason: str = "") -> None:
        """A handler has looked at a signed or scanned copy and does not take it. Whoever sent it reads why."""
        _require(reason, _("Say why the copy is not taken. Whoever sent it reads this."))

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Record signatures on paper"),
        conditions=[needs_open_signature],
        permission=may(Role.HANDLER),
        custom={"order": 47, "quiet": True},
    )
    def record_paper(self) -> None:
        """A handler adds the scan of a paper that one party or several have signed."""

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Ask everyone to sign again"),
        conditions=[needs_agreement_out],
        permission=may(Role.HANDLER),
        custom={"order": 82, "quiet": True},
    )
    def reissue(self, *, reason: str = "") -> None:
        """The agreement is issued anew, with the text in force now; the one before stays in the history."""
        _require(reason, _("Say why everyone is asked to sign again. They read this."))

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Replace one mentor"),
        conditions=[needs_pair, needs_another_mentor],
        permission=may(Role.HANDLER, Role.SYSTEM),
        custom={"order": 84, "quiet": True},
    )
    def replace_mentor(self, *, reason: str = "") -> None:
        """One mentor leaves the pair and another joins, without leaving the state. Only the new one then signs."""
        _require(reason, _("Say why the mentor is replaced."))

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Plan the next meeting"),
        conditions=[needs_pair, needs_meetings_left],
        permission=may(Role.HANDLER, Role.MENTOR, Role.MENTEE),
        custom={"order": 50},
    )
    def plan_meeting(self) -> None:
        """The next meeting gets, or changes, its time and place. May come before the signatures."""

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Cancel the planned meeting"),
        conditions=[needs_planned_meeting],
        permission=may(Role.HANDLER, Role.MENTOR, Role.MENTEE),
        custom={"order": 55, "quiet": True, "only_when_possible": True},
    )
    def cancel_meeting(self) -> None:
        """The planned meeting is not held, with or without a reason. Another time is looked for."""

    @state.transition(
        source=list(PAIR_STATES),
        label=_("Record that somebody did not come"),
        conditions=[needs_planned_meeting],
        permission=may(Role.HANDLER, Role.MENTOR),
        custom={"order": 56, "quiet": True, "only_when_possible": True},
    )
    def miss_meeting(self) -> None:
        """The planned meeting was not held because somebody did not come. Another time is looked for."""

    @state.transition(
        source=CaseState.MEETING_4,
        target=CaseState.MEETING_5,
        label=_("Record meeting 5"),
        conditions=[needs_meetings_left, needs_all_signatures],
        permission=may(Role.HANDLER, Role.MENTOR),
        custom={"order": 60},
    )
    @state.transition(
        source=CaseState.MEETING_3,
        target=CaseState.MEETING_4,
        label=_("Record meeting 4"),
        conditions=[needs_meetings_left, needs_all_signatures],
        permission=may(Role.HANDLER, Role.MENTOR),
        custom={"order": 60},
    )
    @state.transition(
        source=CaseState.MEETING_2,
        target=CaseState.MEETING_3,
        label=_("Record meeting 3"),
        conditions=[needs_meetings_left, needs_all_signatures],
        permission=may(Role.HANDLER, Role.MENTOR),
        custom={"order": 60},
    )
    @state.transition(
        source=CaseState.MEETING_1,
        target=CaseState.MEETING_2,
        label=_("Record meeting 2"),
        conditions=[needs_meetings_left, needs_all_signatures],
        permission=may(Role.HANDLER, Role.MENTOR),
        custom={"order": 60},
    )
    @state.transition(
        source=CaseState.PAIRED,
        target=CaseState.MEETING_1,
        label=_("Record meeting 1"),
        conditions=[needs_meetings_left, needs_all_signatures],
        permission=may(Role.HANDLER, Role.MENTOR),
        custom={"order": 60},
    )
    def record_meeting(self, *, number: int = 0) -> None:
        """The next meeting was held. ``number`` is the one that the person means, so that a stale page is noticed."""
        expected = self.facts.meetings_held + 1
        if number != expected:
            raise StepRefused(
                format_lazy(_("The next meeting of this case is meeting {number}."), number=expected),
            )

    @state.transition(
        source=[CaseState.ELIGIBLE, *PAIR_STATES],
        target=CaseState.CLOSED,
        label=_("Close as completed"),
        conditions=[needs_minimum_of_meetings],
        permission=may(Role.HANDLER),
        custom={"order": 70},
    )
    def complete(self, *, situation: str = "") -> None:
        """The mentoring is done: at least the minimum number of meetings was held."""
        _require_situation(situation)

    @state.transition(
        source=[*MEETING_STATES],
        target=fsm.State.GET_STATE(
            lambda flow, **inputs: state_after_meetings(flow.facts.meetings_held - 1), states=list(PAIR_STATES[:-1])
        ),
        label=_("Undo the latest meeting"),
        permission=may(Role.HANDLER, Role.MENTOR),
        custom={"order": 80, "quiet": True},
    )
    def undo_meeting(self, *, reason: str = "") -> None:
        """The latest meeting was recorded by mistake."""
        _require(reason, _("Say why the meeting is undone."))

    @state.transition(
        source=list(PAIR_STATES),
        target=CaseState.ELIGIBLE,
        label=_("Go back and look for new mentors"),
        permission=may(Role.HANDLER),
        custom={"order": 85, "quiet": True},
    )
    def go_back(self, *, reason: str = "") -> None:
        """A mentor left or the fit was poor. Meetings held stay counted; the case goes first in the queue."""
        _require(reason, _("Say why new mentors are looked for."))

    @state.transition(
        source=list(OPEN_STATES),
        target=CaseState.CLOSED,
        label=_("End early"),
        permission=may(Role.HANDLER),
        custom={"order": 90, "quiet": True},
    )
    def end(self, *, reason: str = "", situation: str = "") -> None:
        """The case ends for another reason than completion."""
        if reason not in EARLY_END_REASONS:
            message = _("Choose why the case ends.")
            raise StepRefused(message, {"end_reason": message})
        _require_situation(situation)

    @state.transition(
        source=list(OPEN_STATES),
        target=CaseState.CLOSED,
        label=_("Stop the mentoring"),
        permission=may(Role.MENTEE),
        custom={"order": 91, "quiet": True},
    )
    def withdraw(self) -> None:
        """The mentee stops, without having to say why."""

    @state.transition(
        source=CaseState.CLOSED,
        target=fsm.State.GET_STATE(lambda flow, **inputs: flow.facts.closed_from, states=list(OPEN_STATES)),
        label=_("Reopen"),
        conditions=[needs_data, needs_earlier_state],
        permission=may(Role.HANDLER),
        custom={"order": 95, "quiet": True},
    )
    def reopen(self, *, reason: str = "") -> None:
        """A closed case returns to the state before."""
        _require(reason, _("Say why the case is reopened."))
