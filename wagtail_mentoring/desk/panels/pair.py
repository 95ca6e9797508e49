"""The mentor pair, and the pairs before it."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.pairing.choices import MentorAnswer
from wagtail_mentoring.pairing.leavers import Leaver
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows.states import PAIR_STATES

from ..brief import languages
from ..dossier import Dossier
from ..reasons import reasons_of
from . import register


def _replace(dossier: Dossier, mentor: Any) -> str:
    """Return where somebody is sought in the place of ``mentor``, "" when nobody can be."""
    if not dossier.may_handle or dossier.case.case_state not in PAIR_STATES:
        return ""
    return reverse("mentoring_desk:find_mentors", args=[dossier.case.pk]) + f"?replaces={mentor.pk}"


def _member(dossier: Dossier, member: Any, leaving: dict[int, Leaver]) -> dict[str, Any]:
    mentor = member.mentor
    answer = member.get_answer_display()
    if member.answer == MentorAnswer.YES and member.answered_by_phone:
        answer = _("Said yes to the contact person")
    confirmed = mentor.membership_confirmed_on
    return {
        "mentor": mentor,
        "said_yes": member.answer == MentorAnswer.YES,
        "answer": answer,
        "when": dates.day(member.answered_on) if member.answered_on else "",
        "membership": _("Member, confirmed %(day)s") % {"day": dates.day(confirmed)} if confirmed else "",
        "load": _("%(load)s of %(capacity)s mentees") % {"load": mentor.load, "capacity": mentor.capacity},
        "languages": languages(mentor),
        "replace": _replace(dossier, mentor),
        "leaves": dates.day(leaving[mentor.pk].since) if mentor.pk in leaving else "",
    }


@register("pair", gettext_lazy("Mentor pair"), "group", 30)
def pair(dossier: Dossier) -> Mapping[str, Any]:
    """The mentors of the current pair with their answers, and every earlier pair."""
    current = dossier.pair
    members: list[Any] = current.members if current else []  # type: ignore[attr-defined]
    earlier = [
        {
            "names": " · ".join(member.mentor.name for member in old.members),  # type: ignore[attr-defined]
            "from": dates.day(old.created_at),
            "until": dates.day(old.ended_at) if old.ended_at else "",
        }
        for old in dossier.pairs
        if old.ended_at is not None
    ]
    return {
        "pair": current,
        "members": [_member(dossier, member, dossier.leavers) for member in members if member.left_at is None],
        "chosen_by": user_name(current.created_by) if current else "",
        "chosen_on": dates.day(current.created_at) if current else "",
        "left": [
            {
                "name": member.mentor.name,
                "from": dates.day(member.joined_at),
                "until": dates.day(member.left_at),
            }
            for member in members
            if member.left_at is not None
        ],
        "earlier": earlier,
        "why": next((reasons_of(dossier, one) for one in dossier.proposals if one.pk == current.proposal_id), None)
        if current is not None
        else None,
    }
