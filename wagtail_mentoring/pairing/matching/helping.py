"""What one change would help most: found by making the change in thought and looking again, never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .facts import MenteeFacts
from .filters import Sieve
from .ranking import Ranked
from .scoring import Scorer, Scores

#: A mentor who fails one of these alone would be possible as soon as it is put right, in the order of being told.
_MENDABLE = ("no_room", "away", "consent", "no_languages")


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


def helps_for(found: Found) -> list[dict[str, Any]]:
    """Return what would help, as codes, the most telling first."""
    tested = found.tested
    possible = len(tested.possible)
    helps: list[dict[str, Any]] = []
    if not len(tested.view):
        return [{"code": "nobody_in_field"}]
    if possible < 2:
        helps.append(_one_more(found, possible))
    for code in _MENDABLE:
        entry = _if_mended(found, code)
        if entry:
            helps.append(entry)
    offered = [one for one in found.ranked if one.points >= found.minimum_fit]
    if found.ranked and not offered:
        helps.insert(0, {"code": "minimum", "best": found.ranked[0].points, "minimum": found.minimum_fit})
    return helps


def _one_more(found: Found, possible: int) -> dict[str, Any]:
    """One more mentor who passes: which languages it takes, whether it must be near."""
    mentee = found.mentee
    return {
        "code": "one_more",
        "possible": possible,
        "pair_needed": not mentee.one_mentor_allowed,
        "languages": [name for name in ("english", "finnish", "swedish") if getattr(mentee, name) >= 4]
        + list(mentee.other),
    }


def _if_mended(found: Found, code: str) -> dict[str, Any] | None:
    """How many would be possible but for this one test, and from when."""
    only = found.tested.only(code)
    if not len(only):
        return None
    mentors = [found.tested.view.mentor(int(position)) for position in np.asarray(only)]
    entry: dict[str, Any] = {"code": code, "count": len(mentors)}
    if code == "away":
        entry["first"] = min(mentor.away_until for mentor in mentors)
    if code == "no_room":
        held = [mentor.held_until for mentor in mentors if mentor.held_until]
        entry["held"] = len(held)
        if held:
            entry["until"] = min(held)
    return entry
