"""Rough prices of the mentors, to begin with: who is wanted by more cases than there is room for costs something."""

import time

import numpy as np

from .columns import best_edges
from .problem import Ints, Problem, Reals

#: Rounds, and how much a price moves in the first and the last one, in thousandths of a point.
ROUNDS = 80
FIRST_STEP, LAST_STEP = 2500.0, 60.0
#: Beyond so many possible mentors of all cases together, so many of each case are looked at, chosen so often.
ALL_EDGES = 200_000
STAGE_MENTORS, STAGES = 60, 5


def rough_prices(problem: Problem, number: Ints, until: float = np.inf) -> Reals:
    """Return a price for each mentor; fewer rounds where time ends. ``number``: how many mentors each case gets.

    In each round every case wants its best mentors after prices, each on its own merits (reach); prices follow demand.
    """
    price = np.zeros(problem.mentors)
    if len(problem.mentor) <= ALL_EDGES:
        return _followed(problem, number, price, np.geomspace(FIRST_STEP, LAST_STEP, ROUNDS), until)
    # Of many mentors those that are the best at the prices so far are enough, chosen anew now and then.
    cases, mentors = np.arange(problem.cases), np.arange(problem.mentors)
    for steps in np.array_split(np.geomspace(FIRST_STEP, LAST_STEP, ROUNDS), STAGES):
        if time.monotonic() > until:
            break
        few = problem.part(cases, mentors, best_edges(problem, price, STAGE_MENTORS))
        price = _followed(few, number, price, steps, until)
    return price


def _followed(problem: Problem, number: Ints, price: Reals, steps: Reals, until: float) -> Reals:
    degree = np.diff(problem.start)
    if not degree.any():
        return price
    # A row for each case, as long as the longest: mentor -1 is worth nothing.
    width = int(degree.max())
    filled = np.arange(width) < degree[:, None]
    who = np.full((problem.cases, width), -1)
    who[filled] = problem.mentor
    worth = np.full((problem.cases, width), -np.inf)
    worth[filled] = problem.reach
    pairs, alone = np.flatnonzero((number > 1) & (degree > 1)), np.flatnonzero((number == 1) & (degree > 0))
    for step in steps:
        if time.monotonic() > until:
            break
        after = worth - np.append(price, 0.0)[who]
        best = after.argmax(axis=1)
        wanted = who[alone, best[alone]]
        two = np.argpartition(-after[pairs], 1, axis=1)[:, :2] if len(pairs) else np.zeros((0, 2), dtype=np.int64)
        wanted = np.concatenate([wanted, who[pairs[:, None], two].ravel()])
        demand = np.bincount(wanted[wanted >= 0], minlength=problem.mentors)
        price = np.maximum(price + step * np.clip(demand - problem.room, -1, 3), 0.0)
    return price
