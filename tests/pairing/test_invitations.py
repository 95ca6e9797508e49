"""The life of a proposal: asked, answered, and what follows for the places, the case and its history."""

import datetime
from typing import Any
from unittest import mock

import pytest

from tests.factories import as_handler, make_agreement_text, make_handler, make_supervisor, make_union
from tests.factories import pretend_pdf as pretend
from tests.pairing.asked import (
    eligible,
    handler,
    heard,
    held,
    make_mentor,
    mentors,
    no,
    of,
    propose,
    state,
    status,
    taken,
    told,
    yes,
)
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, PartyRole
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.words import sentence
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.pairing import asking, invitations
from wagtail_mentoring.pairing.judging import judge
from wagtail_mentoring.pairing.models import MentorPair, Proposal
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def pair_of(case: Case) -> list[Any]:
    return [member.mentor for member in current_members(case)]


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
    assert pair_of(case) == [first, second]
    names = [name for name, _about in signals]
    assert names == ["invitation_sent"] * 2 + ["invitation_answered"] * 2
    assert told(case) == ["mentors_invited", "invitation_yes", "invitation_yes", "step.pair"]
    assert verify_chain(Case.objects.get(pk=case.pk)) == []


def test_a_mentor_has_the_unions_days_to_answer() -> None:
    case, them = eligible(), mentors()
    case.participation.invitation_days = 11
    case.participation.save()
    invitation = of(propose(case, them), them[0])
    assert invitation.answer_by == clock.today() + 11 * DAY
    assert invitation.asked_at is not None


def test_the_person_who_decided_stays_in_the_history() -> None:
    case, them, user = eligible(), mentors(), handler()
    proposal = propose(case, them, user=user)
    yes(proposal, *them)
    made = MentorPair.objects.get(case=case)
    assert (made.created_by, made.proposal) == (user, proposal)
    line = case.log.get(action="mentoring.step.pair")
    assert (line.actor, line.user) == ("system", None)
    assert (line.data["proposal"], line.data["decided_by"]) == (proposal.pk, user.pk)


def test_the_chain_knows_no_names_and_the_handler_reads_them() -> None:
    case, them = eligible(), mentors()
    proposal = propose(case, them)
    no(proposal, them[0], message="I move to Oulu.")
    for line in case.log.order_by("sequence"):
        assert "mentoring." not in sentence(line), "a line without words"
        assert not any(mentor.name in str(line.data) for mentor in them)
    line = case.log.get(action="mentoring.invitation_no")
    assert line.text.text == f"{them[0].name}\nI move to Oulu."
    assert "Oulu" not in str(line.data)


# The agreement that follows


def test_the_agreement_follows_after_the_commit(django_capture_on_commit_callbacks: Any) -> None:
    make_agreement_text()
    case, them = eligible(), mentors()
    proposal = propose(case, them)
    with pretend(), django_capture_on_commit_callbacks() as later:
        yes(proposal, *them)
    assert not Agreement.objects.filter(case=case).exists()
    with pretend():
        for callback in later:
            callback()
    agreement = Agreement.objects.get(case=case)
    assert {party.mentor for party in agreement.parties.filter(role=PartyRole.MENTOR)} == set(them)
    assert told(case)[-1] == "step.send_agreement"
    assert not agreement.parties.filter(role=PartyRole.CONTACT).exists()


def test_the_contact_person_who_proposed_signs_too_where_the_union_asks_for_it() -> None:
    make_agreement_text()
    case, them, user = eligible(), mentors(), handler()
    case.participation.contact_person_signs = True
    case.participation.save()
    proposal = propose(case, them, user=user)
    yes(proposal, *them)
    with pretend():
        assert asking.send_agreement(case.pk, proposal.pk)
    assert Agreement.objects.get(case=case).parties.get(role=PartyRole.CONTACT).user == user


