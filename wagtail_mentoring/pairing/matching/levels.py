"""The levels of one part of the queue, one after the other."""

import time
from dataclasses import dataclass, replace

import numpy as np

from . import columns, heuristic
from .columns import Columns
from .coverage import Covered, with_liking
from .narrow import dived, lacking, narrow
from .packing import CLOSE, Packing, Prices, Rules, even, pack
from .pricing import rough_prices
from .problem import REMATCH, Flags, Ints, Problem, Reals
from .relaxation import ENOUGH, Relaxation
from .relaxation import LARGE_BEGIN as CONSIDERED
from .search import Search

Plan = list[tuple[int, ...]]
Sums = list[tuple[int, int]]
Quotas = tuple[Rules, Flags, Flags]

#: A margin in thousandths of a point with which the first try of the MILP usually holds the best plan.
MARGIN = 3000.0
#: So much of the time the prices may take at the most; a look at all pairs ends
#: here, and the rest is for the plan.
LP_SHARE, LAST_SHARE = 0.45, 0.6
#: So much of it the first plan of a large part may take; the rest is for making it better.
DIVE_SHARE = 0.7
#: Fewer columns than this are not worth an LP: all go to the MILP.
FEW_COLUMNS = 1500
#: The exact search of a part of so many cases takes about a second; the time grows with the third power.
EXACT_CASES = 250
#: The margin in thousandths of a point that a large part's choices may cost beyond the best of their case.
LARGE_MARGIN = 2500.0
#: With more possible mentors of all cases than this a part is a giant. Its prices take so much of its time at the most;
#: of what is left then, the look at all pairs so much.
GIANT_EDGES, GIANT_LP_SHARE, CEILING_SHARE = 2_000_000, 0.5, 0.45
#: Stands for "all choices that there are".
ALL = 0
#: Loads are evened out exactly where no more columns than this can be in a best plan.
EVEN_COLUMNS = 600
#: Without the solver, and where choices are limited: pairs among so many mentors of each case.
HEURISTIC_MENTORS = 12
LIMITED_MENTORS = 24


@dataclass(frozen=True, slots=True)
class Found:
    """A plan, and for each level what it reaches and the bound."""

    plan: Plan
    levels: Sums
    #: What the fit cannot pass among the choices that were considered; ``None``: as the level says.
    within: int | None = None
    #: Those are the pairs among so many mentors of each case (and what the prices asked for); ``ALL``: all there are.
    considered: int = 0


def best(problem: Problem, covered: Covered, classes: Ints, until: float, with_solver: bool) -> Found:
    """Return the best plan of a part. ``covered``: exact where every choice is possible, else an upper bound."""
    whole = bool(problem.whole.all())
    if whole:
        plan, cover = list(covered.given), _cover_of(problem, covered)
        sums: Sums = [(value, value) for value in cover]
        if not covered.exact:
            sums = [(value, most) for value, most in zip(cover, _most_of_all(problem), strict=True)]
        if not with_solver:
            return _without_solver(problem, plan, sums, until)
        return _fit(problem, plan, sums, quotas(problem, covered, classes), until)
    table = _limited_table(problem)
    start = heuristic.fill(problem, table, list(covered.given))
    bounds = _cover_of(problem, covered) if covered.exact else _most_of_all(problem)
    if not with_solver:
        return _without_solver(problem, start, _sums(problem, start, bounds), until)
    complete = problem.pair_count() <= columns.ALL_PAIRS
    plan, proven, rules = _limited(problem, table, start, bounds, quotas(problem, covered, classes), until, complete)
    return _fit(problem, plan, proven, rules, until)


def quotas(problem: Problem, covered: Covered, classes: Ints) -> Quotas:
    """Return the rules that fix for each class how many are served and get two, and who may have one, and two."""
    number = int(classes.max()) + 1
    size = np.bincount(classes, minlength=number)
    served = np.bincount(classes[covered.served], minlength=number)
    twice = np.bincount(classes[covered.twice], minlength=number)
    # A row for each class of which only some are served, and one for each of which some of the served get two.
    some, both = served < size, (twice > 0) & (twice < served)
    first = np.cumsum(some) - 1
    second = int(some.sum()) + np.cumsum(both) - 1
    case = np.arange(problem.cases)
    one, two = some[classes], both[classes]
    cases = np.concatenate([case[one], case[two]])
    order = np.argsort(cases, kind="stable")
    row = np.concatenate([first[classes[one]], second[classes[two]]])
    weight = np.concatenate([np.ones(int(one.sum()), dtype=np.int64), np.zeros(int(two.sum()), dtype=np.int64)])
    low = np.concatenate([served[some], twice[both]]).astype(np.int64)
    rules = Rules(cases[order], row[order], weight[order], (1 - weight)[order], low, low, ~one)
    return rules, (served > twice)[classes], (twice > 0)[classes]


