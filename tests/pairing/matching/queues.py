"""Small queues at random, and the best plan for them by trying everything."""

from dataclasses import dataclass, replace
from itertools import combinations
from random import Random

import numpy as np

from wagtail_mentoring.pairing.matching.problem import NEVER, REMATCH, Problem, Table

KINDS = ("uncoupled", "conflicts", "minimum_fit", "pairs_only", "mixed")
#: The reach of a mentor is this much above half of the best pair.
LOOSE = 40


@dataclass(frozen=True)
class Queue:
    """A queue in plain Python: ``choices[i]`` maps the mentors of a choice (rising) to its value."""

    waits: list[int]
    room: list[int]
    load: list[int]
    edges: list[list[int]]
    choices: list[dict[tuple[int, ...], int]]

    def problem(self) -> Problem:
        """Return it as arrays."""
        single = [own.get((mentor,), NEVER) for own, mine in self._both() for mentor in mine]
        reach, table, whole = [], {}, []
        for case, (own, mine) in enumerate(zip(self.choices, self.edges, strict=True)):
            for mentor in mine:
                best = max((value for who, value in own.items() if len(who) == 2 and mentor in who), default=0)
                reach.append(best // 2 + 1 + LOOSE)
            table.update({(case, *who): value for who, value in own.items() if len(who) == 2})
            whole.append(len(own) == len(mine) * (len(mine) + 1) // 2)
        # A pair can be worth more than twice the half of the poorer one's best: let no bound be broken.
        for (case, one, other), value in table.items():
            first = sum(len(mine) for mine in self.edges[:case])
            at, to = first + self.edges[case].index(one), first + self.edges[case].index(other)
            short = value - reach[at] - reach[to]
            reach[at] += max(short, 0)
        return Problem(
            case_keys=np.arange(len(self.waits)) + 100,
            mentor_keys=np.arange(len(self.room)) + 500,
            waits=np.array(self.waits, dtype=np.int64),
            room=np.array(self.room, dtype=np.int64),
            load=np.array(self.load, dtype=np.int64),
            start=np.cumsum([0, *(len(mine) for mine in self.edges)]),
            mentor=np.array([mentor for mine in self.edges for mentor in mine], dtype=np.int64),
            single=np.array(single, dtype=np.int64),
            reach=np.array(reach, dtype=np.int64),
            whole=np.array(whole, dtype=np.bool_),
            kin=np.zeros((0, 3), dtype=np.int64),
            pairs=Table(table),
        )

    def _both(self) -> list[tuple[dict[tuple[int, ...], int], list[int]]]:
        return list(zip(self.choices, self.edges, strict=True))

    def levels(self, plan: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        """Return what a plan reaches in the six levels, by adding up; raise where it breaks a rule."""
        used = [0] * len(self.room)
        served = two = claim_served = claim_two = fit = 0
        for case, mentors in enumerate(plan):
            if not mentors:
                continue
            assert len(set(mentors)) == len(mentors), "the same mentor twice in a case"
            fit += self.choices[case][tuple(sorted(mentors))]  # a KeyError is a choice against a hard filter
            served, claim_served = served + 1, claim_served + self.waits[case]
            if len(mentors) == 2:
                two, claim_two = two + 1, claim_two + self.waits[case]
            for mentor in mentors:
                used[mentor] += 1
        assert all(taken <= room for taken, room in zip(used, self.room, strict=True)), "more than the room"
        load = sum((before + taken) ** 2 for before, taken in zip(self.load, used, strict=True))
        return served, two, claim_served, claim_two, fit, load


def best_by_trying(queue: Queue) -> tuple[int, ...]:
    """Return the six levels of the best plan: all plans, those with the same use of the mentors compared at once."""
    reached: dict[tuple[int, ...], tuple[int, ...]] = {(0,) * len(queue.room): (0, 0, 0, 0, 0)}
    for wait, own in zip(queue.waits, queue.choices, strict=True):
        further = dict(reached)
        for used, key in reached.items():
            for mentors, value in own.items():
                taken = list(used)
                for mentor in mentors:
                    taken[mentor] += 1
                if any(taken[mentor] > queue.room[mentor] for mentor in mentors):
                    continue
                pair = len(mentors) == 2
                new = (key[0] + 1, key[1] + pair, key[2] + wait, key[3] + wait * pair, key[4] + value)
                at = tuple(taken)
                if at not in further or new > further[at]:
                    further[at] = new
        reached = further
    best = max(reached.values())
    load = [
        sum((before + taken) ** 2 for before, taken in zip(queue.load, used, strict=True))
        for used, key in reached.items()
        if key == best
    ]
    return (*best, min(load))


def queue(random: Random, kind: str, cases: int | None = None, mentors: int | None = None) -> Queue:
    """Return a queue of that kind: few claims and few values, so that much is equal."""
    cases = cases or random.randint(1, 6)
    mentors = mentors or random.randint(1, 5)
    likely = random.choice([0.3, 0.5, 0.8])
    room = [random.choice([0, 1, 1, 1, 2, 3]) for _mentor in range(mentors)]
    waits = [random.choice([0, 1, 2, 2, 5]) + REMATCH * (random.random() < 0.15) for _case in range(cases)]
    edges = [[mentor for mentor in range(mentors) if random.random() < likely] for _case in range(cases)]
    spread = random.choice([2, 10, 1000])
    choices: list[dict[tuple[int, ...], int]] = []
    hostile = {pair for pair in combinations(range(mentors), 2) if random.random() < 0.4}
    for mine in edges:
        own = {who: random.randrange(spread) for size in (1, 2) for who in combinations(mine, size)}
        alone = kind != "pairs_only" and not (kind == "mixed" and random.random() < 0.5)
        least = random.choice([0, spread // 2]) if kind in ("minimum_fit", "mixed") else 0
        enemies = hostile if kind in ("conflicts", "mixed") else set()
        choices.append(
            {
                who: value
                for who, value in own.items()
                if (len(who) == 2 or alone) and who not in enemies and value >= least
            }
        )
    load = [random.randint(0, 3) for _mentor in range(mentors)]
    return Queue(waits, room, load, edges, choices)


def shuffled(problem: Problem, random: Random) -> tuple[Problem, list[int], list[int]]:
    """Return the problem with its cases and mentors in another order, and where each stood before."""
    cases, mentors = list(range(problem.cases)), list(range(problem.mentors))
    random.shuffle(cases)
    random.shuffle(mentors)
    part = problem.part(np.array(cases), np.array(mentors), np.arange(len(problem.mentor)))
    # The mentors of a case in another order too.
    bounds = part.start.tolist()
    order = [place for case in range(part.cases) for place in _mixed(bounds[case], bounds[case + 1], random)]
    return (
        replace(part, mentor=part.mentor[order], single=part.single[order], reach=part.reach[order]),
        cases,
        mentors,
    )


def _mixed(begin: int, end: int, random: Random) -> list[int]:
    return random.sample(range(begin, end), end - begin)
