"""Choosing mentors by hand, for a case and in a plan: short pages, however many mentors, each with its mark."""

import datetime
import re
from typing import Any

import pytest
from django.urls import reverse

from tests.pairing.queues import make_queue, make_waiting, make_willing
from tests.statistics import analyze
from wagtail_mentoring import clock
from wagtail_mentoring.desk.by_hand import LISTED
from wagtail_mentoring.models import Case, Consent, Mentor, MentorAbsence, MentorConflict
from wagtail_mentoring.pairing import invitations, plan_rows, plans
from wagtail_mentoring.pairing.models import Invitation, PairingPlan, PlanRow, Proposal
from wagtail_mentoring.pairing.plan_approval import approve
from wagtail_mentoring.pairing.plan_result import mentors_of
from wagtail_mentoring.privacy.models import ConsentKind
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(union: Any, handler: Any, run: Any) -> PairingPlan:
    """A plan that is ready: three people, four mentors with one place each."""
    make_queue(3, 4)
    return run(plans.make_plan, union, handler)  # type: ignore[no-any-return]


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def of_row(row: PlanRow, query: str = "") -> str:
    return reverse("mentoring_desk:plan_row", args=[row.plan_id, row.pk]) + query


def of_case(case: Case, query: str = "") -> str:
    return reverse("mentoring_desk:choose_mentors", args=[case.pk]) + query


def many(field: Any, number: int) -> None:
    """Make so many mentors of the field at once, all willing."""
    mentors = Mentor.objects.bulk_create(
        Mentor(
            union_id=field.participation.union_id,
            name=f"Volunteer {place:04}",
            email=f"v{place}@example.org",
            english="c1",
            topics=["cv"],
            approved_on=clock.today(),
            membership_confirmed_on=clock.today(),
        )
        for place in range(number)
    )
    through = Mentor.fields.through
    through.objects.bulk_create(through(mentor_id=one.pk, professionalfield_id=field.pk) for one in mentors)
    Consent.objects.bulk_create(
        Consent(mentor=one, kind=ConsentKind.SHOWN_TO_MENTEE, fields=["name"]) for one in mentors
    )
    analyze()


def test_neither_the_page_nor_its_queries_grow_with_the_mentors(
    admin: Any, plan: PairingPlan, django_assert_max_num_queries: Any
) -> None:
    row = plan.rows.select_related("case__field__participation").first()
    assert row is not None
    pages = [of_row(row), of_row(row, "?name=e"), of_case(row.case), of_case(row.case, "?name=e")]
    many(row.case.field, 30)
    few = []
    for where in pages:
        admin.get(where)
        with django_assert_max_num_queries(70) as counted:
            size = len(admin.get(where).content)
        few.append((len(counted), size))
    Mentor.objects.filter(name__startswith="Volunteer").update(name="Before")
    many(row.case.field, 2000)
    for where, (queries, size) in zip(pages, few, strict=True):
        with django_assert_max_num_queries(70) as counted:
            answer = admin.get(where)
        assert len(counted) <= queries, (where, [query["sql"][:120] for query in counted.captured_queries])
        assert len(answer.content) < size * 1.2 and len(answer.content) < 80_000, (where, len(answer.content), size)
        assert len(answer.context["listing"].rows) <= LISTED + 2
        assert answer.context["listing"].more


def test_the_best_who_are_free_come_first_and_a_name_finds_anybody(admin: Any, plan: PairingPlan) -> None:
    row = plan.rows.select_related("case__field").first()
    assert row is not None
    many(row.case.field, 40)
    Mentor.objects.update(experience_years=0)
    best = make_willing(row.case.field, name="Zoe Best", experience_years=30)
    far = make_willing(row.case.field, name="Åke Unknown", english="", other_languages="Vietnamese")
    listed = admin.get(of_case(row.case)).context["listing"].rows
    assert [one.mentor.pk for one in listed][0] == best.pk
    points = [one.points for one in listed]
    assert points == sorted(points, reverse=True) and not any(one.against for one in listed)
    assert "Åke Unknown" not in text(admin.get(of_case(row.case)))
    page = text(admin.get(of_case(row.case, "?name=ke+un")))
    assert f'value="{far.pk}"' in page and "Asking all the same takes a reason." in page
    # In the plan the two who are proposed are ticked, and then come the free ones.
    in_plan = admin.get(of_row(row)).context["listing"].rows
    assert [one.mentor.pk for one in in_plan if one.chosen] == [one.mentor.pk for one in in_plan][
        : len(mentors_of(row))
    ]
    assert {one.mentor.pk for one in in_plan if one.chosen} == set(mentors_of(row))
    assert in_plan[len(mentors_of(row))].mentor.pk == best.pk


