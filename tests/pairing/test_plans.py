"""Plans for a whole queue: made, made again, changed by hand, given up."""

import datetime
import json
from typing import Any

import pytest

from tests.factories import make_field, make_handler, make_supervisor, make_union
from tests.pairing.queues import make_queue, make_waiting, make_willing
from wagtail_mentoring import clock
from wagtail_mentoring.models import Case, Mentor, Participation
from wagtail_mentoring.pairing import plan_rows, plans
from wagtail_mentoring.pairing.choices import PlanRowStatus, PlanStatus
from wagtail_mentoring.pairing.models import PairingPlan, PlanRow
from wagtail_mentoring.pairing.plan_result import mentors_of
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


def proposed(plan: PairingPlan) -> dict[str, tuple[int, ...]]:
    return {row.case.mentee.name: mentors_of(row) for row in plan.rows.select_related("case__mentee")}


def test_a_plan_serves_everybody_first_and_gives_second_mentors_then(handler: Any, run: Any) -> None:
    field = make_queue(4, 5)
    plan = run(plans.make_plan, field.union, handler)
    assert (plan.status, plan.progress, plan.stage, plan.round) == (PlanStatus.READY, 100, "", 1)
    rows = list(plan.rows.select_related("case__mentee"))
    assert [row.case.mentee.name for row in rows] == ["Person 01", "Person 02", "Person 03", "Person 04"]
    # Five mentors with one place each: everybody has one, and who waits longest has two.
    assert [len(mentors_of(row)) for row in rows] == [2, 1, 1, 1]
    assert len({mentor for row in rows for mentor in mentors_of(row)}) == 5
    assert {row.status for row in rows} == {PlanRowStatus.PROPOSED}
    assert [row.waited_days for row in rows] == [14, 13, 12, 11]
    assert all(row.why["points"] == row.fit and 0 <= row.fit <= 100 for row in rows)
    known = rows[1].why["plan"]
    assert known["second"] == "elsewhere"
    assert len(known["wanted"]) == 3 and set(known["wanted"]) <= {one for row in rows for one in mentors_of(row)}
    assert not set(known["wanted"]) & set(mentors_of(rows[1]))
    assert plan.result["covered"] is True
    assert plan.result["rounds"][0] | {"at": ""} == {
        "round": 1,
        "at": "",
        "waiting": 4,
        "served": 4,
        "pairs": 1,
        "singles": 3,
        "nobody": 0,
        "mentors": 5,
        "fit": round(sum(row.fit for row in rows) / 4, 1),
    }


def test_the_inputs_are_kept_by_number_and_without_names(handler: Any, run: Any) -> None:
    field = make_queue(2, 2)
    plan = run(plans.make_plan, field.union, handler)
    kept = json.dumps([plan.inputs, plan.result, [row.why for row in plan.rows.all()]])
    for person in (*Mentor.objects.all(), *(case.mentee for case in Case.objects.all())):
        assert person.name not in kept
        assert person.email not in kept
    assert {facts["case"] for facts in plan.inputs["mentees"]} == set(Case.objects.values_list("pk", flat=True))
    assert {facts["pk"] for facts in plan.inputs["mentors"]} == set(Mentor.objects.values_list("pk", flat=True))
    assert plan.inputs["criteria"][:2] == ["speciality", "goals"]
    assert plan.inputs["versions"]["numpy"]


def test_why_this_pair_is_answered_later_from_the_row(handler: Any, run: Any) -> None:
    from wagtail_mentoring.pairing.words import explain

    field = make_queue(1, 2)
    plan = run(plans.make_plan, field.union, handler)
    row = plan.rows.get()
    before = explain(row.why, {pk: f"M{pk}" for pk in mentors_of(row)} | {0: "Amina"})
    Mentor.objects.update(topics=[], english="", municipality="Utsjoki")
    Participation.objects.update(weights={"speciality": 100})
    row = PlanRow.objects.get(pk=row.pk)
    after = explain(row.why, {pk: f"M{pk}" for pk in mentors_of(row)} | {0: "Amina"})
    assert before == after
    assert sum(criterion.most for criterion in before.criteria) == 100


def test_a_second_press_opens_the_plan_that_is_being_made(handler: Any) -> None:
    field = make_queue(1, 1)
    first = plans.make_plan(field.union, handler)  # its task has not begun: nothing was committed
    assert plans.make_plan(field.union, handler) == first
    assert PairingPlan.objects.get().status == PlanStatus.WAITING