def _cover_of(problem: Problem, covered: Covered) -> list[int]:
    return [
        int(covered.served.sum()),
        int(covered.twice.sum()),
        int(problem.waits[covered.served].sum()),
        int(problem.waits[covered.twice].sum()),
    ]


def _sums(problem: Problem, plan: Plan, bounds: list[int]) -> Sums:
    """Return what a plan reaches in levels 1 to 3. A bound counts while the levels before it are reached."""
    size = np.array([len(mine) for mine in plan], dtype=np.int64)
    reached = [int((size > 0).sum()), int((size > 1).sum())]
    reached += [int(problem.waits[size > 0].sum()), int(problem.waits[size > 1].sum())]
    found: Sums = []
    equal = True
    for level, (value, bound) in enumerate(zip(reached, bounds, strict=True)):
        if not equal:  # fewer were served than could be: more may then have two, or a greater claim
            bound = _most(problem, level)
        found.append((value, max(value, bound)))
        equal = equal and value == bound
    return found


def _most_of_all(problem: Problem) -> list[int]:
    return [_most(problem, level) for level in range(4)]


def _most(problem: Problem, level: int) -> int:
    """Return what no plan at all can pass in a level."""
    return problem.cases if level < 2 else int(problem.waits.sum())


def _squares(problem: Problem, plan: Plan) -> int:
    return heuristic.squared_load(problem.load, plan)


def _without_solver(problem: Problem, plan: Plan, sums: Sums, until: float) -> Found:
    price = rough_prices(problem, np.array([len(mine) for mine in plan], dtype=np.int64), until)
    edges = columns.best_edges(problem, price, HEURISTIC_MENTORS)
    table = columns.singles(problem).joined(columns.pairs(problem, edges)).joined(columns.kin(problem))
    plan = _searched(problem, table, plan, price, until)
    table = table.joined(columns.given(problem, plan))
    value = heuristic.fit(table, plan)
    return Found(plan, [*sums, (value, max(value, _simple_bound(problem, plan))), (_squares(problem, plan), 0)])


def _simple_bound(problem: Problem, plan: Plan) -> int:
    """Return a bound of the fit: everybody gets what is best for them alone, whoever else wants it."""
    one, two = np.zeros(problem.cases, dtype=np.int64), np.zeros(problem.cases, dtype=np.int64)
    bounds = problem.start.tolist()
    for case, (begin, end) in enumerate(zip(bounds, bounds[1:], strict=False)):
        if begin < end:
            one[case] = max(0, int(problem.single[begin:end].max()))
            reach = problem.reach[begin:end]
            two[case] = (np.partition(reach, len(reach) - 2)[-2:] if len(reach) > 1 else reach).sum()
    known = columns.kin(problem)
    np.maximum.at(two, known.case, known.value)
    most = np.sort(np.maximum(one, two))[::-1]
    return int(most[: sum(1 for mine in plan if mine)].sum())


def _limited_table(problem: Problem) -> Columns:
    """Return the choices of a part in which not all are possible: all of them, or those among the likeliest mentors."""
    edges = np.arange(len(problem.mentor))
    if problem.pair_count() > columns.ALL_PAIRS:
        edges = columns.best_edges(problem, np.zeros(problem.mentors), LIMITED_MENTORS)
    return columns.singles(problem).joined(columns.pairs(problem, edges)).joined(columns.kin(problem))


