"""The solver against trying everything, and what must hold of every plan."""

from random import Random

import pytest

from wagtail_mentoring.pairing.matching import columns, levels, packing
from wagtail_mentoring.pairing.matching.solve import Solution, solve

from .queues import KINDS, best_by_trying, queue

INSTANCES = 400


def reached(solution: Solution) -> tuple[int, ...]:
    return tuple(level.value for level in solution.levels)


@pytest.fixture(params=["all columns", "by prices"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to the fit: every column in the MILP, and columns found by the LP's prices."""
    if request.param == "by prices":
        monkeypatch.setattr(levels, "FEW_COLUMNS", 0)
        monkeypatch.setattr(levels, "MARGIN", 1.0)
        monkeypatch.setattr(packing, "BEGIN_WITH", 2)
        monkeypatch.setattr(packing, "AT_ONCE", 1)
        monkeypatch.setattr(columns, "AT_A_TIME", 3)
    return str(request.param)


@pytest.mark.parametrize("kind", KINDS)
def test_all_levels_are_those_of_trying_everything(kind: str, way: str) -> None:
    random = Random(f"{kind} {way}")
    for count in range(INSTANCES // 2):
        tried = queue(random, kind)
        solution = solve(tried.problem())
        expected = best_by_trying(tried)
        assert tried.levels(solution.chosen) == expected, (count, tried)
        assert reached(solution) == expected, (count, tried)
        assert solution.covered, (count, tried, solution.levels)
        assert solution.proven, (count, tried, solution.levels)
        for level in solution.levels[:-1]:
            assert level.bound >= level.value