def test_nobody_waits(handler: Any) -> None:
    make_queue(0, 2)
    with pytest.raises(StepRefused, match="Nobody waits for mentors at TEK now"):
        plans.make_plan(make_union(), handler)
    assert not PairingPlan.objects.exists()


def test_only_the_unions_handlers_make_and_change_plans(handler: Any, run: Any) -> None:
    field = make_queue(1, 2)
    plan = run(plans.make_plan, field.union, handler)
    row = plan.rows.get()
    for stranger in (make_supervisor(make_union()), make_handler(make_union("kt"))):
        for attempt in (
            lambda user: plans.make_plan(field.union, user),
            lambda user: plans.solve_again(plan, user),
            lambda user: plans.discard(plan, user),
            lambda user: plans.start_again(plan, user),
            lambda user: plan_rows.lock(row, user),
            lambda user: plan_rows.edit(row, [row.first], "", user),
        ):
            with pytest.raises(StepRefused):
                attempt(stranger)
    plan.refresh_from_db()
    row.refresh_from_db()
    assert (plan.round, row.locked, row.edited) == (1, False, False)


def test_people_of_other_unions_and_states_are_in_no_plan(handler: Any, run: Any) -> None:
    field = make_queue(1, 2)
    other = make_field(make_union("kt"))
    make_waiting(other)
    make_willing(other, name="Foreign Mentor")
    plan = run(plans.make_plan, field.union, handler)
    assert list(proposed(plan)) == ["Person 01"]
    assert "Foreign Mentor" not in [mentor.name for mentor in Mentor.objects.filter(pk__in=proposed(plan)["Person 01"])]


def test_nobody_for_somebody_says_why_and_what_would_help(handler: Any, run: Any) -> None:
    field = make_queue(0, 3)
    Mentor.objects.update(english="", finnish="c2")
    make_waiting(field, name="Rania Aziz", english="c1")
    plan = run(plans.make_plan, field.union, handler)
    row = plan.rows.get()
    assert (row.status, mentors_of(row), row.fit) == (PlanRowStatus.NOBODY, (), None)
    known = row.why["plan"]
    assert (known["nobody"], known["looked_at"], known["possible"]) == ("nobody_else", 3, 0)
    assert known["ruled_out"] == [["language", 3, 3]]
    assert known["helps"]


def test_below_the_unions_minimum_nobody_is_proposed(handler: Any, run: Any) -> None:
    field = make_queue(1, 2, minimum_fit=100)
    row = run(plans.make_plan, field.union, handler).rows.get()
    assert row.status == PlanRowStatus.NOBODY
    assert row.why["plan"]["minimum_fit"] == 100
    assert 0 < row.why["plan"]["best"] < 100


def test_a_union_that_wants_two_gets_no_single_mentors(handler: Any, run: Any) -> None:
    field = make_queue(2, 3)
    Case.objects.update(one_mentor_allowed=False)
    plan = run(plans.make_plan, field.union, handler)
    assert [len(mentors_of(row)) for row in plan.rows.all()] == [2, 0]


def test_locked_rows_stay_and_the_rest_is_solved_again(handler: Any, run: Any) -> None:
    field = make_queue(3, 3)
    plan = run(plans.make_plan, field.union, handler)
    rows = list(plan.rows.all())
    keep = rows[2]
    plan_rows.lock(keep, handler)
    # Of the two others, one mentor is away now: somebody must go without.
    Mentor.objects.filter(pk=rows[0].first_id).update(paused_until=clock.today() + datetime.timedelta(days=30))
    newcomer = make_waiting(field, days=1, name="New Person")
    plan = run(plans.solve_again, plan, handler)
    after = proposed(plan)
    assert after["Person 03"] == mentors_of(keep)
    assert plan.rows.get(pk=keep.pk).locked
    assert rows[0].first_id not in {mentor for mentors in after.values() for mentor in mentors}
    assert after["New Person"] == ()
    assert plan.result["kept"] == 1
    assert plan.result["change"]["came"] == 1
    assert plan.result["change"]["same"] >= 1
    assert [one["round"] for one in plan.result["rounds"]] == [1, 2]
    assert newcomer.pk in {row.case_id for row in plan.rows.all()}
    plan_rows.unlock(plan.rows.get(pk=keep.pk), handler)
    assert not plan.rows.filter(locked=True).exists()


