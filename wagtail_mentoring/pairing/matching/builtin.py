"""The criteria that come with the package. None of them knows origin, age, religion or gender."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .criteria import FULL, Criterion, PerMentor, PerPair
from .facts import LEVELS, MentorFacts
from .filters import far, near, ways_to_meet
from .table import LONG_EXPERIENCE, Ints, View
from .tokens import meet, tokens

#: Earned by the number of words that meet, of times in common: the first counts most.
_BY_WORDS = np.array([0, 700, 900, FULL], dtype=np.int64)
_BY_TIMES = np.array([0, 700, 900, FULL], dtype=np.int64)
#: Earned by the level that both have (B2, C1, C2); a language of the mentee's own counts more.
_BY_LEVEL = np.array([0, 0, 0, 0, 700, 800, 850], dtype=np.int64)
#: Of a pair's speciality, so much is earned by the one who comes nearer to the mentee's.
_NEARER = 800
#: As many years count in full if the mentee has fewer.
_FULL_YEARS = 5
LANGUAGES = ("english", "finnish", "swedish")


def _counted(bits: int) -> Ints:
    """Return for each number below two to the power ``bits`` how many of its bits are set."""
    counts = np.zeros(1, dtype=np.int64)
    for _ in range(bits):
        counts = np.concatenate((counts, counts + 1))
    return counts


class Speciality(PerMentor):
    """Words of the mentor's speciality and title that meet the mentee's own words about profession, degree and goals.

    In a pair the nearer one earns four fifths.
    """

    code, weight = "speciality", 20

    def _near(self, view: View) -> Ints:
        def made() -> Ints:
            if not view.mentee.words:
                return np.full(len(view), FULL, dtype=np.int64)
            met = view.table.words_met(view.mentee.words)[view.rows]
            return _BY_WORDS[np.minimum(met, len(_BY_WORDS) - 1)]

        return np.asarray(view.keep("speciality near", made))

    def share(self, view: View) -> Ints:
        return self._near(view) * _NEARER // FULL

    def pair(self, view: View, first: Ints, second: Ints) -> Ints:
        one, other = self._near(view)[first], self._near(view)[second]
        share: Ints = (np.maximum(one, other) * _NEARER + np.minimum(one, other) * (FULL - _NEARER)) // FULL
        return share

    def most(self, view: View) -> Ints:
        # .8 max + .2 min is at most .8 of the sum, which is the mean of 1.6 of each.
        return self._near(view) * 2 * _NEARER // FULL + 1

    def signature(self, view: View) -> Ints:
        return self._near(view)

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        if not view.mentee.words:
            return {"blank": True}
        found = []
        for position in members:
            mentor = view.mentor(position)
            met = _met(mentor, view.mentee.words)
            if met:
                found.append({"mentor": mentor.pk, **met})
        named = [view.mentor(position).pk for position in members if view.mentor(position).specialities]
        return {"met": found, "named": named}


def _met(mentor: MentorFacts, words: Sequence[str]) -> dict[str, Any]:
    """Return the area (or title) of the mentor with most words that meet, and the mentee's words in question."""
    best: dict[str, Any] = {}
    order = {word: place for place, word in enumerate(words)}
    for kind, phrases in (("area", mentor.specialities), ("title", (mentor.title,))):
        for phrase in phrases:
            theirs = tokens(phrase)
            own = [word for word in words if any(meet(word, other) for other in theirs)]
            if own and len(own) > len(best.get("words", ())):
                best = {"kind": kind, "phrase": phrase, "words": own, "first": order[own[0]] == 0}
    return best


