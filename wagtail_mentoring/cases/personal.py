"""What this room keeps about people: the case is the mentee's; its history names nobody."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.privacy import declared
from wagtail_mentoring.privacy.declared import Column, PersonalData, Reader, about_nobody, columns, declare
from wagtail_mentoring.workflows import EndReason, Role

from .known import known_to_mentee
from .models import Case, CaseCounter, CaseLogEntry, CaseLogText
from .moves import STEP_ACTION
from .words import sentence

#: Steps whose text a contact person writes about the mentee. Others' texts may be about a mentor.
_ABOUT_MENTEE = tuple(STEP_ACTION(step) for step in ("complete", "end", "reopen", "withdraw"))
#: Where it ended because of somebody else, the note tells of that person.
_ABOUT_OTHERS = tuple(
    reason.value for reason in (EndReason.MENTORS_WITHDREW, EndReason.POOR_FIT, EndReason.ETHICS_CONCERN)
)


def _texts_for(rows: QuerySet[Any], person: Any) -> QuerySet[Any]:
    own = Q(entry__actor=Role.MENTEE.value)
    noted = Q(entry__action__in=_ABOUT_MENTEE) & ~Q(entry__data__end_reason__in=_ABOUT_OTHERS)
    return rows.filter(own | noted).filter(known_to_mentee("entry__"))


def _lines_for(rows: QuerySet[Any], person: Any) -> QuerySet[Any]:
    return rows.filter(known_to_mentee())


def _end_reason(row: Case) -> str:
    """Return why it ended; nothing where that would tell of a concern, which the mentee's pages do not either."""
    return "" if row.end_reason == EndReason.ETHICS_CONCERN else str(row.get_end_reason_display())


def _readers(person: Any) -> dict[str, tuple[Reader, ...]]:
    """What the mentors read on their page of the case; the field also those who are asked."""
    mentors = (*declared.UNION, Reader.MENTORS)
    return {"reference": mentors, "state": mentors, "field": (*mentors, Reader.ASKED)}


_END_REASON = Case._meta.get_field("end_reason").verbose_name
_HISTORY = _("To be able to show that the mentoring was done properly, and to look into concerns.")

declare(
    PersonalData(
        name="case",
        title=_("Your mentoring"),
        model=Case,
        of_mentee=("mentee",),
        related=("field__profession",),
        narrowed=_readers,
        columns=(
            *columns(Case, "reference"),
            Column("field", _("Professional field"), lambda row: str(row.field_name)),
            *columns(Case, "state", "state_since", "opened_at", "closed_at", "language"),
            Column("end_reason", _END_REASON, _end_reason, lambda row: row.end_reason if _end_reason(row) else ""),
            *columns(Case, "situation"),
        ),
        purpose=_("To know where your mentoring stands."),
        readers=declared.UNION,
        kept=declared.with_case,
        left_out={
            **dict.fromkeys(
                ("min_meetings", "max_meetings", "meeting_minutes", "one_mentor_allowed", "themes"),
                "rules of the union as they were when the case was opened",
            ),
            "log_length": "a counter",
            "log_head": "a check value",
            "log_at": "when the last line was written",
            "anonymised_at": "empty as long as it is about somebody",
        },
    ),
    PersonalData(
        name="history",
        title=_("What has happened in your mentoring"),
        model=CaseLogEntry,
        of_mentee=("case__mentee",),
        only=_lines_for,
        withheld=_(
            "What others did in confidence, such as a concern that somebody raised or which mentors were asked, "
            "is not in it."
        ),
        columns=(Column("timestamp", _("When")), Column("action", _("What"), sentence)),
        purpose=_HISTORY,
        readers=declared.UNION,
        kept=declared.with_case,
        left_out={
            "label": "the reference",
            "data": "numbers inside the software, of which the words are made",
            "actor": "in which role somebody acted",
            **dict.fromkeys(("previous_hash", "hash"), "check values"),
            **dict.fromkeys(("sequence", "uuid", "content_changed", "deleted"), "inside the software"),
        },
    ),
    PersonalData(
        name="history_text",
        title=_("Reasons and notes in the history"),
        model=CaseLogText,
        of_mentee=("entry__case__mentee",),
        only=_texts_for,
        withheld=_("What the contact persons noted about others, such as why a mentor was replaced, is not in it."),
        columns=columns(CaseLogText, text=_("Text"), erased_at=_("Erased at")),
        purpose=_HISTORY,
        readers=declared.UNION,
        kept=declared.with_case,
        left_out={"salt": "a secret of the check value"},
    ),
)
about_nobody("the last number of a year", CaseCounter)
