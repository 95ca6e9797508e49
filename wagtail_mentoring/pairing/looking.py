"""The mentors of one case as columns, from the database: for all what the filters look at, the rest for the possible.

For one case the facts of a whole union as objects (:mod:`.gather`) would take most of the time. What is read here is
the same; who is shown in the end is made facts of.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping
from itertools import compress
from typing import Any, TypeVar

import numpy as np
from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, Coalesce

from wagtail_mentoring import clock
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme.models import Union

from . import as_written, mentor_ties
from .fetching import Column, OneOf, columns_of
from .matching.column_tables import Basics, BasicTable, Details, PointsTable
from .matching.facts import LEVELS, MentorFacts
from .matching.kinds import Kinds
from .matching.shared import Shared, areas_and_titles
from .matching.table import Ints
from .matching.ties import Ties, how_often
from .mentors import volunteers
from .models import Place

Read = TypeVar("Read", bound=Hashable)
#: What the filters look at, and by what a field's mentors are compared.
_BASICS = (
    "pk",
    "english",
    "finnish",
    "swedish",
    "other_languages",
    "municipality",
    "small",
    "paused_day",
    "speciality",
    "title",
)
#: What is small is one number, made of these units: three things that are so or not, and the capacity.
_ONLINE, _IN_PERSON, _AGREED, _CAPACITY = 1, 2, 4, 8


class Looked:
    """The mentors of ``field`` at ``union``, and those with the keys ``also`` whatever their field."""

    def __init__(self, union: Union, field: int, also: Collection[int] = ()) -> None:
        self.union, self.field = union, field
        self._today = clock.today()
        of_field = Mentor.fields.through.objects.filter(professionalfield=field)
        of_them = Q(mentor__in=of_field.values("mentor"))
        if also:
            # No join with the fields: a mentor of two is one row.
            of_them |= Q(mentor__in=tuple(also))
            self._columns = _columns(union, Q(pk__in=of_field.values("mentor")) | Q(pk__in=tuple(also)))
        else:
            self._columns = _columns(union, Q(fields=field))
        pk, small = self._columns["pk"].numbers, self._columns["small"].numbers
        in_field = np.ones(len(pk), dtype=np.bool_)
        if also:
            theirs = of_field.filter(mentor__in=tuple(also)).values_list("mentor", flat=True)
            in_field[np.isin(pk, sorted(set(also) - set(theirs)))] = False
        self._in_field = in_field
        self._conflicts = mentor_ties.conflicts(union)
        # Not with the rest: PostgreSQL takes what is asked of every row for dear, and soon compiles such a query.
        (taken,) = columns_of(Place.objects.filter(of_them).order_by().values_list("mentor"), 1)
        towns = self._kinds("municipality", str)
        self.basics = Basics(
            pk=pk,
            english=self._columns["english"].places(LEVELS),
            finnish=self._columns["finnish"].places(LEVELS),
            swedish=self._columns["swedish"].places(LEVELS),
            other=self._kinds("other_languages", as_written.languages),
            municipality=Kinds([as_written.place(town) for town in towns.values], towns.of),
            region=Kinds([as_written.region(town) for town in towns.values], towns.of),
            online=small // _ONLINE % 2 > 0,
            in_person=small // _IN_PERSON % 2 > 0,
            consent=small // _AGREED % 2 > 0,
            capacity=small // _CAPACITY,
            load=how_often(pk, taken.numbers),
            away_until=self._away(),
        )
        self.table = BasicTable(self.basics, field, in_field, self._held)

    def shared(self) -> Shared:
        """Return what most mentors of the field have in common."""
        written = zip(self._columns["speciality"].values, self._columns["title"].values, strict=True)
        return Shared(areas_and_titles(compress(written, self._in_field.tolist())))

    def to_rank(self, rows: Ints) -> PointsTable:
        """Return the mentors at ``rows`` of the table with all that the points look at."""
        rows, details = self._details(rows)
        basics = self.basics.take(rows)
        ties = columns_of(mentor_ties.ties(self.union, OneOf(basics.pk.tolist())), 6)
        mentor, pair, case, lately = (column.numbers for column in ties[:4])
        joined, left = (column.values for column in ties[4:])
        return PointsTable(basics, details, Ties(mentor, pair, case, lately, joined, left), self._conflicts)

    def facts(self, table: PointsTable, keys: Collection[int]) -> list[MentorFacts]:
        """Return the whole facts of the mentors ``keys``, as far as they are in ``table`` (:meth:`to_rank`)."""
        rows = table.rows(keys)
        basics, details = table.basics.take(rows), table.details.take(rows)
        held = self._held_places(mentor_ties.of(keys))
        together, partners = mentor_ties.with_years(self.union, keys)
        conflicts: dict[int, list[int]] = defaultdict(list)
        for first, second in self._conflicts:
            conflicts[first].append(second)
            conflicts[second].append(first)
        return [
            MentorFacts(
                pk=pk,
                fields=(self.field,) if self._in_field[self.table.row_of[pk]] else as_written.NONE,
                english=int(basics.english[place]),
                finnish=int(basics.finnish[place]),
                swedish=int(basics.swedish[place]),
                other=basics.other[place],
                municipality=basics.municipality[place],
                region=basics.region[place],
                online=bool(basics.online[place]),
                in_person=bool(basics.in_person[place]),
                topics=details.topics[place],
                times=details.times[place],
                title=details.skills[place][1],
                specialities=details.skills[place][0],
                experience_years=None if details.years[place] < 0 else int(details.years[place]),
                capacity=int(basics.capacity[place]),
                load=int(basics.load[place]),
                held_until=held.get(pk, ""),
                away_until=basics.away_until.get(pk, ""),
                recent=int(table.recent[rows[place]]),
                consent=bool(basics.consent[place]),
                partners=as_written.sorted_keys(partners.get(pk, as_written.NONE)),
                together=tuple(sorted(together[pk].items())) if pk in together else as_written.NONE,
                conflicts=as_written.sorted_keys(conflicts.get(pk, as_written.NONE)),
            )
            for place, pk in enumerate(basics.pk.tolist())
        ]

    def _details(self, rows: Ints) -> tuple[Ints, Details]:
        """Return what only the points look at of the mentors at ``rows``; who was deleted meanwhile is left out."""
        pk = self.basics.pk[rows]
        there, topics, times, years = _details(pk.tolist())
        here = np.isin(pk, there.numbers)
        order = np.argsort(there.numbers)
        places = order[np.searchsorted(there.numbers[order], pk[here])]
        rows = rows[here]
        areas, titles = self._columns["speciality"].values, self._columns["title"].values
        skills = [(areas[row], titles[row]) for row in rows.tolist()]
        return rows, Details(
            years=years.numbers[places],
            topics=Kinds.read(topics.values, as_written.listed).take(places),
            times=Kinds.read(times.values, as_written.listed).take(places),
            skills=Kinds.read(skills, lambda written: (as_written.areas(written[0]), written[1])),
        )

    def _away(self) -> dict[int, str]:
        """Return until when those who are paused or away today are, the later of the two."""
        paused = self._columns["paused_day"].values
        some = self._columns["pk"].numbers[np.fromiter(map(bool, paused), dtype=np.bool_, count=len(paused))]
        today = self._today.isoformat()
        found = {key: day for key, day in zip(some.tolist(), filter(None, paused), strict=True) if day >= today}
        for pk, last in mentor_ties.away_today(self.union, self._today).items():
            found[pk] = max(last.isoformat(), found.get(pk, ""))
        return found

    def _held(self) -> Mapping[int, str]:
        # By the case, which is the mentor's union too: few of a union's mentors hold a place for an invitation.
        return self._held_places(Q(invitation__proposal__case__union=self.union))

    def _held_places(self, which: Q) -> dict[int, str]:
        """Return until when the first held place of each mentor waits."""
        held = Place.objects.filter(which, invitation__answer_by__isnull=False).order_by()
        mentors, days = columns_of(held.values_list("mentor", Cast("invitation__answer_by", TextField())), 2)
        found: dict[int, str] = {}
        for mentor, until in zip(mentors.values, days.values, strict=True):
            if until <= found.get(mentor, until):
                found[mentor] = until
        # A last day that has passed while the time stands still: it may end any day.
        today = self._today.isoformat()
        return {mentor: max(until, today) for mentor, until in found.items()}

    def _kinds(self, name: str, read: Callable[[str], Read]) -> Kinds[Read]:
        return Kinds.read(self._columns[name].values, read)


def _columns(union: Union, here: Q) -> dict[str, Column]:
    """Return of the volunteers ``here`` what the filters look at, and what a field's mentors have in common."""
    chosen: QuerySet[Any] = volunteers(Mentor.objects.filter(union=union)).filter(here).order_by()
    online, in_person = Cast("online", IntegerField()), Cast("in_person", IntegerField())
    agreed = Cast(Exists(mentor_ties.agreed(Q(mentor=OuterRef("pk")))), IntegerField())
    rows = chosen.annotate(
        small=online * _ONLINE + in_person * _IN_PERSON + agreed * _AGREED + F("capacity") * _CAPACITY,
        paused_day=Cast("paused_until", TextField()),
    )
    return dict(zip(_BASICS, columns_of(rows.values_list(*_BASICS), len(_BASICS)), strict=True))


def _details(keys: Collection[int]) -> list[Column]:
    """Return of the mentors ``keys`` in any order: key, topics, times, years of experience (-1: not known)."""
    rows = Mentor.objects.filter(pk__in=OneOf(keys)).order_by()
    topics, times = Cast("topics", TextField()), Cast("times", TextField())
    return columns_of(rows.values_list("pk", topics, times, Coalesce("experience_years", -1)), 4)
