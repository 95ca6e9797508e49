"""What this room keeps about people: meetings, times, notes, and what they thought of it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.privacy import declared
from wagtail_mentoring.privacy.declared import Column, PersonalData, Reader, about_nobody, columns, declare

from .models import Attendance, Feedback, Meeting, Note, Slot, SlotAnswer, TimeSearch

_MEET = _("To plan your meetings and to see how they go.")
_THREE = (*declared.UNION, Reader.OTHER_TWO)


def _meeting(row: Any) -> str:
    return str(row.meeting.number)


def _start(row: Any) -> str:
    return declared.in_words(row.slot.starts_at)


#: What private and shared notes have in common.
_NOTE: dict[str, Any] = {
    "model": Note,
    "of_mentee": ("mentee",),
    "of_mentor": ("mentor",),
    "kept": declared.with_case,
    "columns": columns(
        Note,
        number=_("Meeting"),
        body=_("Note"),
        written_at=_("Written at"),
        changed_at=_("Changed at"),
    ),
    "left_out": {"shared": "who reads it is said above"},
}

declare(
    PersonalData(
        name="meeting",
        title=_("Meetings"),
        model=Meeting,
        of_mentee=("case__mentee",),
        # Not by the pair: whoever has left it has no part in its later meetings.
        of_mentor=("attendances__mentor", "changed_by_mentor"),
        columns=columns(Meeting, number=_("Meeting"))
        + columns(Meeting, "status", "starts_at", "minutes", "place", "theme", "ended_at", "why")
        + columns(Meeting, created_at=_("Planned at"), recorded_at=_("Recorded at")),
        purpose=_MEET,
        readers=_THREE,
        narrowed=lambda person: {"why": declared.UNION},
        kept=declared.with_case,
        left_out={"uid": "the number of the calendar entry", "sequence": "counts the changes of it"},
    ),
    PersonalData(
        name="attendance",
        title=_("Whether you were there"),
        model=Attendance,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        related=("meeting",),
        columns=(Column("meeting", _("Meeting"), _meeting), *columns(Attendance, "present")),
        purpose=_MEET,
        readers=_THREE,
        kept=declared.with_case,
    ),
    PersonalData(
        name="slot",
        title=_("Times that you suggested"),
        model=Slot,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        columns=columns(Slot, "starts_at") + columns(Slot, suggested_at=_("Suggested at")),
        purpose=_MEET,
        readers=_THREE,
        kept=declared.with_case,
    ),
    PersonalData(
        name="slot_answer",
        title=_("Which times suit you"),
        model=SlotAnswer,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        related=("slot",),
        columns=(
            Column("slot", _("Time"), _start),
            *columns(SlotAnswer, "suits", "minutes"),
            *columns(SlotAnswer, answered_at=_("Answered at")),
        ),
        purpose=_MEET,
        readers=_THREE,
        kept=declared.with_case,
    ),
    PersonalData(
        name="note",
        title=_("Notes on meetings that you wrote for yourself"),
        only=declared.where(shared=False),
        purpose=_("For you. Nobody else in your mentoring and no contact person reads them."),
        readers=(Reader.ONLY_YOU,),
        **_NOTE,
    ),
    PersonalData(
        name="note_shared",
        title=_("Notes on meetings that you shared"),
        only=declared.where(shared=True),
        purpose=_("For you and the others in your mentoring. No contact person reads them."),
        readers=(Reader.OTHER_TWO,),
        **_NOTE,
    ),
    PersonalData(
        name="feedback",
        title=_("Your feedback"),
        model=Feedback,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        columns=columns(
            Feedback,
            kind=_("When it was asked"),
            asked_at=_("Asked at"),
            given_at=_("Given at"),
            fit=_("How you fit together"),
            goals_reached=_("Goals that were reached"),
            confidence=_("Confidence of finding work, 1 to 5"),
            situation=_("Your situation"),
            satisfaction=_("How satisfied you are, 1 to 5"),
            again=_("Would you do it again"),
            comment=_("In your own words"),
        ),
        purpose=_("To help where it does not go well, and to count for reports without names."),
        readers=declared.UNION,
        kept=declared.with_case,
        left_out={"seen_at": "when the contact person looked at it"},
    ),
)
about_nobody("a place and a length for a meeting to come; the times in it are declared", TimeSearch)
