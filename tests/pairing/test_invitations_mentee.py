"""What the mentee says about the mentors who have said yes."""

import pytest

from tests.pairing.asked import (
    eligible,
    handler,
    heard,
    held,
    mentors,
    propose,
    refused,
    state,
    status,
    told,
    yes,
)
from tests.snapshots import rows
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.moves import current_members

pytestmark = pytest.mark.django_db


def test_the_mentee_is_asked_when_all_have_said_yes() -> None:
    case, (a, b) = eligible(mentee_asked=True), mentors()
    proposal = propose(case, [a, b])
    assert "not open any more" in str(refused(lambda: invitations.mentee_answers(proposal.pk, True)))
    with heard() as signals:
        yes(proposal, a, b)
    assert signals[-1] == ("mentee_asked", proposal)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.mentee_asked_at is not None, state(case)) == ("open", True, "eligible")
    with heard() as signals:
        invitations.mentee_answers(proposal.pk, True, "Thank you!")
    assert [name for name, _about in signals] == ["mentee_answered"]
    proposal.refresh_from_db()
    assert (proposal.status, proposal.mentee_answer, proposal.mentee_note) == ("accepted", "yes", "Thank you!")
    assert state(case) == "paired"
    assert told(case)[-3:] == ["mentee_asked", "mentee_agreed", "step.pair"]
    before = rows()
    invitations.mentee_answers(proposal.pk, True)
    assert rows() == before, "twice is once"
    assert "not open any more" in str(refused(lambda: invitations.mentee_answers(proposal.pk, False)))


def test_the_mentee_would_rather_have_others() -> None:
    case, (a, b), (c, d) = eligible(mentee_asked=True), mentors(), mentors()
    first, second = propose(case, [a, b]), propose(case, [c, d])
    yes(first, a, b)
    with heard() as signals:
        invitations.mentee_answers(first.pk, False, "We know each other.")
    names = [name for name, _about in signals]
    assert names == ["mentee_answered", "invitation_withdrawn", "invitation_withdrawn"] + ["invitation_sent"] * 2
    assert (status(first), status(second), held(a, b, c, d)) == ("failed", "open", [0, 0, 1, 1])
    line = case.log.get(action="mentoring.mentee_disagreed")
    assert (line.actor, line.text.text) == ("mentee", "We know each other.")
    assert "We know" not in str(line.data)


def test_the_mentee_says_no_and_nobody_waits() -> None:
    case, (a, b) = eligible(mentee_asked=True), mentors()
    proposal = propose(case, [a, b])
    yes(proposal, a, b)
    with heard() as signals:
        invitations.mentee_answers(proposal.pk, False)
    assert signals[-1] == ("proposal_failed", proposal)
    assert state(case) == "eligible"


def test_the_handler_writes_down_what_the_mentee_said() -> None:
    case, (a, b), user = eligible(mentee_asked=True), mentors(), handler()
    proposal = propose(case, [a, b])
    yes(proposal, a, b)
    invitations.mentee_answers(proposal.pk, True, by=user)
    proposal.refresh_from_db()
    assert (proposal.mentee_answer_recorded_by, state(case)) == (user, "paired")
    line = case.log.get(action="mentoring.mentee_agreed")
    assert (line.actor, line.user) == ("handler", user)


def test_going_on_with_one_asks_the_mentee_too() -> None:
    case, (a, b) = eligible(mentee_asked=True), mentors()
    proposal = propose(case, [a, b])
    yes(proposal, a)
    with heard() as signals:
        invitations.go_on_with_one(proposal.pk, "Nobody else.", handler())
    assert signals[-1] == ("mentee_asked", proposal)
    user = handler()
    again = refused(lambda: invitations.go_on_with_one(proposal.pk, "Nobody else.", user))
    assert "the mentee is being asked" in str(again)
    invitations.mentee_answers(proposal.pk, True)
    assert [member.mentor for member in current_members(case)] == [a]
