"""A plan of a large part soon: an LP over and over, each smaller than the one before.

What the LP takes as a whole is decided, and so is which mentor a case has where that is all but sure; of what is not
sure the likeliest is decided too, so that each turn gets on. What is left is a problem with less room and fewer cases,
and its LP is small after a few turns. Nothing forces the LP to serve everybody, it is only very dear not to: so it
always has an answer, and at the end a few cases may be left without. :func:`.narrow.better` finds them a place.
"""

import time
from dataclasses import replace

import numpy as np

from .columns import Columns
from .packing import Packing, highs_of, solver
from .problem import Flags, Ints, Reals

#: How far a number may be from a whole one and still be taken for it.
WHOLE = 1e-6
#: From this share on it is all but sure that a case has a mentor.
SURE = 0.85
#: In each turn at least such a share of what is open is decided, the likeliest first.
AT_ONCE = 0.15
#: What it costs to leave out a case, or its second mentor: more than any choice is worth.
MISSED = 200_000
#: An LP of so many columns is solved by the interior point method, which is sooner.
MANY = 1000


def relaxed(packing: Packing) -> Packing:
    """Return the same without what must be: nobody has to be served, and no row has to come to anything."""
    rules = packing.rules
    none = replace(rules, low=np.zeros_like(rules.low), must=np.zeros_like(rules.must))
    return Packing(packing.problem, none, packing.may_single, packing.may_pair)


def gains(table: Columns) -> Ints:
    """Return what each column is worth where leaving somebody out costs :data:`MISSED`."""
    gain: Ints = table.value + MISSED * (1 + table.paired)
    return gain


def without(packing: Packing, taken: Columns) -> Packing:
    """Return what is left of the room and the rules when ``taken`` is taken; who has taken need not be served again."""
    problem, rules = packing.problem, packing.rules
    used = np.bincount(taken.first, minlength=problem.mentors)
    used += np.bincount(taken.second[taken.second >= 0], minlength=problem.mentors)
    counted = packing.counted(taken).astype(np.int64)
    must = rules.must.copy()
    must[taken.case] = False
    rest = replace(rules, low=rules.low - counted, high=rules.high - counted, must=must)
    return Packing(replace(problem, room=problem.room - used), rest, packing.may_single, packing.may_pair)


def dive(packing: Packing, table: Columns, share: Reals | None, shut: Flags, until: float) -> Ints:
    """Return columns of ``table`` that keep room and rules, save that cases may be without, or with one for two.

    ``share``: what the LP over all columns says of each; ``None`` where it is not known. ``shut``: columns that are not
    to be taken. When time ends, what is decided so far is returned.
    """
    left, gain = relaxed(packing), gains(table)
    alive, chosen = ~shut, np.zeros(0, dtype=np.int64)
    is_open = np.ones(packing.problem.cases, dtype=np.bool_)
    while True:
        room = np.append(left.problem.room, 1)  # the mentor -1 has room
        inside = is_open[table.case] & (room[table.first] > 0) & (room[table.second] > 0)
        kept = np.flatnonzero(alive & inside)
        part = table.take(kept)
        now = _solved(left, part, gain[kept], until) if share is None else share[kept]
        share = None
        if now is None:
            return np.sort(chosen)
        taken = np.flatnonzero(now > 1.0 - WHOLE)
        between = np.flatnonzero((now > WHOLE) & (now <= 1.0 - WHOLE))
        more = _likely(part.take(between), now[between], left.problem.room, packing.problem.mentors)
        if not _narrowed(alive, table, more, packing.problem.mentors) and not len(taken):
            taken = between[_fitting(left, part.take(between), now[between])]
            if not len(taken):
                return np.sort(chosen)
        chosen = np.concatenate([chosen, kept[taken]])
        left = without(left, part.take(taken))
        is_open[part.case[taken]] = False


def _solved(packing: Packing, part: Columns, gain: Ints, until: float) -> Reals | None:
    """Return what the LP takes of each column; ``None`` where it was not solved in time."""
    if not len(part):
        return np.zeros(0)
    if time.monotonic() > until:
        return None
    lp = highs_of(until - time.monotonic())
    lp.setOptionValue("solver", "ipm" if len(part) >= MANY else "simplex")
    lp.passModel(packing.model(part, -gain))
    lp.run()
    done = lp.getModelStatus() == solver().HighsModelStatus.kOptimal
    return np.array(lp.getSolution().col_value) if done else None


def _likely(part: Columns, share: Reals, room: Ints, mentors: int) -> Ints:
    """Return the edges (case times ``mentors``, plus mentor) to be decided: the likeliest, one of each case."""
    pair = part.second >= 0
    of = np.concatenate([part.case * mentors + part.first, (part.case * mentors + part.second)[pair]])
    edge, at = np.unique(of, return_inverse=True)
    sums = np.bincount(at, weights=np.concatenate([share, share[pair]]), minlength=len(edge))
    fresh = np.flatnonzero(sums < 1.0 - WHOLE)
    fresh = fresh[np.lexsort((edge[fresh], -np.round(sums[fresh], 6)))]
    number = max(int((sums[fresh] >= SURE).sum()), int(np.ceil(AT_ONCE * len(fresh))))
    found, room, asked = [], room.copy(), set()
    for case, mentor in zip(*(part.tolist() for part in np.divmod(edge[fresh[:number]], mentors)), strict=True):
        if case not in asked and room[mentor] > 0:
            asked.add(case)
            room[mentor] -= 1
            found.append(case * mentors + mentor)
    return np.array(found, dtype=np.int64)


def _narrowed(alive: Flags, table: Columns, edges: Ints, mentors: int) -> bool:
    """Leave the cases of ``edges`` only columns with that mentor; return whether that changed anything."""
    wanted = np.full(int(table.case.max()) + 1 if len(table) else 1, -1)
    wanted[edges // mentors] = edges % mentors
    mine = wanted[table.case]
    other = alive & (mine >= 0) & (table.first != mine) & (table.second != mine)
    alive &= ~other
    return bool(other.any())


def _fitting(left: Packing, part: Columns, share: Reals) -> Ints:
    """Return which columns fit, each beside those before it, the likeliest first, one of each case."""
    room, high = left.problem.room.copy(), left.rules.high.astype(np.float64)
    found, asked = [], set()
    for place in np.lexsort((np.arange(len(part)), -np.round(share, 6))).tolist():
        case, mine = int(part.case[place]), [int(part.first[place]), int(part.second[place])]
        mine = [mentor for mentor in mine if mentor >= 0]
        if case in asked or not (room[mine] > 0).all():
            continue
        counts = left.counted(part.take(np.array([place])))
        if (counts <= high).all():
            asked.add(case)
            room[mine] -= 1
            high -= counts
            found.append(place)
    return np.array(found, dtype=np.int64)
