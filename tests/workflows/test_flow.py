"""What the flow says to a person beside what it allows; that is tried in tests/properties."""

from types import SimpleNamespace

import pytest

from wagtail_mentoring.workflows import CaseFacts, CaseState, Role, steps_from
from wagtail_mentoring.workflows.steps import refusal


@pytest.mark.parametrize(
    ("state", "first", "names"),
    [
        (CaseState.APPLIED, "Decide on eligibility first.", {"pair", "send_agreement", "record_meeting"}),
        (CaseState.ELIGIBLE, "Choose the mentor pair first.", {"send_agreement", "plan_meeting", "record_meeting"}),
    ],
)
def test_what_comes_later_is_shown_with_what_comes_first(state: CaseState, first: str, names: set[str]) -> None:
    known = CaseFacts(state=state, mentors_with_room=2)
    handler = SimpleNamespace(roles=frozenset({Role.HANDLER}))
    shown = {step.name: step for step in steps_from(known, handler)}
    for name in names:
        assert (shown[name].allowed, str(shown[name].reason)) == (False, first)
        assert str(refusal(known, handler, name)) == first
    assert str(shown["record_meeting"].label) == "Record meeting 1"
