"""Planning the queue by HTTP: a plan made, read, ticked, changed, approved; who may, and at what cost."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_handler, make_supervisor, make_union
from tests.pairing.queues import make_queue, make_waiting, make_willing
from wagtail_mentoring import clock
from wagtail_mentoring.desk import plan_table
from wagtail_mentoring.models import Case, Mentor, Participation
from wagtail_mentoring.pairing import invitations, plans
from wagtail_mentoring.pairing.choices import PlanStatus
from wagtail_mentoring.pairing.models import Invitation, PairingPlan, PlanRow, Proposal
from wagtail_mentoring.pairing.plan_result import mentors_of

pytestmark = pytest.mark.django_db

PLANS = "mentoring_desk:plans"


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Any:
    """Call something and let the tasks run that it hands over."""

    def called(function: Any, *arguments: Any, **values: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return function(*arguments, **values)

    return called


@pytest.fixture
def press(admin: Any, commit: Any) -> Any:
    """Press a button, let the tasks run, and return the text of the page to which it leads."""

    def pressed(where: str, sent: dict[str, Any]) -> str:
        return text(admin.get(commit(admin.post, where, sent).url))

    return pressed


@pytest.fixture
def plan(union: Any, handler: Any, commit: Any) -> PairingPlan:
    """A plan that is ready: four people, four mentors with one place each; one speaks no common language."""
    queue = make_queue(3, 4)
    make_waiting(queue, days=50, name="Bao Tran", english="a2", other_languages="Vietnamese")
    made = commit(plans.make_plan, union, handler)
    return PairingPlan.objects.get(pk=made.pk)


def address(plan: PairingPlan) -> str:
    return reverse("mentoring_desk:plan", args=[plan.pk])


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def ticks(admin: Any, plan: PairingPlan, **changes: Any) -> dict[str, Any]:
    """Return what the plan's form sends as the page stands, with changes."""
    table = admin.get(address(plan)).context["table"]
    rows = [shown["row"] for shown in table.sections["proposed"].rows]
    sent: dict[str, Any] = {
        "seen": table.seen,
        "expected": str(table.choice["people"]),
        "shown": [row.pk for row in rows],
        "invite": [row.pk for row in rows if row.pk not in table.left_out],
        "lock": [row.pk for row in rows if row.locked],
        "action": "save",
    }
    return sent | changes


def test_from_the_queue_to_a_plan(admin: Any, union: Any, commit: Any) -> None:
    make_queue(3, 4)
    page = text(admin.get(reverse(PLANS)))
    assert "3 people wait for mentors" in page
    assert "The longest waits 13 days." in page
    assert "Make a plan for 3 people" in page
    answer = commit(admin.post, reverse(PLANS), {"union": union.pk})
    plan = PairingPlan.objects.get()
    assert answer.url == address(plan)
    page = text(admin.get(answer.url))
    assert "3 of 3 waiting people get mentors" in page
    assert "1 pair, 2 single mentors, 0 without" in page
    assert "Proven: no other plan serves more" in page
    assert "Nothing has been sent" in page
    assert "Approve 3 and invite 4 mentors" in page
    assert "4 mails leave with private links" in page
    assert "Plan the queue" in text(admin.get(reverse("wagtailadmin_home")))
    assert "3 of 3 waiting people get mentors" in text(admin.get(reverse(PLANS)))


def test_nobody_waits(admin: Any, union: Any) -> None:
    page = text(admin.get(reverse(PLANS)))
    assert "Nobody waits for mentors now" in page
    assert "Make a plan" not in page
    answer = admin.post(reverse(PLANS), {"union": union.pk}, follow=True)
    assert "Nobody waits for mentors at TEK now" in text(answer)
    assert not PairingPlan.objects.exists()


def test_a_second_press_opens_the_running_plan(admin: Any, union: Any) -> None:
    make_queue(1, 1)
    first = admin.post(reverse(PLANS), {"union": union.pk}).url
    assert admin.post(reverse(PLANS), {"union": union.pk}).url == first
    assert "Look how far it is" in text(admin.get(reverse(PLANS)))