class Goals(PerMentor):
    """The mentee's goals that are a topic of at least one of the mentors. "Something else" is no topic."""

    code, weight = "goals", 20

    def _goals(self, view: View) -> tuple[str, ...]:
        return tuple(goal for goal in view.mentee.goals if goal != "other")

    def _mask(self, view: View) -> Ints:
        return view.mask(view.table.topic_codes, "topics", self._goals(view))

    def _earned(self, view: View, masks: Ints) -> Ints:
        goals = len(self._goals(view))
        if not goals:
            return np.full(len(masks), FULL, dtype=np.int64)
        return _counted(goals)[masks] * FULL // goals

    def share(self, view: View) -> Ints:
        return self._earned(view, self._mask(view))

    def pair(self, view: View, first: Ints, second: Ints) -> Ints:
        masks = self._mask(view)
        return self._earned(view, masks[first] | masks[second])

    def most(self, view: View) -> Ints:
        return self.alone(view) * 2 + 1

    def signature(self, view: View) -> Ints:
        return self._mask(view)

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        goals = self._goals(view)
        if not goals:
            return {"blank": True}
        by: dict[str, list[int]] = {goal: [] for goal in goals}
        for position in members:
            mentor = view.mentor(position)
            for goal in goals:
                if goal in mentor.topics:
                    by[goal].append(mentor.pk)
        return {
            "covered": [{"goal": goal, "mentors": by[goal]} for goal in goals if by[goal]],
            "missing": [goal for goal in goals if not by[goal]],
        }


