"""Measures arms against each other: shuffled, round by round, with an A/A control."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from random import Random

#: Makes ready what one call needs, outside the measured time, and returns the call.
Arm = Callable[[], Callable[[], object]]
SEED = 42


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``ratio`` is ``value`` over the other's median; ``at_most`` None: only told."""

    name: str
    value: float
    unit: str
    against: str
    ratio: float
    at_most: float | None

    @property
    def kept(self) -> bool:
        return self.at_most is None or self.ratio <= self.at_most

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def medians(arms: dict[str, Arm], rounds: int, warm_up: int = 3) -> dict[str, float]:
    """Call every arm ``rounds`` times in an order shuffled anew each round; return the median in milliseconds.

    Wall time: what a person waits for. The garbage collector runs between calls, not within.
    """
    random = Random(SEED)
    taken: dict[str, list[float]] = {name: [] for name in arms}
    for turn in range(-warm_up, rounds):
        order = list(arms)
        random.shuffle(order)
        for name in order:
            call = arms[name]()
            gc.collect()
            gc.disable()
            begin = time.perf_counter()
            call()
            spent = time.perf_counter() - begin
            gc.enable()
            if turn >= 0:
                taken[name].append(spent * 1000)
    return {name: statistics.median(spent) for name, spent in taken.items()}


def compare(
    name: str, ours: Arm, against: str, theirs: Arm, *, at_most: float, rounds: int, within: str = ""
) -> list[Row]:
    """Return the row of ``ours`` against ``theirs``, and the row of ``ours`` against itself (should be 1)."""
    found = medians({"ours": ours, "again": ours, "theirs": theirs}, rounds)
    value, other = round(found["ours"], 3), found["theirs"]
    told = f"{against} ({other:.3f} ms)"
    return [
        Row(name, value, "ms", told, round(found["ours"] / other, 2), at_most),
        Row(f"A/A: {name}", value, "ms", "the same again", round(found["ours"] / found["again"], 2), None),
    ]
