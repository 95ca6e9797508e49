"""What a round of a plan leaves: its rows, the figures of the whole, and what is different from the round before."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from wagtail_mentoring import clock

from .choices import PlanRowStatus, PlanStatus
from .models import PairingPlan, PlanRow

#: So many rounds of a plan are remembered with their figures.
MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one case. ``mentors``: two, one or none; ``fit`` in points of 100; ``why`` in codes."""

    case: int
    mentors: tuple[int, ...]
    fit: int | None
    why: dict[str, Any]
    waited_days: int
    rematch: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A round: what was found, the rows (keys) that stay as they were, and what goes to the plan as it is (JSON)."""

    found: Sequence[Found]
    kept: Sequence[int] = ()
    inputs: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)


def tally(rows: Iterable[PlanRow]) -> dict[str, int | float | None]:
    """Return the figures of ``rows``: how many wait, are served, by two, by one, by nobody, and the mean fit."""
    counted: Counter[str] = Counter()
    fits = []
    for row in rows:
        mentors = mentors_of(row) if row.status in (PlanRowStatus.PROPOSED, PlanRowStatus.APPROVED) else ()
        counted[("nobody", "singles", "pairs")[len(mentors)]] += 1
        counted["mentors"] += len(mentors)
        if mentors and row.fit is not None:
            fits.append(row.fit)
    return {
        "waiting": counted["nobody"] + counted["singles"] + counted["pairs"],
        "served": counted["singles"] + counted["pairs"],
        "pairs": counted["pairs"],
        "singles": counted["singles"],
        "nobody": counted["nobody"],
        "mentors": counted["mentors"],
        "fit": round(sum(fits) / len(fits), 1) if fits else None,
    }


def mentors_of(row: PlanRow) -> tuple[int, ...]:
    """Return the keys of the mentors of ``row``, in their order."""
    return tuple(pk for pk in (row.first_id, row.second_id) if pk is not None)


def open_rows(plan: PairingPlan) -> list[PlanRow]:
    """Return the rows of ``plan`` for which nobody has been invited."""
    return list(plan.rows.exclude(status=PlanRowStatus.APPROVED))


def write(plan: PairingPlan, outcome: Outcome) -> None:
    """Write a round to ``plan``, whose row is locked: rows, figures, inputs. Rows whose mentors are invited stay."""
    before = open_rows(plan)
    plan.rows.exclude(status=PlanRowStatus.APPROVED).exclude(pk__in=outcome.kept).delete()
    # Somebody whose mentors said no waits again, and so has a new row instead of that one.
    again = plan.rows.filter(status=PlanRowStatus.APPROVED, case__in=[found.case for found in outcome.found])
    invited = {row.case_id: sorted(mentors_of(row)) for row in again}
    again.delete()
    proposed = invited | {row.case_id: sorted(_proposed(row)) for row in before}
    PlanRow.objects.bulk_create(_row(plan, found, proposed.get(found.case)) for found in outcome.found)
    after = open_rows(plan)
    for row in after:
        if row.pk in outcome.kept:
            row.before = proposed.get(row.case_id)
    PlanRow.objects.bulk_update([row for row in after if row.pk in outcome.kept], ["before"], batch_size=500)
    rounds = [*plan.result.get("rounds", []), {"round": plan.round, "at": clock.now().isoformat(), **tally(after)}]
    plan.inputs = outcome.inputs
    plan.result = outcome.result | {"rounds": rounds[-MOST_ROUNDS:], "kept": len(outcome.kept)}
    if len(rounds) > 1:
        plan.result["change"] = change(before, after)
    plan.status, plan.stage, plan.progress = PlanStatus.READY, "", 100
    plan.finished_at = plan.alive_at = clock.now()
    plan.save()


def _row(plan: PairingPlan, found: Found, before: list[int] | None) -> PlanRow:
    first, second = (*found.mentors, None, None)[:2]
    return PlanRow(
        plan=plan,
        case_id=found.case,
        first_id=first,
        second_id=second,
        waited_days=found.waited_days,
        rematch=found.rematch,
        fit=found.fit,
        why=found.why,
        before=before,
        status=PlanRowStatus.PROPOSED if found.mentors else PlanRowStatus.NOBODY,
    )


def mark_of(proposed: Iterable[tuple[int, tuple[int, ...]]]) -> str:
    """Return a mark of what a plan proposes (by row its mentors), by which a press on an older page is noticed."""
    return hashlib.sha256(repr(sorted(proposed)).encode()).hexdigest()[:16]


def mark(plan: PairingPlan) -> str:
    """Return the mark of what ``plan`` proposes now. One query."""
    rows = plan.rows.filter(status=PlanRowStatus.PROPOSED).order_by()
    found = rows.values_list("pk", "first", "second")
    return mark_of((pk, tuple(key for key in pair if key is not None)) for pk, *pair in found)


def change(before: Iterable[PlanRow], after: Iterable[PlanRow]) -> dict[str, int]:
    """Return how many people have the same mentors as before, others, mentors at last, none any more, came or went."""
    earlier, later = ({row.case_id: _proposed(row) for row in rows} for rows in (before, after))
    counted = {"same": 0, "others": 0, "gained": 0, "lost": 0, "came": 0, "went": len(earlier.keys() - later.keys())}
    for case, mentors in later.items():
        if case not in earlier:
            counted["came"] += 1
        elif mentors == earlier[case]:
            counted["same"] += 1
        else:
            counted["gained" if not earlier[case] else "others" if mentors else "lost"] += 1
    return counted


def _proposed(row: PlanRow) -> frozenset[int]:
    return frozenset(mentors_of(row)) if row.status == PlanRowStatus.PROPOSED else frozenset()
