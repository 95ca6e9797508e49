"""What this room keeps about people: who is whose mentor, who was asked, and what they said."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy import declared
from wagtail_mentoring.privacy.declared import Column, PersonalData, Reader, about_nobody, columns, declare

from .models import Invitation, MentorPair, PairingPlan, PairMembership, Place, PlanRow, Proposal

_FIND = _("To find mentors who fit, and to ask them.")


def _case(row: Any) -> str:
    """Return the reference of the mentoring; a standing pair has none."""
    return str(row.pair.case.reference) if row.pair.case else ""


def _planned_for(rows: QuerySet[Any], person: Any) -> QuerySet[Any]:
    return rows.none() if isinstance(person, Mentor) else rows


declare(
    PersonalData(
        name="pair",
        title=_("Your mentor pairs"),
        model=MentorPair,
        of_mentee=("case__mentee",),
        columns=columns(MentorPair, created_at=_("Begun at"), ended_at=_("Ended at")),
        purpose=_("To know who your mentors are and were."),
        readers=(*declared.UNION, Reader.OTHER_TWO),
        kept=declared.with_case,
        left_out={"one_mentor_reason": "why there is one mentor: it tells of other mentors"},
    ),
    PersonalData(
        name="membership",
        title=_("Your mentorings"),
        model=PairMembership,
        of_mentor=("mentor",),
        related=("pair__case",),
        columns=(
            Column("pair", _("Reference"), _case),
            *columns(PairMembership, joined_at=_("Joined at"), left_at=_("Left at")),
            *columns(PairMembership, "answer", "answered_on", "answered_by_phone"),
        ),
        purpose=_("To know whose mentor you are and were."),
        readers=(*declared.UNION, Reader.OTHER_TWO),
        kept=declared.while_mentor,
    ),
    PersonalData(
        name="proposal",
        title=_("What you were asked about mentors"),
        model=Proposal,
        of_mentee=("case__mentee",),
        withheld=_("Which mentors were asked and what they said is theirs, and is not in it."),
        columns=columns(
            Proposal,
            created_at=_("Made at"),
            mentee_asked_at=_("You were asked at"),
            mentee_answer_by=_("Answer by"),
            mentee_reminded_at=_("Reminded at"),
            mentee_answer=_("Your answer"),
            mentee_answered_at=_("Answered at"),
            mentee_note=_("What you said about it"),
            fell_through_at=_("Did not come about, at"),
        ),
        purpose=_FIND,
        readers=declared.UNION,
        kept=declared.with_case,
        left_out=dict.fromkeys(
            ("status", "order", "one_mentor_reason", "override_reason", "fit", "why", "opened_at", "ended_at"),
            "about the mentors who were proposed and how they fit; it tells of them",
        ),
    ),
    PersonalData(
        name="invitation",
        title=_("What you were asked as a mentor"),
        model=Invitation,
        of_mentor=("mentor",),
        columns=columns(
            Invitation,
            status=_("What came of it"),
            asked_at=_("Asked at"),
            answer_by=_("Answer by"),
            reminded_at=_("Reminded at"),
            answered_at=_("Answered at"),
            answered_by_phone=_("Answered by phone"),
            no_reason=_("Why not"),
            message=_("Your message"),
            question=_("Your question"),
            question_at=_("Asked the question at"),
            reply=_("The answer to it"),
            reply_at=_("Answered the question at"),
        ),
        purpose=_FIND,
        readers=declared.UNION,
        kept=declared.while_mentor,
    ),
    PersonalData(
        name="place",
        title=_("Your places for mentees"),
        model=Place,
        of_mentor=("mentor",),
        columns=columns(Place, number=_("Place")),
        purpose=_("So that you do not get more mentees than you have room for."),
        readers=declared.UNION,
        kept=declared.while_mentor,
    ),
    PersonalData(
        name="plan_row",
        title=_("Plans for those who wait"),
        model=PlanRow,
        of_mentee=("case__mentee",),
        of_mentor=("first", "second"),
        only=_planned_for,
        withheld=_("Plans compare many people. Of a mentor they hold nothing that does not stand elsewhere here."),
        columns=columns(PlanRow, waited_days=_("Days waited"), status=_("What came of it")),
        purpose=_FIND,
        readers=declared.UNION,
        kept=declared.with_case,
        left_out=dict.fromkeys(
            (
                *("rematch", "fit", "why", "locked", "edited", "override_reason", "one_mentor_reason", "before"),
                "held_back",
            ),
            "about the mentors who were proposed and how they fit; it tells of them",
        ),
    ),
)
about_nobody("numbers of a plan; whom it is about stands in its rows", PairingPlan)
