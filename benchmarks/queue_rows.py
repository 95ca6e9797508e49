"""Finding mentors: one case among many mentors, and whole queues, against greedy and against another package."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wagtail_mentoring.pairing.matching import ranking
from wagtail_mentoring.pairing.matching.build import build
from wagtail_mentoring.pairing.matching.problem import Ints, Problem
from wagtail_mentoring.pairing.matching.scoring import Scorer
from wagtail_mentoring.pairing.matching.solve import Solution, solve

from .measure import Row
from .mentor_match_peer import people, score
from .queue_data import Queue, queues

#: Seconds for a whole queue, and how far the fit may be from its bound (a share; 0: proven).
QUEUES = ((200, 400, 10.0, 0.0), (2_000, 4_000, 10.0, 0.0), (10_000, 20_000, 60.0, 0.005))
ONE_FIELD, ONE_FIELD_SECONDS, ONE_FIELD_GAP = 0.6, 90.0, 0.005
#: What may pass of the seconds: a look at the clock comes only now and then.
LATE = 1.1
#: The peer's Python, which has mentor-match in an environment of its own: see docs/matching.md.
PEER = os.environ.get("MENTOR_MATCH_PYTHON", "")
SIDE = 500


@dataclass(frozen=True, slots=True)
class Planned:
    """What came out for all unions together."""

    seconds: float
    processor: float
    solutions: tuple[Solution, ...]
    greedy: tuple[int, int]

    @property
    def served(self) -> tuple[int, int]:
        return sum(one.served for one in self.solutions), sum(one.pairs for one in self.solutions)

    @property
    def gap(self) -> float:
        bound = sum(one.bound for one in self.solutions)
        return (bound - sum(one.value for one in self.solutions)) / bound

    @property
    def gap_within(self) -> float:
        within = sum(one.within for one in self.solutions)
        return (within - sum(one.value for one in self.solutions)) / within

    @property
    def narrowed(self) -> int:
        return sum(one.considered != "all" for one in self.solutions)

    def told(self) -> str:
        proven = sum(one.proven for one in self.solutions)
        cover = "cover proven" if all(one.covered for one in self.solutions) else "cover not proven"
        return (
            f"{self.served[0]} served, {self.served[1]} with two ({cover}); greedy {self.greedy[0]}, {self.greedy[1]}; "
            f"fit proven in {proven} of {len(self.solutions)} unions, gap to all pairs {self.gap:.4%}, "
            f"to those considered {self.gap_within:.4%} ({self.narrowed} unions considered the best pairs alone); "
            f"{self.processor:.1f} s of the processor, load {os.getloadavg()[0]:.1f}"
        )


def plan(unions: Sequence[Queue], seconds: float) -> Planned:
    """Plan for all unions one after the other; each has its share of what time is left.

    The time is that of making the problems and solving them; greedy, and looking the plans over, are not in it.
    """
    spent, processor = 0.0, 0.0
    solutions, greedy = [], [0, 0]
    weights = [len(union.mentees) ** 1.5 for union in unions]
    for place, union in enumerate(unions):
        begin, begun = time.perf_counter(), time.process_time()
        share = max(0.0, seconds - spent) * weights[place] / sum(weights[place:])
        problem = build(union)
        # Making the problem counts: what is left of the union's share is the solver's.
        solutions.append(solve(problem, seconds=max(0.0, share - (time.perf_counter() - begin))))
        spent, processor = spent + time.perf_counter() - begin, processor + time.process_time() - begun
        served, two = by_waiting(problem)
        greedy[0], greedy[1] = greedy[0] + served, greedy[1] + two
        _check(problem, solutions[-1])
    return Planned(spent, processor, tuple(solutions), (greedy[0], greedy[1]))


def by_waiting(problem: Problem) -> tuple[int, int]:
    """Serve the longest waiting first, each with the two best mentors who have room; return served and with two."""
    room, served, two = problem.room.copy(), 0, 0
    for case in sorted(range(problem.cases), key=lambda one: -int(problem.waits[one])):
        mine = slice(int(problem.start[case]), int(problem.start[case + 1]))
        best = sorted(zip((-problem.single[mine]).tolist(), problem.mentor[mine].tolist(), strict=True))
        free = [mentor for _value, mentor in best if room[mentor] > 0][:2]
        for mentor in free:
            room[mentor] -= 1
        served, two = served + bool(free), two + (len(free) == 2)
    return served, two


def _check(problem: Problem, solution: Solution) -> None:
    used = [0] * problem.mentors
    for case, mentors in enumerate(solution.chosen):
        assert len(set(mentors)) == len(mentors)
        possible = set(problem.mentor[problem.start[case] : problem.start[case + 1]].tolist())
        for mentor in mentors:
            assert mentor in possible
            used[mentor] += 1
    assert all(taken <= room for taken, room in zip(used, problem.room.tolist(), strict=True))


def one_case() -> list[Row]:
    """The ranking of pairs for one case in a field of 20,000 mentors, facts in memory, and the goal of 100 ms.

    Reading the facts from the database comes on top: docs/matching.md has figures of the whole.
    """
    (union, *_rest) = queues(30, 20_000, biggest=0.999)
    scorer = Scorer(union.mentors, {})
    taken = []
    for mentee in union.mentees[:20]:
        begin = time.perf_counter()
        ranking.best(scorer.scores(mentee), 10)
        taken.append((time.perf_counter() - begin) * 1000)
    median = sorted(taken)[len(taken) // 2]
    name = f"ranking for one case × {len(union.mentors):,} mentors, facts in memory"
    return [Row(name, round(median, 3), "ms", "the goal of 100 ms", round(median / 100, 2), 1.0)]


def whole_queues() -> list[Row]:
    """All unions' queues, against the goals in seconds, and how near to its bound the fit must come."""
    rows = []
    for cases, mentors, seconds, gap in QUEUES:
        found = plan(queues(cases, mentors), seconds)
        rows += _rows(f"plan for {cases:,} × {mentors:,}, {len(found.solutions)} unions", found, seconds, gap)
    return rows


