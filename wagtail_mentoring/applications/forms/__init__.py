"""The steps of the application: what is asked, in which words, and what is wrong with an answer."""

from .base import StepForm
from .person import NOT_AT_ALL, AboutForm, ProfessionForm, SectorForm, WorkForm
from .wishes import EXTRA, GoalsForm, MeetingForm, RightForm

__all__ = [
    "EXTRA",
    "NOT_AT_ALL",
    "AboutForm",
    "GoalsForm",
    "MeetingForm",
    "ProfessionForm",
    "RightForm",
    "SectorForm",
    "StepForm",
    "WorkForm",
]
