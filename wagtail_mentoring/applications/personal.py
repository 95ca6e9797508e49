"""What this room keeps about people: what applicants answered, and what was decided."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.people.choices import Goal, MeetingFormat, SuitableTime
from wagtail_mentoring.privacy import declared
from wagtail_mentoring.privacy.declared import Column, PersonalData, Reader, about_nobody, columns, declare, listed

from .models import Application, ApplicationDraft, EligibilityDecision, FieldQuestion, IntakeEntry

#: What a mentor reads who has said yes, and one who is asked (without the name).
_MENTORS = (*declared.UNION, Reader.MENTORS)
_ASKED = (*_MENTORS, Reader.ASKED)


def _extra(row: Any) -> str:
    return "\n".join(f"{one.get('label', '')}: {one.get('answer', '')}" for one in row.extra or ())


def _cv(row: Any) -> str:
    return str(row.cv.name) if row.cv else ""


def _readers(person: Any) -> dict[str, tuple[Reader, ...]]:
    asked = ("degree_level", "experience_years", "goals", "formats", "times")
    return {**dict.fromkeys(asked, _ASKED), "goals_text": _MENTORS}


_APPLIED = _("To decide about your application, and to find mentors who fit you.")

declare(
    PersonalData(
        name="application",
        title=_("Your application"),
        model=Application,
        of_mentee=("case__mentee",),
        by_column=True,
        narrowed=_readers,
        related=("cv",),
        file=lambda row: row.cv,
        columns=(
            *columns(Application, "profession", "degree_level", "degree_field", "degree_status", "degree_year"),
            *columns(Application, "degree_country", "recognition", "sector", "experience_years", "basis"),
            Column("basis_wiped_at", _("Basis of eligibility erased at")),
            Column("goals", _("Goals"), listed(Goal.choices)("goals")),
            *columns(Application, "goals_text"),
            Column("formats", _("How to meet"), listed(MeetingFormat.choices)("formats")),
            Column("times", _("Times that suit"), listed(SuitableTime.choices)("times")),
            *columns(Application, "mentor_wish", "heard_from", "situation", "confidence"),
            Column("extra", _("Questions of the field"), _extra),
            Column("cv", _("CV"), _cv),
            *columns(Application, "sent_at"),
        ),
        purpose=_APPLIED,
        readers=declared.UNION,
        kept=declared.with_case,
        left_out={"channel": "by which form it came"},
    ),
    PersonalData(
        name="decision",
        title=_("Decisions on your application"),
        model=EligibilityDecision,
        of_mentee=("case__mentee",),
        columns=columns(EligibilityDecision, "eligible", "seen_on", "basis", "reason", "decided_at")
        + columns(EligibilityDecision, basis_wiped_at=_("Basis of eligibility erased at")),
        purpose=_("To be able to show why your application was accepted or not."),
        readers=declared.UNION,
        kept=declared.basis,
    ),
    PersonalData(
        name="draft",
        title=_("Your application while you wrote it"),
        model=ApplicationDraft,
        of_mentee=("case__mentee",),
        related=("cv",),
        file=lambda row: row.cv,
        columns=columns(
            ApplicationDraft,
            language=_("Language"),
            answers=_("Answers"),
            created_at=_("Begun at"),
            changed_at=_("Changed at"),
            sent_at=_("Sent at"),
        ),
        purpose=_("So that you can stop and go on later."),
        readers=(Reader.NOBODY,),
        kept=declared.unfinished,
        left_out={
            "key": "a secret that finds it in the browser",
            "done": "which pages were filled in",
            "expires_at": "follows from when it was changed",
        },
    ),
    PersonalData(
        name="intake",
        title=_("Your application in the waiting queue"),
        model=IntakeEntry,
        of_mentee=("case__mentee",),
        related=("cv",),
        file=lambda row: row.cv,
        columns=columns(IntakeEntry, "reason", "name", "email", "profession", "language", "consented_at", "created_at")
        + columns(IntakeEntry, "routed_at")
        + columns(IntakeEntry, answers=_("Answers")),
        purpose=_("To find a union for you."),
        readers=(Reader.INTAKE,),
        kept=declared.in_queue,
    ),
)
about_nobody("questions that a union asks", FieldQuestion)
