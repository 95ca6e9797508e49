"""Why a plan proposes what it proposes, in words, from the codes that are stored with each row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring.pairing import words as pairing_words
from wagtail_mentoring.pairing.mentors import with_load
from wagtail_mentoring.pairing.models import PairingPlan, PlanRow, PlanRowStatus
from wagtail_mentoring.pairing.plan_result import mentors_of
from wagtail_mentoring.pairing.planning import ELSEWHERE
from wagtail_mentoring.pairing.suggestions import suggest
from wagtail_mentoring.people.models import Mentor

from . import plan_words

#: So many other choices are shown for one person, of so many that are looked at: who is free in the plan comes first.
OTHERS, LOOKED_AT = 8, 60
#: So many reasons stand under the names of the mentors in the list.
SHORT = 2


@dataclass(frozen=True, slots=True)
class Nobody:
    """Why nobody is proposed, and what would help; sentences."""

    why: str
    helps: str


@dataclass(frozen=True, slots=True)
class Other:
    """Another choice for a person. ``keys`` as the button sends them; ``taken``: who else they are proposed to."""

    names: str
    keys: str
    fit: int
    alone: bool
    reasons: str
    taken: str


def names_for(row: PlanRow, mentors: Iterable[Any]) -> dict[int, str]:
    """Return what the mentors are called in sentences, by key, and the mentee under 0."""
    return {mentor.pk: mentor.called for mentor in mentors} | {0: row.case.mentee.called}


def explained(row: PlanRow, mentors: Sequence[Any]) -> Any:
    """Return the stored reasons of ``row`` in words; None when none were stored."""
    return pairing_words.explain(row.why, names_for(row, mentors)) if row.why.get("criteria") else None


def short_reasons(row: PlanRow) -> str:
    """Return the weightiest things that speak for the mentors of ``row``, in one line."""
    mentors = [mentor for mentor in (row.first, row.second) if mentor is not None]
    told = explained(row, mentors)
    return "" if told is None else weightiest(told)


def weightiest(told: Any) -> str:
    """Return the reasons that earn most of their points, the weightiest first, in one line."""
    good = [criterion for criterion in told.criteria if criterion.most and criterion.points * 4 >= criterion.most * 3]
    good.sort(key=lambda criterion: -criterion.points)
    # Where and how they meet is one matter: "Online" need not be said twice.
    where = [criterion for criterion in good if criterion.code in ("place", "format")]
    good = [criterion for criterion in good if criterion not in where[1:]]
    return " · ".join(_brief(criterion) for criterion in good[:SHORT])


def _brief(criterion: Any) -> str:
    """Return a reason without its details: which goals, the page of the row tells."""
    sentence = str(criterion.sentence).rstrip(".")
    return sentence.partition(":")[0] if criterion.code == "goals" else sentence


def second_missing(row: PlanRow) -> str:
    """Return why there is no second mentor; "" when nothing is known of it."""
    code = row.why.get("plan", {}).get("second")
    if not code:
        return ""
    if code == ELSEWHERE:
        return _("Second mentor: all who are possible are needed for others")
    return _("Second mentor: nobody else is possible")


def nobody_because(row: PlanRow) -> Nobody:
    """Return why nobody is proposed in ``row``, and what would help."""
    known: Mapping[str, Any] = row.why.get("plan", {})
    if "nobody" not in known:
        return Nobody("", "")
    helps = " ".join(pairing_words.helps(known["helps"], names_for(row, ()))[:2])
    if known["nobody"] == ELSEWHERE:
        if not known["one_mentor_allowed"]:
            return Nobody(_("No two mentors are left for this person: they are needed for others in this plan."), helps)
        number = known["possible"]
        return Nobody(
            ngettext(
                "The one mentor who is possible is needed for somebody else in this plan.",
                "All %(n)s mentors who are possible are needed for others in this plan.",
                number,
            )
            % {"n": number},
            helps,
        )
    best, least = known["best"], known["minimum_fit"]
    if best is not None and best < least:
        sentence = _("The best choice is under the union’s minimum fit (%(best)s of %(least)s).")
        return Nobody(sentence % {"best": best, "least": least}, helps)
    return Nobody(ruled_out(known), helps)


def ruled_out(known: Mapping[str, Any]) -> str:
    """Return how many were looked at, and what stands against them, in one sentence."""
    number = known["looked_at"]
    if not number:
        return _("There is no mentor in this field.")
    looked = ngettext("%(n)s mentor in this field", "%(n)s mentors in this field", number) % {"n": number}
    against = [row.clause for row in pairing_words.ruled_out_rows(known["ruled_out"]) if row.first]
    return f"{looked}: {', '.join(against)}."


def others(row: PlanRow, plan: PairingPlan) -> list[Other]:
    """Return the best other choices for the person of ``row``: those that the plan leaves free, then the others."""
    mine, full = set(mentors_of(row)), _full_elsewhere(row, plan)
    options = [one for one in suggest(row.case, limit=LOOKED_AT).options if set(one.mentors) != mine]
    # Sorting keeps the order of equals: the best first in either kind.
    options = sorted(options, key=lambda one: any(key in full for key in one.mentors))[:OTHERS]
    mentors = Mentor.objects.filter(union=plan.union_id).in_bulk({key for one in options for key in one.mentors})
    found = []
    for one in options:
        them = [mentors[key] for key in one.mentors if key in mentors]
        told = pairing_words.explain(one.why, names_for(row, them))
        cases = sorted({reference for mentor in them for reference in full.get(mentor.pk, ())})
        found.append(
            Other(
                names=plan_words.names([mentor.name for mentor in them]),
                keys="-".join(str(mentor.pk) for mentor in them),
                fit=one.points,
                alone=len(them) == 1,
                reasons=weightiest(told),
                taken=_("In this plan for %(cases)s") % {"cases": ", ".join(cases)} if cases else "",
            )
        )
    return found


def _full_elsewhere(row: PlanRow, plan: PairingPlan) -> dict[int, list[str]]:
    """Return by mentor the cases of other rows that take up all the room that is left."""
    rows = plan.rows.filter(status=PlanRowStatus.PROPOSED).exclude(pk=row.pk).select_related("case")
    cases: dict[int, list[str]] = {}
    for other in rows:
        for mentor in mentors_of(other):
            cases.setdefault(mentor, []).append(other.case.reference)
    room = {
        mentor.pk: mentor.capacity - mentor.load
        for mentor in with_load(Mentor.objects.filter(pk__in=cases)).only("capacity")
    }
    return {mentor: taken for mentor, taken in cases.items() if len(taken) >= room.get(mentor, 0)}
