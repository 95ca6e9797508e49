"""What a round leaves, and how it is told apart from the round before."""

import pytest

from tests.pairing.queues import make_queue
from wagtail_mentoring.models import Mentor
from wagtail_mentoring.pairing.choices import PlanRowStatus, PlanStatus
from wagtail_mentoring.pairing.models import PairingPlan, PlanRow
from wagtail_mentoring.pairing.plan_result import Found, Outcome, change, tally, write

pytestmark = pytest.mark.django_db


def row(case: int, *mentors: int, status: str = PlanRowStatus.PROPOSED, fit: int | None = 60) -> PlanRow:
    first, second = (*mentors, None, None)[:2]
    return PlanRow(case_id=case, first_id=first, second_id=second, fit=fit if mentors else None, status=status)


def test_figures_count_people_pairs_and_places() -> None:
    nobody = row(4, status=PlanRowStatus.NOBODY)
    held = row(5, 1, 2, status=PlanRowStatus.HELD_BACK)
    figures = tally([row(1, 1, 2, fit=70), row(2, 3, fit=60), row(3, 1, 4, fit=51), nobody, held])
    assert figures == {
        "waiting": 5,
        "served": 3,
        "pairs": 2,
        "singles": 1,
        "nobody": 2,
        "mentors": 5,
        "fit": 60.3,
    }
    assert tally([])["fit"] is None


def test_what_changed_is_told_in_numbers() -> None:
    before = [row(1, 1, 2), row(2, 3), row(3, 4, 5), row(4, status=PlanRowStatus.NOBODY), row(5, 6, 7)]
    after = [
        row(1, 2, 1),
        row(2, 3, 8),
        row(3, status=PlanRowStatus.NOBODY),
        row(4, 9),
        row(6, 10),
    ]
    # The order of two mentors is no difference.
    assert change(before, after) == {"same": 1, "others": 1, "gained": 1, "lost": 1, "came": 1, "went": 1}


def test_a_round_is_written_beside_what_was_invited_and_kept() -> None:
    field = make_queue(4, 5)
    cases = list(field.cases.order_by("pk").values_list("pk", flat=True))
    mentors = list(Mentor.objects.order_by("pk").values_list("pk", flat=True))
    plan = PairingPlan.objects.create(union=field.union, status=PlanStatus.RUNNING)
    kept = PlanRow.objects.create(plan=plan, case_id=cases[0], first_id=mentors[0], fit=50, locked=True)
    invited = PlanRow.objects.create(plan=plan, case_id=cases[1], first_id=mentors[1], status=PlanRowStatus.APPROVED)
    again = PlanRow.objects.create(plan=plan, case_id=cases[2], first_id=mentors[2], status=PlanRowStatus.APPROVED)
    found = [
        Found(cases[2], (mentors[3], mentors[4]), 71, {"points": 71}, 12, False),
        Found(cases[3], (), None, {}, 3, True),
    ]
    write(plan, Outcome(found, kept=[kept.pk], inputs={"day": "2026-11-23"}, result={"seconds": 0.5}))
    plan.refresh_from_db()
    rows = {one.case_id: one for one in plan.rows.all()}
    assert rows[cases[0]].pk == kept.pk
    assert rows[cases[1]].pk == invited.pk
    # Somebody whose mentors said no waits again: a new row, with other mentors.
    assert rows[cases[2]].pk != again.pk
    assert (rows[cases[2]].first_id, rows[cases[2]].fit, rows[cases[2]].status) == (mentors[3], 71, "proposed")
    assert (rows[cases[3]].status, rows[cases[3]].rematch) == (PlanRowStatus.NOBODY, True)
    assert (plan.status, plan.inputs, plan.result["kept"]) == (PlanStatus.READY, {"day": "2026-11-23"}, 1)
    assert plan.result["rounds"][-1]["served"] == 2
    assert "change" not in plan.result
    write(plan, Outcome([Found(cases[3], (mentors[4],), 40, {}, 3, True)], kept=[kept.pk]))
    assert plan.result["change"] == {"same": 1, "others": 0, "gained": 1, "lost": 0, "came": 0, "went": 1}
    assert [one["served"] for one in plan.result["rounds"]] == [2, 2]
