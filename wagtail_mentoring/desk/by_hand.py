"""Choosing mentors by hand: a list that stays short however many mentors there are, each with what stands against."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.choices import RUNNING, InvitationStatus, ProposalStatus
from wagtail_mentoring.pairing.mentors import with_load
from wagtail_mentoring.pairing.models import Invitation
from wagtail_mentoring.pairing.moves import BY_HAND, not_oriented
from wagtail_mentoring.pairing.suggestions import Choices, choices
from wagtail_mentoring.people.finding import holding
from wagtail_mentoring.people.models import Mentor, MentorAbsence
from wagtail_mentoring.programme import dates

from .asking.words import state_of
from .brief import detail_of, languages, short_reasons

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

    ``takes_reason``: a reason overrides one of them. ``uses``: for whom else the mentor is meant, and ``full``: that
    this leaves no room, so that the mentor would be taken from there.
    """

    mentor: Any
    detail: str
    languages: str
    points: int | None
    reasons: str
    against: list[str]
    absolute: bool
    takes_reason: bool
    chosen: bool
    uses: Sequence[Use] = ()
    full: bool = False


@dataclass(slots=True)
class Listing:
    """The list: its rows, whether more have such a name, and what could be chosen otherwise.

    ``entering``: for mentors who have said yes already; ``asked``: some of those listed were asked for this case.
    """

    rows: list[Row]
    more: bool
    found: Choices
    name: str = ""
    entering: bool = False
    asked: bool = False
    listed: int = LISTED
    nobody_free: bool = field(init=False)

    def __post_init__(self) -> None:
        self.nobody_free = not any(not row.against and not row.absolute and not row.full for row in self.rows)


def name_of(query: Any, field: str = "name") -> str:
    """Return the name that is looked for: without signs that no text may hold, and not endless."""
    return str(query.get(field, "")).replace("\x00", "").strip()[:LONGEST]


def list_mentors(
    case: Case,
    *,
    name: str = "",
    chosen: Sequence[int] = (),
    beside: Sequence[int] = (),
    full: Collection[int] = (),
    options: int = 0,
    entering: bool = False,
) -> Listing:
    """Return the mentors of the case's field to choose from: the best who are free; with ``name``, who is called so.

    Those ``chosen`` (keys) are always among them. ``beside``: who would mentor together with them. ``full``: those to
    whom something else, such as the rest of a plan, leaves no room. ``entering``: mentors who have said yes already
    are entered, so those who are asked for the case come first, and less stands against anybody.
    Constant number of queries, constant size.
    """
    field_of = Mentor.objects.filter(union=case.union_id, fields=case.field_id, anonymised_at=None)
    asked = _asked(case) if entering else {}
    ticked = list(dict.fromkeys([*chosen, *asked]))[: 2 * LISTED]
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
    against = _entering(case, listed, beside, asked) if entering else _against(case, listed, beside)
    rows = []
    for mentor in listed:
        option = known.get(mentor.pk)
        sentences, absolute, takes_reason = against.get(mentor.pk, ([], False, False))
        names = {mentor.pk: mentor.called, 0: case.mentee.called}
        rows.append(
            Row(
                mentor=mentor,
                detail=detail_of(mentor),
                languages=languages(mentor),
                points=option.points if option else None,
                reasons=short_reasons(option.why, names) if option and not beside else "",
                against=sentences,
                absolute=absolute,
                takes_reason=takes_reason and not absolute,
                full=mentor.pk in full,
                chosen=mentor.pk in chosen,
            )
        )
    rows.sort(
        key=lambda row: (
            not row.chosen,
            _how_far(asked.get(row.mentor.pk)),
            row.absolute,
            row.full,
            bool(row.against),
            -(row.points or 0),
            row.mentor.name,
        )
    )
    return Listing(rows, more, found, name, entering=entering, asked=any(row.mentor.pk in asked for row in rows))


def _first(mentors: Any, number: int = LISTED + 1) -> list[int]:
    """Return the keys of the first of ``mentors``: those with room, by name."""
    full = ExpressionWrapper(Q(load__gte=F("capacity")), output_field=BooleanField())
    found = with_load(mentors).annotate(full=full).order_by("full", "name", "pk")
    return [mentor.pk for mentor in found.only("pk", "name")[:number]]


#: What stands against a mentor: sentences, whether no reason overrides one of them, whether one takes a reason.
Against = tuple[list[str], bool, bool]


def _against(
    case: Case, mentors: Sequence[Any], beside: Sequence[int], codes: Collection[str] | None = None
) -> dict[int, Against]:
    """Return by mentor what stands against asking them. ``codes``: what takes a reason (None: all not absolute)."""
    until = _away_until(mentors)
    found: dict[int, Against] = {}
    for obstacle in invitations.obstacles(case, mentors, beside=beside):
        if codes is not None and obstacle.code == "asked":
            continue  # the very mentors who may have said yes
        # That two of a whole list must not meet says nothing of one of them.
        if obstacle.code == "conflict_of_two" and not set(obstacle.mentors) & set(beside):
            continue
        for pk in obstacle.mentors:
            sentences, absolute, takes_reason = found.get(pk, ([], False, False))
            sentence = until.get(pk, "") if obstacle.code == "away" else ""
            reason = not obstacle.absolute and (codes is None or obstacle.code in codes)
            found[pk] = (
                [*sentences, sentence or str(obstacle.sentence)],
                absolute or obstacle.absolute,
                takes_reason or reason,
            )
    return found


def _asked(case: Case) -> dict[int, Invitation]:
    """Return by mentor the question to those who are asked for ``case`` now, or have said yes."""
    open_now = Invitation.objects.filter(proposal__case=case, proposal__status=ProposalStatus.OPEN, status__in=RUNNING)
    return {one.mentor_id: one for one in open_now.order_by("pk")}


def _how_far(invitation: Invitation | None) -> int:
    """Return where somebody with such a question stands in the list: who said yes, who is asked, then the rest."""
    return 2 if invitation is None else 0 if invitation.status == InvitationStatus.YES else 1


def _entering(
    case: Case, mentors: Sequence[Any], beside: Sequence[int], asked: Mapping[int, Invitation]
) -> dict[int, Against]:
    """Return by mentor what stands against entering them as the mentors of ``case``, and how far a question has come.

    How the people talk and meet takes no reason: the handler has asked them.
    """
    found = _against(case, mentors, beside, BY_HAND)
    for mentor in mentors:
        sentences, absolute, takes_reason = found.get(mentor.pk, ([], False, False))
        if mentor.pk in asked:
            sentences = [f"{state_of(asked[mentor.pk])}.", *sentences]
        if mentor.oriented_on is None and not absolute:
            sentences, absolute = [*sentences, not_oriented(mentor)], True
        if sentences:
            found[mentor.pk] = (sentences, absolute, takes_reason)
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
