"""Mentors as columns of NumPy arrays, and the part of them that one mentee's case looks at."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .facts import WORK_LEVEL, MenteeFacts, MentorFacts
from .kinds import Kinds
from .tokens import beginning, meet, tokens

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: So many words of a speciality are compared with those of a partner.
_SPECIALITY_WORDS = 4
#: How much of a word stands for it where two mentors' specialities are compared.
_STEM = 5
#: From this many years on experience counts as long.
LONG_EXPERIENCE = 10


class Codes:
    """Numbers for words, given out in the order of the sorted words."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(set(words))
        self.number = {word: number for number, word in enumerate(self.words)}
        self._masks: dict[tuple[str, ...], int] = {}

    def mask(self, words: tuple[str, ...]) -> int:
        """Return a number with one bit for each known word. Many mentors have the same ones, so it is kept."""
        mask = self._masks.get(words)
        if mask is None:
            mask = self._masks[words] = sum(1 << self.number[word] for word in set(words) if word in self.number)
        return mask


class MentorTable:
    """Every mentor once, in an order that does not depend on how they were given.

    Those who had fewer mentees lately come first, so that of equals they are asked first.
    """

    def __init__(self, mentors: Iterable[MentorFacts]) -> None:
        self.mentors: list[MentorFacts] = sorted(mentors, key=lambda one: (one.recent, one.load, one.pk))
        facts = self.mentors
        self.row_of = {mentor.pk: row for row, mentor in enumerate(facts)}
        if len(self.row_of) != len(facts):
            raise ValueError("a mentor was given twice")
        self.pk = _ints([mentor.pk for mentor in facts])
        self.english = _ints([mentor.english for mentor in facts])
        self.finnish = _ints([mentor.finnish for mentor in facts])
        self.swedish = _ints([mentor.swedish for mentor in facts])
        self.online = _bools([mentor.online for mentor in facts])
        self.in_person = _bools([mentor.in_person for mentor in facts])
        self.consent = _bools([mentor.consent for mentor in facts])
        self.away = _bools([bool(mentor.away_until) for mentor in facts])
        self.free = _ints([mentor.capacity - mentor.load for mentor in facts])
        self.load = _ints([mentor.load for mentor in facts])
        self.recent = _ints([mentor.recent for mentor in facts])
        self.years = _ints([-1 if mentor.experience_years is None else mentor.experience_years for mentor in facts])
        self.municipalities = Codes(mentor.municipality for mentor in facts if mentor.municipality)
        self.regions = Codes(mentor.region for mentor in facts if mentor.region)
        self.municipality = _ints([self.municipalities.number.get(mentor.municipality, -1) for mentor in facts])
        self.region = _ints([self.regions.number.get(mentor.region, -1) for mentor in facts])
        self.topic_codes = Codes(topic for mentor in facts for topic in mentor.topics if topic != "other")
        self.time_codes = Codes(time for mentor in facts for time in mentor.times)
        self.topics = _ints([self.topic_codes.mask(mentor.topics) for mentor in facts])
        self.times = _ints([self.time_codes.mask(mentor.times) for mentor in facts])
        # A school of languages may have more than 62: two columns are enough for more than are spoken in a union.
        self.other_codes = Codes(code for mentor in facts for code in mentor.other)
        self.others: list[tuple[int, ...]] = [
            tuple(self.other_codes.number[code] for code in mentor.other) for mentor in facts
        ]
        self.has_language = _bools(
            [bool(mentor.english or mentor.finnish or mentor.swedish or mentor.other) for mentor in facts]
        )
        self._words()
        self._specialities()

    def __len__(self) -> int:
        return len(self.mentors)

    @cached_property
    def rows_by_field(self) -> dict[int, Ints]:
        """The rows of each professional field's mentors."""
        found: dict[int, list[int]] = {}
        for row, mentor in enumerate(self.mentors):
            for field in set(mentor.fields):
                found.setdefault(field, []).append(row)
        return {field: np.array(rows, dtype=np.int64) for field, rows in found.items()}

    @cached_property
    def away_until(self) -> Sequence[str]:
        """The last day on which each mentor is away; "" is here."""
        return [mentor.away_until for mentor in self.mentors]

    @cached_property
    def held_until(self) -> Sequence[str]:
        """Until when an open invitation holds a place of each mentor; "" none."""
        return [mentor.held_until for mentor in self.mentors]

    @cached_property
    def speakers(self) -> list[Ints]:
        """The rows of those who speak each of the other languages."""
        found: list[list[int]] = [[] for _ in self.other_codes.words]
        for row, codes in enumerate(self.others):
            for code in codes:
                found[code].append(row)
        return [np.array(rows, dtype=np.int64) for rows in found]

    def rows(self, pks: Iterable[int]) -> Ints:
        """Return the rows of the mentors ``pks`` that are here."""
        return np.array(sorted({self.row_of[pk] for pk in pks if pk in self.row_of}), dtype=np.int64)

    # Words

    def _words(self) -> None:
        self.words_of = [text_words((*mentor.specialities, mentor.title)) for mentor in self.mentors]
        self.word_codes = Codes(word for words in self.words_of for word in words)
        number = self.word_codes.number
        self.word_numbers = _ints([number[word] for words in self.words_of for word in words])
        self.word_ends = np.cumsum([0, *(len(words) for words in self.words_of)])
        self._by_beginning: dict[str, list[int]] = {}
        for code, word in enumerate(self.word_codes.words):
            self._by_beginning.setdefault(beginning(word), []).append(code)
        self._met: dict[str, list[int]] = {}

    def met_by(self, word: str) -> list[int]:
        """Return the codes of the mentors' words that meet ``word``."""
        if word not in self._met:
            alike = self._by_beginning.get(beginning(word), [])
            self._met[word] = [code for code in alike if meet(word, self.word_codes.words[code])]
        return self._met[word]

    def words_met(self, words: Iterable[str]) -> Ints:
        """Return for each mentor how many of the own words meet one of ``words``."""
        flags = np.zeros(len(self.word_codes.words), dtype=np.int64)
        for word in words:
            flags[self.met_by(word)] = 1
        sums = np.concatenate(([0], np.cumsum(flags[self.word_numbers])))
        counted: Ints = sums[self.word_ends[1:]] - sums[self.word_ends[:-1]]
        return counted

    def _specialities(self) -> None:
        self._stems_of(Kinds.read([mentor.specialities for mentor in self.mentors], word_stems))

    def _stems_of(self, stems: Kinds[tuple[str, ...]]) -> None:
        kinds = Kinds.read(stems.values, tuple)
        words = list(chain.from_iterable(kinds.values))
        length = np.array([len(kind) for kind in kinds.values], dtype=np.int64)
        of_kind = np.full((len(kinds.values), _SPECIALITY_WORDS), -1, dtype=np.int64)
        of_kind[np.arange(_SPECIALITY_WORDS) < length[:, None]] = [*map(Codes(words).number.__getitem__, words)]
        self.stems_kind = kinds.of[stems.of]
        self.stems = of_kind[self.stems_kind]

    # Two mentors

    @cached_property
    def conflicts(self) -> set[tuple[int, int]]:
        """Pairs of rows, the lower first, that must not be in one pair."""
        return self._couples((mentor.pk, other) for mentor in self.mentors for other in mentor.conflicts)

    @cached_property
    def bonds(self) -> dict[tuple[int, int], int]:
        """Pairs of rows, the lower first, that know each other: 0 a standing pair, else the year of the last pair."""
        found: dict[tuple[int, int], int] = {}
        for mentor in self.mentors:
            for other, year in mentor.together:
                for couple in self._couples([(mentor.pk, other)]):
                    found[couple] = max(year, found.get(couple, 0))
        for couple in self._couples((mentor.pk, other) for mentor in self.mentors for other in mentor.partners):
            found[couple] = 0
        return found

    @cached_property
    def bond_keys(self) -> Ints:
        """One number for each of :attr:`bonds`, ascending: the lower row times the number of rows, plus the higher."""
        return np.array(sorted(low * len(self) + high for low, high in self.bonds), dtype=np.int64)

    @cached_property
    def bond_years(self) -> Ints:
        """What :attr:`bonds` has for each of :attr:`bond_keys`."""
        return np.array([self.bonds[divmod(int(key), len(self))] for key in self.bond_keys], dtype=np.int64)

    @cached_property
    def in_conflict(self) -> Bools:
        """Who is in conflict with another mentor."""
        flags = np.zeros(len(self), dtype=np.bool_)
        flags[[row for couple in self.conflicts for row in couple]] = True
        return flags

    @cached_property
    def bonded(self) -> Bools:
        """Who is bonded to another mentor."""
        flags = np.zeros(len(self), dtype=np.bool_)
        flags[[row for couple in self.bonds for row in couple]] = True
        return flags

    def _couples(self, pks: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        found = set()
        for one, other in pks:
            if one in self.row_of and other in self.row_of and one != other:
                left, right = self.row_of[one], self.row_of[other]
                found.add((min(left, right), max(left, right)))
        return found


class View:
    """The mentors at ``rows`` of a table, as one mentee's case sees them. Positions count from 0 within ``rows``.

    What criteria read: ``mentee``, ``mentor(position)``, and every column of the table by :meth:`column`.
    """

    def __init__(self, table: MentorTable, mentee: MenteeFacts, rows: Ints) -> None:
        self.table, self.mentee, self.rows = table, mentee, rows
        self._kept: dict[Any, Any] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def mentor(self, position: int) -> MentorFacts:
        """Return the facts of the mentor at ``position``."""
        return self.table.mentors[self.rows[position]]

    @property
    def mentors(self) -> Sequence[MentorFacts]:
        """The facts of all mentors here, in order."""
        return [self.table.mentors[row] for row in self.rows]

    def column(self, name: str) -> Any:
        """Return a column of the table at the rows of this view."""
        return self.keep(("column", name), lambda: getattr(self.table, name)[self.rows])

    def keep(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return what ``make`` made when it was asked for the first time."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def speaks(self, code: str) -> Bools:
        """Return who speaks the other language ``code``."""
        number = self.table.other_codes.number.get(code)
        if number is None:
            return np.zeros(len(self), dtype=np.bool_)

        def made() -> Bools:
            flags = np.zeros(len(self.table), dtype=np.bool_)
            flags[self.table.speakers[number]] = True
            found: Bools = flags[self.rows]
            return found

        return np.asarray(self.keep(("speaks", code), made))

    def shares_other(self) -> Bools:
        """Return who speaks one of the mentee's other languages."""

        def made() -> Bools:
            found = np.zeros(len(self), dtype=np.bool_)
            for code in self.mentee.other:
                found |= self.speaks(code)
            return found

        return np.asarray(self.keep("shares_other", made))

    def shared_level(self, language: str) -> Ints:
        """Return the level of ``language`` in which mentee and mentor can both talk about work; 0 where not."""

        def made() -> Ints:
            own = getattr(self.mentee, language)
            both = np.minimum(self.column(language), own)
            return np.where(both >= WORK_LEVEL, both, 0).astype(np.int64)

        return np.asarray(self.keep(("shared_level", language), made))

    def mask(self, codes: Codes, column: str, wished: Sequence[str]) -> Ints:
        """Return which of ``wished`` each mentor has in ``column``, as bits in the order of ``wished``."""

        def made() -> Ints:
            have = self.column(column)
            found = np.zeros(len(self), dtype=np.int64)
            for bit, word in enumerate(wished):
                if word in codes.number:
                    found |= ((have >> codes.number[word]) & 1) << bit
            return found

        return np.asarray(self.keep(("mask", column), made))


# The same mentors are looked at again and again, so that their words are kept.


@lru_cache(maxsize=2**16)
def text_words(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the telling words of all ``texts``, each once."""
    return tuple(dict.fromkeys(word for text in texts for word in tokens(text)))


@lru_cache(maxsize=2**16)
def word_stems(areas: tuple[str, ...]) -> tuple[str, ...]:
    """Return what stands for a mentor's specialities when two mentors are compared."""
    return tuple(sorted({word[:_STEM] for area in areas for word in tokens(area)}))[:_SPECIALITY_WORDS]


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _bools(values: Sequence[bool]) -> Bools:
    return np.array(values, dtype=np.bool_)
