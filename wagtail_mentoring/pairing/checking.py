"""Who may be asked for a case, and what stands against it: each thing with a sentence for the contact person."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentor, MentorConflict
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.texts import said
from wagtail_mentoring.workflows import StepRefused

from .choices import ENDED_BY_MENTOR, RUNNING, UNDECIDED, InvitationStatus, NoReason
from .gather import talk_and_ways
from .matching.filters import sieve
from .matching.table import MentorTable
from .mentors import present, volunteers, with_load
from .models import Invitation, PairMembership, Proposal


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands against asking somebody. A reason overrides it unless it is ``absolute``.

    ``code`` is one of ``not_of_field``, ``not_volunteering``, ``away``, ``no_room``, ``asked``, ``in_pair`` (absolute),
    ``consent``, ``language``, ``format``, ``distance``, ``conflict``, ``conflict_of_two``, ``earlier``, ``declined``,
    ``below_minimum``.
    """

    code: str
    sentence: Any
    mentors: tuple[int, ...] = ()
    absolute: bool = False


#: What the contact person reads of each obstacle.
SENTENCES: dict[str, Any] = {
    "not_of_field": _("{name} is not a mentor of this union and profession."),
    "not_volunteering": _("{name} is no mentor now: not approved, not confirmed as a member, or stopped volunteering."),
    "away": _("{name} is paused or away now."),
    "no_room": _("{name} has no room now."),
    "asked": _("{name} is being asked for this case already, or stands in line for it."),
    "in_pair": _("{name} is in this pair already. Choose somebody else."),
    "consent": _("{name} has not agreed to be shown to a mentee."),
    "language": _("{name} and the mentee have no language in which both can talk about work."),
    "format": _("{name} and the mentee have no way to meet that both want."),
    "distance": _("{name} lives too far away to meet face to face."),
    "conflict": _("{name} has declared a conflict of interest with the mentee."),
    "conflict_of_two": _("{name} have declared a conflict of interest with each other."),
    "earlier": _("{name} was this mentee’s mentor before."),
    "declined": _("{name} said no for this case."),
    "below_minimum": _("The fit of {fit} points is below the union’s minimum of {least}."),
}
#: The same of "declined", where more is known.
DID_NOT_ANSWER = _("{name} did not answer in time for this case.")
SAID_WHY_NOT = _("{name} said no for this case: “{reason}”.")
#: The tests of :mod:`.matching.filters` that are obstacles as well; a profile without languages shares none.
FILTERED = ("consent", "language", "format", "distance")
ABSOLUTE = ("not_of_field", "not_volunteering", "away", "no_room", "asked", "in_pair")


def load_mentors(mentors: Iterable[Any]) -> list[Mentor]:
    """Return ``mentors`` (rows or keys) as the database has them now, in the order given, with their ``load``.

    Raises :class:`StepRefused` for a key of nobody, and for the same mentor twice.
    """
    keys = [mentor.pk if isinstance(mentor, Mentor) else int(mentor) for mentor in mentors]
    if len(set(keys)) != len(keys):
        message = _("Choose two different mentors.")
        raise StepRefused(message, {"mentors": message})
    found = {mentor.pk: mentor for mentor in with_load(Mentor.objects.filter(pk__in=keys))}
    if len(found) != len(keys):
        message = _("One of these mentors is not there any more. Look at the case again.")
        raise StepRefused(message, {"mentors": message})
    return [found[key] for key in keys]


def obstacles(
    case: Case,
    mentors: Sequence[Mentor],
    *,
    beside: Sequence[int] = (),
    fit: int | None = None,
    own: Proposal | None = None,
    since: datetime.datetime | None = None,
) -> list[Obstacle]:
    """Return what stands against asking ``mentors`` (from :func:`load_mentors`) for ``case``, the gravest first.

    Languages, ways to meet, places and consent are tested by the filters of the suggestions.

    ``beside`` are the keys of those who would mentor together with them. ``fit`` are the points of 100, if known.
    For a proposal that waited in line: ``own`` is that proposal, and of what a reason may override only what has come
    up after ``since`` counts. Constant number of queries.
    """
    keys = [mentor.pk for mentor in mentors]
    chosen = Mentor.objects.filter(pk__in=keys)
    mine = Invitation.objects.filter(proposal__case=case, mentor__in=keys)
    declined = _declined(_after(since, "answered_at", mine.filter(status__in=ENDED_BY_MENTOR)))
    sets: dict[str, set[int]] = {
        "not_of_field": set(keys) - _keys(chosen.filter(union_id=case.union_id, fields=case.field_id)),
        "not_volunteering": set(keys) - _keys(volunteers(chosen)),
        "away": set(keys) - _keys(present(chosen)),
        "no_room": {mentor.pk for mentor in mentors if mentor.load >= mentor.capacity},
        "asked": _keys(mine.filter(status__in=RUNNING, proposal__status__in=UNDECIDED).exclude(proposal=own), "mentor"),
        "in_pair": _keys(_running_members(case), "mentor"),
        **_filtered(case, mentors, since),
        "conflict": _keys(_after(since, "declared_at", MentorConflict.objects.filter(mentee=case.mentee_id)), "mentor"),
        "earlier": set()
        if since
        else _keys(PairMembership.objects.filter(pair__case__mentee=case.mentee_id), "mentor"),
        "declined": set(declined),
    }
    sets["earlier"] -= sets["in_pair"]
    # Whoever is being asked holds a place for this very case: one sentence is enough.
    sets["no_room"] -= sets["asked"]
    names = {mentor.pk: mentor.name for mentor in mentors}
    found = [
        _of_one(code, key, names[key], declined.get(key) if code == "declined" else None)
        for code, hit in sets.items()
        for key in keys
        if key in hit
    ]
    found += _conflicts_of_two(keys, beside, since)
    least = case.participation.minimum_fit
    if since is None and fit is not None and fit < least:
        found.append(Obstacle("below_minimum", format_lazy(SENTENCES["below_minimum"], fit=fit, least=least)))
    return sorted(found, key=lambda obstacle: not obstacle.absolute)