def _limited(
    problem: Problem, table: Columns, plan: Plan, bounds: list[int], quota: Quotas, until: float, complete: bool
) -> tuple[Plan, Sums, Quotas]:
    """Return the best cover where not every choice is possible, and the rules that keep it.

    First it is tried whether the cover of the problem without limits can be kept: then it is the best. If not, the
    levels are solved one after the other. ``complete``: ``table`` holds every possible choice.
    """
    everyone = np.ones(problem.cases, dtype=np.bool_)
    # Each level has its share of the time, and the fit its half.
    share = max(until - time.monotonic(), 0.0) / 2 / 7
    packing = Packing(problem, *quota)
    useful = packing.useful(table)
    tried = pack(packing, useful, useful.value, None, time.monotonic() + share)
    if tried.chosen is not None:
        plan = useful.chosen(tried.chosen, problem.cases)
        return plan, _sums(problem, plan, bounds), quota
    rematch, days = np.divmod(problem.waits, REMATCH)
    ones, none = np.ones(problem.cases, dtype=np.int64), np.zeros(problem.cases, dtype=np.int64)
    weights = [(ones, none), (none, ones), (rematch, none), (days, none), (none, rematch), (none, days)]
    reached: list[tuple[Ints, Ints, int]] = []
    proven: Sums = []
    exact = complete
    for served, paired in weights:
        gain = served[table.case] + paired[table.case] * table.paired
        start = table.places(plan)
        rules = _sum_rules(problem, reached)
        found = pack(Packing(problem, rules, everyone, everyone), table, gain, start, time.monotonic() + share)
        most = int(served.sum() + paired.sum())
        bound = most
        if found.chosen is not None and int(gain[found.chosen].sum()) > int(gain[start].sum()):
            plan = table.chosen(found.chosen, problem.cases)
        value = int(gain[table.places(plan)].sum())
        if exact:
            bound = value if found.proven else int(np.floor(min(most, found.bound) + CLOSE))
        bound = max(bound, value)
        exact = exact and bound == value
        proven.append((value, bound))
        reached.append((served, paired, value))
    sums = _sums(problem, plan, bounds)
    joined = [proven[0], proven[1], _claim(proven[2], proven[3]), _claim(proven[4], proven[5])]
    # The bound of the problem without limits holds too; the nearer one counts, while the levels before are reached.
    nearer: Sums = []
    for (value, bound), (_value, other) in zip(sums, joined, strict=True):
        nearer.append((value, min(bound, other)))
    return plan, nearer, (_sum_rules(problem, reached), everyone, everyone)


def _claim(rematch: tuple[int, int], days: tuple[int, int]) -> tuple[int, int]:
    return rematch[0] * REMATCH + days[0], rematch[1] * REMATCH + days[1]


def _sum_rules(problem: Problem, reached: list[tuple[Ints, Ints, int]]) -> Rules:
    """Return the rules that keep what earlier levels have reached."""
    kept = [entry for entry in reached if entry[0].any() or entry[1].any()]
    number = len(kept)
    case = np.repeat(np.arange(problem.cases), number)
    row = np.tile(np.arange(number), problem.cases)
    served = np.array([entry[0] for entry in kept], dtype=np.int64).reshape(number, problem.cases).T.ravel()
    paired = np.array([entry[1] for entry in kept], dtype=np.int64).reshape(number, problem.cases).T.ravel()
    low = np.array([entry[2] for entry in kept], dtype=np.int64)
    return Rules(case, row, served, paired, low, low, np.zeros(problem.cases, dtype=np.bool_))


def _fit(problem: Problem, plan: Plan, sums: Sums, quota: Quotas, until: float) -> Found:
    """Return the best fit among the plans that keep the rules; ``plan`` is one of them."""
    packing = Packing(problem, *quota)
    kept = packing.useful(columns.given(problem, plan))
    value, bound = int(kept.value.sum()), max(int(kept.value.sum()), _simple_bound(problem, plan))
    near, margin = kept, -1.0
    relaxation = prices = None
    within: int | None = None
    considered = ALL
    if problem.pair_count() + len(problem.mentor) <= FEW_COLUMNS:
        near = columns.singles(problem).joined(columns.pairs(problem, np.arange(len(problem.mentor))))
        near, margin = packing.useful(near), np.inf
    else:
        now = time.monotonic()
        large, giant = is_large(problem, until - now), is_giant(problem)
        share = GIANT_LP_SHARE if giant else LP_SHARE
        ends = now + (until - now) * share, now + (until - now) * LAST_SHARE
        relaxation = Relaxation(packing, plan, ends[0], giant, ends[0] if giant else ends[1])
        solved = relaxation.solve(LARGE_MARGIN if large else MARGIN, ENOUGH if large else 0.0)
        if solved is not None:
            prices, near = solved
            margin = prices.margin
            if giant:
                now = time.monotonic()
                bound = min(bound, relaxation.ceiling(prices, now + (until - now) * CEILING_SHARE))
                prices = replace(prices, bound=min(bound, prices.bound))
            # A plan at once, so that there is one when time ends, and so that fewer columns are left to the search.
            plan = _planned(problem, packing, relaxation, prices, near, plan, large, until)
            kept = columns.given(problem, plan)
            value = int(kept.value.sum())
            bound = max(value, min(bound, prices.bound))
            within = min(prices.within, bound) if giant else bound
        if large and (prices is None or bound - value > margin or prices.unseen):
            # The search would not come to its end: what the bound says of the plan is all.
            margin = -1.0
            considered = ALL if value == bound else CONSIDERED
    for _turn in range(2):
        if margin < 0 or bound == value:
            break
        start = near.joined(kept)
        if prices is None:
            found = pack(packing, start, start.value, start.places(plan), until)
        else:
            found = Search(packing, start, prices, start.places(plan)).run(until)
        if found.chosen is None:
            break
        if int(start.value[found.chosen].sum()) > value:
            kept = start.take(found.chosen)
            plan, value = start.chosen(found.chosen, problem.cases), int(kept.value.sum())
        inside = value if found.proven else max(value, int(np.floor(min(found.bound, bound) + CLOSE)))
        if prices is None:
            bound = inside
            break
        # A better plan is made of these columns, or has one that costs more than the margin.
        outside = prices.bound if prices.unseen else int(np.floor(prices.bound - margin))
        bound = max(value, min(prices.bound, max(inside, outside)))
        if bound == value or not found.proven or time.monotonic() > until or relaxation is None:
            break
        margin = float(prices.bound - value)
        near = relaxation.widen(prices, margin)
        prices = relaxation.best or prices
        if relaxation.cut:
            break
    squares, least = _squares(problem, plan), 0
    if bound == value:
        plan, squares, least = _even(problem, packing, near.joined(kept), plan, prices, value, until)
    if within is not None:
        within = max(min(within, bound), value)
    return Found(plan, [*sums, (value, bound), (squares, least)], within, considered)


