"""The life of a proposal: asked, answered, and what follows for the places, the case and its history."""

import pytest

from tests.pairing.asked import (
    eligible,
    handler,
    heard,
    held,
    mentors,
    propose,
    state,
    status,
    taken,
    told,
    yes,
)
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.models import MentorPair
from wagtail_mentoring.pairing.moves import current_members

pytestmark = pytest.mark.django_db


def test_two_are_asked_and_say_yes() -> None:
    case, (first, second) = eligible(), mentors()
    with heard() as signals:
        proposal = propose(case, [first, second])
        assert (status(proposal), held(first, second), state(case)) == ("open", [1, 1], "eligible")
        yes(proposal, first)
        assert (state(case), held(first)) == ("eligible", [1])
        yes(proposal, second)
    assert (status(proposal), held(first, second), taken(first, second)) == ("accepted", [0, 0], [1, 1])
    assert state(case) == "paired"
    assert [member.mentor for member in current_members(case)] == [first, second]
    names = [name for name, _about in signals]
    assert names == ["invitation_sent"] * 2 + ["invitation_answered"] * 2
    assert told(case) == ["mentors_invited", "invitation_yes", "invitation_yes", "step.pair"]
    assert verify_chain(Case.objects.get(pk=case.pk)) == []


def test_the_person_who_decided_stays_in_the_history() -> None:
    case, them, user = eligible(), mentors(), handler()
    proposal = propose(case, them, user=user)
    yes(proposal, *them)
    made = MentorPair.objects.get(case=case)
    assert (made.created_by, made.proposal) == (user, proposal)
    line = case.log.get(action="mentoring.step.pair")
    assert (line.actor, line.user) == ("system", None)
    assert (line.data["proposal"], line.data["decided_by"]) == (proposal.pk, user.pk)
