"""The LP of a packing: prices of the mentors, found step by step, and all columns that can matter at these prices."""

import time
from math import floor

import numpy as np

from . import columns
from .all_pairs import AllPairs, all_pairs
from .columns import Columns
from .descent import NOTHING, descend
from .dive import WHOLE
from .packing import CLOSE, Packing, Prices, highs_of, solver
from .pricing import rough_prices
from .problem import Ints, Reals

#: The LP begins with the pairs among so many mentors of each case.
BEGIN_WITH = 12
#: So often prices are refined, and pairs that these ask for taken in, before the LP is made.
WIDENINGS = 2
#: It begins with so many columns of each case.
FIRST_ONES = 10
#: At most so many rounds of subgradients; after so many without success, shorter steps.
REFINED, PATIENCE = 250, 12
#: New columns of a case in one round of the LP.
AT_ONCE = 10
#: So many new pairs of a case are taken into the table in one round.
NEW_PAIRS = 150
#: In the first round, in which prices are far off, so many; and so many columns of each case are refined on after it.
FIRST_NEW, FEW_OF_EACH = 20, 80
#: From so many new columns on the LP is solved anew by the interior point method, which is sooner.
ANEW = 250
#: The prices of a part that is not to be proven end when their bound is so near (a share) to the LP.
ENOUGH = 1e-4
#: Of a large part: the same two numbers (the second for each case and for all), so many choices of one mentor in a
#: round, and so many mentors of each case to begin with.
LARGE_NEW_PAIRS, LARGE_PAIRS, LARGE_MOST, LARGE_SINGLES, LARGE_BEGIN = 40, 2000, 1_500_000, 8, 12
#: Subgradients against all pairs may take so much of the time for the prices.
DESCENT_SHARE = 0.4
#: After them the LP's prices end when their bound is so near (a share).
NEAR_ENOUGH = 1e-3