@pytest.mark.parametrize("where", [of_row, of_case])
def test_a_search_keeps_the_ticks(admin: Any, plan: PairingPlan, where: Any) -> None:
    row = plan.rows.select_related("case__field").first()
    ticked = make_willing(row.case.field, name="Ticked Before")
    make_willing(row.case.field, name="Looked For")
    target = where(row if where is of_row else row.case, f"?mentor={ticked.pk}&name=Looked")
    rows = admin.get(target).context["listing"].rows
    assert [(one.mentor.name, one.chosen) for one in rows] == [("Ticked Before", True), ("Looked For", False)]


def test_each_mentor_has_the_mark_of_what_stands_against(admin: Any, plan: PairingPlan, handler: Any) -> None:
    first, second = plan.rows.select_related("case__field")[:2]
    field, today = first.case.field, clock.today()
    until = today + datetime.timedelta(days=9)
    make_willing(field, name="Paul Paused", paused_until=until)
    away = make_willing(field, name="Anna Away")
    MentorAbsence.objects.create(mentor=away, first_day=today, last_day=until)
    refused = make_willing(field, name="Rita Refused")
    other = make_willing(field, name="Other One")
    proposal = invitations.propose(first.case_id, [refused, other], handler)
    invitations.answer_no(Invitation.objects.get(mentor=refused).pk, reason="no_time")
    invitations.withdraw(proposal.pk, handler)
    page = text(admin.get(of_row(first)))
    day = f"{until:%a} {until.day} {until:%b %Y}"
    assert f"Paul Paused is paused until {day}." in page
    assert f"Anna Away is away until {day}." in page
    assert "Rita Refused said no for this case" in page
    taken = second.first
    assert taken is not None
    assert "No room left in this plan. Chosen here, this mentor is taken from:" in page
    assert f'href="{of_row(second)}">{second.case.mentee.name}, {second.case.reference}</a>' in page
    rows = {row.mentor.name: row for row in admin.get(of_row(first)).context["listing"].rows}
    assert [rows[name].absolute for name in ("Paul Paused", "Anna Away", "Rita Refused", "Other One")] == [
        True,
        True,
        False,
        False,
    ]
    assert not rows[taken.name].absolute and rows[taken.name].full
    assert re.search(rf'name="mentor" value="{taken.pk}" aria-describedby', page), "can be taken from there"
    # On the case's own page the plan counts for nothing: nobody has been asked.
    by_case = {row.mentor.name: row for row in admin.get(of_case(first.case)).context["listing"].rows}
    assert not by_case[taken.name].full


def test_what_stands_against_somebody_is_asked_before_it_is_proposed(
    admin: Any, plan: PairingPlan, handler: Any
) -> None:
    row = plan.rows.select_related("case__field").filter(second__isnull=False).first()
    assert row is not None
    cousin = make_willing(row.case.field, name="A Cousin")
    MentorConflict.objects.create(mentor=cousin, mentee=row.case.mentee)
    page = text(admin.get(of_row(row, f"?mentor={row.first_id}&mentor={cousin.pk}&go=1")))
    assert "A rule speaks against this" in page and "A Cousin has declared a conflict" in page
    assert "Why one mentor" not in page and "Propose this pair and lock" in page
    sent = {"mentor": [row.first_id, cousin.pk]}
    assert "Say why you ask all the same." in text(admin.post(of_row(row), sent))
    assert admin.post(of_row(row), sent | {"override_reason": "Both asked for it."}).status_code == 302
    row.refresh_from_db()
    assert (row.second, row.override_reason, row.one_mentor_reason) == (cousin, "Both asked for it.", "")


