"""The table of mentors made of columns, for one case: no object for each mentor, and details of the possible alone.

It holds the same as a table made of facts (:class:`.table.MentorTable`), save ``mentors``: whoever has to be told of is
made a fact of afterwards. A test compares the two.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .kinds import Kinds
from .table import Bools, Codes, Ints, MentorTable, text_words, word_stems
from .ties import Ties
from .tokens import beginning, meet

#: Of which year it was is told of those who are shown, and makes no difference to the points.
_SOME_YEAR = 1


@dataclass(frozen=True, slots=True)
class Basics:
    """What the filters look at, one entry for each mentor, in one order."""

    pk: Ints
    english: Ints
    finnish: Ints
    swedish: Ints
    other: Kinds[tuple[str, ...]]
    municipality: Kinds[str]
    region: Kinds[str]
    online: Bools
    in_person: Bools
    consent: Bools
    capacity: Ints
    load: Ints
    #: By key, only of those who are away.
    away_until: Mapping[int, str]

    def take(self, rows: Ints) -> "Basics":
        """Return the mentors at ``rows``, in that order."""
        return Basics(
            self.pk[rows],
            self.english[rows],
            self.finnish[rows],
            self.swedish[rows],
            self.other.take(rows),
            self.municipality.take(rows),
            self.region.take(rows),
            self.online[rows],
            self.in_person[rows],
            self.consent[rows],
            self.capacity[rows],
            self.load[rows],
            self.away_until,
        )


@dataclass(frozen=True, slots=True)
class Details:
    """What only the points look at, for some mentors, in one order."""

    #: -1: not known.
    years: Ints
    topics: Kinds[tuple[str, ...]]
    times: Kinds[tuple[str, ...]]
    #: Areas of the profession, and title.
    skills: Kinds[tuple[tuple[str, ...], str]]

    def take(self, rows: Ints) -> "Details":
        """Return the mentors at ``rows``, in that order."""
        return Details(
            self.years[rows],
            self.topics.take(rows),
            self.times.take(rows),
            self.skills.take(rows),
        )


class BasicTable(MentorTable):
    """Mentors whom the filters look at. ``held``: called once, if it is asked who holds a place until when."""

    def __init__(
        self, basics: Basics, field: int, in_field: Bools, held: Callable[[], Mapping[int, str]] = dict
    ) -> None:
        self.basics, self._held = basics, held
        self.pk = basics.pk
        self.row_of = dict(zip(basics.pk.tolist(), range(len(basics.pk)), strict=True))
        if len(self.row_of) != len(basics.pk):
            raise ValueError("a mentor was given twice")
        self.english, self.finnish, self.swedish = basics.english, basics.finnish, basics.swedish
        self.online, self.in_person = basics.online, basics.in_person
        self.consent = basics.consent
        self.load = basics.load
        self.free = basics.capacity - basics.load
        self.away = np.zeros(len(basics.pk), dtype=np.bool_)
        self.away[np.isin(basics.pk, np.array(list(basics.away_until), dtype=np.int64))] = True
        self.municipalities, self.municipality = _coded(basics.municipality)
        self.regions, self.region = _coded(basics.region)
        self.other_codes = Codes(code for codes in basics.other.values for code in codes)
        levels = (basics.english > 0) | (basics.finnish > 0) | (basics.swedish > 0)
        self.has_language = levels | (basics.other.numbers(lambda codes: int(bool(codes))) > 0)
        self.rows_by_field = {field: np.flatnonzero(in_field)}

    def __len__(self) -> int:
        return len(self.pk)

    @cached_property
    def speakers(self) -> list[Ints]:
        return [
            self.basics.other.who(lambda codes, code=code: code in codes)  # type: ignore[misc]
            for code in self.other_codes.words
        ]

    @cached_property
    def away_until(self) -> Sequence[str]:
        return _Days(self.pk, self.basics.away_until)

    @cached_property
    def held_until(self) -> Sequence[str]:
        return _Days(self.pk, self._held())


class PointsTable(BasicTable):
    """Mentors whom the points are reckoned of: those who had fewer mentees lately first, as in every table."""

    def __init__(self, basics: Basics, details: Details, ties: Ties, conflicts: Iterable[tuple[int, int]]) -> None:
        recent = ties.recent(basics.pk)
        order = np.lexsort((basics.pk, basics.load, recent))
        self.details = details = details.take(order)
        super().__init__(basics.take(order), 0, np.zeros(0, dtype=np.bool_))
        self.recent, self.years = recent[order], details.years
        self.topic_codes = Codes(topic for topics in details.topics.values for topic in topics if topic != "other")
        self.time_codes = Codes(time for times in details.times.values for time in times)
        self.topics = details.topics.numbers(self.topic_codes.mask)
        self.times = details.times.numbers(self.time_codes.mask)
        self._skills = Kinds([text_words((*areas, title)) for areas, title in details.skills.values], details.skills.of)
        self._stems_of(Kinds([word_stems(areas) for areas, _title in details.skills.values], details.skills.of))
        self.conflicts = self._couples(conflicts)
        rows = self.row_of
        before: dict[tuple[int, int], int] = {}
        standing: dict[tuple[int, int], int] = {}
        for one, other, stands in ties.couples():
            couple = (min(rows[one], rows[other]), max(rows[one], rows[other]))
            (standing if stands else before)[couple] = 0 if stands else _SOME_YEAR
        self.bonds = before | standing

    def words_met(self, words: Iterable[str]) -> Ints:
        wanted: dict[str, list[str]] = {}
        for word in words:
            wanted.setdefault(beginning(word), []).append(word)
        theirs = set[str]().union(*self._skills.values)
        met = {word for word in theirs if any(meet(one, word) for one in wanted.get(beginning(word), ()))}
        return self._skills.numbers(lambda own: len(met.intersection(own)))


class _Days(Sequence[str]):
    """A day for each of ``pk``, "" where ``known`` (by key) has none. Few are ever asked for."""

    def __init__(self, pk: Ints, known: Mapping[int, str]) -> None:
        self._pk, self._known = pk.tolist(), known

    def __len__(self) -> int:
        return len(self._pk)

    def __getitem__(self, row: Any) -> Any:
        return self._known.get(self._pk[row], "")


def _coded(kinds: Kinds[str]) -> tuple[Codes, Ints]:
    """Return numbers for the names, and the number of each mentor's, -1 for none."""
    codes = Codes(name for name in kinds.values if name)
    return codes, kinds.numbers(lambda name: codes.number.get(name, -1))