class Relaxation:
    """The LP of a packing, which grows by the columns that its prices ask for."""

    def __init__(
        self,
        packing: Packing,
        plan: list[tuple[int, ...]],
        until: float,
        large: bool = False,
        last: float | None = None,
    ) -> None:
        """``plan`` keeps the rules. The LP begins with it, and with the pairs among each case's best few mentors.

        ``large``: fewer pairs are valued in a round, and only the best choices of one mentor are in the table. The
        bound holds all the same: what is left out counts with what it can be worth at the most. ``until``: when the
        prices must be found; ``last``: when the look at all pairs must end that proves the bound of the last ones.
        """
        self.packing, self.until, self.last, self.large = packing, until, last or until, large
        problem = packing.problem
        #: All pairs at a glance; ``None`` where criteria do not allow of it.
        self.look = all_pairs(problem, packing.may_pair)
        rough = rough_prices(problem, np.array([len(mine) for mine in plan], dtype=np.int64), until)
        #: Whether the last widening left out pairs that can matter.
        self.cut = False
        #: The best prices so far.
        self.best: Prices | None = None
        if large and self.look is not None:
            mentors, rules = self._descend(self.look, rough, columns.given(problem, plan))
        else:
            mentors, rules = self._follow(rough, columns.given(problem, plan))
        worth = packing.after_prices(self.table, mentors, rules)
        self.inside[_best_of_each(self.table, worth, FIRST_ONES)] = True
        self.inside[self.table.places(plan)] = True
        #: The columns of the LP, in the order in which they entered it.
        self.entered = self.table.take(np.flatnonzero(self.inside))
        #: So many of them it says nothing of yet.
        self.fresh = len(self.entered)
        #: How much of each of them the LP takes, as it was last solved, and its value; ``None`` where it never was.
        self.shares: Reals | None = None
        self.value = 0.0
        self.lp = highs_of(until - time.monotonic())
        self.lp.passModel(packing.model(self.entered, -self.entered.value))

    def _follow(self, rough: Reals, known: Columns) -> tuple[Reals, Reals]:
        """Make the table of what prices ask for, which are refined in between; return the prices."""
        packing, problem = self.packing, self.packing.problem
        edges = columns.best_edges(problem, rough, LARGE_BEGIN if self.large else BEGIN_WITH)
        few = columns.pairs(problem, edges, self.until).joined(known).joined(columns.kin(problem))
        few = packing.useful(columns.singles(problem, edges).joined(few))
        self.table = few if self.large else few.joined(packing.useful(columns.singles(problem)))
        self.inside = np.zeros(len(self.table), dtype=np.bool_)
        mentors, rules = rough, np.zeros(len(packing.rules.low))
        for turn in range(WIDENINGS):
            if turn and time.monotonic() > self.until:
                break
            # Those of one mentor who is not among the best matter little here, and are many.
            mentors, rules = refined(packing, self.table if turn and self.large else few, mentors, rules, self.until)
            worth = packing.after_prices(self.table, mentors, rules)
            self._widen(mentors, rules, packing.best(self.table, worth), 0.0, NEW_PAIRS if turn else FIRST_NEW)
            if not self.large:
                worth = packing.after_prices(self.table, mentors, rules)
                few = self.table.take(np.sort(_best_of_each(self.table, worth, FEW_OF_EACH))).joined(known)
        return mentors, rules

    def _descend(self, look: AllPairs, rough: Reals, known: Columns) -> tuple[Reals, Reals]:
        """Make the table of what is asked for while prices follow against all pairs; return the prices."""
        now = time.monotonic()
        found = descend(self.packing, look, rough, now + (self.until - now) * DESCENT_SHARE)
        self.table = self.packing.useful(found.asked.joined(known))
        self.inside = np.zeros(len(self.table), dtype=np.bool_)
        self._widen(found.mentors, found.rules, np.full(self.packing.problem.cases, NOTHING), 0.0)
        return found.mentors, found.rules

    def solve(self, margin: float, enough: float = 0.0) -> tuple[Prices, Columns] | None:
        """Return prices, and all columns that are within ``margin`` of their case's best after them.

        ``enough``: it ends when the bound is within this share of the LP. ``None``: no time for even the first round.
        When time ends later, the prices are those of the best round so far; their bound is as sound, only weaker.
        """
        # A giant's first prices are good ones (descent), and its looks at all pairs are dear.
        settles = enough > 0 and not self.large
        while True:
            prices = self._prices()
            if prices is None:
                break
            late = time.monotonic() > self.until
            own, lacking = self._lacking(prices)
            if settles:
                self._settle(prices, margin)
                if late or self._is_near(enough):
                    break
                own, lacking = self._lacking(prices)
            # A look at all pairs is soon done where all pairs can be seen at once.
            if late or not len(lacking) or (self.large and self.look is not None):
                self._widen(*prices, own, margin)
                own, lacking = self._lacking(prices)
                if late or not len(lacking) or self._is_near(enough):
                    break
            by = (self.best.mentors, self.best.rules) if settles and self.best is not None else prices
            worth = self.packing.after_prices(self.table, *by)[lacking]
            self._enter(lacking[_best_of_each(self.table.take(lacking), worth, AT_ONCE)])
        return None if self.best is None else (self.best, self.within(self.best, margin))

    def _lacking(self, prices: tuple[Reals, Reals]) -> tuple[Reals, Ints]:
        """Return each case's own price, that of its best column in the LP, and the columns that are worth more."""
        worth = self.packing.after_prices(self.table, *prices)
        inside = np.flatnonzero(self.inside)
        own = self.packing.best(self.table.take(inside), worth[inside])
        return own, np.flatnonzero(~self.inside & (worth > own[self.table.case] + CLOSE))

    def _settle(self, prices: tuple[Reals, Reals], margin: float) -> None:
        """Look at all pairs at better prices than the LP's, found from these by subgradients.

        The LP knows few columns, and says too much of what it knows: its prices prove little of all pairs at first.
        """
        worth = self.packing.after_prices(self.table, *prices)
        few = self.table.take(np.sort(_best_of_each(self.table, worth, FEW_OF_EACH)))
        mentors, rules = refined(self.packing, few, *prices, self.last, self.value)
        worth = self.packing.after_prices(self.table, mentors, rules)
        self._widen(mentors, rules, self.packing.best(self.table, worth), margin)

    def _is_near(self, enough: float) -> bool:
        """Return whether the best bound is within this share of the LP, or of what is enough for a giant."""
        share = max(enough, NEAR_ENOUGH) if self.large and self.look is not None else enough
        return self.best is not None and self.best.bound - self.value < share * self.best.bound

    def plan(self) -> list[tuple[int, ...]] | None:
        """Return the plan that the LP says; ``None`` where it says halves, or nothing of some columns."""
        if self.fresh or self.shares is None or (np.minimum(self.shares, 1.0 - self.shares) > CLOSE).any():
            return None
        return self.entered.chosen(np.flatnonzero(self.shares > 0.5), self.packing.problem.cases)

    def support(self) -> tuple[Columns, Reals]:
        """Return the columns that the LP takes, and how much of each; none where it was never solved."""
        taken = np.zeros(0, dtype=np.int64) if self.shares is None else np.flatnonzero(self.shares > WHOLE)
        return self.entered.take(taken), np.zeros(0) if self.shares is None else self.shares[taken]

    def within(self, prices: Prices, margin: float) -> Columns:
        """Return the columns known so far that are within ``margin`` of their case's best after ``prices``."""
        worth = self.packing.after_prices(self.table, prices.mentors, prices.rules)
        best = self.packing.best(self.table, worth)
        return self.table.take(np.flatnonzero(worth >= best[self.table.case] - margin - CLOSE))

    def widen(self, prices: Prices, margin: float) -> Columns:
        """Return all columns within ``margin``, those not known so far as well."""
        worth = self.packing.after_prices(self.table, prices.mentors, prices.rules)
        everything = len(self.packing.problem.mentor) ** 2
        self._widen(prices.mentors, prices.rules, self.packing.best(self.table, worth), margin, everything)
        return self.within(prices, margin)

    def ceiling(self, prices: Prices, until: float) -> int:
        """Return what no plan at all can pass, from a look at all pairs that can be worth more than those known."""
        packing, table = self.packing, self.table
        best = packing.best(table, packing.after_prices(table, prices.mentors, prices.rules))
        base = packing.base(prices.rules)
        least = np.where(packing.may_pair, best + base[1] + CLOSE, np.inf)
        found, unseen = self._beyond(prices.mentors, least, np.inf, until)
        more = packing.best(found, packing.after_prices(found, prices.mentors, prices.rules))
        least = np.where(packing.may_single, best + base[0] + CLOSE, np.inf)
        _alone, single = columns.singles_beyond(packing.problem, prices.mentors, least, 1)
        most = np.maximum(np.maximum(best, more), np.maximum(unseen - base[1], single - base[0]))
        return min(prices.bound, floor(packing.bound(most, prices.mentors, prices.rules) + CLOSE))

    def _beyond(self, mentors: Reals, least: Reals, each: float, until: float) -> tuple[Columns, Reals]:
        """Return the pairs worth ``least`` or more after the prices, and for each case what those left out can be."""
        if self.look is None:
            return columns.beyond(self.packing.problem, mentors, least, each, until)
        return self.look.beyond(mentors, least, whole=each == np.inf)

    def _prices(self) -> tuple[Reals, Reals] | None:
        self.lp.setOptionValue("solver", "ipm" if self.fresh >= ANEW else "simplex")
        self.lp.setOptionValue("time_limit", self.lp.getRunTime() + max(self.until - time.monotonic(), 0.01))
        self.lp.run()
        if self.lp.getModelStatus() != solver().HighsModelStatus.kOptimal:
            return None
        self.fresh = 0
        solution, packing = self.lp.getSolution(), self.packing
        self.shares = np.array(solution.col_value)
        self.value = -self.lp.getObjectiveValue()
        dual = np.array(solution.row_dual)
        return np.maximum(-dual[: packing.problem.mentors], 0.0), -dual[packing.first_rule :]

    def _widen(self, mentors: Reals, rules: Reals, best: Reals, margin: float, each: int = NEW_PAIRS) -> None:
        """Look at all pairs that can matter, and keep the prices if their bound, against all pairs, is the best."""
        packing = self.packing
        base = packing.base(rules)
        least = np.where(packing.may_pair, best + base[1] - margin, np.inf)
        if self.large:
            each = min(each, LARGE_NEW_PAIRS)
        valued = min(LARGE_PAIRS, LARGE_MOST / packing.problem.cases) if self.large else np.inf
        found, unseen = self._beyond(mentors, least, valued, self.last)
        worth = packing.after_prices(found, mentors, rules)
        # Early prices are far off, and would let in far more than is of use.
        few = _best_of_each(found, worth, each)
        self.cut = len(few) < len(found) or bool((unseen >= least).any())
        found = found.take(np.sort(few))
        alone = np.full(packing.problem.cases, -np.inf)
        if self.large:
            least = np.where(packing.may_single, best + base[0] - margin, np.inf)
            more, alone = columns.singles_beyond(packing.problem, mentors, least, LARGE_SINGLES)
            found = found.joined(more)
            self.cut = True
        old = _keys(self.table, packing.problem.mentors)[self.inside]
        self.table = self.table.joined(found)
        self.inside = np.isin(_keys(self.table, packing.problem.mentors), old)
        worth = packing.after_prices(self.table, mentors, rules)
        most = np.maximum(packing.best(self.table, worth), np.maximum(unseen - base[1], alone - base[0]))
        bound = floor(packing.bound(most, mentors, rules) + CLOSE)
        # Of prices as good the last count: for them everything within the margin is in the table.
        if self.best is None or bound <= self.best.bound or (self.large and self.look is None):
            within = floor(packing.bound(packing.best(self.table, worth), mentors, rules) + CLOSE)
            least_so_far = bound if self.best is None else min(bound, self.best.bound)
            self.best = Prices(mentors, rules, least_so_far, self.cut, margin, within)

    def _enter(self, new: Ints) -> None:
        new = np.sort(new)
        self.inside[new] = True
        added = self.table.take(new)
        self.entered = columns.in_a_row([self.entered, added])
        self.fresh += len(new)
        # What the LP said before, it can still say.
        self.shares = None if self.shares is None else np.append(self.shares, np.zeros(len(new)))
        start, row, value = self.packing.entries(added)
        zeros, ones = np.zeros(len(new)), np.ones(len(new))
        self.lp.addCols(len(new), -added.value.astype(np.float64), zeros, ones, len(row), start[:-1], row, value)