def test_an_agreement_that_cannot_be_made_leaves_the_pair(
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    make_agreement_text()
    case, them = eligible(), mentors()
    proposal = propose(case, them)
    broken = mock.patch(
        "wagtail_mentoring.agreements.issue.make_agreement", side_effect=DocumentRenderError("the key is gone")
    )
    with broken, django_capture_on_commit_callbacks(execute=True):
        yes(proposal, *them)
    assert (state(case), status(proposal)) == ("paired", "accepted")
    assert told(case)[-1] == "agreement_failed", "the case's next step tells it"
    assert any("the key is gone" in record.getMessage() and record.levelname == "ERROR" for record in caplog.records)
    with pretend():
        moves.move(case.pk, "send_agreement", as_handler())


def test_an_unforeseen_failure_of_the_agreement_leaves_the_pair(
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    make_agreement_text()
    case, them = eligible(), mentors()
    proposal = propose(case, them)
    broken = mock.patch("wagtail_mentoring.agreements.issue.make_agreement", side_effect=OSError("disk full"))
    with broken, django_capture_on_commit_callbacks(execute=True):
        yes(proposal, *them)
    assert (state(case), Agreement.objects.count()) == ("paired", 0)
    assert any(record.levelname == "ERROR" for record in caplog.records)


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


# Calling off


def test_calling_off_frees_the_places_and_tells_who_knew() -> None:
    case, (a, b, c, d) = eligible(), mentors(4)
    first, second = propose(case, [a, b]), propose(case, [c, d])
    yes(first, a)
    with heard() as signals:
        invitations.withdraw(first.pk, handler())
    assert signals[:2] == [("invitation_withdrawn", a), ("invitation_withdrawn", b)]
    assert (status(first), status(second)) == ("withdrawn", "open"), "the next in line is asked"
    with heard() as signals:
        invitations.withdraw(first.pk, handler())
    assert signals == [], "twice is once"
    with heard() as signals:
        invitations.withdraw(second.pk, handler())
    assert held(a, b, c, d) == [0, 0, 0, 0]
    assert "proposal_failed" not in [name for name, _about in signals], "the handler knows"


def test_who_stands_in_line_is_told_nothing() -> None:
    case, (a, b, c, d) = eligible(), mentors(4)
    propose(case, [a, b])
    second = propose(case, [c, d])
    with heard() as signals:
        invitations.withdraw(second.pk, handler())
    assert (signals, status(second)) == ([], "withdrawn")


def test_what_has_come_about_is_not_called_off() -> None:
    case, them = eligible(), mentors()
    proposal = propose(case, them)
    yes(proposal, *them)
    before = rows()
    with pytest.raises(StepRefused, match="not being asked any more"):
        invitations.withdraw(proposal.pk, handler())
    assert rows() == before


@pytest.mark.parametrize("how", ["paired by hand", "closed", "closed and reopened"])
def test_a_case_that_goes_another_way_asks_nobody(how: str) -> None:
    case, (a, b, c, d) = eligible(), mentors(4)
    first, second = propose(case, [a, b]), propose(case, [c, d])
    yes(first, a)
    with heard() as signals:
        if how == "paired by hand":
            chosen = {"first": make_mentor(), "second": make_mentor()}
            moves.move(case.pk, "pair", as_handler(), chosen)
        else:
            moves.move(case.pk, "end", as_handler(), {"end_reason": "no_contact", "situation": "unknown"})
        if how == "closed and reopened":
            moves.move(case.pk, "reopen", as_handler(), {"reason": "She came back."})
    assert (status(first), status(second), held(a, b, c, d)) == ("withdrawn", "withdrawn", [0, 0, 0, 0])
    assert signals == [("invitation_withdrawn", a), ("invitation_withdrawn", b)]


def test_paired_by_hand_with_somebody_who_is_asked() -> None:
    """The place is the mentor's last one, held for this very case. Nobody reads "not needed" beside "paired"."""
    case, (a, b) = eligible(), mentors()
    proposal = propose(case, [a, b])
    with heard() as signals:
        moves.move(case.pk, "pair", as_handler(), {"first": a, "one_mentor_reason": "Said so on the phone."})
    assert (pair_of(case), held(a, b), taken(a, b)) == ([a], [0, 0], [1, 0])
    assert status(proposal) == "withdrawn"
    assert signals == [("invitation_withdrawn", b)]


# Rights and stale pages


def test_only_a_handler_of_the_case() -> None:
    case, (a, b, c) = eligible(), mentors(3)
    proposal = propose(case, [a, b])
    yes(proposal, a)
    no(proposal, b)
    invitations.ask(of(proposal, a).pk, "Where does the mentee live?")
    strangers = [make_handler(make_union("kt")), make_supervisor(make_union())]
    work = [
        lambda user: propose(case, [c], user=user),
        lambda user: invitations.invite_another(proposal.pk, c, user),
        lambda user: invitations.go_on_with_one(proposal.pk, "Nobody else.", user),
        lambda user: invitations.withdraw(proposal.pk, user),
        lambda user: invitations.answer_no(of(proposal, a).pk, reason="other", by=user),
        lambda user: invitations.answer_yes(of(proposal, a).pk, by=user),
        lambda user: invitations.mentee_answers(proposal.pk, True, by=user),
        lambda user: invitations.reply(of(proposal, a).pk, "In Espoo.", user),
    ]
    before = rows()
    for user in strangers:
        for one in work:
            with pytest.raises(StepRefused, match="no right"):
                one(user)
    assert rows() == before


def test_a_page_that_is_out_of_date() -> None:
    case, (a, b, c) = eligible(), mentors(3)
    seen = case.log_length
    proposal = propose(case, [a, b], seen=seen)
    seen = Case.objects.get(pk=case.pk).log_length
    yes(proposal, a)
    work = [
        lambda: propose(case, [c], seen=seen),
        lambda: invitations.invite_another(proposal.pk, c, handler(), seen=seen),
        lambda: invitations.go_on_with_one(proposal.pk, "Nobody else.", handler(), seen=seen),
        lambda: invitations.withdraw(proposal.pk, handler(), seen=seen),
    ]
    for one in work:
        with pytest.raises(StepRefused, match="Meanwhile this happened: A mentor said yes"):
            one()


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
