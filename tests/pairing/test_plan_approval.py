"""Approving a plan: mentors are invited, what does not hold any more is held back, and nobody is invited twice."""

import datetime
from typing import Any

import pytest
from django.utils import translation

from tests.factories import as_handler, make_handler, make_supervisor, make_union
from tests.pairing.queues import make_queue, make_waiting, make_willing
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.models import Case, Mentor
from wagtail_mentoring.pairing import invitations, plan_approval, plan_rows, plans
from wagtail_mentoring.pairing.choices import PlanRowStatus, PlanStatus, ProposalStatus
from wagtail_mentoring.pairing.models import Invitation, PairingPlan, Place, PlanRow, Proposal
from wagtail_mentoring.pairing.plan_approval import approve, begin_approval
from wagtail_mentoring.pairing.plan_result import mentors_of
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(handler: Any, run: Any) -> PairingPlan:
    """A plan that is ready: three people, four mentors."""
    found: PairingPlan = run(plans.make_plan, make_queue(3, 4).union, handler)
    return found


def keys(plan: PairingPlan) -> list[int]:
    return list(plan.rows.values_list("pk", flat=True))


def test_all_mentors_are_invited_and_their_places_held(plan: PairingPlan, handler: Any) -> None:
    done = approve(plan, keys(plan), handler)
    assert (len(done.invited), done.held_back) == (3, ())
    assert Place.objects.filter(invitation__isnull=False).count() == 4
    assert set(Invitation.objects.values_list("status", flat=True)) == {"asked"}
    for row in plan.rows.select_related("proposal"):
        assert row.status == PlanRowStatus.APPROVED
        assert row.proposal is not None
        assert (row.proposal.status, row.proposal.fit, row.proposal.why) == ("open", row.fit, row.why)
        assert row.proposal.created_by == handler
        alone = len(mentors_of(row)) == 1
        assert bool(row.proposal.one_mentor_reason) is alone
        assert not alone or "No second mentor was found in the plan of" in row.proposal.one_mentor_reason


def test_only_the_chosen_rows(plan: PairingPlan, handler: Any) -> None:
    first, second, third = keys(plan)
    assert approve(plan, [second], handler).invited == (second,)
    assert list(plan.rows.values_list("status", flat=True)) == ["proposed", "approved", "proposed"]
    assert Proposal.objects.count() == 1


def test_approved_twice_is_invited_once(plan: PairingPlan, handler: Any) -> None:
    approve(plan, keys(plan), handler)
    again = approve(plan, keys(plan), handler)
    assert (again.invited, again.held_back) == ((), ())
    assert Proposal.objects.count() == 3


def test_overlapping_plans_invite_nobody_twice(plan: PairingPlan, handler: Any, run: Any) -> None:
    other = run(plans.make_plan, plan.union, handler)
    assert other.pk != plan.pk
    make_waiting(Case.objects.first().field, days=1)  # type: ignore[union-attr]
    approve(plan, keys(plan)[:2], handler)
    done = approve(other, keys(other), make_handler(plan.union))
    assert len(done.invited) == 1
    assert len(done.held_back) == 2
    sentences = set(other.rows.filter(pk__in=done.held_back).values_list("held_back", flat=True))
    assert sentences == {"Mentors have been asked for this person meanwhile."}
    assert Proposal.objects.count() == 3
    assert not Proposal.objects.filter(status=ProposalStatus.QUEUED).exists()


def stale_pause(row: PlanRow, handler: Any) -> str:
    Mentor.objects.filter(pk=row.first_id).update(paused_until=clock.today() + datetime.timedelta(days=9))
    return "is paused or away now"


def stale_room(row: PlanRow, handler: Any) -> str:
    other = make_waiting(row.case.field, days=1)
    invitations.propose(other.pk, [row.first_id], handler, one_mentor_reason="A friend asked.")
    return "has no room now"


def stale_ended(row: PlanRow, handler: Any) -> str:
    Mentor.objects.filter(pk=row.first_id).update(ended_on=clock.today())
    return "is no mentor now"


def stale_asked(row: PlanRow, handler: Any) -> str:
    spare = make_willing(row.case.field)
    invitations.propose(row.case_id, [spare], handler, one_mentor_reason="By hand.")
    return "Mentors have been asked for this person meanwhile"


def stale_case(row: PlanRow, handler: Any) -> str:
    moves.move(row.case_id, "end", as_handler(handler), {"end_reason": "no_contact", "situation": "unknown"})
    return "The case has moved on meanwhile. It is “Closed” now"


@pytest.mark.parametrize("make_stale", [stale_pause, stale_room, stale_ended, stale_asked, stale_case])
def test_what_does_not_hold_any_more_is_held_back_and_the_rest_goes_through(
    make_stale: Any, plan: PairingPlan, handler: Any
) -> None:
    stale = plan.rows.all()[1]
    sentence = make_stale(stale, handler)
    before = Proposal.objects.filter(case=stale.case_id).count()
    done = approve(plan, keys(plan), handler)
    assert done.held_back == (stale.pk,)
    assert len(done.invited) == 2
    stale.refresh_from_db()
    assert stale.status == PlanRowStatus.HELD_BACK
    assert sentence in stale.held_back
    assert not stale.locked
    # Nothing half-done of it stays.
    assert Proposal.objects.filter(case=stale.case_id).count() == before
    assert stale.proposal is None


def test_the_sentence_is_in_the_language_of_who_approves(plan: PairingPlan, handler: Any, run: Any) -> None:
    stale = plan.rows.all()[0]
    stale_case(stale, handler)
    with translation.override("fi"):
        run(begin_approval, plan, keys(plan), handler)
        from wagtail_mentoring.workflows import STATE_LABELS, CaseState

        closed = str(STATE_LABELS[CaseState.CLOSED])
    stale.refresh_from_db()
    assert closed != "Closed"
    assert closed in stale.held_back


