"""Why a plan proposes what it proposes, in words, from the codes that are stored with each row."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring.pairing import plan_rows
from wagtail_mentoring.pairing import words as pairing_words
from wagtail_mentoring.pairing.models import PairingPlan, PlanRow
from wagtail_mentoring.pairing.plan_result import mentors_of
from wagtail_mentoring.pairing.planning import ELSEWHERE
from wagtail_mentoring.pairing.suggestions import Choices
from wagtail_mentoring.people.models import Mentor

from . import brief, plan_words

#: So many other choices of either kind are shown for one person: those that the plan leaves free, then the others.
OTHERS = 5


@dataclass(frozen=True, slots=True)
class Nobody:
    """Why nobody is proposed, and what would help; sentences."""

    why: str
    helps: str


@dataclass(frozen=True, slots=True)
class Other:
    """Another choice for a person. ``keys`` as the button sends them; ``taken``: who of them has no room left."""

    names: str
    keys: str
    fit: int
    alone: bool
    reasons: str
    lacks: str
    taken: Sequence["Taken"] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A mentor without room left in the plan: the name, and for whom else, with the address where it is changed."""

    name: str
    uses: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Needed:
    """For whom (names) the plan proposes or has invited each mentor, and what the mentors are called."""

    cases: Mapping[int, Sequence[str]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)


def wanted(row: PlanRow) -> list[int]:
    """Return the mentors (keys) who would have been possible for the person of ``row``, as far as they are kept."""
    return list(row.why.get("plan", {}).get("wanted", ()))


def needed_for(row: PlanRow, plan: PairingPlan) -> Needed:
    """Return for whom those are needed who would have been possible for the person of ``row``. Two queries."""
    keys = wanted(row)
    if not keys:
        return Needed()
    found = plan_rows.rows_with(plan, keys, but=row)
    cases = {pk: [one.case.mentee.name for one in rows] for pk, rows in found.items()}
    return Needed(cases, dict(Mentor.objects.filter(pk__in=keys).values_list("pk", "name")))


def names_for(row: PlanRow, mentors: Iterable[Any]) -> dict[int, str]:
    """Return what the mentors are called in sentences, by key, and the mentee under 0."""
    return {mentor.pk: mentor.called for mentor in mentors} | {0: row.case.mentee.called}


def explained(row: PlanRow, mentors: Sequence[Any]) -> Any:
    """Return the stored reasons of ``row`` in words; None when none were stored.

    That there is one mentor is said by :func:`second_missing`, which knows why.
    """
    if not row.why.get("criteria"):
        return None
    return pairing_words.explain(_but_second(row.why), names_for(row, mentors))


