"""The states of a case, and the two facts stored when it closes. Everything finer is derived, never stored."""

from enum import StrEnum


class CaseState(StrEnum):
    """Where a case stands. ``MEETING_n`` means that meeting *n* has been held."""

    APPLIED = "applied"
    ELIGIBLE = "eligible"
    PAIRED = "paired"
    MEETING_1 = "meeting_1"
    MEETING_2 = "meeting_2"
    MEETING_3 = "meeting_3"
    MEETING_4 = "meeting_4"
    MEETING_5 = "meeting_5"
    CLOSED = "closed"


MEETING_STATES = (
    CaseState.MEETING_1,
    CaseState.MEETING_2,
    CaseState.MEETING_3,
    CaseState.MEETING_4,
    CaseState.MEETING_5,
)
#: States in which a mentor pair works with the mentee.
PAIR_STATES = (CaseState.PAIRED, *MEETING_STATES)
OPEN_STATES = (CaseState.APPLIED, CaseState.ELIGIBLE, *PAIR_STATES)
#: The model has five themed meetings; a union's own maximum may be lower.
MOST_MEETINGS = len(MEETING_STATES)


class EndReason(StrEnum):
    """Why a case ended."""

    COMPLETED = "completed"
    MENTEE_WITHDREW = "mentee_withdrew"
    MENTORS_WITHDREW = "mentors_withdrew"
    NO_MENTORS = "no_mentors"
    NOT_ELIGIBLE = "not_eligible"
    MOVED_AWAY = "moved_away"
    NO_CONTACT = "no_contact"
    POOR_FIT = "poor_fit"
    ETHICS_CONCERN = "ethics_concern"
    DUPLICATE = "duplicate"
    TRANSFERRED = "transferred"


#: Reasons with which a case may be ended before the programme's minimum of meetings.
EARLY_END_REASONS = tuple(reason for reason in EndReason if reason != EndReason.COMPLETED)


class Situation(StrEnum):
    """The mentee's situation, asked at the start, at the close and later."""

    JOB_IN_OWN_FIELD = "job_own_field"
    OTHER_JOB = "other_job"
    STUDIES = "studies"
    INTERNSHIP = "internship"
    LOOKING_FOR_WORK = "looking"
    OTHER = "other"
    UNKNOWN = "unknown"


def meeting_number(state: CaseState) -> int:
    """Return how many meetings ``state`` stands for: 0 for a state without meetings, else 1 to 5."""
    return MEETING_STATES.index(state) + 1 if state in MEETING_STATES else 0


def state_after_meetings(held: int) -> CaseState:
    """Return the state of a paired case in which ``held`` meetings (0 to 5) have been held."""
    return PAIR_STATES[held]
