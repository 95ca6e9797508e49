"""The pure flow under random histories, step by step beside what the domain says (``oracle.py``)."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.properties import oracle
from wagtail_mentoring.workflows import CaseFacts, CaseState, Role, StepRefused, apply_step, meeting_number, steps_from
from wagtail_mentoring.workflows.steps import STEP_NAMES, refusal

WORDS = st.sampled_from(["", "  ", "a reason"])
HANDLER = SimpleNamespace(roles=frozenset({Role.HANDLER}))


def test_the_steps_are_those_of_the_domain() -> None:
    assert set(STEP_NAMES) == oracle.STEPS
    assert {state.value for state in CaseState} == {
        "applied", "eligible", "paired", "closed", *(f"meeting_{number}" for number in range(1, 6))
    }  # fmt: skip


def inputs_of(step: str, entered: dict[str, Any]) -> dict[str, Any]:
    """Return what the flow's method takes, from what was entered."""
    return {
        "accept": {"seen_on": entered["seen_on"], "basis": entered["basis"]},
        "refuse": {"reason": entered["reason"]},
        "pair": {"mentors": entered["mentors"], "one_mentor_reason": entered["reason"]},
        "record_meeting": {"number": entered["number"]},
        "complete": {"situation": entered["situation"]},
        "undo_meeting": {"reason": entered["reason"]},
        "go_back": {"reason": entered["reason"]},
        "reject_signature": {"reason": entered["reason"]},
        "reissue": {"reason": entered["reason"]},
        "replace_mentor": {"reason": entered["reason"]},
        "end": {"reason": entered["end_reason"], "situation": entered["situation"]},
        "reopen": {"reason": entered["reason"]},
    }.get(step, {})


def facts_of(case: oracle.Picture, room: int) -> CaseFacts:
    return CaseFacts(
        state=CaseState(case.state),
        min_meetings=case.least,
        max_meetings=case.most,
        one_mentor_allowed=case.one_mentor_allowed,
        mentors=case.mentors,
        mentors_with_room=room,
        agreement_out=case.agreement_out,
        unsigned=tuple(sorted(case.unsigned)),
        contact_unsigned=case.contact_open,
        uploads_waiting=case.copies,
        meetings_held=case.held,
        meeting_planned=case.planned,
        closed_from=CaseState(case.before_closing) if case.before_closing else None,
        erased=case.erased,
    )


