"""Who acts on a case, and in what capacity."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from wagtail_mentoring.people.models import Mentee, Mentor
from wagtail_mentoring.people.whose import Someone
from wagtail_mentoring.programme.rights import may_handle
from wagtail_mentoring.workflows import Role

if TYPE_CHECKING:
    from .models import Case


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting on one case. Make it with one of the functions below, which check the right."""

    roles: frozenset[Role]
    user: Any = None
    mentee: Mentee | None = None
    mentor: Mentor | None = None

    @property
    def role(self) -> str:
        """The one role written to the log; ``"none"`` for somebody without a right."""
        return next(iter(sorted(self.roles)), "none")


SYSTEM = Actor(frozenset({Role.SYSTEM}))


def user_on(user: Any, case: "Case") -> Actor:
    """Return ``user`` acting on ``case``: as its handler where the case's union is granted, else without a role."""
    allowed = (
        user.is_authenticated and may_handle(user, case.union_id) and user.has_perm("wagtail_mentoring.change_case")
    )
    return Actor(frozenset({Role.HANDLER}) if allowed else frozenset(), user=user)


def mentee_on(mentee: Mentee, case: "Case") -> Actor:
    """Return ``mentee`` acting on ``case``, without a role when it is another person's case."""
    return Actor(frozenset({Role.MENTEE}) if case.mentee_id == mentee.pk else frozenset(), mentee=mentee)


def person_on(person: Someone, case: "Case") -> Actor:
    """Return ``person`` acting on ``case``, in a role only as its mentee or in its current pair."""
    return mentor_on(person, case) if isinstance(person, Mentor) else mentee_on(person, case)


def current_mentors(case: "Case") -> QuerySet[Mentor]:
    """Return the mentors of the case's current pair, in the order in which they joined."""
    # By the query name of the room above: who is in the pair is stored there, once.
    return Mentor.objects.filter(
        memberships__pair__case=case, memberships__pair__ended_at=None, memberships__left_at=None
    ).order_by("memberships__pk")


def mentor_on(mentor: Mentor, case: "Case") -> Actor:
    """Return ``mentor`` acting on ``case``, without a role unless in its current pair."""
    current = current_mentors(case).filter(pk=mentor.pk).exists()
    return Actor(frozenset({Role.MENTOR}) if current else frozenset(), mentor=mentor)
