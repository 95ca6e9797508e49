"""What the flow may know of a case: a small frozen picture, so that a million steps run without a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .states import CaseState


class Role(StrEnum):
    """In what capacity somebody acts on a case. A user without a right to the case has none of them."""

    HANDLER = "handler"
    MENTEE = "mentee"
    MENTOR = "mentor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The facts on which every guard decides.

    ``unsigned`` holds the names of those who must still sign the agreement that is out; ``mentors_with_room`` counts
    mentors of the case's field who could take one more mentee (only counted while a pair is looked for, and for a case
    with a pair, one of whose mentors could be replaced). ``agreement_out`` is true when every mentor of the pair is a
    party to it; ``contact_unsigned`` when the contact person is and has not signed; ``uploads_waiting`` counts signed
    or scanned copies that a handler must look at. ``meeting_planned``: the next meeting has a time.
    """

    state: CaseState
    min_meetings: int = 3
    max_meetings: int = 5
    one_mentor_allowed: bool = True
    mentors: int = 0
    mentors_with_room: int = 0
    agreement_out: bool = False
    unsigned: tuple[str, ...] = ()
    contact_unsigned: bool = False
    uploads_waiting: int = 0
    meetings_held: int = 0
    meeting_planned: bool = False
    closed_from: CaseState | None = None
    erased: bool = False


class StepRefused(Exception):
    """A step that is not possible now. ``reason`` is a sentence for the person who tried.

    ``errors`` optionally maps field names to sentences, for inputs that a form shows beside the field.
    """

    def __init__(self, reason: object, errors: Mapping[str, object] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.errors = dict(errors or {})

    def __str__(self) -> str:
        return str(self.reason)
