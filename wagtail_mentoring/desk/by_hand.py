"""Choosing mentors by hand: a list that stays short however many mentors there are, each with what stands against."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.mentors import with_load
from wagtail_mentoring.pairing.suggestions import Choices, choices
from wagtail_mentoring.people.finding import holding
from wagtail_mentoring.people.models import Mentor, MentorAbsence
from wagtail_mentoring.programme import dates

from .brief import short_reasons
from .finding import detail_of
from .panels.person import languages

#: So many mentors are listed for a choice by hand; the others are found by their name.
LISTED = 12
#: The longest name that is looked for.
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody else for whom a mentor is meant, and where that can be changed."""

    who: str
    address: str


@dataclass(slots=True)
class Row:
    """One mentor in the list. ``against``: sentences; ``absolute``: no reason overrides them.

    ``uses``: for whom else the mentor is meant, and ``full``: that this leaves no room.
    """

    mentor: Any
    detail: str
    languages: str
    points: int | None
    reasons: str
    against: list[str]
    absolute: bool
    chosen: bool
    uses: Sequence[Use] = ()
    full: bool = False


@dataclass(slots=True)
class Listing:
    """The list: its rows, whether more have such a name, and what could be chosen otherwise."""

    rows: list[Row]
    more: bool
    found: Choices
    name: str = ""
    listed: int = LISTED
    nobody_free: bool = field(init=False)

    def __post_init__(self) -> None:
        self.nobody_free = not any(not row.against and not row.absolute for row in self.rows)


def name_of(query: Any) -> str:
    """Return the name that is looked for: without signs that no text may hold, and not endless."""
    return str(query.get("name", "")).replace("\x00", "").strip()[:LONGEST]


def list_mentors(
    case: Case,
    *,
    name: str = "",
    chosen: Sequence[int] = (),
    beside: Sequence[int] = (),
    full: Collection[int] = (),
    options: int = 0,
) -> Listing:
    """Return the mentors of the case's field to choose from: the best who are free; with ``name``, who is called so.

    Those ``chosen`` (keys) are always among them. ``beside``: who would mentor together with them. ``full``: those to
    whom something else, such as the rest of a plan, leaves no room. Constant number of queries, constant size.
    """
    field_of = Mentor.objects.filter(union=case.union_id, fields=case.field_id, anonymised_at=None)
    ticked = list(chosen)[: 2 * LISTED]
    called = _first(field_of.filter(holding(field_of, name, "name"))) if name else []
    about = called[:LISTED]
    found = choices(
        case, full=full, beside=beside, about=[*about, *ticked], options=options, singles=0 if name else LISTED
    )
    known = {option.mentors[0]: option for option in found.single if option.mentors}
    keys = list(dict.fromkeys([*ticked, *about])) if name else list(dict.fromkeys([*ticked, *known]))
    more = len(called) > LISTED
    if not name:
        # A small field is shown whole: whom the rules leave out stands below, with the reason.
        rest = _first(field_of.exclude(pk__in=keys), LISTED + 1 - min(LISTED, len(keys)))
        more = len(keys) + len(rest) > LISTED
        keys += rest[: max(0, LISTED - len(keys))]
    mentors = with_load(Mentor.objects.filter(union=case.union_id, anonymised_at=None)).in_bulk(keys)
    listed = [mentors[pk] for pk in keys if pk in mentors]
    against = _against(case, listed, beside)
    rows = []
    for mentor in listed:
        option = known.get(mentor.pk)
        sentences, absolute = against.get(mentor.pk, ([], False))
        names = {mentor.pk: mentor.called, 0: case.mentee.called}
        rows.append(
            Row(
                mentor=mentor,
                detail=detail_of(mentor),
                languages=languages(mentor),
                points=option.points if option else None,
                reasons=short_reasons(option.why, names) if option and not beside else "",
                against=sentences,
                absolute=absolute or mentor.pk in full,
                chosen=mentor.pk in ticked,
            )
        )
    rows.sort(key=lambda row: (not row.chosen, row.absolute, bool(row.against), -(row.points or 0), row.mentor.name))
    return Listing(rows, more, found, name)


def _first(mentors: Any, number: int = LISTED + 1) -> list[int]:
    """Return the keys of the first of ``mentors``: those with room, by name."""
    full = ExpressionWrapper(Q(load__gte=F("capacity")), output_field=BooleanField())
    found = with_load(mentors).annotate(full=full).order_by("full", "name", "pk")
    return [mentor.pk for mentor in found.only("pk", "name")[:number]]


def _against(case: Case, mentors: Sequence[Any], beside: Sequence[int]) -> dict[int, tuple[list[str], bool]]:
    """Return by mentor what stands against asking them, and whether no reason overrides it."""
    until = _away_until(mentors)
    found: dict[int, tuple[list[str], bool]] = {}
    for obstacle in invitations.obstacles(case, mentors, beside=beside):
        # That two of a whole list must not meet says nothing of one of them.
        if obstacle.code == "conflict_of_two" and not set(obstacle.mentors) & set(beside):
            continue
        for pk in obstacle.mentors:
            sentences, absolute = found.get(pk, ([], False))
            sentence = until.get(pk, "") if obstacle.code == "away" else ""
            found[pk] = ([*sentences, sentence or str(obstacle.sentence)], absolute or obstacle.absolute)
    return found


def _away_until(mentors: Sequence[Any]) -> dict[int, str]:
    """Return of those who are paused or away today until when. One query."""
    today = clock.today()
    said = {}
    absences = MentorAbsence.objects.filter(
        mentor__in=[one.pk for one in mentors], first_day__lte=today, last_day__gte=today
    )
    away = dict(absences.order_by("last_day").values_list("mentor", "last_day"))
    for one in mentors:
        if one.paused_until is not None and one.paused_until >= today:
            day = {"name": one.name, "day": dates.day(one.paused_until)}
            said[one.pk] = _("%(name)s is paused until %(day)s.") % day
        elif one.pk in away:
            said[one.pk] = _("%(name)s is away until %(day)s.") % {"name": one.name, "day": dates.day(away[one.pk])}
    return said
