"""What is looked at when mentors are sought: facts about a mentee and a mentor, by number, without names.

No fact says where somebody comes from, how old they are, what they believe, or their gender, so that no criterion can
use it. A mentee's own optional wish is not among them either: it is a note for the handler.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from .languages import UNREAD, readable

#: Levels in the order of the Common European Framework; the place in this list is the number in the facts.
LEVELS = ("", "a1", "a2", "b1", "b2", "c1", "c2")
#: From this level on somebody can talk about work (B2).
WORK_LEVEL = LEVELS.index("b2")


@dataclass(frozen=True, slots=True)
class MenteeFacts:
    """One case that waits for mentors. Levels are places in :data:`LEVELS`; mentors are keys."""

    case: int
    mentee: int
    field: int
    participation: int = 0
    english: int = 0
    finnish: int = 0
    swedish: int = 0
    #: Codes of :mod:`.languages`, or the name in small letters where it knows none.
    other: tuple[str, ...] = ()
    #: Small letters; "" not known. Used for points even when ``hidden``, which says who may read of it.
    municipality: str = ""
    region: str = ""
    hidden: bool = False
    goals: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    #: Words about profession, degree and goals, as :func:`.tokens.tokens` leaves them, in the mentee's order.
    words: tuple[str, ...] = ()
    experience_years: int | None = None
    #: Mentors who have a place for this very case already (asked, agreed, or of its pair).
    holds: tuple[int, ...] = ()
    #: Mentors whom this mentee has or had, in any case.
    earlier: tuple[int, ...] = ()
    #: Mentors who said no, or did not answer, when they were asked for this case.
    declined: tuple[int, ...] = ()
    #: Those of them who did not answer.
    unanswered: tuple[int, ...] = ()
    #: Mentors who are asked for this case now, have said yes, or stand in line for it.
    asked: tuple[int, ...] = ()
    conflicts: tuple[int, ...] = ()
    rematch: bool = False
    waited_days: int = 0
    one_mentor_allowed: bool = True


@dataclass(frozen=True, slots=True)
class MentorFacts:
    """One approved, confirmed mentor. Dates are written as ISO 8601."""

    pk: int
    fields: tuple[int, ...]
    english: int = 0
    finnish: int = 0
    swedish: int = 0
    other: tuple[str, ...] = ()
    municipality: str = ""
    region: str = ""
    online: bool = True
    in_person: bool = True
    topics: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    title: str = ""
    #: Areas of the profession in the mentor's own words, one entry for each.
    specialities: tuple[str, ...] = ()
    experience_years: int | None = None
    capacity: int = 1
    load: int = 0
    #: Until when an open invitation holds a place of this mentor, the earliest; "" none.
    held_until: str = ""
    #: The last day on which the mentor is away or paused; "" is here today.
    away_until: str = ""
    #: Mentees begun in the last twelve months.
    recent: int = 0
    #: Has agreed to be shown to a mentee.
    consent: bool = True
    #: Mentors of a standing pair with this one.
    partners: tuple[int, ...] = ()
    #: Mentors with whom this one was in a pair of a case, each with the latest year.
    together: tuple[tuple[int, int], ...] = ()
    #: Mentors whom this one must not meet in a pair.
    conflicts: tuple[int, ...] = ()


Facts = TypeVar("Facts", MenteeFacts, MentorFacts)


def to_json(facts: MenteeFacts | MentorFacts) -> dict[str, Any]:
    """Return ``facts`` as a dictionary that JSON can hold. What has its default is left out."""
    written: dict[str, Any] = {}
    for field in dataclasses.fields(facts):
        value = getattr(facts, field.name)
        if value != field.default:
            written[field.name] = _lists(value)
    return written


def to_keep(facts: MenteeFacts, words: Iterable[str] = ()) -> dict[str, Any]:
    """Return what is kept of a mentee's facts with a proposal or a plan: nothing that only this person wrote.

    Of the words only ``words`` (those that met a mentor's), of the other languages those that have a code, and of the
    place the region.
    """
    kept = set(words)
    return to_json(
        dataclasses.replace(
            facts,
            words=tuple(word for word in facts.words if word in kept),
            other=tuple(code for code in readable(facts.other) if code != UNREAD),
            municipality="",
        )
    )


def from_json(kind: type[Facts], written: Mapping[str, Any]) -> Facts:
    """Return the facts that :func:`to_json` wrote. Names that are not known any more are left out."""
    known = {field.name for field in dataclasses.fields(kind)}
    return kind(**{name: _tuples(value) for name, value in written.items() if name in known})


def all_from_json(kind: type[Facts], written: Iterable[Mapping[str, Any]]) -> list[Facts]:
    """Return many of them."""
    return [from_json(kind, row) for row in written]


def _lists(value: Any) -> Any:
    return [_lists(part) for part in value] if isinstance(value, tuple) else value


def _tuples(value: Any) -> Any:
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value
