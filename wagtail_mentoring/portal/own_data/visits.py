"""Who looks at the own data: a mentee or a mentor on the page of a case, or a mentor on the own page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentee, PrivateLink
from wagtail_mentoring.people.whose import Someone
from wagtail_mentoring.programme.models import Union

from .. import session
from ..session import MentorVisit, Visit, frame, mentor_frame

#: Where the templates of the own data are.
TEMPLATES = "wagtail_mentoring/portal/own_data/"


@dataclass(frozen=True, slots=True)
class OwnVisit:
    """A person who looks at the own data. ``case`` is the one whose page is open; None on a mentor's own page."""

    page: Visit | MentorVisit
    person: Someone

    @property
    def link(self) -> PrivateLink:
        return self.page.link

    @property
    def case(self) -> Case | None:
        return self.page.case if isinstance(self.page, Visit) else None

    @property
    def union(self) -> Union:
        return self.person.union

    @property
    def is_mentee(self) -> bool:
        return isinstance(self.person, Mentee)

    @property
    def home(self) -> str:
        """The page from which the person came."""
        name = "portal_home" if isinstance(self.page, Visit) else "portal_mentor"
        return reverse(f"wagtail_mentoring:{name}")


def current_person(request: HttpRequest) -> OwnVisit | None:
    """Return who looks, or None; also None for somebody who has been erased, and on the page of an invitation."""
    visit = session.current(request)
    if visit is not None:
        return OwnVisit(visit, visit.person) if visit.person.anonymised_at is None else None
    own = session.current_mentor(request)
    return OwnVisit(own, own.mentor) if own is not None else None


def with_person(view: Callable[..., HttpResponseBase]) -> session.View:
    """Decorate a view of the own data: it gets the :class:`OwnVisit`; without one, a way to a fresh link."""
    return session.with_found(current_person, view)


def own_frame(visit: OwnVisit, **context: Any) -> dict[str, Any]:
    """Return the context of every page of the own data, with ``context``."""
    values = frame(visit.page) if isinstance(visit.page, Visit) else mentor_frame(visit.page)
    return {**values, "own": visit, "person": visit.person, **context}