def test_another_unions_queue_and_plan_do_not_exist(admin: Any, plan: PairingPlan) -> None:
    other = make_union("kt")
    assert admin.post(reverse(PLANS), {"union": other.pk}).status_code == 404
    assert admin.post(reverse(PLANS), {"union": "x"}).status_code == 404
    stranger: Any = Client()
    stranger.force_login(make_handler(other))
    row = plan.rows.first()
    assert row is not None
    for name, arguments in (
        ("plan", [plan.pk]),
        ("plan_row", [plan.pk, row.pk]),
        ("plan_discard", [plan.pk]),
    ):
        where = reverse(f"mentoring_desk:{name}", args=arguments)
        assert stranger.get(where).status_code == 404
        assert stranger.post(where, {"action": "approve"}).status_code == 404
    assert "Person 01" not in text(stranger.get(reverse(PLANS)))


def test_a_supervisor_reads_and_changes_nothing(plan: PairingPlan, union: Any) -> None:
    client: Any = Client()
    client.force_login(make_supervisor(union))
    row = plan.rows.get(case__mentee__name="Person 01")
    page = text(client.get(address(plan)))
    assert "Person 01" in page
    assert "Approve" not in page
    assert 'type="checkbox"' not in page
    reasons = text(client.get(reverse("mentoring_desk:plan_row", args=[plan.pk, row.pk])))
    assert "Goals and topics" in reasons
    assert "Propose these" not in reasons
    for where in (
        address(plan),
        reverse("mentoring_desk:plan_row", args=[plan.pk, row.pk]),
        reverse("mentoring_desk:plan_discard", args=[plan.pk]),
        reverse(PLANS),
    ):
        answer = client.post(where, {"action": "approve", "union": union.pk, "first": row.second_id or ""})
        assert answer.status_code == 302
        assert answer.url == reverse("wagtailadmin_home")
    assert not Proposal.objects.exists()
    assert PairingPlan.objects.count() == 1


def test_who_gets_nobody_reads_why_and_what_would_help(admin: Any, plan: PairingPlan) -> None:
    page = text(admin.get(address(plan)))
    assert "3 of 4 waiting people get mentors" in page
    assert "1 person without mentors" in page
    assert "4 mentors in this field: 4 share no language with the mentee." in page
    assert "Vietnamese" in page


def test_ticks_are_kept_whatever_button_is_pressed(admin: Any, plan: PairingPlan) -> None:
    rows = list(plan.rows.filter(status="proposed"))
    sent = ticks(admin, plan, action=f"row:{rows[0].pk}", lock=[rows[0].pk], invite=[rows[0].pk, rows[1].pk])
    answer = admin.post(address(plan), sent)
    assert answer.url == reverse("mentoring_desk:plan_row", args=[plan.pk, rows[0].pk])
    context = admin.get(address(plan)).context
    assert context["table"].left_out == {rows[2].pk}
    assert [row["row"].locked for row in context["served"].rows] == [True, False, False]
    assert context["again_label"] == "Keep 1 locked, solve 3 again"
    assert context["approve_label"] == "Approve 2 and invite 3 mentors"


def test_approving_all(admin: Any, plan: PairingPlan, commit: Any) -> None:
    answer = commit(admin.post, address(plan), ticks(admin, plan, action="approve"))
    assert answer.url == address(plan)
    assert Invitation.objects.filter(status="asked").count() == 4
    page = text(admin.get(address(plan)))
    assert "the mentors of 3 people were invited" in page
    assert "3 people whose mentors are invited" in page
    assert "3 people invited, 1 without mentors" in page
    assert "Approve" not in page
    assert "Solve all 1 again" in page


def test_what_is_not_ticked_is_not_invited(admin: Any, plan: PairingPlan, commit: Any, press: Any) -> None:
    keep = plan.rows.filter(status="proposed")[0]
    sent = ticks(admin, plan, action="approve", invite=[keep.pk])
    # Without scripts the button still says 3: it is asked once more, and nothing is sent.
    page = press(address(plan), sent)
    assert "You have ticked 1 person. Nothing was sent." in page
    assert "Approve 1 and invite 2 mentors" in page
    assert not Proposal.objects.exists()
    commit(admin.post, address(plan), sent | {"expected": "1"})
    assert list(Proposal.objects.values_list("case", flat=True)) == [keep.case_id]
    # Who was left out stays so: nobody is invited by a second press.
    page = text(admin.get(address(plan)))
    assert "Nobody is ticked: nobody is invited." in page
    assert "1 person invited, 2 proposed, 1 without mentors" in page
    assert "1 person invited, 2 proposed, 1 without mentors" in text(admin.get(reverse(PLANS)))
    assert "Nobody is ticked." in press(address(plan), ticks(admin, plan, action="approve"))
    assert Proposal.objects.count() == 1


