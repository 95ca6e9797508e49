"""The life of a proposal: asked, answered, and what follows for the places, the case and its history."""

import datetime
from typing import Any
from unittest import mock

import pytest

from tests.factories import as_handler, make_agreement_text, make_handler, make_supervisor, make_union, pair_of
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
from wagtail_mentoring.pairing.models import MentorPair
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


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
