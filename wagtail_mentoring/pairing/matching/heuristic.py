"""A plan without a solver: the fit by local search. Coverage is kept where it is proven; the fit is not proven."""

import time
from collections import defaultdict

import numpy as np

from .columns import Columns
from .problem import Ints, Problem

Plan = list[tuple[int, ...]]
#: Passes over all cases without end would be pointless: each must gain something, and most of it comes early.
PASSES = 30


class Bench:
    """A plan in the making over known columns: who sits where, and how much room is left."""

    def __init__(self, problem: Problem, table: Columns, plan: Plan) -> None:
        self.problem = problem
        self.room = problem.room.tolist()
        self.used = problem.load.tolist()
        self.options: list[dict[tuple[int, ...], int]] = [{} for _case in range(problem.cases)]
        rows = zip(*(part.tolist() for part in (table.case, table.first, table.second, table.value)), strict=True)
        for case, first, second, value in rows:
            self.options[case][(first, second) if second >= 0 else (first,)] = value
        # The best first; among equals in the order of the columns.
        for case, mine in enumerate(self.options):
            self.options[case] = dict(sorted(mine.items(), key=lambda item: (-item[1], item[0])))
        self.plan: Plan = [()] * problem.cases
        self.holders: dict[int, set[int]] = defaultdict(set)
        for case, mentors in enumerate(plan):
            if not mentors or mentors in self.options[case]:
                self.sit(case, mentors)

    def sit(self, case: int, mentors: tuple[int, ...]) -> None:
        """Give ``case`` these mentors in place of those that it has."""
        for mentor in self.plan[case]:
            self.room[mentor] += 1
            self.used[mentor] -= 1
            self.holders[mentor].discard(case)
        self.plan[case] = mentors
        for mentor in mentors:
            self.room[mentor] -= 1
            self.used[mentor] += 1
            self.holders[mentor].add(case)

    def value(self, case: int) -> int:
        return self.options[case][self.plan[case]] if self.plan[case] else 0

    def best(self, case: int, number: int, above: int, freed: tuple[int, ...] = ()) -> tuple[int, ...] | None:
        """Return the best free choice of ``number`` mentors worth more than ``above``, or ``None``.

        The mentors that the case has are free to it; ``freed`` are too, and nobody in ``freed`` is counted twice.
        """
        mine = self.plan[case]
        for mentors, value in self.options[case].items():
            if value <= above:
                return None
            if len(mentors) == number and all(self.room[one] > 0 or one in mine or one in freed for one in mentors):
                return mentors
        return None


def fill(problem: Problem, table: Columns, plan: Plan) -> Plan:
    """Give cases without a mentor what is free, then single mentors a second: by claim. For plans with gaps."""
    bench = Bench(problem, table, plan)
    turn = np.argsort(-problem.waits, kind="stable").tolist()
    for case in turn:
        if not bench.plan[case]:
            found = bench.best(case, 1, -1) or bench.best(case, 2, -1) or _moved(bench, case)
            if found:
                bench.sit(case, found)
    for case in turn:
        if len(bench.plan[case]) == 1:
            bench.sit(case, bench.best(case, 2, -1) or bench.plan[case])
    return bench.plan


def _moved(bench: Bench, case: int) -> tuple[int, ...] | None:
    """Make room for ``case`` by giving one other case another choice of the same size; return what is free then."""
    for mentors in bench.options[case]:
        full = [one for one in mentors if bench.room[one] <= 0]
        if len(full) != 1:
            continue
        for other in sorted(bench.holders[full[0]]):
            size = len(bench.plan[other])
            for instead in bench.options[other]:
                if len(instead) == size and not set(instead) & set(mentors):
                    if all(bench.room[one] > 0 or one in bench.plan[other] for one in instead):
                        bench.sit(other, instead)
                        return mentors
    return None


def improve(problem: Problem, table: Columns, plan: Plan, until: float) -> Plan:
    """Return a plan with as many mentors for each case and a better fit, as far as exchanges of two cases reach."""
    bench = Bench(problem, table, plan)
    for _turn in range(PASSES):
        gained = 0
        for case in range(problem.cases):
            if time.monotonic() > until:
                return bench.plan
            if bench.plan[case]:
                gained += _alone(bench, case) + _with_another(bench, case)
        if not gained:
            break
    return bench.plan


def _alone(bench: Bench, case: int) -> int:
    """Give the case its best free choice."""
    before = bench.value(case)
    found = bench.best(case, len(bench.plan[case]), before)
    if found is None:
        return 0
    bench.sit(case, found)
    return bench.value(case) - before


def _with_another(bench: Bench, case: int) -> int:
    """Take one full mentor from another case, if what both gain and lose is a gain."""
    mine, before = bench.plan[case], bench.value(case)
    for mentors, value in bench.options[case].items():
        if value <= before:
            return 0
        full = [one for one in mentors if bench.room[one] <= 0 and one not in mine]
        if len(mentors) != len(mine) or len(full) != 1:
            continue
        for other in sorted(bench.holders[full[0]]):
            theirs, had = bench.plan[other], bench.value(other)
            bench.sit(case, ())
            bench.sit(other, ())
            bench.sit(case, mentors)  # the other's place is free now
            instead = bench.best(other, len(theirs), had - (value - before))
            if instead is not None:
                bench.sit(other, instead)
                return value - before + bench.value(other) - had
            bench.sit(case, ())
            bench.sit(other, theirs)
            bench.sit(case, mine)
    return 0


def fit(table: Columns, plan: Plan) -> int:
    """Return the total value of a plan."""
    return int(table.value[table.places(plan)].sum())


def squared_load(load: Ints, plan: Plan) -> int:
    """Return the sum of squared loads: for each mentor the cases of the last twelve months and the plan's."""
    used = load.copy()
    for mentors in plan:
        used[list(mentors)] += 1
    return int((used * used).sum())