def _but_second(why: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``why`` without saying that there is one mentor only: here that is said otherwise."""
    return {**why, "lacks": [entry for entry in why.get("lacks", ()) if entry["code"] != "second"]}


def short_reasons(row: PlanRow) -> str:
    """Return the weightiest things that speak for the mentors of ``row``, in one line."""
    return brief.short_reasons(row.why, names_for(row, [one for one in (row.first, row.second) if one is not None]))


def second_missing(row: PlanRow, needed: Needed, most: int | None = None) -> str:
    """Return why there is no second mentor: what the handler wrote, or what the plan knows; "" when nothing is.

    ``most``: at most so many of those who would be possible are named.
    """
    if row.one_mentor_reason:
        return _("One mentor, chosen by hand: %(reason)s") % {"reason": row.one_mentor_reason}
    code = row.why.get("plan", {}).get("second")
    if not code:
        return ""
    if code != ELSEWHERE:
        return _("Second mentor: nobody else is possible")
    free, who = _where(row, needed, most)
    if free:
        return _("Second mentor: %(names)s would be free now") % {"names": free}
    if not who:
        return _("Second mentor: all who are possible are needed for others")
    return _("Second mentor: all who are possible are needed for others, first of all %(who)s") % {"who": who}


def _where(row: PlanRow, needed: Needed, most: int | None = None) -> tuple[str, str]:
    """Return which of the wanted the plan does not propose to anybody now, and for whom the others are needed."""
    known = [pk for pk in wanted(row) if pk in needed.names]
    free = [needed.names[pk] for pk in known if not needed.cases.get(pk)]
    who = [
        _("%(name)s for %(cases)s") % {"name": needed.names[pk], "cases": ", ".join(needed.cases[pk])}
        for pk in known
        if needed.cases.get(pk)
    ]
    return ", ".join(free[:most]), "; ".join(who[:most])


def nobody_because(row: PlanRow, needed: Needed) -> Nobody:
    """Return why nobody is proposed in ``row``, and what would help."""
    known: Mapping[str, Any] = row.why.get("plan", {})
    if "nobody" not in known:
        return Nobody("", "")
    helps = " ".join(pairing_words.helps(known["helps"], names_for(row, ()))[:2])
    if known["nobody"] == ELSEWHERE:
        return Nobody(_needed_elsewhere(row, known, needed), helps)
    best, least = known["best"], known["minimum_fit"]
    if best is not None and best < least:
        sentence = _("The best choice is under the union’s minimum fit (%(best)s of %(least)s).")
        return Nobody(sentence % {"best": best, "least": least}, helps)
    return Nobody(ruled_out(known), helps)


def _needed_elsewhere(row: PlanRow, known: Mapping[str, Any], needed: Needed) -> str:
    """Return that those who are possible go to other people, and to whom."""
    free, who = _where(row, needed)
    if least := known["minimum_fit"]:
        # Others may be possible and free, and fit too little.
        said = _(
            "When the plan was made, every choice that reaches the union’s minimum fit (%(least)s points) took "
            "somebody who is needed for others."
        ) % {"least": least}
        return f"{said} " + _("Proposed: %(who)s.") % {"who": who} if who else said
    if free and known["one_mentor_allowed"]:
        sentence = _(
            "%(names)s: needed for others when the plan was made, and free now. Solve again, or choose by hand."
        )
        return sentence % {"names": free}
    if not known["one_mentor_allowed"]:
        said = _("No two mentors are left for this person: they are needed for others in this plan.")
    else:
        said = ngettext(
            "The one mentor who is possible is needed for somebody else in this plan.",
            "All %(n)s mentors who are possible are needed for others in this plan.",
            known["possible"],
        ) % {"n": known["possible"]}
    if not who:
        return said
    if known["possible"] > len(wanted(row)):
        return f"{said} " + _("The best of them: %(who)s.") % {"who": who}
    return f"{said} " + _("Proposed: %(who)s.") % {"who": who}


def ruled_out(known: Mapping[str, Any]) -> str:
    """Return how many were looked at, and what stands against them, in one sentence."""
    number = known["looked_at"]
    if not number:
        return _("There is no mentor in this field.")
    looked = ngettext("%(n)s mentor in this field", "%(n)s mentors in this field", number) % {"n": number}
    against = [row.clause for row in pairing_words.ruled_out_rows(known["ruled_out"]) if row.first]
    return f"{looked}: {', '.join(against)}."


def others(row: PlanRow, plan: PairingPlan, found: Choices, full: Collection[int]) -> list[Other]:
    """Return the best other choices for the person of ``row``: those that the plan leaves free, then the others.

    ``full``: the mentors (keys) to whom the other rows leave no room.
    """
    mine = set(mentors_of(row))
    options = [one for one in (*found.free, *found.others) if set(one.mentors) != mine]
    keys = {key for one in options for key in one.mentors}
    mentors = Mentor.objects.filter(union=plan.union_id).in_bulk(keys)
    taken = plan_rows.rows_with(plan, keys & set(full), but=row)
    shown = []
    for one in options:
        them = [mentors[key] for key in one.mentors if key in mentors]
        told = pairing_words.explain(_but_second(one.why), names_for(row, them))
        shown.append(
            Other(
                names=plan_words.names([mentor.name for mentor in them]),
                keys="-".join(str(mentor.pk) for mentor in them),
                fit=one.points,
                alone=len(them) == 1,
                reasons=brief.weightiest(told),
                lacks=", ".join(told.lacks[: brief.SHORT]),
                taken=[
                    Taken(mentor.name, [(person(other), row_address(other)) for other in taken[mentor.pk]])
                    for mentor in them
                    if mentor.pk in taken
                ],
            )
        )
    return shown


def person(row: PlanRow) -> str:
    """Return whose row it is: the name and the reference."""
    return _("%(name)s, %(case)s") % {"name": row.case.mentee.name, "case": row.case.reference}


def uses(plan: PairingPlan, row: PlanRow, mentors: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Return by mentor (keys) whose other rows of the plan propose or have invited them, with the address of each."""
    found = plan_rows.rows_with(plan, mentors, but=row)
    return {pk: [(person(other), row_address(other)) for other in rows] for pk, rows in found.items()}


def row_address(row: PlanRow) -> str:
    """Return the address of the page of ``row``."""
    return reverse("mentoring_desk:plan_row", args=[row.plan_id, row.pk])
