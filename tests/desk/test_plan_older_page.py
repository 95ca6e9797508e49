"""Presses on a page of a plan that is older than the plan: nothing that somebody else chose is lost."""

from typing import Any

import pytest

from tests.desk.test_plan_told import address, sent, text
from tests.factories import make_handler
from tests.pairing.queues import make_queue, make_willing
from wagtail_mentoring.desk import plan_page, plan_table
from wagtail_mentoring.pairing import plan_rows, plans
from wagtail_mentoring.pairing.models import Invitation, PairingPlan
from wagtail_mentoring.pairing.plan_result import mentors_of

pytestmark = pytest.mark.django_db

CHANGED = "The plan has changed since this page was shown. Nothing was sent."


@pytest.fixture
def other(union: Any) -> Any:
    """Another handler of the union."""
    return make_handler(union, "aino")


@pytest.fixture
def plan(union: Any, handler: Any, run: Any) -> PairingPlan:
    """A plan that is ready: three people, six mentors."""
    make_queue(3, 6)
    found: PairingPlan = run(plans.make_plan, union, handler)
    return found


def choose(plan: PairingPlan, by: Any) -> Any:
    """Choose somebody by hand for the first person, and return the mentor."""
    row = plan.rows.order_by("pk")[0]
    spare = make_willing(row.case.field, name="Spare", topics=[])
    plan_rows.edit(row, [spare], "", by, one_mentor_reason="She speaks Dari.")
    return spare


@pytest.mark.parametrize("action", ["again", "approve", "page:1", "all", "discard", "row:{row}", "save", "count"])
def test_whom_another_handler_chose_stays_locked(
    admin: Any, plan: PairingPlan, other: Any, run: Any, action: str
) -> None:
    first = plan.rows.order_by("pk")[0]
    old = sent(admin, plan, action=action.format(row=first.pk))
    spare = choose(plan, other)
    answers: list[Any] = []
    run(lambda: (answers.append(admin.post(address(plan), old)), plan)[1])
    if action == "count":
        assert CHANGED in answers[0].json()["after"][0]
    else:
        assert answers[0].url == address(plan)
        assert CHANGED in text(admin.get(address(plan)))
    row = plan.rows.get(case=first.case)
    assert (row.locked, row.edited, mentors_of(row)) == (True, True, (spare.pk,))
    plan.refresh_from_db()
    assert (plan.status, plan.round) == ("ready", 1)
    assert not Invitation.objects.exists()


def test_what_was_ticked_on_the_older_page_is_kept(admin: Any, plan: PairingPlan, other: Any) -> None:
    first, second, third = plan.rows.order_by("pk")
    old = sent(admin, plan, action="save", lock=[second.pk], invite=[first.pk, second.pk])
    choose(plan, other)
    admin.post(address(plan), old)
    assert list(plan.rows.order_by("pk").values_list("locked", flat=True)) == [True, True, False]
    assert admin.get(address(plan)).context["table"].left_out == {third.pk}


def test_a_lock_that_another_handler_sets_meanwhile_stays(admin: Any, plan: PairingPlan, other: Any) -> None:
    first, second, _third = plan.rows.order_by("pk")
    old = sent(admin, plan, action="save", lock=[second.pk])
    plan_rows.lock(first, other)  # proposes nothing else: the older page is as good as a new one
    assert CHANGED not in text(admin.post(address(plan), old, follow=True))
    assert list(plan.rows.order_by("pk").values_list("locked", flat=True)) == [True, True, False]


def test_a_lock_is_taken_away_where_the_page_showed_it(admin: Any, plan: PairingPlan) -> None:
    row = plan.rows.order_by("pk")[0]
    admin.post(address(plan), sent(admin, plan, action="save", lock=[row.pk]))
    page = admin.get(address(plan))
    assert f'name="locked" value="{row.pk}"' in page.content.decode()
    admin.post(address(plan), sent(admin, plan, action="save", lock=[], locked=str(row.pk)))
    assert not plan.rows.filter(locked=True).exists()


def test_a_lock_set_and_taken_away_on_one_page(admin: Any, plan: PairingPlan) -> None:
    row = plan.rows.order_by("pk")[0]
    page = sent(admin, plan, action="count", touched=f"-{row.pk}")
    admin.post(address(plan), page | {"lock": [row.pk]})
    assert plan.rows.get(pk=row.pk).locked
    admin.post(address(plan), page | {"lock": []})
    assert not plan.rows.get(pk=row.pk).locked


def test_what_was_seen_is_compared_under_the_lock(
    admin: Any, plan: PairingPlan, other: Any, run: Any, monkeypatch: Any
) -> None:
    old = sent(admin, plan, action="approve")
    real, chosen = plan_page.begin_approval, []

    def late(*arguments: Any, **values: Any) -> Any:
        chosen.append(choose(plan, other))
        return real(*arguments, **values)

    monkeypatch.setattr(plan_page, "begin_approval", late)
    run(lambda: (admin.post(address(plan), old), plan)[1])
    assert chosen
    assert not Invitation.objects.exists()
    assert CHANGED in text(admin.get(address(plan)))


def fields(page: str) -> int:
    """Count the fields that the form of ``page`` sends at most, buttons but one apart."""
    form = page[page.index('id="w-editor-form"') :]
    return form.count("<input") + form.count("<select") + form.count("<textarea") + 2


def test_all_rows_are_shown_in_pages_that_can_be_sent(
    admin: Any, plan: PairingPlan, monkeypatch: Any, settings: Any
) -> None:
    assert 2 * plan_table.MOST_ON_A_PAGE + 50 < 1000  # what Django takes where a site says nothing else
    monkeypatch.setattr(plan_table, "PER_PAGE", 1)
    monkeypatch.setattr(plan_table, "MOST_ON_A_PAGE", 2)
    page = text(admin.get(address(plan)))
    assert "show 2 at a time" in page
    everything = admin.get(address(plan) + "?all=1")
    page = text(everything)
    assert "1 to 2 of 3" in page and "at a time" not in page and "show all" not in page
    table = everything.context["table"]
    assert f'name="shown" value="{"-".join(map(str, table.shown))}"' in page
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = fields(page)
    ticked = sent(admin, plan, action="page:2", invite=[], shown="-".join(map(str, table.shown)))
    answer = admin.post(address(plan) + "?all=1", ticked)
    assert answer.url == address(plan) + "?p=2&all=1#served"
    second = admin.get(answer.url.partition("#")[0])
    assert "3 to 3 of 3" in text(second)
    assert second.context["table"].left_out == set(table.shown)


def test_each_row_sends_two_fields(admin: Any, plan: PairingPlan) -> None:
    before = fields(text(admin.get(address(plan))))
    plan.rows.order_by("pk")[0].delete()
    assert before - fields(text(admin.get(address(plan)))) == 2
