"""Prices against all pairs: their bound is never below the best plan, and is what reckoning every choice says."""

import time
from random import Random

import numpy as np
import pytest

from wagtail_mentoring.pairing.matching import columns, levels
from wagtail_mentoring.pairing.matching.all_pairs import all_pairs
from wagtail_mentoring.pairing.matching.build import build
from wagtail_mentoring.pairing.matching.columns import Columns
from wagtail_mentoring.pairing.matching.coverage import Covered
from wagtail_mentoring.pairing.matching.descent import descend
from wagtail_mentoring.pairing.matching.packing import CLOSE, Packing, pack
from wagtail_mentoring.pairing.matching.problem import Problem
from wagtail_mentoring.pairing.matching.solve import _parts

from .people import facts, prices

INSTANCES = 12


def every_choice(problem: Problem) -> Columns:
    """Return all choices that there are."""
    alone = columns.singles(problem)
    return alone.joined(columns.pairs(problem, np.arange(len(problem.mentor)))).joined(columns.kin(problem))


def quotas_of_some_plan(random: Random, problem: Problem, table: Columns) -> levels.Quotas:
    """Return rules that some plan keeps: so many of each class served, and with two."""
    room, served, twice = (
        problem.room.copy(),
        np.zeros(problem.cases, dtype=np.bool_),
        np.zeros(problem.cases, np.bool_),
    )
    for place in random.sample(range(len(table)), len(table)):
        case, mine = int(table.case[place]), [int(table.first[place]), int(table.second[place])]
        mine = [mentor for mentor in mine if mentor >= 0]
        if not served[case] and (room[mine] > 0).all() and random.random() < 0.9:
            served[case], twice[case] = True, len(mine) == 2
            room[mine] -= 1
    classes = np.array([random.randrange(3) for _case in range(problem.cases)])
    none = tuple(() for _case in range(problem.cases))
    return levels.quotas(problem, Covered(none, served, twice, np.ones(len(problem.mentor), dtype=np.bool_)), classes)


@pytest.mark.parametrize("hurried", [False, True])
def test_the_bound_is_above_the_best_plan_and_as_good_as_reckoning_every_choice(hurried: bool) -> None:
    random = Random(f"descent {hurried}")
    near, limited, related, ruled = 0, 0, 0, 0
    for count in range(INSTANCES):
        ordered = build(facts(random)).canonical()[0]
        for problem in (ordered, *(part.problem for part in _parts(ordered))):
            table = every_choice(problem)
            packing = Packing(problem, *quotas_of_some_plan(random, problem, table))
            useful = packing.useful(table)
            best = pack(packing, useful, useful.value, None, time.monotonic() + 60)
            assert best.proven
            assert best.chosen is not None
            optimum = int(useful.value[best.chosen].sum())
            look = all_pairs(problem, packing.may_pair)
            assert look is not None
            begin = prices(random, problem)
            found = descend(packing, look, begin, time.monotonic() + (-1 if hurried else 60))
            assert found.bound >= optimum - CLOSE, count
            assert (found.mentors >= 0).all()
            worth = packing.after_prices(useful, found.mentors, found.rules)
            bound = packing.bound(packing.best(useful, worth), found.mentors, found.rules)
            assert found.bound == pytest.approx(bound, abs=CLOSE), count
            known = dict(zip(zip(table.case, table.first, table.second, strict=True), table.value, strict=True))
            rows = zip(found.asked.case, found.asked.first, found.asked.second, found.asked.value, strict=True)
            assert all(known[case, first, second] == value for case, first, second, value in rows), count
            near += found.bound <= 1.02 * optimum
            limited += not problem.whole.all()
            related += len(problem.kin) > 0
            ruled += len(packing.rules.low) > 0
    assert min(limited, related, ruled) > 12
    assert hurried or near > 12
