"""The rows of "My desk", and the register of the kinds that there are."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet, Window
from django.urls import reverse

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.querysets import CaseQuerySet
from wagtail_mentoring.programme.rights import unions_for

from .late import Late

#: At most so many of the oldest rows are shown.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing to do.

    ``one`` and ``several``: what the count says. ``what``: the sentence on each row, which is also the choice in the
    list of cases. ``cases``: gives the keys of all cases of the kind for a user; None where it is not about cases, or
    they have a filter of their own. ``listed``: address of the list of all; "" for the list of cases by this kind.
    """

    name: str
    order: int
    icon: str
    one: Any
    several: Any
    what: Any = ""
    cases: Callable[[Any], QuerySet[Any]] | None = None
    listed: Callable[[], str] | None = None
    #: Whether cases that have ended are of it too.
    also_closed: bool = False
    #: Whether its rows stand before all others, however new they are.
    urgent: bool = False

    def counted(self, number: int) -> str:
        return str(self.one if number == 1 else self.several) % {"n": number}

    @property
    def choice(self) -> str:
        """The kind as a choice of a filter: its sentence without the full stop."""
        return str(self.what).rstrip(".")

    def list_address(self, mine: bool) -> str:
        """Return where all of the kind are listed, in pages; "" where there is no such list."""
        if self.listed is not None:
            return self.listed()
        if self.cases is None:
            return ""
        return reverse("mentoring_desk:cases") + f"?due={self.name}" + ("&mine=ours" if mine else "")


@dataclass(frozen=True, slots=True)
class Due:
    """One row: since when, about whom, what is the matter, and the button."""

    kind: str
    since: datetime.datetime
    name: str
    about: str
    what: str
    why: str
    button: str
    address: str
    #: Where the name leads; "" nowhere else than the button.
    page: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of one kind: the oldest rows, how many there are in all, and how many things they stand for."""

    rows: list[Due] = field(default_factory=list)
    total: int = 0
    things: int = 0


@dataclass(frozen=True)
class Whose:
    """Whose desk is looked at: ``mine`` without the cases of other handlers; of each kind at most ``most`` rows."""

    user: Any
    mine: bool = True
    most: int = SHOWN

    @cached_property
    def unions(self) -> Any:
        """The unions whose cases the user may move."""
        return unions_for(self.user, handle=True)

    @cached_property
    def late(self) -> Late:
        """What is late by the unions' rules."""
        return Late()

    @property
    def all_cases(self) -> QuerySet[Any]:
        """The keys of all cases that the user may move, also of those that have ended; ``mine`` as in :attr:`cases`."""
        found = Case.objects.filter(union__in=self.unions)
        if self.mine:
            found = found.filter(Q(handler=self.user) | Q(handler=None))
        return found.order_by().values("pk")

    @property
    def cases(self) -> CaseQuerySet:
        """The running cases that the user may move; ``mine``: without those of other handlers."""
        found: CaseQuerySet = Case.objects.running().filter(union__in=self.unions)
        if self.mine:
            found = found.filter(Q(handler=self.user) | Q(handler=None))
        return found.select_related("mentee", "field__profession")

    @property
    def keys(self) -> QuerySet[Any]:
        """The keys of those cases, for rows that belong to a case."""
        return self.cases.order_by().values("pk")

    def oldest(self, rows: QuerySet[Any], since: str) -> tuple[list[Any], int]:
        """Return the oldest of ``rows`` by the column or annotation ``since``, and how many there are: one query."""
        found = list(rows.annotate(of_all=Window(Count("pk"))).order_by(since, "pk")[: self.most])
        return found, found[0].of_all if found else 0


@dataclass(frozen=True, slots=True)
class Desk:
    """What needs a user: the rows, what is urgent first and then the oldest; and what was found of each kind."""

    rows: list[Due]
    found: list[tuple[Kind, Found]]

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return sum(one.total for _kind, one in self.found)

    @property
    def oldest(self) -> datetime.datetime | None:
        """Since when the oldest row of all has waited; None where there is none."""
        return min((row.since for _kind, one in self.found for row in one.rows), default=None)


Provider = Callable[[Whose], Found]
_providers: dict[str, tuple[Kind, Provider]] = {}


def register(kind: Kind) -> Callable[[Provider], Provider]:
    """Register a function that finds the rows of ``kind``, in a constant number of queries."""

    def decorate(provider: Provider) -> Provider:
        _providers[kind.name] = (kind, provider)
        return provider

    return decorate


def kinds() -> list[Kind]:
    """Return the kinds in the order in which their counts stand."""
    return sorted((kind for kind, _provider in _providers.values()), key=lambda kind: kind.order)


def desk_of(user: Any, *, mine: bool = True, most: int = SHOWN) -> Desk:
    """Return what needs ``user``, what is urgent and then the oldest first: at most ``most`` rows, and all counted."""
    whose, found = Whose(user, mine, most), []
    for kind in kinds():
        one = _providers[kind.name][1](whose)
        if one.total:
            found.append((kind, one))
    rows = sorted(
        ((not kind.urgent, row.since, row.about, row) for kind, one in found for row in one.rows),
        key=lambda sorting: sorting[:3],
    )
    return Desk([row for *_order, row in rows[:most]], found)


def rows_of_cases(kind: str, cases: tuple[list[Any], int], row: Callable[[Any], dict[str, Any]]) -> Found:
    """Return rows about ``cases``, each with its moment ``since``; ``row`` gives what is said of one."""
    return Found([of_case(kind, case.since, case, **row(case)) for case in cases[0]], cases[1], cases[1])


def of_case(kind: str, since: datetime.datetime, case: Any, **said: Any) -> Due:
    """Return a row about ``case``, whose mentee and field are there already."""
    about = f"{case.reference} · {case.field_name[:1].upper()}{case.field_name[1:]}"
    page = reverse("mentoring_desk:case", args=[case.pk])
    return Due(kind=kind, since=since, name=case.mentee.name, about=about, page=page, **said)


def step_address(case_id: int, step: str) -> str:
    """Return the address of the form of a step."""
    return reverse("mentoring_desk:step", args=[case_id, step])