def test_three_or_nobody_are_told_what_to_choose(admin: Any, plan: PairingPlan) -> None:
    row = plan.rows.first()
    assert row is not None
    keys = list(Mentor.objects.values_list("pk", flat=True)[:3])
    answer = admin.get(of_row(row, "?go=1&" + "&".join(f"mentor={key}" for key in keys)))
    assert "Choose two mentors, or one with a reason." in answer.context["error"]
    assert [one.mentor.pk for one in answer.context["listing"].rows if one.chosen] != []
    assert sum(one.chosen for one in answer.context["listing"].rows) == 3
    assert admin.get(of_row(row, "?go=1")).context["error"]


@pytest.mark.parametrize("odd", ["5" * 30, "5" * 5000, "٣", "²", "-1", "x", "1\x00", ""])
def test_odd_numbers_are_nobody(admin: Any, plan: PairingPlan, odd: str) -> None:
    row = plan.rows.first()
    assert row is not None
    assert admin.get(of_row(row), {"mentor": odd, "go": "1"}).status_code == 200
    assert admin.get(of_row(row), {"name": odd}).status_code == 200
    assert admin.post(of_row(row), {"take": f"{odd}-{odd}"}).status_code in (200, 302)
    assert admin.post(of_row(row), {"mentor": odd, "one_mentor_reason": "Why not."}).status_code == 200
    row.refresh_from_db()
    assert not row.edited


def test_one_mentor_by_hand_takes_a_reason_which_goes_with_the_invitation(
    plan: PairingPlan, handler: Any, admin: Any
) -> None:
    row = plan.rows.filter(second__isnull=False).first()
    assert row is not None and row.first is not None
    with pytest.raises(StepRefused, match="say why there is only one") as refused:
        plan_rows.edit(row, [row.first], "", handler)
    assert set(refused.value.errors) == {"one_mentor_reason"}
    plan_rows.edit(row, [row.first], "", handler, one_mentor_reason=" Asked for one. ")
    page = text(admin.get(reverse("mentoring_desk:plan", args=[plan.pk])))
    assert "One mentor, chosen by hand: Asked for one." in page
    approve(plan, [row.pk], handler)
    assert Proposal.objects.get().one_mentor_reason == "Asked for one."


def test_why_the_solver_found_one_says_what_is_true(plan: PairingPlan, handler: Any, union: Any, run: Any) -> None:
    single = plan.rows.filter(second__isnull=True)[0]
    approve(plan, [single.pk], handler)
    assert "all who are possible are needed for others" in Proposal.objects.get().one_mentor_reason
    lonely = make_waiting(single.case.field, name="Bao Tran", english="", other_languages="Vietnamese")
    make_willing(single.case.field, name="A Friend", english="", other_languages="Vietnamese")
    later = run(plans.make_plan, union, handler)
    approve(later, [later.rows.get(case=lonely).pk], handler)
    assert "nobody else is possible" in Proposal.objects.get(case=lonely).one_mentor_reason


def test_where_the_rules_ask_for_two_one_is_refused_at_once(plan: PairingPlan, handler: Any) -> None:
    row = plan.rows.filter(second__isnull=False).first()
    assert row is not None and row.first is not None
    Case.objects.filter(pk=row.case_id).update(one_mentor_allowed=False)
    with pytest.raises(StepRefused, match="ask for two mentors") as refused:
        plan_rows.edit(row, [row.first], "", handler, one_mentor_reason="Still.")
    assert set(refused.value.errors) == {"mentors"}


def test_others_are_free_ones_first_with_a_button_each(admin: Any, plan: PairingPlan) -> None:
    row, other = plan.rows.select_related("case__mentee", "case__field")[:2]
    spare = make_willing(row.case.field, name="Somebody Free")
    answer = admin.get(of_row(row))
    shown = answer.context["others"]
    assert not shown[0].taken and "Somebody Free" in shown[0].names
    assert [bool(one.taken) for one in shown] == sorted(bool(one.taken) for one in shown)
    assert all(one.reasons for one in shown)
    page = text(answer)
    assert page.count('name="take"') == len(shown)
    assert page.count("Take from there") == sum(bool(one.taken) for one in shown)
    used = next(one for one in shown if one.taken)
    assert used.taken[0].name in used.names
    assert f"{used.taken[0].name} has no room left in this plan." in page
    # Two against whom nothing stands are taken at once.
    pair = next(one for one in shown if not one.taken and not one.alone)
    assert admin.post(of_row(row), {"take": pair.keys}).status_code == 302
    row.refresh_from_db()
    assert row.edited and spare.pk in mentors_of(row)