def test_room_of_locked_rows_is_not_given_twice(handler: Any, run: Any) -> None:
    field = make_queue(2, 1)
    Mentor.objects.update(capacity=2)
    plan = run(plans.make_plan, field.union, handler)
    assert [len(mentors_of(row)) for row in plan.rows.all()] == [1, 1]
    for row in plan.rows.all():
        plan_rows.lock(row, handler)
    make_waiting(field, days=1, name="New Person")
    plan = run(plans.solve_again, plan, handler)
    assert proposed(plan)["New Person"] == ()
    assert sum(len(mentors) for mentors in proposed(plan).values()) == 2


def test_who_does_not_wait_any_more_leaves_the_plan(handler: Any, run: Any) -> None:
    field = make_queue(2, 2)
    plan = run(plans.make_plan, field.union, handler)
    gone = plan.rows.first()
    plan_rows.lock(gone, handler)
    Case.objects.filter(pk=gone.case_id).update(state="paired")
    plan = run(plans.solve_again, plan, handler)
    assert list(proposed(plan)) == ["Person 02"]
    assert plan.result["change"]["went"] == 1


def test_the_same_queue_has_the_same_plan(handler: Any, run: Any) -> None:
    field = make_queue(6, 7)
    first = proposed(run(plans.make_plan, field.union, handler))
    PairingPlan.objects.all().delete()
    assert proposed(run(plans.make_plan, field.union, handler)) == first


# By hand


def test_mentors_chosen_by_hand_stay_when_the_rest_is_solved_again(handler: Any, run: Any) -> None:
    field = make_queue(2, 4)
    plan = run(plans.make_plan, field.union, handler)
    row, other = plan.rows.all()
    spare = make_willing(field, name="By Hand", english="c2")
    edited = plan_rows.edit(row, [spare], "", handler, one_mentor_reason="One is enough here.")
    assert (mentors_of(edited), edited.edited, edited.locked, edited.override_reason) == ((spare.pk,), True, True, "")
    assert edited.why["mentors"] == [spare.pk]
    assert edited.fit == edited.why["points"]
    plan = run(plans.solve_again, plan, handler)
    assert mentors_of(plan.rows.get(pk=row.pk)) == (spare.pk,)
    assert len(mentors_of(plan.rows.get(case=other.case_id))) == 2


def test_room_is_respected_across_the_rows_of_a_plan(handler: Any, run: Any) -> None:
    field = make_queue(2, 2)
    plan = run(plans.make_plan, field.union, handler)
    row, other = plan.rows.all()
    with pytest.raises(StepRefused, match=f"no room left in this plan: proposed for {other.case.reference}") as refused:
        plan_rows.edit(row, [row.first, other.first], "", handler)
    assert set(refused.value.errors) == {"mentors"}
    row.refresh_from_db()
    assert not row.edited


def test_what_stands_against_somebody_takes_a_reason(handler: Any, run: Any) -> None:
    from wagtail_mentoring.models import MentorConflict

    field = make_queue(1, 1)
    plan = run(plans.make_plan, field.union, handler)
    row = plan.rows.get()
    cousin = make_willing(field, name="A Cousin")
    MentorConflict.objects.create(mentor=cousin, mentee=row.case.mentee)
    with pytest.raises(StepRefused, match="conflict of interest") as refused:
        plan_rows.edit(row, [cousin], "  ", handler)
    assert set(refused.value.errors) == {"override_reason"}
    edited = plan_rows.edit(row, [cousin], "Both asked for it.", handler, one_mentor_reason="Family.")
    assert edited.override_reason == "Both asked for it."


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"paused_until": datetime.date(2999, 1, 1)}, "paused or away"),
        ({"ended_on": datetime.date(2020, 1, 1)}, "no mentor now"),
        ({"approved_on": None}, "no mentor now"),
    ],
)
def test_what_no_reason_overrides(values: dict[str, Any], why: str, handler: Any, run: Any) -> None:
    field = make_queue(1, 1)
    plan = run(plans.make_plan, field.union, handler)
    row = plan.rows.get()
    somebody = make_willing(field, **values)
    with pytest.raises(StepRefused, match=why):
        plan_rows.edit(row, [somebody], "I insist.", handler)
    foreign = make_willing(make_field(make_union("kt")))
    with pytest.raises(StepRefused, match="not a mentor of this union"):
        plan_rows.edit(row, [foreign], "I insist.", handler)
    with pytest.raises(StepRefused, match="two different"):
        plan_rows.edit(row, [row.first, row.first], "I insist.", handler)
    with pytest.raises(StepRefused, match="Choose who mentors"):
        plan_rows.edit(row, [], "I insist.", handler)


