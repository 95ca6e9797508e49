"""Somebody says no: who is asked in that place, who stands in line, and why these."""

import datetime
from typing import Any

import pytest

from tests.factories import pair_of
from tests.pairing.asked import (
    eligible,
    handler,
    heard,
    held,
    mentors,
    no,
    of,
    propose,
    state,
    status,
    taken,
    yes,
)
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.words import sentence
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.judging import judge
from wagtail_mentoring.pairing.models import MentorPair, Proposal
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


# No, and who is asked next


def test_all_say_no_and_nobody_waits() -> None:
    case, (first, second) = eligible(), mentors()
    with heard() as signals:
        proposal = propose(case, [first, second])
        no(proposal, first)
        assert (status(proposal), held(first, second)) == ("open", [0, 1])
        no(proposal, second)
    assert (status(proposal), held(first, second), state(case)) == ("failed", [0, 0], "eligible")
    assert [name for name, _about in signals][-2:] == ["invitation_answered", "proposal_failed"]
    assert "mentor_missing" not in [name for name, _about in signals], "the other one was still asked"
    assert "nobody said yes" in sentence(case.log.get(action="mentoring.proposal_failed"))


@pytest.mark.parametrize("no_first", [True, False])
def test_one_yes_and_one_no_tell_the_handler(no_first: bool) -> None:
    case, (first, second) = eligible(), mentors()
    proposal = propose(case, [first, second])
    with heard() as signals:
        if no_first:
            no(proposal, second)
            yes(proposal, first)
        else:
            yes(proposal, first)
            no(proposal, second)
    assert (status(proposal), held(first, second), state(case)) == ("open", [1, 0], "eligible")
    assert [name for name, _about in signals].count("mentor_missing") == 1
    assert signals[-1] == ("mentor_missing", proposal)


def test_another_is_asked_beside_the_one_who_said_yes() -> None:
    case, (first, second, third) = eligible(), mentors(3)
    proposal = propose(case, [first, second])
    yes(proposal, first)
    no(proposal, second)
    with heard() as signals:
        invitations.invite_another(proposal.pk, third, handler())
    assert signals == [("invitation_sent", third)]
    assert held(first, second, third) == [1, 0, 1]
    yes(proposal, third)
    assert (state(case), pair_of(case)) == ("paired", [first, third])


def test_who_said_no_is_asked_again_with_a_reason() -> None:
    case, (first, second) = eligible(), mentors()
    proposal = propose(case, [first, second])
    yes(proposal, first)
    no(proposal, second)
    with pytest.raises(StepRefused) as caught:
        invitations.invite_another(proposal.pk, second, handler())
    assert set(caught.value.errors) == {"override_reason"}
    invitations.invite_another(proposal.pk, second, handler(), override_reason="She has more time now.")
    yes(proposal, second)
    assert pair_of(case) == [first, second]
    proposal.refresh_from_db()
    assert proposal.override_reason == "She has more time now."


def test_nobody_is_asked_beside_two() -> None:
    case, (first, second, third) = eligible(), mentors(3)
    proposal = propose(case, [first, second])
    for _answer in range(2):
        before = rows()
        with pytest.raises(StepRefused, match="As many mentors as are needed"):
            invitations.invite_another(proposal.pk, third, handler())
        assert rows() == before
        if _answer == 0:
            yes(proposal, first)


def test_a_second_beside_one_who_was_to_be_alone() -> None:
    case, (first, second) = eligible(), mentors()
    proposal = propose(case, [first])
    invitations.invite_another(proposal.pk, second, handler())
    yes(proposal, first)
    assert state(case) == "eligible", "two are asked now"
    yes(proposal, second)
    assert pair_of(case) == [first, second]
    assert MentorPair.objects.get(case=case).one_mentor_reason == ""


def test_going_on_with_one() -> None:
    case, (first, second) = eligible(), mentors()
    proposal = propose(case, [first, second])
    with pytest.raises(StepRefused, match="when one mentor has said yes"):
        invitations.go_on_with_one(proposal.pk, "Nobody else.", handler())
    yes(proposal, first)
    with pytest.raises(StepRefused) as caught:
        invitations.go_on_with_one(proposal.pk, "  ", handler())
    assert set(caught.value.errors) == {"reason"}
    with heard() as signals:
        after = invitations.go_on_with_one(proposal.pk, "Nobody else speaks Dari.", handler())
    assert ("invitation_withdrawn", second) in signals, "who is still asked is told"
    assert (after.status, state(case), pair_of(case)) == ("accepted", "paired", [first])
    assert MentorPair.objects.get(case=case).one_mentor_reason == "Nobody else speaks Dari."
    assert (held(first, second), taken(first, second)) == ([0, 0], [1, 0])


def test_going_on_with_one_where_two_are_asked_for() -> None:
    case, (first, second) = eligible(), mentors()
    Case.objects.filter(pk=case.pk).update(one_mentor_allowed=False)
    proposal = propose(case, [first, second])
    yes(proposal, first)
    no(proposal, second)
    with pytest.raises(StepRefused, match="ask for two mentors"):
        invitations.go_on_with_one(proposal.pk, "Nobody else.", handler())


# In line


