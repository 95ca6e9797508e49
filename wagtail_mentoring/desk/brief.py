"""Mentors in one line: who they are, and the weightiest reasons why they fit."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from wagtail_mentoring.pairing import words as pairing_words

#: So many reasons stand under the names of mentors in a list.
SHORT = 2


def detail_of(mentor: Any) -> str:
    """Return "Lead developer · Espoo · room for 1 of 2"; ``mentor`` from ``with_load``."""
    room = _("room for %(room)s of %(capacity)s") % {
        "room": max(0, mentor.capacity - mentor.load),
        "capacity": mentor.capacity,
    }
    ways = _("online only") if mentor.online and not mentor.in_person else ""
    return " · ".join(part for part in (mentor.title, mentor.municipality, ways, room) if part)


def languages(person: Any) -> str:
    """Return the languages of a mentee or mentor with their levels: "English B2 · Finnish A2 · Somali"."""
    known = [
        (_("English"), person.english),
        (_("Finnish"), person.finnish),
        (_("Swedish"), person.swedish),
    ]
    parts = [f"{name} {level.upper()}" for name, level in known if level]
    return " · ".join([*parts, person.other_languages] if person.other_languages else parts)


def short_reasons(why: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """Return the weightiest of the stored reasons ``why`` in one line; "" when none were stored."""
    return weightiest(pairing_words.explain(why, names)) if why.get("criteria") else ""


def weightiest(told: Any) -> str:
    """Return the reasons that earn most of their points, the weightiest first, in one line."""
    good = [criterion for criterion in told.criteria if criterion.most and criterion.points * 4 >= criterion.most * 3]
    good.sort(key=lambda criterion: -criterion.points)
    # Where and how they meet is one matter: "Online" need not be said twice.
    where = [criterion for criterion in good if criterion.code in ("place", "format")]
    good = [criterion for criterion in good if criterion not in where[1:]]
    return " · ".join(_brief(criterion) for criterion in good[:SHORT])


def _brief(criterion: Any) -> str:
    """Return a reason without its details: which goals, the page of the choice tells."""
    sentence = str(criterion.sentence).rstrip(".")
    return sentence.partition(":")[0] if criterion.code == "goals" else sentence