def refined(
    packing: Packing, table: Columns, mentors: Reals, rules: Reals, until: float, reached: float = 0.0
) -> tuple[Reals, Reals]:
    """Return better prices of mentors and rules for ``table`` by subgradients: each price follows what is asked for.

    The steps are those of Polyak: as long as the bound is from where it is thought to end, which is never below what
    is known to be ``reached``. That is moved nearer whenever the bound does not fall for a while.
    """
    problem, low = packing.problem, packing.rules.low.astype(np.float64)
    best: tuple[float, Reals, Reals] = (np.inf, mentors, rules)
    if not len(table):
        return mentors, rules
    # The same sums as those of Packing.after_prices and best, with all made ready that no round changes.
    begin = np.flatnonzero(np.diff(table.case, prepend=-1))
    length = np.diff(begin, append=len(table))
    here, least = table.case[begin], np.where(packing.rules.must, -np.inf, 0.0)
    of_base = table.paired * problem.cases + table.case if len(low) else None
    cost, value = np.zeros(problem.mentors + 1), table.value.astype(np.float64)
    share, stalled = 0.02, 0
    for _round in range(REFINED):
        cost[:-1] = mentors  # the mentor -1 costs nothing
        worth = value - cost[table.first]
        worth -= cost[table.second]
        if of_base is not None:
            worth -= packing.base(rules).ravel()[of_base]
        most = least.copy()
        most[here] = np.maximum(least[here], np.maximum.reduceat(worth, begin))
        bound = packing.bound(most, mentors, rules)
        if bound < best[0] - 1.0:
            best, stalled = (bound, mentors, rules), 0
        else:
            stalled += 1
            if stalled >= PATIENCE:
                share, stalled = share / 2, 0
                mentors, rules = best[1], best[2]
        if share < 1e-4 or time.monotonic() > until:
            break
        # Each case's first best column; none where it is better not served.
        top = np.flatnonzero(worth >= np.repeat(most[here], length))
        taken = top[np.flatnonzero(np.diff(table.case[top], prepend=-1))]
        demand = np.bincount(table.first[taken], minlength=problem.mentors).astype(np.float64)
        pair = table.second[taken] >= 0
        demand += np.bincount(table.second[taken][pair], minlength=problem.mentors)
        spare = problem.room - demand
        spare[(mentors <= 0) & (spare > 0)] = 0.0
        over = low - packing.counted(table.take(taken)) if len(low) else low
        norm = float(spare @ spare + over @ over)
        if norm == 0:
            break
        step = min(share * abs(bound), max(bound - reached, 0.0)) / norm
        mentors, rules = np.maximum(mentors - step * spare, 0.0), rules - step * over
    return best[1], best[2]


def _keys(table: Columns, mentors: int) -> Ints:
    return (table.case * mentors + table.first) * (mentors + 1) + table.second + 1


def _best_of_each(table: Columns, worth: Reals, number: int) -> Ints:
    """Return the places of the ``number`` best columns of each case."""
    order = np.lexsort((-worth, table.case))
    case = table.case[order]
    rank = np.arange(len(order)) - np.searchsorted(case, case)
    return order[rank < number]
