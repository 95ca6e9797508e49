"""The mentor pair, and the pairs before it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.pairing.models import MentorAnswer

from .. import words
from ..dossier import Dossier
from . import register
from .person import languages


def _member(member: Any) -> dict[str, Any]:
    mentor = member.mentor
    answer = member.get_answer_display()
    if member.answer == MentorAnswer.YES and member.answered_by_phone:
        answer = _("Said yes to the contact person")
    confirmed = mentor.membership_confirmed_on
    return {
        "mentor": mentor,
        "said_yes": member.answer == MentorAnswer.YES,
        "answer": answer,
        "when": words.day(member.answered_on) if member.answered_on else "",
        "membership": _("Member, confirmed %(day)s") % {"day": words.day(confirmed)} if confirmed else "",
        "load": _("%(load)s of %(capacity)s mentees") % {"load": mentor.load, "capacity": mentor.capacity},
        "languages": languages(mentor),
    }


@register("pair", gettext_lazy("Mentor pair"), "group", 30)
def pair(dossier: Dossier) -> Mapping[str, Any]:
    """The mentors of the current pair with their answers, and every earlier pair."""
    current = dossier.pair
    earlier = [
        {
            "names": " · ".join(member.mentor.name for member in old.members),  # type: ignore[attr-defined]
            "from": words.day(old.created_at),
            "until": words.day(old.ended_at) if old.ended_at else "",
        }
        for old in dossier.pairs
        if old.ended_at is not None
    ]
    return {
        "pair": current,
        "members": [_member(member) for member in current.members if member.left_at is None] if current else [],  # type: ignore[attr-defined]
        "chosen_by": words.user_name(current.created_by) if current else "",
        "chosen_on": words.day(current.created_at) if current else "",
        "earlier": earlier,
    }