def test_who_is_held_back_gets_others_when_the_rest_is_solved_again(plan: PairingPlan, handler: Any, run: Any) -> None:
    stale = plan.rows.all()[1]
    stale_pause(stale, handler)
    plan = run(begin_approval, plan, keys(plan), handler)
    assert plan.status == PlanStatus.READY
    assert plan.result["approved"] | {"at": ""} == {"invited": 2, "held_back": 1, "at": ""}
    spare = make_willing(stale.case.field)
    plan = run(plans.solve_again, plan, handler)
    rows = {row.case_id: row for row in plan.rows.all()}
    assert spare.pk in mentors_of(rows[stale.case_id])
    assert sorted(row.status for row in rows.values()) == ["approved", "approved", "proposed"]
    plan = run(begin_approval, plan, keys(plan), handler)
    # Everybody is invited: the plan is done with, and stays to say why.
    assert plan.status == PlanStatus.ENDED
    assert Proposal.objects.filter(status=ProposalStatus.OPEN).count() == 3


def test_whose_mentors_all_said_no_is_planned_for_again(plan: PairingPlan, handler: Any, run: Any) -> None:
    row = plan.rows.all()[0]
    left = plan.rows.all()[2]
    plan = run(begin_approval, plan, [row.pk], handler)
    for invitation in Invitation.objects.all():
        invitations.answer_no(invitation.pk, reason="no_time")
    plan = run(plans.solve_again, plan, handler)
    again = plan.rows.get(case=row.case_id)
    assert again.pk != row.pk
    assert again.status == PlanRowStatus.PROPOSED
    # Whoever said no for this person is not proposed to this person again.
    assert not set(mentors_of(again)) & set(Invitation.objects.values_list("mentor", flat=True))
    assert left.case_id in {one.case_id for one in plan.rows.all()}


def test_a_failure_on_our_side_holds_one_row_back(plan: PairingPlan, handler: Any, monkeypatch: Any) -> None:
    real, broken = plan_approval.propose, plan.rows.all()[0].case_id

    def sometimes(case: int, *arguments: Any, **values: Any) -> Proposal:
        made = real(case, *arguments, **values)
        if case == broken:
            raise RuntimeError("the disk is full")
        return made

    monkeypatch.setattr(plan_approval, "propose", sometimes)
    done = approve(plan, keys(plan), handler)
    assert (len(done.invited), len(done.held_back)) == (2, 1)
    assert "Something went wrong on our side" in plan.rows.get(case=broken).held_back
    assert not Proposal.objects.filter(case=broken).exists()
    assert not Place.objects.filter(invitation__proposal__case=broken).exists()


def test_an_approval_that_was_killed_goes_on_without_inviting_twice(plan: PairingPlan, handler: Any, run: Any) -> None:
    begun = begin_approval(plan, keys(plan), handler)  # its task has not begun
    with pytest.raises(StepRefused, match="being worked on"):
        begin_approval(plan, keys(plan), handler)
    # It was killed after the first row.
    PairingPlan.objects.update(status=PlanStatus.RUNNING)
    plan_approval._approve(begun, keys(plan)[:1], handler, lambda done: True)
    with clock.at(clock.now() + datetime.timedelta(seconds=65)):
        begun.refresh_from_db()
        assert plans.lost(begun)
        released = plans.start_again(begun, handler)
        assert released.status == PlanStatus.READY
    # Should the task wake up, it invites nobody.
    plan_approval.invite_rows.call(plan.pk, begun.round, keys(plan), handler.pk, "en")
    assert Proposal.objects.count() == 1
    run(begin_approval, released, keys(plan), handler)
    assert Proposal.objects.count() == 3
    assert Invitation.objects.count() == 4


def test_only_handlers_approve(plan: PairingPlan) -> None:
    for stranger in (make_supervisor(plan.union), make_handler(make_union("kt"))):
        with pytest.raises(StepRefused):
            approve(plan, keys(plan), stranger)
        with pytest.raises(StepRefused):
            begin_approval(plan, keys(plan), stranger)
    assert not Proposal.objects.exists()


def test_nothing_to_approve(plan: PairingPlan, handler: Any) -> None:
    approve(plan, keys(plan), handler)
    with pytest.raises(StepRefused, match="None of the chosen people"):
        begin_approval(plan, keys(plan), handler)


def test_a_plan_with_invitations_is_ended_and_not_deleted(plan: PairingPlan, handler: Any) -> None:
    approve(plan, keys(plan)[:1], handler)
    plans.discard(plan, handler)
    plan.refresh_from_db()
    assert plan.status == PlanStatus.ENDED
    assert list(plan.rows.values_list("status", flat=True)) == ["approved"]
    assert plan.inputs["mentees"]
    with pytest.raises(StepRefused):
        plan_rows.lock(plan.rows.get(), handler)


def test_a_reason_given_by_hand_goes_with_the_invitation(plan: PairingPlan, handler: Any) -> None:
    from wagtail_mentoring.models import MentorConflict

    row = plan.rows.all()[0]
    cousin = make_willing(row.case.field)
    MentorConflict.objects.create(mentor=cousin, mentee=row.case.mentee)
    plan_rows.edit(row, [cousin], "Both asked for it.", handler, one_mentor_reason="Nobody else was asked for.")
    assert approve(plan, [row.pk], handler).invited == (row.pk,)
    assert Proposal.objects.get().override_reason == "Both asked for it."
    assert Proposal.objects.get().one_mentor_reason == "Nobody else was asked for."
