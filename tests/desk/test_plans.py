"""Planning the queue by HTTP: a plan made, read, ticked, changed, approved; and who may."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.plan_pages import PLANS, address, text, ticks
from tests.factories import make_handler, make_supervisor, make_union
from tests.pairing.queues import make_queue, make_waiting, make_willing
from wagtail_mentoring import clock
from wagtail_mentoring.models import Case, Mentor, Participation
from wagtail_mentoring.pairing import invitations, plans
from wagtail_mentoring.pairing.models import Invitation, PairingPlan, PlanRow, Proposal
from wagtail_mentoring.pairing.plan_result import mentors_of

pytestmark = pytest.mark.django_db


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