def silent(case: Case, handler: Any, mentors: list[Any]) -> None:
    """Let ``mentors`` say yes for ``case``, and the mentee not answer about them."""
    Participation.objects.filter(pk=case.participation_id).update(mentee_asked_about_pair=True)
    made = invitations.propose(case.pk, mentors, handler)
    for asked in made.invitations.all():
        invitations.answer_yes(asked.pk, oriented=True)
    with clock.at(clock.now() + 30 * datetime.timedelta(days=1)):
        invitations.expire_mentees_due()
    Case.objects.filter(pk=case.pk).update(state_since=clock.now() - datetime.timedelta(days=300))


def test_who_has_not_answered_is_not_ticked(admin: Any, union: Any, handler: Any, commit: Any) -> None:
    queue = make_queue(1, 0)
    pair = [make_willing(queue, name="Maija Meri"), make_willing(queue, name="Olli Oja")]
    case = Case.objects.get()
    commit(silent, case, handler, pair)
    plan = PairingPlan.objects.get(pk=commit(plans.make_plan, union, handler).pk)
    page = text(admin.get(address(plan)))
    assert "Asked before, both said yes; Person 01 did not answer by" in page and "Call first." in page
    assert "Nobody is ticked: nobody is invited." in page
    row = plan.rows.get()
    assert "Asked before, both said yes; Person 01" in text(
        admin.get(reverse("mentoring_desk:plan_row", args=[plan.pk, row.pk]))
    )
    # Ticked all the same: it stays so, whatever button is pressed.
    admin.post(address(plan), ticks(admin, plan, invite=[row.pk]))
    page = text(admin.get(address(plan)))
    assert "Approve 1 and invite 2 mentors" in page and "Call first." in page
    admin.post(address(plan), ticks(admin, plan, invite=[]))
    assert "Nobody is ticked: nobody is invited." in text(admin.get(address(plan)))


def test_who_comes_back_with_a_mentor_who_said_no(admin: Any, plan: PairingPlan, commit: Any, press: Any) -> None:
    commit(admin.post, address(plan), ticks(admin, plan, action="approve"))
    asked = Invitation.objects.filter(proposal__invitations__isnull=False).order_by("-pk")[0]
    assert asked.proposal.invitations.count() == 1
    commit(invitations.answer_no, asked.pk, reason="no_time")
    make_willing(asked.proposal.case.field, name="Somebody New")
    page = press(address(plan), ticks(admin, plan, action="again"))
    assert f"Before: {asked.mentor.name}, who said no" in page
    assert "New since the plan before" not in page
    assert "1 came into the plan" in page


def test_what_a_mentor_wrote_of_conflicts_is_read_before_inviting(admin: Any, plan: PairingPlan) -> None:
    row = plan.rows.filter(status="proposed", second__isnull=False)[0]
    Mentor.objects.filter(pk=row.first_id).update(conflicts="People at Nokia", partner_wish="Olli Oja")
    assert "wrote about conflicts: “People at Nokia”" in text(admin.get(address(plan)))
    page = text(admin.get(reverse("mentoring_desk:plan_row", args=[plan.pk, row.pk])))
    assert "wrote about conflicts: “People at Nokia”" in page
    assert "would like to mentor together with: “Olli Oja”" in page


def test_the_desk_tells_one_task_once(admin: Any, plan: PairingPlan) -> None:
    desk = reverse("mentoring_desk:desk")
    page = text(admin.get(desk))
    assert "A plan is ready." in page and "1 has none in it." in page and "wait for mentors" not in page
    # Somebody whom no plan has yet.
    row = plan.rows.filter(status="proposed")[0]
    make_waiting(row.case.field, days=0, name="Came Since")
    page = text(admin.get(desk))
    assert "A plan is ready." in page and "5 wait for mentors." in page


def test_who_was_asked_about_before_is_counted_apart(admin: Any, union: Any, handler: Any, commit: Any) -> None:
    queue = make_queue(2, 2)
    case = Case.objects.get(mentee__name="Person 01")
    commit(silent, case, handler, list(queue.mentors.all()))
    page = text(admin.get(reverse(PLANS)))
    assert "2 people wait for mentors" in page
    assert "For 1 of them mentors were asked before, without success: see My desk." in page


def test_nobody_ticked_invites_nobody(admin: Any, plan: PairingPlan, press: Any) -> None:
    page = press(address(plan), ticks(admin, plan, action="approve", invite=[]))
    assert "Nobody is ticked." in page
    assert not Proposal.objects.exists()


