"""The reasons of a suggestion, fresh or as they were stored, for the screens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from wagtail_mentoring.pairing import suggestions
from wagtail_mentoring.pairing import words as pairing_words
from wagtail_mentoring.pairing.mentors import with_load
from wagtail_mentoring.people.models import Mentor

from .brief import detail_of
from .dossier import Dossier
from .known_before import own_words

#: So many candidates are shown beside the mentor who stays.
CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Reasons:
    """What speaks for a choice: a row for each criterion, what it lacks, and what else to know."""

    rows: list[Any]
    lacks: list[str]
    notes: list[str]
    points: int | None = None


def names_for(dossier: Dossier, mentors: Iterable[Any]) -> dict[int, str]:
    """Return what the mentors are called in sentences, by key, and the mentee under 0."""
    return {mentor.pk: mentor.called for mentor in mentors} | {0: dossier.mentee.called}


def reasons_from(why: Mapping[str, Any], names: Mapping[int, str]) -> Reasons | None:
    """Return the reasons that ``why`` holds as codes, in words; None when it holds none."""
    if not why:
        return None
    told = pairing_words.explain(why, names)
    return Reasons(list(told.criteria), list(told.lacks), list(told.notes))


def with_notes(reasons: Reasons | None, notes: Iterable[str]) -> Reasons:
    """Return ``reasons`` with more to know; where there are none, what is to know alone."""
    found = reasons or Reasons([], [], [])
    return Reasons(found.rows, found.lacks, [*found.notes, *notes], found.points)


def reasons_of(dossier: Dossier, proposal: Any) -> Reasons | None:
    """Return why this pair was proposed, as it was stored with the proposal; None when nothing was stored."""
    found = reasons_from(proposal.why, names_for(dossier, (one.mentor for one in proposal.asked)))
    return None if found is None else Reasons(found.rows, found.lacks, found.notes, proposal.fit)


def beside_candidates(dossier: Dossier, proposal: Any, stays: Any) -> list[dict[str, Any]]:
    """Return the best mentors who could be asked beside ``stays``, each with its points, reasons and address."""
    found = suggestions.suggest(dossier.case, beside=(stays.pk,), limit=CANDIDATES)
    others = {pk for option in found.options for pk in option.mentors}
    mentors = with_load(Mentor.objects.filter(union=dossier.case.union_id)).in_bulk(list(others))
    names = names_for(dossier, [*mentors.values(), stays])
    rows = []
    for option in found.options:
        mentor = mentors[option.mentors[0]]
        question = urlencode({"mentor": mentor.pk, "beside": proposal.pk})
        rows.append(
            {
                "mentor": mentor,
                "detail": detail_of(mentor),
                "points": option.points,
                "reasons": with_notes(reasons_from(option.why, names), own_words([mentor])),
                "invite": reverse("mentoring_desk:invite", args=[dossier.case.pk]) + "?" + question,
            }
        )
    return rows
