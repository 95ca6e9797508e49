"""The diagram in the documentation is the flow's own."""

from scripts import states_diagram
from tests.properties.oracle import STEPS
from wagtail_mentoring.workflows import CaseState


def test_the_committed_diagram_is_current() -> None:
    text = states_diagram.FILE.read_text(encoding="utf-8")
    assert states_diagram.current(text) == text, "run: python scripts/states_diagram.py"


def test_the_diagram_shows_every_step() -> None:
    lines = states_diagram.diagram().splitlines()
    shown = {name.strip() for line in lines if ": " in line for name in line.split(": ")[1].split(",")}
    assert shown == STEPS
    assert "    meeting_2 --> meeting_1: undo_meeting" in lines
    assert "    paired --> meeting_1: record_meeting" in lines
    assert "    eligible --> meeting_5: pair" in lines


def test_the_diagram_knows_no_other_states() -> None:
    ends = {end for line in states_diagram.diagram().splitlines()[1:] for end in line.split(": ")[0].split("-->")}
    assert {end.strip() for end in ends} - {"[*]"} == {state.value for state in CaseState}