def test_a_plan_that_changed_since_the_page_was_shown_is_not_approved(
    admin: Any, plan: PairingPlan, handler: Any, press: Any
) -> None:
    sent = ticks(admin, plan, action="approve")
    row = plan.rows.filter(status="proposed", second__isnull=False)[0]
    PlanRow.objects.filter(pk=row.pk).update(second=None)
    page = press(address(plan), sent)
    assert "The plan has changed since this page was shown. Nothing was sent." in page
    assert not Proposal.objects.exists()


def test_what_was_held_back_says_why(admin: Any, plan: PairingPlan, press: Any) -> None:
    row = plan.rows.filter(status="proposed")[1]
    sent = ticks(admin, plan, action="approve")
    Mentor.objects.filter(pk=row.first_id).update(paused_until=clock.today() + datetime.timedelta(days=9))
    page = press(address(plan), sent)
    assert "the mentors of 2 people were invited. 1 row was held back" in page
    assert "1 person was held back" in page
    assert "is paused or away now." in page
    make_willing(row.case.field, name="Somebody New")
    page = press(address(plan), ticks(admin, plan, action="again"))
    assert "Somebody New" in page
    assert "What is different from the plan before" in page
    assert "1 has mentors now" in page


def test_why_and_others(admin: Any, plan: PairingPlan, commit: Any) -> None:
    row = plan.rows.filter(status="proposed")[0]
    where = reverse("mentoring_desk:plan_row", args=[plan.pk, row.pk])
    page = text(admin.get(where))
    assert "Proposed for Person 01" in page
    for label in ("Speciality", "Goals and topics", "Languages", "Common times", "Load"):
        assert label in page
    assert re.search(r"Mentor 0\d has no room left in this plan. Taken here, from: <a [^>]*>Person 0[23], TEK-", page)
    spare = make_willing(row.case.field, name="Somebody Free")
    page = text(admin.get(where))
    assert f'value="{spare.pk}"' in page
    # One mentor takes a reason: it is asked on a page of its own, and nothing has changed before.
    answer = admin.post(where, {"take": str(spare.pk)})
    row.refresh_from_db()
    assert (row.locked, row.edited) == (False, False)
    assert "Why one mentor" in text(admin.get(answer.url))
    sent = {"mentor": spare.pk, "one_mentor_reason": "The mentee asked for one."}
    assert "say why there is only one" in text(admin.post(where, {"mentor": spare.pk}))
    answer = admin.post(where, sent)
    assert answer.url == f"{address(plan)}#served"
    row.refresh_from_db()
    assert (mentors_of(row), row.locked, row.edited) == ((spare.pk,), True, True)
    assert "Chosen by hand" in text(admin.get(address(plan)))
    assert not Proposal.objects.exists()


def test_choosing_by_hand_keeps_what_was_typed(admin: Any, plan: PairingPlan) -> None:
    first, second = plan.rows.filter(status="proposed")[:2]
    where = reverse("mentoring_desk:plan_row", args=[plan.pk, first.pk])
    sent = {"mentor": [second.first_id], "one_mentor_reason": "They know each other."}
    answer = admin.post(where, sent)
    page = text(answer)
    # The page had not told that the mentor is taken from somebody else: nothing is done before it has.
    assert "has no room left in this plan." in page
    assert f"Proposed for {second.case.mentee.name}, {second.case.reference}" in page
    assert "They know each other." in page
    assert [row["mentor"].pk for row in answer.context["mentors"]] == [second.first_id]
    assert "Choose two mentors, or one with a reason." in text(admin.post(where, {}))
    identity = text(admin.post(where, sent | {"one_mentor_reason": "010190-123N"}))
    assert "identity code" in identity
    first.refresh_from_db()
    assert not first.edited


def test_somebody_without_mentors_gets_one_by_hand(admin: Any, plan: PairingPlan) -> None:
    row = plan.rows.get(status="nobody")
    where = reverse("mentoring_desk:plan_row", args=[plan.pk, row.pk])
    assert "Nobody is proposed for Bao Tran" in text(admin.get(where))
    friend = make_willing(row.case.field, name="A Friend", english="", other_languages="Vietnamese")
    sent = {"mentor": friend.pk, "one_mentor_reason": "Nobody else speaks Vietnamese."}
    assert admin.post(where, sent).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.first) == ("proposed", friend)


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