class FlowMachine(RuleBasedStateMachine):
    """Random people try random steps with random inputs; what the domain forbids must be refused, the rest must go."""

    case = oracle.Picture()
    room = 2

    @initialize(least=st.integers(1, 5), more=st.integers(0, 4), one=st.booleans())
    def begin(self, least: int, more: int, one: bool) -> None:
        self.case = oracle.Picture(least=least, most=min(5, least + more), one_mentor_allowed=one)

    @rule(room=st.integers(0, 2))
    def mentors_come_and_go(self, room: int) -> None:
        self.room = room

    @precondition(lambda self: self.case.agreement_out)
    @rule(copies=st.integers(0, 2), contact=st.booleans())
    def copies_arrive_and_a_contact_person_is_named(self, copies: int, contact: bool) -> None:
        self.case = replace(self.case, copies=copies, contact_open=contact)

    @precondition(lambda self: self.case.state == "closed")
    @rule()
    def the_data_are_erased(self) -> None:
        self.case = replace(self.case, erased=True)

    @rule(
        step=st.sampled_from(STEP_NAMES),
        role=st.sampled_from([*Role, None]),
        entered=st.fixed_dictionaries(
            {
                "seen_on": st.sampled_from([None, "2026-01-31"]),
                "basis": WORDS,
                "reason": WORDS,
                "mentors": st.integers(0, 3),
                "number": st.integers(-1, 6),
                "situation": st.sampled_from(["", "asleep", *sorted(oracle.SITUATIONS)]),
                "end_reason": st.sampled_from(["", "bored", "completed", *sorted(oracle.EARLY_REASONS)]),
            }
        ),
        data=st.data(),
    )
    def anybody_tries_anything(self, step: str, role: Role | None, entered: dict[str, Any], data: Any) -> None:
        self.take(step, role, entered, data)

    @rule(step=st.sampled_from(STEP_NAMES), data=st.data(), reason_to_end=st.sampled_from(sorted(oracle.EARLY_REASONS)))
    def the_right_person_enters_everything(self, step: str, data: Any, reason_to_end: str) -> None:
        """Or else random words would hardly ever get a case past the pairing."""
        entered = {
            "seen_on": "2026-01-31",
            "basis": "permit",
            "reason": "a reason",
            "mentors": 2,
            "number": self.case.held + 1,
            "situation": "studies",
            "end_reason": reason_to_end,
        }
        self.take(step, Role.MENTEE if step in ("sign", "decline", "withdraw") else Role.HANDLER, entered, data)

    def take(self, step: str, role: Role | None, entered: dict[str, Any], data: Any) -> None:
        # What only the effects look at is right here: who acts, and what they chose.
        willing = self.case.unsigned - (self.case.declined if step == "decline" else frozenset())
        if step == "decline" and self.case.unsigned and not willing:
            return
        entered = entered | {
            "room": self.room,
            "others": self.room,
            "party": data.draw(st.sampled_from(sorted(willing))) if willing else None,
            "leaves": f"mentor {data.draw(st.integers(0, self.case.mentors - 1))}" if self.case.mentors else None,
            "time_fits": True,
            "begun": True,
            "somebody": True,
            "present": True,
        }
        expected = oracle.after(self.case, step, role or "nobody", entered)
        known = facts_of(self.case, self.room)
        actor = SimpleNamespace(roles=frozenset({role} if role else ()))
        try:
            reached = apply_step(known, actor, step, **inputs_of(step, entered))
        except StepRefused as error:
            assert expected is None, f"{step} is allowed by the domain and was refused: {error}"
            assert str(error.reason)
            assert known == facts_of(self.case, self.room)
        else:
            assert expected is not None, f"{step} is forbidden by the domain and went through"
            assert reached == expected.state
            self.case = expected

    @invariant()
    def the_state_says_how_many_meetings_were_held(self) -> None:
        state = CaseState(self.case.state)
        if state not in (CaseState.CLOSED, CaseState.ELIGIBLE):
            assert meeting_number(state) == self.case.held

    @invariant()
    def there_is_a_way_to_closed(self) -> None:
        known = facts_of(self.case, self.room)
        if known.state != CaseState.CLOSED:
            inputs = {"reason": "no_contact", "situation": "unknown"}
            assert apply_step(known, HANDLER, "end", **inputs) == CaseState.CLOSED

    @invariant()
    def what_is_offered_is_what_is_possible(self) -> None:
        known = facts_of(self.case, self.room)
        for actor in (HANDLER, SimpleNamespace(roles=frozenset({Role.MENTEE})), SimpleNamespace(roles=frozenset())):
            offered = {step.name: step for step in steps_from(known, actor)}
            for name in STEP_NAMES:
                reason = str(refusal(known, actor, name))
                if name in offered:
                    assert offered[name].allowed == (not reason)
                    assert str(offered[name].reason) == reason
                else:
                    assert reason


def test_random_histories_of_the_flow() -> None:
    run_state_machine_as_test(
        FlowMachine, settings=settings(max_examples=150, stateful_step_count=40, deadline=None, database=None)
    )


@pytest.mark.parametrize("state", list(CaseState))
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("held", range(6))
def test_every_state_beside_the_domain(state: CaseState, role: Role, held: int) -> None:
    """Every state, role, step and condition once, with good inputs: what no random history may have met."""
    if state not in (CaseState.CLOSED, CaseState.ELIGIBLE) and meeting_number(state) != held:
        return
    actor = SimpleNamespace(roles=frozenset({role}))
    parties = frozenset({"mentee", "mentor 0"})
    for out, unsigned, more in (
        (False, frozenset(), 0), (False, parties, 1), (True, parties, 0), (True, frozenset(), 1)
    ):  # fmt: skip
        for least, most, one, room in ((1, 3, True, 0), (3, 5, True, 1), (5, 5, False, 1), (2, 4, False, 2)):
            pairless = state in (CaseState.APPLIED, CaseState.ELIGIBLE)
            case = oracle.Picture(
                state=state.value,
                least=least,
                most=most,
                one_mentor_allowed=one,
                held=held,
                mentors=0 if pairless else 2,
                agreement_out=out and not pairless,
                unsigned=frozenset() if pairless else unsigned,
                copies=0 if pairless else more,
                planned=bool(more) and not pairless,
                contact_open=bool(more) and not pairless,
                before_closing="paired" if state == CaseState.CLOSED else "",
            )
            entered = {
                "seen_on": "2026-01-31", "basis": "permit", "reason": "a reason", "mentors": 2, "number": held + 1,
                "situation": "studies", "end_reason": "no_contact", "room": room, "time_fits": True, "present": True,
                "begun": True, "somebody": True,
                "party": min(case.unsigned, default=None), "others": room,
                "leaves": "mentor 0" if case.mentors else None,
            }  # fmt: skip
            for step in STEP_NAMES:
                expected = oracle.after(case, step, role, entered)
                try:
                    reached: str = apply_step(facts_of(case, room), actor, step, **inputs_of(step, entered))
                except StepRefused as error:
                    assert expected is None, (case, step, str(error))
                else:
                    assert expected is not None, (case, step)
                    assert reached == expected.state