def _keys(rows: Any, column: str = "pk") -> set[int]:
    return set(rows.values_list(column, flat=True))


def _after(since: datetime.datetime | None, column: str, rows: Any) -> Any:
    return rows.filter(**{f"{column}__gt": since}) if since else rows


def _running_members(case: Case) -> Any:
    return PairMembership.objects.current(case)


def _filtered(case: Case, mentors: Sequence[Mentor], since: datetime.datetime | None) -> dict[str, set[int]]:
    """Return by code whom the filters of the suggestions speak against that look at no other rows.

    Of those who waited in line ``since``, only who has withdrawn the consent meanwhile.
    """
    consents = Consent.objects.filter(mentor__in=[one.pk for one in mentors], kind=ConsentKind.SHOWN_TO_MENTEE)
    given = {True: set[int](), False: set[int]()}
    for mentor, withdrawn_at in consents.order_by().values_list("mentor", "withdrawn_at"):
        if withdrawn_at is None or since is None or withdrawn_at > since:
            given[withdrawn_at is None].add(mentor)
    if since is not None:
        return {"consent": given[False] - given[True]}
    if not mentors:
        return {}
    mentee, facts = talk_and_ways(case, mentors, given[True])
    tested = sieve(MentorTable(facts), mentee)
    return {code: set(tested.failing_keys(code)) for code in FILTERED}


def _declined(rows: Any) -> dict[int, Any]:
    """Return by mentor the sentence of the last no, or of the last time without an answer."""
    found = {}
    for mentor, status, why in rows.order_by("pk").values_list("mentor", "status", "no_reason"):
        if status == InvitationStatus.EXPIRED:
            found[mentor] = DID_NOT_ANSWER
        elif why and why != NoReason.OTHER:
            found[mentor] = format_lazy(SAID_WHY_NOT, name="{name}", reason=NoReason(why).label)
        else:
            found[mentor] = SENTENCES["declined"]
    return found


def _of_one(code: str, key: int, name: str, sentence: Any = None) -> Obstacle:
    return Obstacle(code, format_lazy(sentence or SENTENCES[code], name=name), (key,), code in ABSOLUTE)


def _conflicts_of_two(keys: Sequence[int], beside: Sequence[int], since: datetime.datetime | None) -> list[Obstacle]:
    """Return the declared conflicts within the pair that would come about."""
    together = [*keys, *beside]
    rows = MentorConflict.objects.filter(Q(mentor__in=together), Q(other__in=together))
    rows = _after(since, "declared_at", rows).select_related("mentor", "other").order_by("pk")
    return [
        Obstacle(
            "conflict_of_two",
            format_lazy(SENTENCES["conflict_of_two"], name=f"{row.mentor.name}, {row.other.name}"),
            (row.mentor_id, row.other_id),
        )
        for row in rows
    ]


def refuse_if_any(found: Sequence[Obstacle], override_reason: str) -> None:
    """Raise :class:`StepRefused` for what is absolute, and for the rest when no reason was given."""
    absolute = [obstacle for obstacle in found if obstacle.absolute]
    if absolute:
        message = joined(absolute)
        raise StepRefused(message, {"mentors": message})
    if found and not said(override_reason):
        message = format_lazy(_("{why} Say why you ask all the same, or choose somebody else."), why=joined(found))
        raise StepRefused(message, {"override_reason": message})


def joined(found: Sequence[Obstacle]) -> Any:
    """Return the sentences of ``found`` one after the other."""
    return format_lazy(" ".join(["{}"] * len(found)), *(obstacle.sentence for obstacle in found))
