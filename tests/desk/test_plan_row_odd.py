"""Rows of a plan by hand: odd choices, people who wait no more, reasons nobody can read, names in small letters."""

from typing import Any

import pytest
from django.urls import reverse

from tests.desk.test_plan_told import text
from tests.pairing.queues import make_queue, make_willing
from wagtail_mentoring.desk import plan_row_page
from wagtail_mentoring.models import Mentor
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.pairing import invitations, plans
from wagtail_mentoring.pairing.judging import judge, judge_if_possible
from wagtail_mentoring.pairing.models import PairingPlan
from wagtail_mentoring.pairing.plan_result import mentors_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(union: Any, handler: Any, run: Any) -> PairingPlan:
    """A plan that is ready: two people, five mentors."""
    make_queue(2, 5)
    found: PairingPlan = run(plans.make_plan, union, handler)
    return found


def row_address(row: Any) -> str:
    return reverse("mentoring_desk:plan_row", args=[row.plan_id, row.pk])


@pytest.mark.parametrize("number", [3, 5])
def test_more_than_two_are_refused_in_words(admin: Any, plan: PairingPlan, number: int) -> None:
    row = plan.rows.order_by("pk")[0]
    keys = list(Mentor.objects.order_by("pk").values_list("pk", flat=True))[:number]
    assert len(keys) == number
    before = mentors_of(row)
    page = text(admin.post(row_address(row), {"take": "-".join(map(str, keys))}))
    assert "Choose two mentors, or one with a reason." in page
    row.refresh_from_db()
    assert mentors_of(row) == before


def test_a_take_without_end_costs_nothing(admin: Any, plan: PairingPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    row = plan.rows.order_by("pk")[0]
    endless = "-".join(str(number) for number in range(10**6, 10**6 + 280_000))
    looked_at = []
    monkeypatch.setattr(plan_row_page, "whole_number", lambda word: looked_at.append(word) or whole_number(word))
    answer = admin.post(row_address(row), {"take": endless})
    # Looking each of them up took more than a second.
    assert 0 < len(looked_at) <= plan_row_page.MOST_CHOSEN < 100
    assert "Choose two mentors, or one with a reason." in text(answer)


def test_one_or_two_are_judged(plan: PairingPlan) -> None:
    row = plan.rows.order_by("pk")[0]
    keys = list(Mentor.objects.order_by("pk").values_list("pk", flat=True))
    for many in ([], keys[:3]):
        with pytest.raises(ValueError, match="One or two"):
            judge(row.case, many)
        assert judge_if_possible(row.case, many) is None
    assert judge_if_possible(row.case, keys[:2])


def test_for_somebody_who_waits_no_more_nobody_is_chosen(admin: Any, handler: Any, plan: PairingPlan) -> None:
    row = plan.rows.order_by("pk")[0]
    field = row.case.field
    spare = make_willing(field, name="Spare")
    invitations.propose(row.case_id, [make_willing(field), make_willing(field)], handler)
    before = mentors_of(row)
    sentence = "Mentors have been asked for this person meanwhile."
    page = text(admin.get(row_address(row), {"mentor": spare.pk, "go": 1}))
    assert sentence in page
    assert "one_mentor_reason" not in page
    sent = {"mentor": spare.pk, "one_mentor_reason": "Speaks Dari."}
    assert sentence in text(admin.post(row_address(row), sent))
    row.refresh_from_db()
    assert (mentors_of(row), row.edited) == (before, False)


@pytest.mark.parametrize("reason", ["\u200b", "   ", "\u3164"])
def test_a_reason_that_cannot_be_read_is_none(admin: Any, plan: PairingPlan, reason: str) -> None:
    row = plan.rows.order_by("pk")[0]
    before = mentors_of(row)
    spare = make_willing(row.case.field, name="Spare")
    answer = admin.post(row_address(row), {"mentor": spare.pk, "one_mentor_reason": reason})
    assert answer.status_code == 200
    assert answer.context["form"].errors["one_mentor_reason"]
    row.refresh_from_db()
    assert mentors_of(row) == before


@pytest.mark.parametrize("name", ["äij", "ÄIJÖ", "åström"])
def test_a_mentor_is_found_in_small_letters_and_capitals(admin: Any, plan: PairingPlan, name: str) -> None:
    row = plan.rows.order_by("pk")[0]
    make_willing(row.case.field, name="Äijö Åström")
    listing = admin.get(row_address(row), {"name": name}).context["listing"]
    assert [one.mentor.name for one in listing.rows] == ["Äijö Åström"]
