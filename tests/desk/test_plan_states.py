"""How the page of a plan stands by it: on the way, stopped, failed, unproven, given up, in many pages, and its cost."""

import datetime
from typing import Any

import pytest
from django.urls import reverse

from tests.desk.plan_pages import PLANS, address, text, ticks
from tests.pairing.queues import make_queue, make_waiting, make_willing
from wagtail_mentoring import clock
from wagtail_mentoring.desk import plan_table
from wagtail_mentoring.pairing import plans
from wagtail_mentoring.pairing.choices import PlanStatus
from wagtail_mentoring.pairing.models import PairingPlan

pytestmark = pytest.mark.django_db


def test_progress_looks_again_without_a_script(admin: Any, union: Any, press: Any) -> None:
    make_queue(1, 1)
    where = admin.post(reverse(PLANS), {"union": union.pk}).url
    PairingPlan.objects.update(status=PlanStatus.RUNNING, stage="solving", progress=40)
    answer = admin.get(where)
    page = text(answer)
    assert answer.headers["Refresh"] == "3"
    assert "Looks for the best plan for all" in page
    assert 'value="40"' in page
    assert "You can leave this page" in page
    # Pressed on an old page: nothing happens, and it is said.
    assert "being worked on" in press(where, {"action": "again"})


def test_a_plan_whose_task_was_killed_is_begun_again(admin: Any, union: Any, press: Any) -> None:
    make_queue(1, 1)
    where = admin.post(reverse(PLANS), {"union": union.pk}).url
    long_ago = clock.now() - datetime.timedelta(hours=1)
    PairingPlan.objects.update(status=PlanStatus.RUNNING, stage="solving", alive_at=long_ago)
    page = text(admin.get(where))
    assert "The plan has stopped by itself" in page
    assert "Stopped by itself" in text(admin.get(reverse(PLANS)))
    page = press(where, {"action": "start"})
    assert "1 of 1 waiting person gets mentors" in page


def test_a_failed_plan_says_what_to_do(admin: Any, union: Any, monkeypatch: Any, press: Any) -> None:
    make_queue(1, 1)

    def broken(*arguments: Any) -> None:
        raise MemoryError("too much")

    with monkeypatch.context() as patched:
        patched.setattr(plans, "work_out", broken)
        page = press(reverse(PLANS), {"union": union.pk})
    assert "The plan could not be made" in page
    assert "Nothing was sent, and nothing in the queue has changed." in page
    assert "MemoryError: too much" in page
    where = address(PairingPlan.objects.get())
    assert "1 of 1 waiting person" in press(where, {"action": "start"})


def test_made_without_the_solver_the_page_says_so(admin: Any, plan: PairingPlan) -> None:
    PairingPlan.objects.update(result=plan.result | {"method": "heuristic", "proven": False})
    page = text(admin.get(address(plan)))
    assert "made without the solver" in page
    assert "wagtail-mentoring[solver]" in page
    assert "Proven: no other plan serves more" in page


def test_out_of_time_the_gap_is_stated(admin: Any, plan: PairingPlan) -> None:
    PairingPlan.objects.update(result=plan.result | {"method": "solver", "proven": False, "gap": 0.0042})
    assert "the fit is at most 0.42 % below the best there can be" in text(admin.get(address(plan)))
    levels = [dict(level) for level in plan.result["levels"]]
    levels[0]["bound"] += 2
    PairingPlan.objects.update(result=plan.result | {"covered": False, "levels": levels})
    page = text(admin.get(address(plan)))
    assert "Best found in time: perhaps 2 people more could be served" in page
    assert "Proven" not in page


def test_giving_a_plan_up_asks_first(admin: Any, plan: PairingPlan) -> None:
    where = reverse("mentoring_desk:plan_discard", args=[plan.pk])
    assert admin.post(address(plan), ticks(admin, plan, action="discard")).url == where
    assert "The plan is deleted" in text(admin.get(where))
    assert admin.post(where).url == reverse(PLANS)
    assert not PairingPlan.objects.exists()


def test_a_long_queue_is_paged_and_nothing_ticked_is_lost(
    admin: Any, plan: PairingPlan, monkeypatch: Any, commit: Any
) -> None:
    monkeypatch.setattr(plan_table, "PER_PAGE", 2)
    rows = list(plan.rows.filter(status="proposed"))
    page = text(admin.get(address(plan)))
    assert "1 to 2 of 3" in page
    assert "Person 03" not in page
    sent = ticks(admin, plan, action="page:2", lock=[rows[0].pk], invite=[rows[1].pk])
    answer = admin.post(address(plan), sent)
    page = text(admin.get(answer.url.partition("#")[0]))
    assert "3 to 3 of 3" in page
    assert "Person 03" in page
    assert "Keep 1 locked, solve 3 again" in page
    # Of page 1 one is unticked, and this page has one more.
    assert "Approve 2 and invite 2 mentors" in page
    everything = text(admin.get(admin.post(address(plan), sent | {"action": "all"}).url))
    assert all(f"Person 0{number}" in everything for number in (1, 2, 3))
    assert admin.get(address(plan), {"p": "x"}).status_code == 200


def test_the_number_of_queries_does_not_grow(
    admin: Any, union: Any, handler: Any, commit: Any, django_assert_max_num_queries: Any
) -> None:
    queue = make_queue(3, 2)
    few = commit(plans.make_plan, union, handler)
    pages = [address(few), reverse(PLANS)]
    costs = []
    for where in pages:
        admin.get(where)
        with django_assert_max_num_queries(40) as counted:
            admin.get(where)
        costs.append(len(counted))
    plans.discard(few, handler)
    for number in range(57):
        make_waiting(queue, days=number % 7)
        if number % 2:
            make_willing(queue)
    many = commit(plans.make_plan, union, handler)
    assert many.rows.count() == 60
    for where, cost in zip([address(many) + "?all=1", reverse(PLANS)], costs, strict=True):
        with django_assert_max_num_queries(40) as counted:
            assert admin.get(where).status_code == 200
        assert len(counted) <= cost, [query["sql"][:150] for query in counted.captured_queries]


ODD = ["5" * 30, "5" * 5000, "٣", "²", "-1", "x", "1\x00", ""]


@pytest.mark.parametrize("odd", ODD)
def test_odd_numbers_are_no_fault_of_the_server(admin: Any, plan: PairingPlan, odd: str) -> None:
    assert admin.post(reverse(PLANS), {"union": odd}).status_code == 404
    before = list(plan.rows.values_list("pk", "locked"))
    for action in ("save", f"row:{odd}", f"page:{odd}"):
        sent = {"action": action, "shown": [odd], "lock": [odd], "invite": [odd]}
        answer = admin.post(address(plan), sent)
        assert answer.status_code == 302 and admin.get(answer.url).status_code in (200, 404), action
    assert admin.get(address(plan), {"p": odd}).status_code == 200
    assert list(plan.rows.values_list("pk", "locked")) == before