def one_field() -> list[Row]:
    """One field with most of everything, against the goals for its seconds and its gap."""
    (biggest, *_rest) = queues(10_000, 20_000, biggest=ONE_FIELD)
    found = plan([biggest], ONE_FIELD_SECONDS)
    name = f"plan for {len(biggest.mentees):,} × {len(biggest.mentors):,}, one union"
    return _rows(name, found, ONE_FIELD_SECONDS, ONE_FIELD_GAP)


def _rows(name: str, found: Planned, seconds: float, gap: float) -> list[Row]:
    """Return the rows of one measurement: the seconds, the cover, which must be proven, and the gap of the fit."""
    covered = sum(not one.covered for one in found.solutions)
    last = (
        Row(f"gap: {name}", round(found.gap * 100, 4), "%", "its goal", round(found.gap / gap, 2), 1.0)
        if gap
        else _none(f"fit not proven: {name}", sum(not one.proven for one in found.solutions))
    )
    return [
        Row(name, round(found.seconds, 2), "s", found.told(), round(found.seconds / seconds, 2), LATE),
        _none(f"cover not proven: {name}", covered),
        last,
    ]


def _none(name: str, number: int) -> Row:
    """Return the row of a number of unions that must be none."""
    return Row(name, number, "unions", "none allowed", float(number), 0.0)


def against_a_peer() -> list[Row]:
    """500 mentees and 500 mentors, two mentors each where possible, against mentor-match in the same run.

    Seconds of the processor, which other work on the machine changes least.
    """
    if not PEER:
        print("mentor-match is not measured: MENTOR_MATCH_PYTHON names no Python that has it.", file=sys.stderr)
        return []
    problem = _peer_problem()
    begin = time.process_time()
    solution = solve(problem, seconds=60)
    ours = time.process_time() - begin
    script = Path(__file__).with_name("mentor_match_peer.py")
    ran = subprocess.run([PEER, str(script), str(SIDE)], capture_output=True, text=True, check=True, timeout=600)
    theirs: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    assert solution.served >= theirs["served"]
    told = (
        f"mentor-match: {theirs['seconds']:.2f} s, {theirs['served']} served, {theirs['two']} with two; "
        f"ours {solution.served}, {solution.pairs}, fit proven: {solution.proven}"
    )
    name = f"{SIDE} × {SIDE}, two mentors each"
    return [Row(name, round(ours, 3), "s", told, round(ours / theirs["seconds"], 4), 0.05)]


class _Sums:
    """A pair is worth what its mentors are worth together: so it is for mentor-match."""

    def __init__(self, worth: Ints) -> None:
        self.worth = worth

    def values(self, case: Ints, first: Ints, second: Ints) -> Ints:
        return np.asarray(self.worth[case, first] + self.worth[case, second], dtype=np.int64)


def _peer_problem() -> Problem:
    """Return the same people and rules as mentor-match gets: two rounds, so each mentor takes two at the most."""
    mentors, mentees = people(SIDE)
    scores = [[score(mentor, mentee) for mentor in mentors] for mentee in mentees]
    worth = 1000 * np.array([[one or 0 for one in row] for row in scores], dtype=np.int64)  # thousandths of a point
    edges = [[place for place, one in enumerate(row) if one is not None] for row in scores]
    flat = np.array([place for row in edges for place in row], dtype=np.int64)
    case = np.repeat(np.arange(SIDE), [len(row) for row in edges])
    return Problem(
        case_keys=np.arange(SIDE),
        mentor_keys=np.arange(SIDE),
        waits=np.zeros(SIDE, dtype=np.int64),
        room=np.full(SIDE, 2),
        load=np.zeros(SIDE, dtype=np.int64),
        start=np.cumsum([0, *(len(row) for row in edges)]),
        mentor=flat,
        single=worth[case, flat],
        reach=worth[case, flat],
        whole=np.ones(SIDE, dtype=np.bool_),
        kin=np.zeros((0, 3), dtype=np.int64),
        pairs=_Sums(worth),
    )


ALL = (one_case, whole_queues, one_field, against_a_peer)
