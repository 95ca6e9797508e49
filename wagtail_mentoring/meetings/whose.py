"""The three of a case: who they are now, whose a row is, and how each is called to another."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wagtail_mentoring.cases import actors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentee, Mentor
from wagtail_mentoring.people.whose import Someone, key_of
from wagtail_mentoring.privacy.consents import consented
from wagtail_mentoring.privacy.models import ConsentKind
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.steps import NOT_YOURS


@dataclass(frozen=True, slots=True)
class Party:
    """One of the three as another of them sees it. ``named``: by the own name, else by what it is to the other."""

    person: Someone
    name: str
    you: bool
    named: bool = True

    @property
    def key(self) -> tuple[str, int]:
        """What tells the three apart: "mentee" or "mentor", and the key of the row."""
        return key_of(self.person)

    @property
    def is_mentor(self) -> bool:
        """Whether this is a mentor, not the mentee."""
        return isinstance(self.person, Mentor)

    @property
    def within(self) -> str:
        """How the person is called in the middle of a sentence: "your mentor"."""
        return self.name if self.named else self.name[:1].lower() + self.name[1:]


def acting(by: Someone) -> Callable[[Case], actors.Actor]:
    """Return what ``moves.move`` asks for: ``by`` acting on a case, in a role only while one of its three."""
    return lambda case: actors.person_on(by, case)


def people_of(case: Case) -> list[Someone]:
    """Return the mentee and the mentors of the current pair, in this order. One or two queries."""
    return [case.mentee, *actors.current_mentors(case)]


def together_since(case: Case) -> datetime.datetime | None:
    """Return when the one of the current mentors who came first has joined; None without any. One query."""
    found = actors.current_mentors(case).order_by().aggregate(since=Min("memberships__joined_at"))
    return found["since"]


class PairHistory:
    """Who has been a mentor of one case, and when. Built from one query; asked for a moment without another one."""

    def __init__(self, case: Case) -> None:
        # By the query names of the room beside: who is in which pair, and since when, is stored there.
        columns = ("mentor", "joined_at", "left_at")
        rows = case.pairs.values_list(*(f"memberships__{name}" for name in columns), "ended_at")
        self._stays = [
            (mentor, joined, [end for end in (left, ended) if end is not None])
            for mentor, joined, left, ended in rows
            if mentor is not None
        ]
        self.now: frozenset[int] = frozenset(mentor for mentor, _joined, ends in self._stays if not ends)

    def at(self, moment: datetime.datetime) -> frozenset[int]:
        """Return the keys of the mentors of ``moment``."""
        return frozenset(
            mentor for mentor, joined, ends in self._stays if joined <= moment and all(end > moment for end in ends)
        )

    def knew_all(self, moment: datetime.datetime) -> bool:
        """Return whether all mentors of now were mentors of the case at ``moment`` already, together."""
        return self.now <= self.at(moment)


def last_mentors(case: Case) -> list[Mentor]:
    """Return the mentors of the current pair, or of the last one where that has ended: whoever stayed to its end.

    Without those whose data have been erased. One query.
    """
    # By the query names of the room beside: who is in which pair is stored there, the newest last.
    found = Mentor.objects.filter(
        memberships__pair=case.pairs.order_by("-pk").values("pk")[:1],
        memberships__left_at=None,
        anonymised_at=None,
    )
    return list(found.order_by("memberships__pk"))


def require(case: Case, by: Someone) -> actors.Actor:
    """Return ``by`` acting on ``case``. Raises StepRefused for anybody who is not one of the three now."""
    actor = actors.person_on(by, case)
    if not actor.roles:
        raise StepRefused(NOT_YOURS)
    return actor


def parties(case: Case, viewer: Someone) -> list[Party]:
    """Return the three of ``case`` as ``viewer`` sees them, the viewer first. A constant number of queries."""
    people = people_of(case)
    mentors = [person for person in people if isinstance(person, Mentor)]
    kind = ConsentKind.SHOWN_TO_PARTNER if isinstance(viewer, Mentor) else ConsentKind.SHOWN_TO_MENTEE
    shown = consented(mentors, kind)
    nameless = _nameless(mentors, viewer)
    found = []
    for person in people:
        you = key_of(person) == key_of(viewer)
        named = you or isinstance(person, Mentee) or "name" in shown.get(person.pk, frozenset())
        found.append(Party(person, person.called if named else nameless[person.pk], you, named))
    return sorted(found, key=lambda party: not party.you)


def _nameless(mentors: list[Mentor], viewer: Someone) -> dict[int, str]:
    """Return how each mentor is called to ``viewer`` without the name."""
    if isinstance(viewer, Mentor):
        return {mentor.pk: _("The second mentor") for mentor in mentors}
    if len(mentors) == 1:
        return {mentors[0].pk: pgettext("instead of a name", "Your mentor")}
    return dict(zip([mentor.pk for mentor in mentors], [_("The first mentor"), _("The second mentor")], strict=False))
