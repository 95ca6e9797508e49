"""Taking a mentor from another row of a plan: the page says from whom, and that row is held back until solved again."""

from typing import Any

import pytest
from django.urls import reverse

from tests.desk.test_by_hand import of_row, text
from tests.pairing.queues import make_queue, make_waiting, make_willing
from wagtail_mentoring.models import Mentor
from wagtail_mentoring.pairing import plan_rows, plans
from wagtail_mentoring.pairing.choices import PlanRowStatus
from wagtail_mentoring.pairing.models import PairingPlan, PlanRow, Proposal
from wagtail_mentoring.pairing.plan_approval import approve
from wagtail_mentoring.pairing.plan_result import mentors_of
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(union: Any, handler: Any, run: Any) -> PairingPlan:
    """A plan that is ready: two people, each with two mentors who have one place."""
    make_queue(2, 4)
    return run(plans.make_plan, union, handler)  # type: ignore[no-any-return]


def both(plan: PairingPlan) -> tuple[PlanRow, PlanRow]:
    """Return the row that wants a mentor and the row that has one."""
    wants, has = plan.rows.select_related("case__mentee", "case__field", "first", "second")
    return wants, has


def query(row: PlanRow, *mentors: Mentor | None) -> str:
    return of_row(row, "?go=1" + "".join(f"&mentor={one.pk}" for one in mentors if one is not None))


def test_a_mentor_is_taken_and_the_other_row_solved_again(
    admin: Any, plan: PairingPlan, handler: Any, run: Any
) -> None:
    wants, has = both(plan)
    taken, kept = has.first, wants.first
    page = text(admin.get(query(wants, kept, taken)))
    assert f"{taken} has no room left in this plan." in page
    assert f"Proposed for {has.case.mentee.name}, {has.case.reference}" in page
    assert "Take from there, propose and lock" in page
    sent = {"mentor": [kept.pk, taken.pk], f"from_{taken.pk}": has.pk}
    answer = admin.post(of_row(wants), sent, follow=True)
    assert f"Without mentors until you solve again: {has.case.mentee.name}." in text(answer)
    wants.refresh_from_db(), has.refresh_from_db()
    assert set(mentors_of(wants)) == {kept.pk, taken.pk} and wants.locked and wants.edited
    assert has.status == PlanRowStatus.HELD_BACK and not has.locked
    assert has.held_back == f"Taken for {wants.case.mentee.name}: {taken.name}. “Solve again” looks for others."
    # It is not approved like this, and gets others when the rest is solved again.
    assert approve(plan, [has.pk], handler).invited == () and not Proposal.objects.exists()
    make_willing(has.case.field, name="Somebody New")
    plan = run(plans.solve_again, plan, handler)
    again = plan.rows.get(case=has.case_id)
    assert again.status == PlanRowStatus.PROPOSED and taken.pk not in mentors_of(again)
    assert set(mentors_of(plan.rows.get(case=wants.case_id))) == {kept.pk, taken.pk}


def test_nothing_is_taken_that_the_page_did_not_tell(admin: Any, plan: PairingPlan) -> None:
    wants, has = both(plan)
    taken, kept = has.first, wants.first
    for said in ({}, {f"from_{taken.pk}": wants.pk}, {f"from_{taken.pk}": "x"}):
        page = text(admin.post(of_row(wants), {"mentor": [kept.pk, taken.pk], **said}))
        assert "has no room left in this plan." in page and f'name="from_{taken.pk}" value="{has.pk}"' in page
    has.refresh_from_db(), wants.refresh_from_db()
    assert has.status == PlanRowStatus.PROPOSED and not wants.edited


def test_who_is_proposed_twice_is_taken_from_the_one_that_is_chosen(
    admin: Any, union: Any, handler: Any, run: Any
) -> None:
    field = make_queue(2, 0)
    busy = make_willing(field, name="Busy Twice", capacity=2)
    plan = run(plans.make_plan, union, handler)
    first, second = plan.rows.all()
    assert mentors_of(first) == mentors_of(second) == (busy.pk,)
    late = make_waiting(field, name="Late One")
    plan = run(plans.solve_again, plan, handler)
    wants = plan.rows.get(case=late)
    assert not mentors_of(wants)
    where = query(wants, busy)
    page = text(admin.get(where))
    assert "Choose below from whom this mentor is taken." in page and page.count('type="radio"') == 2
    sent = {"mentor": busy.pk, "one_mentor_reason": "Knows her."}
    answer = admin.post(of_row(wants), sent)
    assert answer.context["form"].errors == {f"from_{busy.pk}": ["Choose from whom."]} and "Knows her." in text(answer)
    second = plan.rows.get(case=second.case_id)
    assert admin.post(of_row(wants), sent | {f"from_{busy.pk}": second.pk}).status_code == 302
    statuses = dict(plan.rows.values_list("case", "status"))
    assert statuses[second.case_id] == PlanRowStatus.HELD_BACK
    assert statuses[first.case_id] == statuses[late.pk] == PlanRowStatus.PROPOSED


def test_whose_row_was_locked_or_chosen_by_hand_is_told(admin: Any, plan: PairingPlan, handler: Any) -> None:
    wants, has = both(plan)
    plan_rows.lock(has, handler)
    assert "· locked" in text(admin.get(query(wants, wants.first, has.first)))
    plan_rows.edit(has, [has.first, has.second], "", handler)
    assert "· chosen by hand" in text(admin.get(query(wants, wants.first, has.first)))


def test_a_refusal_takes_nothing(plan: PairingPlan, handler: Any) -> None:
    wants, has = both(plan)
    with pytest.raises(StepRefused, match="say why there is only one"):
        plan_rows.edit(wants, [has.first], "", handler, take_from=[has.pk])
    has.refresh_from_db()
    assert has.status == PlanRowStatus.PROPOSED
    # A row that does not stand in the way loses nothing.
    spare = make_willing(has.case.field, name="Somebody Free")
    plan_rows.edit(wants, [wants.first, spare], "", handler, take_from=[has.pk])
    has.refresh_from_db()
    assert has.status == PlanRowStatus.PROPOSED


def test_a_button_beside_the_choice_leads_to_the_question(admin: Any, plan: PairingPlan) -> None:
    wants, has = both(plan)
    used = next(one for one in admin.get(of_row(wants)).context["others"] if one.taken and not one.alone)
    answer = admin.post(of_row(wants), {"take": used.keys})
    assert answer.status_code == 302 and "go=1" in answer.url
    assert "has no room left in this plan." in text(admin.get(answer.url))
    assert admin.get(reverse("mentoring_desk:plan", args=[plan.pk])).status_code == 200
    has.refresh_from_db()
    assert has.status == PlanRowStatus.PROPOSED
