"""The mentors of one case as columns, from the database: for all what the filters look at, the rest for the possible.

For one case the facts of a whole union as objects (:mod:`.gather`) would take most of the time. What is read here is
the same; who is shown in the end is made facts of.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from wagtail_mentoring import clock
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.programme.models import Union

from . import as_written, mentor_ties
from .fetching import columns_of
from .matching.column_tables import Basics, BasicTable, Details, PointsTable
from .matching.facts import MentorFacts
from .matching.kinds import Kinds
from .matching.shared import Shared, areas_and_title
from .matching.table import Bools, Ints
from .mentors import volunteers
from .models import Place

#: Up to so many keys are named in a query, because some databases take no more parameters. Of more, all of a field of
#: up to so many mentors is asked, and else the whole union, which is quicker then.
_KEYS, _FIELD = 900, 5_000
#: The columns in the order in which they are fetched.
_COLUMNS = (
    "pk",
    "english",
    "finnish",
    "swedish",
    "other_languages",
    "municipality",
    "is_online",
    "is_in_person",
    "topics_json",
    "times_json",
    "title",
    "speciality",
    "experience_years",
    "capacity",
    "paused_day",
    "taken",
    "agreed",
)


class Looked:
    """The mentors of ``field`` at ``union``, and those with the keys ``also`` whatever their field."""

    def __init__(self, union: Union, field: int, also: Collection[int] = ()) -> None:
        self.union, self.field = union, field
        self._today = clock.today()
        # Of the union are the mentors alone whom the other condition leaves: no join is needed here.
        of_field = Mentor.fields.through.objects.filter(professionalfield=field)
        self._of_field, self._also = of_field.values("mentor"), tuple(also)
        here = Q(pk__in=self._of_field)
        columns = _columns(union, here | Q(pk__in=tuple(also)) if also else here)
        self._columns: dict[str, list[Any]] = dict(zip(_COLUMNS, columns, strict=True))
        pk = _ints(self._column("pk"))
        in_field = np.ones(len(pk), dtype=np.bool_)
        if also:
            theirs = of_field.filter(mentor__in=tuple(also)).values_list("mentor", flat=True)
            in_field[np.isin(pk, sorted(set(also) - set(theirs)))] = False
        self._in_field = in_field
        self._conflicts = mentor_ties.conflicts(union)
        towns = Kinds.read(self._column("municipality"), str)
        self.basics = Basics(
            pk=pk,
            english=self._levels("english"),
            finnish=self._levels("finnish"),
            swedish=self._levels("swedish"),
            other=Kinds.read(self._column("other_languages"), as_written.languages),
            municipality=Kinds([as_written.place(town) for town in towns.values], towns.of),
            region=Kinds([as_written.region(town) for town in towns.values], towns.of),
            online=_flags(self._column("is_online")),
            in_person=_flags(self._column("is_in_person")),
            consent=_flags(self._column("agreed")),
            capacity=_ints(self._column("capacity")),
            load=_ints([taken or 0 for taken in self._column("taken")]),
            away_until=self._away(),
        )
        self.table = BasicTable(self.basics, field, in_field, self._held)

    def shared(self) -> Shared:
        """Return what most mentors of the field have in common."""
        written = zip(self._column("speciality"), self._column("title"), self._in_field.tolist(), strict=True)
        return Shared(areas_and_title(areas, title) for areas, title, here in written if here)

    def to_rank(self, rows: Ints) -> PointsTable:
        """Return the mentors at ``rows`` of the table with all that the points look at."""
        basics = self.basics.take(rows)
        keys: Any = basics.pk.tolist()
        if len(keys) > _KEYS:
            # The mentors who are pinned are not of the field: then the whole union as well.
            keys = self._of_field if len(self.table) <= _FIELD and not self._also else None
        return PointsTable(
            basics,
            self._details(rows, _cases_of(basics.pk, *columns_of(mentor_ties.begun(self.union, keys), 2))),
            couples=[_ints(column) for column in columns_of(mentor_ties.couples(self.union, keys), 3)],
            conflicts=self._conflicts,
        )

    def facts(self, keys: Collection[int], recent: Mapping[int, int]) -> list[MentorFacts]:
        """Return the whole facts of the mentors ``keys`` who are here. ``recent``: their mentees of the last year."""
        rows = self.table.rows(keys)
        chosen = {name: self._picked(name, rows) for name in _COLUMNS}
        held = self._held_places(mentor_ties.of(keys))
        together, partners = mentor_ties.with_years(self.union, keys)
        conflicts: dict[int, list[int]] = defaultdict(list)
        for first, second in self._conflicts:
            conflicts[first].append(second)
            conflicts[second].append(first)
        field = np.isin(rows, self.table.rows_by_field[self.field]).tolist()
        return [
            MentorFacts(
                pk=pk,
                fields=(self.field,) if field[place] else as_written.NONE,
                english=as_written.level(chosen["english"][place]),
                finnish=as_written.level(chosen["finnish"][place]),
                swedish=as_written.level(chosen["swedish"][place]),
                other=as_written.languages(chosen["other_languages"][place]),
                municipality=as_written.place(chosen["municipality"][place]),
                region=as_written.region(chosen["municipality"][place]),
                online=bool(self.basics.online[rows[place]]),
                in_person=bool(self.basics.in_person[rows[place]]),
                topics=as_written.listed(chosen["topics_json"][place]),
                times=as_written.listed(chosen["times_json"][place]),
                title=chosen["title"][place],
                specialities=as_written.areas(chosen["speciality"][place]),
                experience_years=chosen["experience_years"][place],
                capacity=chosen["capacity"][place],
                load=chosen["taken"][place] or 0,
                held_until=held.get(pk, ""),
                away_until=self.basics.away_until.get(pk, ""),
                recent=recent[pk],
                consent=bool(self.basics.consent[rows[place]]),
                partners=as_written.sorted_keys(partners.get(pk, as_written.NONE)),
                together=tuple(sorted(together[pk].items())) if pk in together else as_written.NONE,
                conflicts=as_written.sorted_keys(conflicts.get(pk, as_written.NONE)),
            )
            for place, pk in enumerate(chosen["pk"])
        ]

    def _details(self, rows: Ints, recent: Ints) -> Details:
        return Details(
            recent=recent,
            years=_ints([-1 if years is None else years for years in self._picked("experience_years", rows)]),
            topics=Kinds.read(self._picked("topics_json", rows), as_written.listed),
            times=Kinds.read(self._picked("times_json", rows), as_written.listed),
            skills=Kinds.read(
                list(zip(self._picked("speciality", rows), self._picked("title", rows), strict=True)),
                lambda written: (as_written.areas(written[0]), written[1]),
            ),
        )

    def _away(self) -> dict[int, str]:
        """Return until when those who are paused or away today are, the later of the two."""
        today, paused = self._today.isoformat(), self._column("paused_day")
        found = {self._column("pk")[place]: day for place, day in enumerate(paused) if day and day >= today}
        for pk, last in mentor_ties.away_today(self.union, self._today).items():
            found[pk] = max(last.isoformat(), found.get(pk, ""))
        return found

    def _held(self) -> Mapping[int, str]:
        # By the case, which is the mentor's union too: few of a union's mentors hold a place for an invitation.
        return self._held_places(Q(invitation__proposal__case__union=self.union))

    def _held_places(self, which: Q) -> dict[int, str]:
        """Return until when the first held place of each mentor waits."""
        held = Place.objects.filter(which, invitation__answer_by__isnull=False).order_by()
        day = Cast("invitation__answer_by", TextField())
        found: dict[int, str] = {}
        for mentor, until in zip(*columns_of(held.values_list("mentor", day), 2), strict=True):
            if until <= found.get(mentor, until):
                found[mentor] = until
        # A last day that has passed while the time stands still: it may end any day.
        today = self._today.isoformat()
        return {mentor: max(until, today) for mentor, until in found.items()}

    def _column(self, name: str) -> Sequence[Any]:
        return self._columns[name]

    def _picked(self, name: str, rows: Ints) -> Sequence[Any]:
        """Return a column at ``rows``."""
        places = rows.tolist()
        if len(places) < 2:  # itemgetter of one is no sequence
            return [self._column(name)[place] for place in places]
        picked: tuple[Any, ...] = itemgetter(*places)(self._column(name))
        return picked

    def _levels(self, name: str) -> Ints:
        return Kinds.read(self._column(name), as_written.level).numbers(int)


def _columns(union: Union, here: Q) -> list[list[Any]]:
    """Return the columns of the volunteers ``here``."""
    mine = Place.objects.filter(mentor=OuterRef("pk")).order_by()
    shown = Consent.objects.filter(mentor=OuterRef("pk"), kind=ConsentKind.SHOWN_TO_MENTEE, withdrawn_at__isnull=True)
    chosen: QuerySet[Any] = volunteers(Mentor.objects.filter(union=union)).filter(here).order_by()
    rows = chosen.annotate(
        topics_json=Cast("topics", TextField()),
        times_json=Cast("times", TextField()),
        paused_day=Cast("paused_until", TextField()),
        # As numbers: of a truth value SQLite's driver asks Python each time.
        is_online=Cast("online", IntegerField()),
        is_in_person=Cast("in_person", IntegerField()),
        taken=Subquery(mine.values("mentor").annotate(number=Count("pk")).values("number")),
        agreed=Exists(shown),
    )
    return columns_of(rows.values_list(*_COLUMNS), len(_COLUMNS))


def _cases_of(pk: Ints, mentors: Sequence[int], cases: Sequence[int]) -> Ints:
    """Return for each of ``pk`` with how many different ``cases`` it stands among ``mentors``."""
    them, theirs = _ints(mentors), _ints(cases)
    order = np.lexsort((theirs, them))
    them, theirs = them[order], theirs[order]
    new = np.ones(len(them), dtype=np.bool_)
    new[1:] = (np.diff(them) != 0) | (np.diff(theirs) != 0)
    once = them[new]
    return np.searchsorted(once, pk, side="right") - np.searchsorted(once, pk, side="left")


def _flags(values: Sequence[Any]) -> Bools:
    return np.array(values, dtype=np.bool_)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