def _planned(
    problem: Problem,
    packing: Packing,
    relaxation: Relaxation,
    prices: Prices,
    near: Columns,
    plan: Plan,
    large: bool,
    until: float,
) -> Plan:
    """Return a plan that keeps the rules as ``plan`` does, and a good one: where the LP says a whole plan, that one.

    Of a part that is not large only the columns in the LP are looked at: the search sees all that can matter.
    """
    whole = relaxation.plan()
    if whole is not None:
        return whole
    known = columns.given(problem, plan)
    if large:
        now = time.monotonic()
        found = narrow(packing, near, relaxation.support(), known, prices, now + (until - now) * DIVE_SHARE, until)
        return found.table.chosen(found.chosen, problem.cases)
    soon = dived(packing, relaxation.entered, relaxation.shares, prices, until)
    if lacking(packing, soon).any() or soon.value.sum() < known.value.sum():
        return plan
    return soon.chosen(np.arange(len(soon)), problem.cases)


def is_large(problem: Problem, seconds: float) -> bool:
    """Return whether the exact search would take longer than ``seconds``, by an estimate."""
    return seconds > 0 and (problem.cases / EXACT_CASES) ** 3 > seconds


def is_giant(problem: Problem) -> bool:
    """Return whether there are too many pairs to value all that can matter in every round of the prices."""
    return len(problem.mentor) > GIANT_EDGES


def _searched(problem: Problem, table: Columns, plan: Plan, price: Reals, until: float) -> Plan:
    """Return the better of two local searches: from ``plan``, and from one led by what mentors are worth to others."""
    found = [plan]
    if problem.whole.all():
        number = np.array([len(mine) for mine in plan], dtype=np.int64)
        found.append(with_liking(problem, number, problem.reach - price[problem.mentor]))
    better = []
    for begin in found:
        known = table.joined(columns.given(problem, begin))
        after = heuristic.improve(problem, known, begin, until)
        better.append((heuristic.fit(known, after), after))
    # Of equals the first.
    return max(better, key=lambda one: one[0])[1]


def _even(
    problem: Problem,
    packing: Packing,
    near: Columns,
    plan: Plan,
    prices: Prices | None,
    value: int,
    until: float,
) -> tuple[Plan, int, int]:
    """Return the plan with the evenest load among those of the same fit, its sum of squares, and the least there is."""
    if prices is not None:
        worth = packing.after_prices(near, prices.mentors, prices.rules)
        best = packing.best(near, worth)
        near = near.take(np.flatnonzero(worth >= best[near.case] - (prices.bound - value) - 2 * CLOSE))
    if len(near) > EVEN_COLUMNS:
        return plan, _squares(problem, plan), 0
    chosen, proven = even(packing, near, near.places(plan), value, until)
    better = near.chosen(chosen, problem.cases)
    squares = _squares(problem, better)
    # The solver's sums are rounded: what counts is checked in whole numbers.
    if heuristic.fit(near, better) != value or squares > _squares(problem, plan):
        better, squares, proven = plan, _squares(problem, plan), False
    return better, squares, squares if proven else 0