def test_one_plan_of_a_union_is_solved_at_a_time(handler: Any, run: Any) -> None:
    field = make_queue(1, 1)
    first, second = (run(plans.make_plan, field.union, handler) for _plan in range(2))
    assert first.pk != second.pk
    plans.solve_again(first, handler)  # its task has not begun
    with pytest.raises(StepRefused, match="Another plan of this union is being made"):
        plans.solve_again(second, handler)
    second.refresh_from_db()
    assert (second.status, second.round) == (PlanStatus.READY, 1)


def test_a_plan_that_is_being_made_is_not_changed(handler: Any, run: Any) -> None:
    field = make_queue(1, 1)
    plan = run(plans.make_plan, field.union, handler)
    row = plan.rows.get()
    plans.solve_again(plan, handler)  # its task has not begun
    with pytest.raises(StepRefused, match="being worked on"):
        plan_rows.lock(row, handler)
    with pytest.raises(StepRefused, match="being worked on"):
        plans.solve_again(plan, handler)
    plans.discard(plan, handler)
    assert not PairingPlan.objects.exists()
    with pytest.raises(StepRefused, match="given this plan up"):
        plan_rows.lock(row, handler)


def test_the_number_of_queries_does_not_grow_with_the_queue(handler: Any, run: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    field = make_queue(3, 4)
    with CaptureQueriesContext(connection) as few:
        run(plans.make_plan, field.union, handler)
    PairingPlan.objects.all().delete()
    for number in range(57):
        make_waiting(field, days=number % 9)
        make_willing(field)
    with CaptureQueriesContext(connection) as many:
        plan = run(plans.make_plan, field.union, handler)
    assert plan.rows.count() == 60
    # How often the progress is told depends on the parts of the problem, and on nothing else.
    writes = [sum("UPDATE" in query["sql"] for query in found.captured_queries) for found in (few, many)]
    assert len(many) - writes[1] <= len(few) - writes[0]


def test_nothing_that_only_the_mentee_wrote_is_kept(handler: Any, run: Any) -> None:
    field = make_field()
    for words in ("Radioactive hydrology of Atlantis", "Timber bridges of Atlantis"):
        make_waiting(
            field,
            answers={"goals": ["cv"], "goals_text": words},
            other_languages="Arabic, Klingonese",
            municipality="Utsjoki",
            hide_municipality=True,
        )
    make_willing(field, speciality="Hydrology", other_languages="Arabic", municipality="Utsjoki")
    plan = run(plans.make_plan, field.union, handler)
    kept = json.dumps([plan.inputs["mentees"], [row.why for row in plan.rows.all()]])
    for own in ("atlantis", "radioactive", "timber", "bridges", "klingonese"):
        assert own not in kept.casefold(), own
    assert all("municipality" not in facts and facts["region"] for facts in plan.inputs["mentees"])
    assert all(facts["other"] == ["ar"] for facts in plan.inputs["mentees"])
    served = plan.rows.get(first__isnull=False)
    facts = served.why["facts"]["mentee"]
    assert "municipality" not in facts and facts.get("words", []) in (["hydrology"], [])
    assert "hydrology" in json.dumps(plan.inputs["mentees"])


def test_odd_values_in_the_database_stop_no_plan(handler: Any, run: Any) -> None:
    from wagtail_mentoring.applications.models import Application

    field = make_queue(3, 3)
    Mentor.objects.filter(pk=Mentor.objects.first().pk).update(topics=[None, 1, ["x"], "cv"], times=5)
    case = Case.objects.first()
    Application.objects.filter(case=case).update(goals=[None, 5, "cv"], formats=[["x"]], times={"a": 1})
    plan = run(plans.make_plan, field.union, handler)
    assert plan.status == PlanStatus.READY and plan.rows.count() == 3
    mentor, application = Mentor.objects.first(), Application.objects.get(case=case)
    assert (mentor.topics, mentor.times) == (["cv"], [])
    assert (application.goals, application.formats, application.times) == (["cv"], [], [])