def test_the_next_pair_is_asked_by_itself() -> None:
    case, (a, b, c, d) = eligible(), mentors(4)
    first, second = propose(case, [a, b]), propose(case, [c, d])
    assert (status(first), status(second), held(a, b, c, d)) == ("open", "queued", [1, 1, 0, 0])
    assert (first.order, second.order) == (1, 2)
    with heard() as signals:
        no(first, a, b)
    assert (status(first), status(second), held(a, b, c, d)) == ("failed", "open", [0, 0, 1, 1])
    assert signals[-2:] == [("invitation_sent", c), ("invitation_sent", d)]
    assert "proposal_failed" not in [name for name, _about in signals], "somebody is asked: nothing to do"
    yes(second, c, d)
    assert pair_of(case) == [c, d]


def test_the_pair_in_line_has_its_days_from_the_moment_it_is_asked() -> None:
    case, (a, b, c, d) = eligible(), mentors(4)
    first, second = propose(case, [a, b]), propose(case, [c, d])
    with clock.at(clock.now() + 5 * DAY):
        no(first, a, b)
        assert of(second, c).answer_by == clock.today() + 7 * DAY


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"paused_until": True}, "away"),
        ({"ended_on": True}, "not_volunteering"),
        ({"membership_confirmed_on": None}, "not_volunteering"),
    ],
)
def test_who_cannot_be_asked_when_the_turn_comes_is_passed_over(change: dict[str, Any], why: str) -> None:
    case, (a, b, c, d, e, f) = eligible(), mentors(6)
    first, second, third = propose(case, [a, b]), propose(case, [c, d]), propose(case, [e, f])
    type(d).objects.filter(pk=d.pk).update(**{key: clock.today() if new else None for key, new in change.items()})
    no(first, a, b)
    assert [status(one) for one in (first, second, third)] == ["failed", "failed", "open"]
    assert held(c, d, e, f) == [0, 0, 1, 1]
    line = case.log.filter(action="mentoring.proposal_failed").order_by("-sequence")[0]
    assert (line.data["why"], line.data["mentors"], line.text.text) == (why, [d.pk], d.name)


def test_no_place_left_when_the_turn_comes() -> None:
    case, other, (a, b, c, d, e) = eligible(), eligible(), mentors(5)
    first, second = propose(case, [a, b]), propose(case, [c, d])
    propose(other, [d, e])
    with heard() as signals:
        no(first, a, b)
    assert (status(second), held(c, d)) == ("failed", [0, 1])
    assert signals[-1] == ("proposal_failed", first)
    assert [about for name, about in signals if name == "invitation_sent"] == []


def test_a_conflict_declared_meanwhile_holds_back_the_pair_in_line() -> None:
    case, other, (a, b, c, d) = eligible(), eligible(), mentors(4)
    first, second = propose(case, [a, b]), propose(case, [c, d])
    assert other.mentee != case.mentee
    with clock.at(clock.now() + DAY):
        c.declared_conflicts.create(mentee=case.mentee, declared_at=clock.now())
        no(first, a, b)
    assert status(second) == "failed"


def test_what_a_reason_has_overridden_does_not_hold_back_the_pair_in_line() -> None:
    case, (a, b, c, d) = eligible(), mentors(4)
    first = propose(case, [a, b])
    c.declared_conflicts.create(mentee=case.mentee, declared_at=clock.now())
    with clock.at(clock.now() + DAY):
        second = propose(case, [c, d], override_reason="It was cleared up on the phone.")
        no(first, a, b)
    assert status(second) == "open"


# Why these, when one was exchanged


def judged_of(case: Case, *them: Mentor) -> tuple[int, list[int]]:
    judged = judge(case, [mentor.pk for mentor in them])
    return judged.fit, judged.why["mentors"]


def stored(proposal: Proposal) -> tuple[int | None, list[int]]:
    proposal.refresh_from_db()
    return proposal.fit, proposal.why.get("mentors", [])


def test_why_is_about_those_who_are_asked_now() -> None:
    case = eligible()
    a, b, c = mentors(3)
    proposal = propose(case, [a, b], fit=99, why={"mentors": [a.pk, b.pk]})
    no(proposal, b)
    invitations.invite_another(proposal.pk, c, handler())
    assert stored(proposal) == judged_of(case, a, c)
    no(proposal, c)
    yes(proposal, a)
    alone = judged_of(case, a)
    invitations.go_on_with_one(proposal.pk, "Nobody else.", handler())
    assert stored(proposal) == alone


def test_another_below_the_minimum_takes_a_reason() -> None:
    case = eligible()
    case.participation.minimum_fit = 100
    case.participation.save()
    a, b, c = mentors(3)
    proposal = propose(case, [a, b], fit=100)
    no(proposal, b)
    with pytest.raises(StepRefused, match="minimum of 100") as caught:
        invitations.invite_another(proposal.pk, c, handler())
    assert set(caught.value.errors) == {"override_reason"}
    invitations.invite_another(proposal.pk, c, handler(), override_reason="She has time.")
    no(proposal, c)
    yes(proposal, a)
    invitations.go_on_with_one(proposal.pk, "Nobody else.", handler())
    proposal.refresh_from_db()
    assert proposal.override_reason == "She has time.\nNobody else."
