"""What one change would help most: found by making the change in thought and looking again, never guessed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .facts import WORK_LEVEL, MenteeFacts, MentorFacts
from .filters import BY_HAND, Only, Sieve, sieve
from .languages import readable
from .ranking import Ranked
from .scoring import Scorer, Scores, points

#: A mentor who fails one of these alone would be possible as soon as it is put right, in the order of being told.
_MENDABLE = ("no_room", "away", "consent", "no_languages")
#: So many points must one more mentor add to be worth a sentence.
_WORTH_SAYING = 3


@dataclass(frozen=True, slots=True)
class Found:
    """An answer for one case, as :mod:`.helping` needs it."""

    scorer: Scorer
    mentee: MenteeFacts
    tested: Sieve
    scores: Scores
    ranked: Sequence[Ranked]
    minimum_fit: int
    pairs: bool
    singles: bool
    pinned: tuple[int, ...] = ()
    only: Only = Only()


def helps_for(found: Found) -> list[dict[str, Any]]:
    """Return what would help, as codes, the most telling first.

    ``nobody_in_field``; ``minimum`` (best, minimum); ``one_more`` (possible, languages, near: what one more mentor
    must bring); ``no_room``, ``away``, ``consent``, ``no_languages`` (count: so many fail this test alone); ``format``
    (count: so many more, did the mentee take either way to meet); ``gain`` (what, value, mentor, before, after: the
    points of the best pair if there were one more mentor like this one who also …).
    """
    tested = found.tested
    if not len(tested.view) and not found.ranked:
        return [{"code": "nobody_in_field"}]
    helps: list[dict[str, Any]] = []
    if found.ranked and found.ranked[0].points < found.minimum_fit:
        helps.append({"code": "minimum", "best": found.ranked[0].points, "minimum": found.minimum_fit})
    # Those who are left out by hand are there all the same.
    if len(tested.possible) < 2 and tested.but_for(BY_HAND) < 2 and not found.pinned:
        helps.append(_one_more(found))
    if len(tested.view):
        helps += [entry for code in _MENDABLE if (entry := _if_mended(found, code))]
        helps += _if_either_way(found)
    return helps + _gains(found)


def _one_more(found: Found) -> dict[str, Any]:
    """One more mentor who passes every test: which languages it takes, and whether it must be near."""
    mentee = found.mentee
    spoken = [name for name in ("english", "finnish", "swedish") if getattr(mentee, name) >= WORK_LEVEL]
    return {
        "code": "one_more",
        "possible": len(found.tested.possible),
        "two_needed": not mentee.one_mentor_allowed,
        "languages": [*readable(mentee.other), *spoken],
        "near": mentee.formats == ("in_person",),
        # So many have everything but a common language.
        "language": len(found.tested.only("language")),
    }


def _if_mended(found: Found, code: str) -> dict[str, Any] | None:
    """How many would be possible but for this one test, and from when."""
    # Without languages in the profile there is no common one either: that comes with them.
    only = found.tested.only(code, *(("language",) if code == "no_languages" else ()))
    if not len(only):
        return None
    view = found.tested.view
    rows = view.rows[only].tolist()
    entry: dict[str, Any] = {"code": code, "count": len(rows)}
    if code == "away":
        entry["first"] = min(view.table.away_until[row] for row in rows)
    if code == "no_room":
        held = [until for row in rows if (until := view.table.held_until[row])]
        if held:
            entry |= {"held": len(held), "until": min(held)}
    return entry


def _if_either_way(found: Found) -> list[dict[str, Any]]:
    """How many more would be possible if the mentee could meet either way."""
    if len(set(found.mentee.formats)) != 1:
        return []
    view = found.tested.view
    either_way = sieve(view.table, replace(found.mentee, formats=()), view.rows, found.only)
    more = len(either_way.possible) - len(found.tested.possible)
    return [{"code": "format", "wished": found.mentee.formats[0], "count": more}] if more > 0 else []


def _gains(found: Found) -> list[dict[str, Any]]:
    """What one more mentor, like one of the best pair but for one thing, would add to its points: the greatest."""
    best = next((one for one in found.ranked if len(one.members) == 2), None)
    if best is None:
        return []
    pair = [found.scores.view.mentor(position) for position in best.members]
    pinned = {found.scores.view.mentor(position).pk for position in found.pinned}
    base = max(mentor.pk for mentor in pair) + 1
    tried: list[tuple[MentorFacts, str, str, MentorFacts, MentorFacts]] = []
    for one, stays in (pair, pair[::-1]):
        if not pinned <= {stays.pk}:
            continue
        for what, value, change in _changes(found.mentee, pair):
            # Nobody's partner, and in no conflict: somebody new.
            new = replace(one, pk=base + len(tried), partners=(), together=(), conflicts=(), **change(one))
            tried.append((new, what, value, one, stays))
    if not tried:
        return []
    scorer = Scorer([*pair, *(row[0] for row in tried)], criteria=found.scorer.criteria)
    scorer.most = found.scorer.most
    scores = scorer.scores(found.mentee, np.arange(len(tried) + 2))
    rows = scorer.table.row_of
    values = scores.pairs(
        np.array([rows[row[0].pk] for row in tried], dtype=np.int64),
        np.array([rows[row[4].pk] for row in tried], dtype=np.int64),
    )
    at = int(np.argmax(values))
    after = points(int(values[at]))
    if after - best.points < _WORTH_SAYING:
        return []
    _new, what, value, one, _stays = tried[at]
    if what == "language":
        value = readable([value])[0]
    entry = {"code": "gain", "what": what, "value": value, "mentor": one.pk, "before": best.points, "after": after}
    return [entry]


Change = Callable[[MentorFacts], dict[str, Any]]


def _changes(mentee: MenteeFacts, pair: Sequence[MentorFacts]) -> list[tuple[str, str, Change]]:
    """Return what could be different about one mentor of the pair: one thing each, which neither of the two brings."""
    found: list[tuple[str, str, Change]] = []
    for code in mentee.other:
        if not any(code in one.other for one in pair):
            found.append(("language", code, lambda one, code=code: {"other": (*one.other, code)}))  # type: ignore[misc]
    for goal in mentee.goals:
        if goal != "other" and not any(goal in one.topics for one in pair):
            found.append(("goal", goal, lambda one, goal=goal: {"topics": (*one.topics, goal)}))  # type: ignore[misc]
    if mentee.times:
        found.append(("times", "", lambda one: {"times": tuple(sorted({*one.times, *mentee.times}))}))
    return found
