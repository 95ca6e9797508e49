"""All pairs at prices: against reckoning every pair, with all criteria, weights and limits."""

from random import Random

import numpy as np
import pytest

from wagtail_mentoring.pairing.matching import all_pairs as looking
from wagtail_mentoring.pairing.matching.all_pairs import AllPairs, all_pairs
from wagtail_mentoring.pairing.matching.build import build
from wagtail_mentoring.pairing.matching.builtin import BUILT_IN
from wagtail_mentoring.pairing.matching.criteria import PerPair
from wagtail_mentoring.pairing.matching.solve import _parts
from wagtail_mentoring.pairing.matching.table import Ints, View

from .people import every_pair, facts, prices

INSTANCES = 60


@pytest.mark.parametrize("few", [False, True])
def test_what_is_found_is_what_reckoning_every_pair_finds(few: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if few:  # everything goes deeper more than once
        monkeypatch.setattr(looking, "FIRST_DEPTH", 1.0)
        monkeypatch.setattr(looking, "MENTORS", 2)
        monkeypatch.setattr(looking, "AT_A_TIME", 20)
    random = Random(f"all pairs {few}")
    met, left_out, below = 0, 0, 0
    for count in range(INSTANCES):
        given = facts(random)
        whole = build(given, locks={1: (1, 2)} if random.random() < 0.3 else {})
        ordered = whole.canonical()[0]
        for problem in (whole, ordered, *(part.problem for part in _parts(ordered))):
            known, price = every_pair(problem), prices(random, problem)
            kin = {(case, min(two), max(two)) for case, *two in problem.kin.tolist()}
            which = np.array([random.random() < 0.9 for _case in range(problem.cases)])
            best = np.full(problem.cases, -np.inf)
            for (case, first, second), value in known.items():
                best[case] = max(best[case], value - price[first] - price[second])
            least = best - np.array([random.choice((-1.0, 0.0, 500.0, 1e6)) for _case in best])
            least[~which] = np.inf
            least = np.where(np.isnan(least), 0.0, np.maximum(least, -1e6))
            look = all_pairs(problem, which)
            assert look is not None
            for everything in (False, True):
                found, unseen = look.beyond(price, least, everything)
                columns = zip(
                    found.case.tolist(), found.first.tolist(), found.second.tolist(), found.value.tolist(), strict=True
                )
                got = {(case, first, second): value for case, first, second, value in columns}
                assert len(got) == len(found)
                assert list(got) == sorted(got)
                for key, value in got.items():
                    assert known[key] == value, (count, key)
                for key, value in known.items():
                    case, first, second = key
                    worth = value - price[first] - price[second]
                    if worth < least[case] or key in kin:
                        below += 1
                    elif everything or worth > unseen[case]:
                        assert key in got, (count, everything, key)
                        met += 1
                    else:
                        left_out += 1
                    if worth == best[case] >= least[case] and key not in kin:
                        assert key in got, (count, "the best", key)
                assert not everything or (unseen == -np.inf).all()
    assert met > 10_000
    assert below > 1000
    assert left_out > 1000


def test_a_criterion_of_the_site_s_own_about_two_mentors_takes_the_other_way() -> None:
    class Ours(PerPair):
        code, weight = "ours", 10

        def pair(self, view: View, first: Ints, second: Ints) -> Ints:
            return np.zeros(len(first), dtype=np.int64)

    given = facts(Random(1))
    problem = build(given, (*BUILT_IN, Ours()))
    assert problem.marks is None
    assert all_pairs(problem, np.ones(problem.cases, dtype=np.bool_)) is None
    assert isinstance(all_pairs(build(given), np.ones(problem.cases, dtype=np.bool_)), AllPairs)