class Languages(PerMentor):
    """The level in which both can talk about work; a shared language other than English, Finnish and Swedish is more.

    A pair that has no language in common with the mentee, all three together, has half.
    """

    code, weight = "languages", 15

    def share(self, view: View) -> Ints:
        best = np.zeros(len(view), dtype=np.int64)
        for language in LANGUAGES:
            best = np.maximum(best, _BY_LEVEL[view.shared_level(language)])
        return np.where(view.shares_other(), FULL, best).astype(np.int64)

    def _key(self, view: View) -> Ints:
        """Which languages each can use with the mentee, as bits."""

        def made() -> Ints:
            found = np.zeros(len(view), dtype=np.int64)
            for bit, language in enumerate(LANGUAGES):
                found |= (view.shared_level(language) > 0).astype(np.int64) << bit
            for bit, code in enumerate(view.mentee.other[:40]):
                found |= view.speaks(code).astype(np.int64) << (len(LANGUAGES) + bit)
            return found

        return np.asarray(view.keep("language key", made))

    def pair(self, view: View, first: Ints, second: Ints) -> Ints:
        key, mean = self._key(view), super().pair(view, first, second)
        return np.where(key[first] & key[second], mean, mean // 2).astype(np.int64)

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        mentee = view.mentee
        people = [view.mentor(position) for position in members]
        shared = []
        for language in LANGUAGES:
            with_whom = [one.pk for one in people if min(getattr(mentee, language), getattr(one, language)) >= 4]
            if with_whom:
                levels = [getattr(mentee, language), *(getattr(one, language) for one in people if one.pk in with_whom)]
                shared.append({"language": language, "level": LEVELS[min(levels)], "mentors": with_whom})
        for code in mentee.other:
            with_whom = [one.pk for one in people if code in one.other]
            if with_whom:
                shared.append({"language": code, "level": "", "mentors": with_whom})
        return {"shared": shared, "together": any(len(entry["mentors"]) == len(people) for entry in shared)}


class Place(PerMentor):
    """The same municipality, the same region, or online by both wishes."""

    code, weight = "place", 10

    def share(self, view: View) -> Ints:
        in_person, online = ways_to_meet(view)
        same, nearby = near(view)
        if view.mentee.formats == ("online",):
            return np.where(online, FULL, 0).astype(np.int64)
        chosen = np.select([in_person & same, in_person & nearby, online], [FULL, 700, 500], 0)
        return chosen.astype(np.int64)

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        in_person, online = ways_to_meet(view)
        same, nearby = near(view)
        found = []
        for position in members:
            if view.mentee.formats == ("online",):
                how = "online"
            elif in_person[position] and same[position]:
                how = "same"
            elif in_person[position] and nearby[position]:
                how = "nearby"
            else:
                how = "online" if online[position] else "unknown"
            found.append({"mentor": view.mentor(position).pk, "how": how})
        # Who reads this learns where the mentee lives, which the mentee may have asked to be kept to the handler.
        return {"places": found, "private": view.mentee.hidden}


class Format(PerMentor):
    """How many of the ways to meet that the mentee named the mentor offers: all, or some."""

    code, weight = "format", 5

    def share(self, view: View) -> Ints:
        in_person, online = ways_to_meet(view)
        wished = max(1, len(set(view.mentee.formats) & {"in_person", "online"}))
        have = in_person.astype(np.int64) + online.astype(np.int64)
        return np.select([have >= wished, have > 0], [FULL, 600], 0).astype(np.int64)

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        in_person, online = ways_to_meet(view)
        apart = far(view)
        wishing = [position for position in members if in_person[position]]
        distant = [view.mentor(position).pk for position in wishing if apart[position]]
        return {
            "blank": not view.mentee.formats,
            "in_person": [view.mentor(position).pk for position in wishing],
            "online": [view.mentor(position).pk for position in members if online[position]],
            # Those of the first who live too far away for what both wish.
            "far": distant,
            # Who reads that somebody lives far away learns where the mentee lives.
            "private": bool(distant) and view.mentee.hidden,
        }


class Times(PerMentor):
    """Times that suit all three. A mentee who named none takes any; a mentor who named none has none in common."""

    code, weight = "times", 10

    def _wished(self, view: View) -> tuple[str, ...]:
        return view.mentee.times or tuple(view.table.time_codes.words)

    def _mask(self, view: View) -> Ints:
        return view.mask(view.table.time_codes, "times", self._wished(view))

    def _earned(self, view: View, masks: Ints) -> Ints:
        bits = len(self._wished(view))
        by_mask = _BY_TIMES[np.minimum(_counted(bits), len(_BY_TIMES) - 1)].copy()
        if view.mentee.times:
            by_mask[-1] = FULL  # every time that the mentee named
        earned: Ints = by_mask[masks]
        return earned

    def share(self, view: View) -> Ints:
        return self._earned(view, self._mask(view))

    def pair(self, view: View, first: Ints, second: Ints) -> Ints:
        masks = self._mask(view)
        return self._earned(view, masks[first] & masks[second])

    def signature(self, view: View) -> Ints:
        return self._mask(view)

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        people = [view.mentor(position) for position in members]
        common = [time for time in self._wished(view) if all(time in one.times for one in people)]
        return {
            "common": common,
            "blank": not view.mentee.times,
            "unknown": [one.pk for one in people if not one.times],
        }


class Experience(PerMentor):
    """At least as many years as the mentee has, and five or more, count in full."""

    code, weight = "experience", 5

    def share(self, view: View) -> Ints:
        wanted = max(view.mentee.experience_years or 0, _FULL_YEARS)
        years = np.maximum(view.column("years"), 0)
        share: Ints = np.minimum(years, wanted) * FULL // wanted
        return share

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        return {
            "years": [
                {"mentor": view.mentor(position).pk, "years": view.mentor(position).experience_years}
                for position in members
            ],
            "mentee": view.mentee.experience_years,
        }


class Load(PerMentor):
    """Fewer mentees begun in the last twelve months count more, so that the same people are not always asked."""

    code, weight = "load", 5

    def share(self, view: View) -> Ints:
        by_number = np.array([FULL, FULL // 2, 0], dtype=np.int64)
        return by_number[np.minimum(view.column("recent"), 2)]

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        return {
            "recent": [
                {"mentor": view.mentor(position).pk, "count": view.mentor(position).recent} for position in members
            ]
        }


class Complementary(PerPair):
    """Two who bring different things: specialities, topics, one long and one shorter experience."""

    code, weight = "complementary", 5
    _SPECIALITIES, _TOPICS, _EXPERIENCE = 400, 300, 300

    def _parts(self, view: View, first: Ints, second: Ints) -> tuple[Any, Any, Any]:
        stems, topics, years = view.column("stems"), view.column("topics"), view.column("years")
        one, other = stems[first], stems[second]
        different = (one[:, 0] >= 0) & (other[:, 0] >= 0)
        for column in range(one.shape[1]):
            word = one[:, column]
            different &= ~((word[:, None] == other) & (word[:, None] >= 0)).any(axis=1)
        each_brings = ((topics[first] & ~topics[second]) != 0) & ((topics[second] & ~topics[first]) != 0)
        known = (years[first] >= 0) & (years[second] >= 0)
        long_and_short = known & ((years[first] >= LONG_EXPERIENCE) != (years[second] >= LONG_EXPERIENCE))
        return different, each_brings, long_and_short

    def pair(self, view: View, first: Ints, second: Ints) -> Ints:
        different, each_brings, long_and_short = self._parts(view, first, second)
        share: Ints = (
            different * self._SPECIALITIES + each_brings * self._TOPICS + long_and_short * self._EXPERIENCE
        ).astype(np.int64)
        return share

    def most(self, view: View) -> Ints:
        some: Ints = (
            (view.column("stems")[:, 0] >= 0) * self._SPECIALITIES
            + (view.column("topics") > 0) * self._TOPICS
            + (view.column("years") >= 0) * self._EXPERIENCE
        ).astype(np.int64)
        return some

    def signature(self, view: View) -> Ints:
        years = view.column("years")
        length = np.select([years < 0, years < LONG_EXPERIENCE], [0, 1], 2)
        topics = np.unique(view.column("topics"), return_inverse=True)[1]
        return np.asarray((view.column("stems_kind") * len(view) + topics) * 3 + length, dtype=np.int64)

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        if len(members) < 2:
            return {"one": True}
        at = (np.array([members[0]]), np.array([members[1]]))
        different, each_brings, long_and_short = (bool(part[0]) for part in self._parts(view, *at))
        return {"specialities": different, "topics": each_brings, "experience": long_and_short}


class Partner(PerPair):
    """A standing pair, or two who have mentored together before."""

    code, weight = "partner", 5
    _BEFORE = 800

    def pair(self, view: View, first: Ints, second: Ints) -> Ints:
        share = np.zeros(len(first), dtype=np.int64)
        table, bonded = view.table, view.column("bonded")
        both = np.flatnonzero(bonded[first] & bonded[second])
        if len(both):
            one, other = view.rows[first[both]], view.rows[second[both]]
            keys = np.minimum(one, other) * len(table) + np.maximum(one, other)
            at = np.minimum(np.searchsorted(table.bond_keys, keys), len(table.bond_keys) - 1)
            earned = np.where(table.bond_years[at] > 0, self._BEFORE, FULL)
            share[both] = np.where(table.bond_keys[at] == keys, earned, 0)
        return share

    def most(self, view: View) -> Ints:
        return np.zeros(len(view), dtype=np.int64)

    def signature(self, view: View) -> Ints:
        return np.zeros(len(view), dtype=np.int64)

    def kin(self, view: View) -> tuple[Ints, Ints]:
        place = np.full(len(view.table), -1, dtype=np.int64)
        place[view.rows] = np.arange(len(view))
        low, high = np.divmod(view.table.bond_keys, max(1, len(view.table)))
        first, second = place[low], place[high]
        here = (first >= 0) & (second >= 0)
        return first[here], second[here]

    def reason(self, view: View, members: Sequence[int]) -> Mapping[str, Any]:
        if len(members) < 2:
            return {"one": True}
        one, other = sorted(int(view.rows[position]) for position in members)
        year = view.table.bonds.get((one, other))
        return {"standing": year == 0, "year": year or None}


#: In the order in which they are shown.
BUILT_IN: tuple[Criterion, ...] = (
    Speciality(),
    Goals(),
    Languages(),
    Place(),
    Format(),
    Times(),
    Experience(),
    Load(),
    Complementary(),
    Partner(),
)
