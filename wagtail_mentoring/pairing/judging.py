"""What given mentors are worth to one case, whoever chose them: points and reasons as a suggestion would have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wagtail_mentoring.cases.models import Case

from .gather import criteria_in_use, gather
from .matching.options import failures, why_of
from .matching.scoring import Scorer
from .suggestions import prepare


@dataclass(frozen=True, slots=True)
class Judged:
    """``fit`` in points of 100, ``why`` in codes (see ``words.explain``)."""

    fit: int
    why: dict[str, Any]


def judge(case: Case, mentors: Sequence[int], *, staying: Sequence[int] = ()) -> Judged:
    """Return what ``mentors`` (keys of one or two of the union's volunteers) are worth to ``case``.

    Of those among them who are ``staying`` (in the running pair, or asked already) nothing is told that stands against.
    Raises KeyError for a key of somebody else, ValueError for nobody and for more than two.
    """
    if not 1 <= len(mentors) <= 2:
        # Before anybody is read: there may be a great many.
        raise ValueError(f"One or two mentors are judged, and not {len(mentors)}.")
    gathered = gather(case.union, Case.objects.filter(pk=case.pk), also=mentors)
    mentee = gathered.mentees[0]
    them = [mentor for mentor in gathered.mentors if mentor.pk in mentors]
    criteria = criteria_in_use()
    prepare(criteria, gathered)
    scorer = Scorer(them, gathered.rules_of(mentee).weights, criteria)
    against = failures(scorer, mentee, mentors)
    why = why_of(scorer, mentee, mentors, failed={pk: codes for pk, codes in against.items() if pk not in staying})
    return Judged(why["points"], why)


def judge_if_possible(case: Case, mentors: Sequence[int], *, staying: Sequence[int] = ()) -> Judged | None:
    """Return the same, or None when one of ``mentors`` is no mentor now, and when they are not one or two."""
    try:
        return judge(case, mentors, staying=staying)
    except (KeyError, ValueError):
        return None
