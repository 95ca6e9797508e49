"""Who cannot be this mentee's mentor, by which test. A mentor may fail several."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from .facts import WORK_LEVEL, MenteeFacts
from .table import Bools, Ints, MentorTable, View

Test = Callable[[View], Bools]


def _asked(view: View) -> Bools:
    """Is being asked for this very case, has said yes, or stands in line for it."""
    return _among(view, view.mentee.asked)


def _no_languages(view: View) -> Bools:
    """No language stands in the mentor's profile."""
    return ~np.asarray(view.column("has_language"))


def _consent(view: View) -> Bools:
    """The mentor has not agreed to be shown to a mentee."""
    return ~np.asarray(view.column("consent"))


def _no_room(view: View) -> Bools:
    """Every place is taken or held; one that is held for this very case does not count."""
    free = np.array(view.column("free"))
    free[_among(view, view.mentee.holds)] += 1
    full: Bools = free <= 0
    return full


def _away(view: View) -> Bools:
    """Away or paused today."""
    return np.asarray(view.column("away"))


def _language(view: View) -> Bools:
    """No language in which both can talk about work."""
    shared = view.shares_other()
    for language in ("english", "finnish", "swedish"):
        shared = shared | (view.shared_level(language) > 0)
    return ~shared


def ways_to_meet(view: View) -> tuple[Bools, Bools]:
    """Return with whom the mentee could meet face to face, and with whom online. No wish: both are fine."""
    wished = view.mentee.formats
    nobody = np.zeros(len(view), dtype=np.bool_)
    in_person = np.asarray(view.column("in_person")) if not wished or "in_person" in wished else nobody
    online = np.asarray(view.column("online")) if not wished or "online" in wished else nobody
    return in_person, online


def near(view: View) -> tuple[Bools, Bools]:
    """Return who lives in the mentee's municipality, and who in the same region or municipality."""
    mentee, table = view.mentee, view.table
    town = table.municipalities.number.get(mentee.municipality, -2)
    region = table.regions.number.get(mentee.region, -2)
    same = view.column("municipality") == town
    return same, same | (view.column("region") == region)


def far(view: View) -> Bools:
    """Return who is known to live in another region than the mentee."""
    if not view.mentee.region:
        return np.zeros(len(view), dtype=np.bool_)
    return np.asarray((view.column("region") >= 0) & ~near(view)[1])


def _format(view: View) -> Bools:
    """No way to meet that both want."""
    in_person, online = ways_to_meet(view)
    return ~(in_person | online)


def _distance(view: View) -> Bools:
    """They could only meet face to face, and live in different regions. A place that is not known rules nobody out."""
    in_person, online = ways_to_meet(view)
    return in_person & ~online & far(view)


def _earlier(view: View) -> Bools:
    return _among(view, view.mentee.earlier)


def _declined(view: View) -> Bools:
    return _among(view, view.mentee.declined)


def _conflict(view: View) -> Bools:
    return _among(view, view.mentee.conflicts)


def _among(view: View, pks: tuple[int, ...]) -> Bools:
    if not pks:
        return np.zeros(len(view), dtype=np.bool_)
    return np.isin(view.column("pk"), np.array(pks, dtype=np.int64))


#: The tests in the order in which a mentor is counted under the first that fails.
FILTERS: tuple[tuple[str, Test], ...] = (
    ("asked", _asked),
    ("no_languages", _no_languages),
    ("consent", _consent),
    ("no_room", _no_room),
    ("away", _away),
    ("language", _language),
    ("format", _format),
    ("distance", _distance),
    ("earlier", _earlier),
    ("declined", _declined),
    ("conflict", _conflict),
)
#: What a handler asks for by hand, tested after those.
BY_HAND = ("hand_language", "hand_way", "hand_among")


@dataclass(frozen=True, slots=True)
class Only:
    """What a handler asks for by hand, for one look: a language, a way to meet, only some mentors (keys).

    ``speaks`` is a code of :mod:`.languages`, or ``english``, ``finnish``, ``swedish`` (at work level); ``way`` is
    ``in_person`` (both want it, and they are not known to live far apart) or ``online`` (both want it).
    """

    speaks: str = ""
    way: str = ""
    among: tuple[int, ...] | None = None

    def tests(self) -> list[tuple[str, Test]]:
        """Return the tests that were asked for, in order."""
        found: list[tuple[str, Test]] = []
        if self.speaks:
            found.append(("hand_language", self._speaks_not))
        if self.way:
            found.append(("hand_way", self._meets_not))
        if self.among is not None:
            found.append(("hand_among", self._not_among))
        return found

    def _speaks_not(self, view: View) -> Bools:
        if self.speaks in ("english", "finnish", "swedish"):
            return np.asarray(view.column(self.speaks) < WORK_LEVEL)
        return ~view.speaks(self.speaks)

    def _meets_not(self, view: View) -> Bools:
        in_person, online = ways_to_meet(view)
        return ~online if self.way == "online" else ~(in_person & ~far(view))

    def _not_among(self, view: View) -> Bools:
        return ~_among(view, self.among or ())


@dataclass(frozen=True, slots=True)
class Sieve:
    """Who of those looked at is possible. ``failing`` has one row for each test, in the order of ``codes``."""

    view: View
    codes: tuple[str, ...]
    failing: Bools

    @property
    def possible(self) -> Ints:
        """The table's rows of those who pass every test."""
        rows: Ints = self.view.rows[~self.failing.any(axis=0)]
        return rows

    def counts(self) -> list[tuple[str, int, int]]:
        """Return for each test: its code, how many fail it first, how many fail it at all."""
        first = np.where(self.failing.any(axis=0), self.failing.argmax(axis=0), -1)
        return [
            (code, int((first == number).sum()), int(self.failing[number].sum()))
            for number, code in enumerate(self.codes)
        ]

    def failing_keys(self, code: str) -> list[int]:
        """Return the keys of those who fail this test."""
        keys: list[int] = self.view.column("pk")[self.failing[self.codes.index(code)]].tolist()
        return keys

    def but_for(self, codes: Collection[str]) -> int:
        """Return how many pass every test but these."""
        others = [place for place, code in enumerate(self.codes) if code not in codes]
        return int((~self.failing[others].any(axis=0)).sum())

    def only(self, code: str, *also: str) -> Ints:
        """Return the positions of those who fail this test and no other (save ``also``): possible but for it."""
        number = self.codes.index(code)
        others = [place for place, other in enumerate(self.codes) if other != code and other not in also]
        found: Ints = np.flatnonzero(self.failing[number] & ~self.failing[others].any(axis=0))
        return found

    def failed_by(self, row: int) -> tuple[str, ...]:
        """Return the codes of the tests that the mentor at the table's ``row`` fails."""
        position = int(np.searchsorted(self.view.rows, row))
        return tuple(code for number, code in enumerate(self.codes) if self.failing[number, position])


def sieve(table: MentorTable, mentee: MenteeFacts, rows: Ints | None = None, only: Only | None = None) -> Sieve:
    """Test the mentors of the mentee's field (or those at ``rows``, ascending) against every filter."""
    if rows is None:
        rows = table.rows_by_field.get(mentee.field, np.zeros(0, dtype=np.int64))
    view = View(table, mentee, rows)
    tests = [*FILTERS, *(only.tests() if only else [])]
    failing = np.array([test(view) for _code, test in tests], dtype=np.bool_).reshape(len(tests), len(rows))
    return Sieve(view, tuple(code for code, _test in tests), failing)
