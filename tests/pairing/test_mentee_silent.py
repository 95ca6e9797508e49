"""A mentee who does not answer about the mentors: reminded once, then the places are free and the handler knows."""

import datetime
from typing import Any

import pytest

from tests.factories import as_handler, make_case, make_field, make_mentor
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
    told,
    yes,
)
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.words import sentence
from wagtail_mentoring.pairing import invitations, signals
from wagtail_mentoring.pairing.models import Proposal
from wagtail_mentoring.pairing.volunteering import end_volunteering
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def after(number: int) -> Any:
    return clock.at(clock.now() + number * DAY)


def asked_mentee(*, answer: int = 7, reminder: int = 3) -> tuple[Case, Proposal, list[Any]]:
    """Return a case whose mentee is asked today about two mentors."""
    case, them = eligible(mentee_asked=True), mentors()
    case.participation.invitation_days, case.participation.invitation_reminder_days = answer, reminder
    case.participation.save()
    proposal = propose(case, them)
    yes(proposal, *them)
    proposal.refresh_from_db()
    return case, proposal, them


def test_the_mentee_has_as_many_days_as_a_mentor() -> None:
    _case, proposal, _them = asked_mentee(answer=5)
    assert proposal.mentee_answer_by == clock.today() + 5 * DAY


def test_reminded_once_when_it_is_time() -> None:
    case, proposal, _them = asked_mentee()
    with after(2):
        assert invitations.remind_mentees_due().done == []
    with after(3), heard() as sent:
        before = rows()
        assert invitations.remind_mentees_due(dry_run=True).done == [proposal.pk]
        assert rows() == before
        assert invitations.remind_mentees_due().done == [proposal.pk]
        assert sent == [("mentee_reminded", proposal)]
        assert invitations.remind_mentees_due().done == []
    with after(5):
        assert invitations.remind_mentees_due().done == []
    assert told(case)[-1] == "mentee_reminded"
    assert "reminded" in sentence(case.log.order_by("-sequence")[0])


@pytest.mark.parametrize(("reminder", "on", "expected"), [(7, 7, 1), (9, 9, 0), (3, 8, 0)])
def test_not_reminded_after_the_last_day(reminder: int, on: int, expected: int) -> None:
    asked_mentee(answer=7, reminder=reminder)
    with after(on):
        assert len(invitations.remind_mentees_due().done) == expected


def test_nobody_else_is_reminded_or_ended() -> None:
    answered, proposal, _them = asked_mentee()
    invitations.mentee_answers(proposal.pk, False)
    _closed, open_one, _them = asked_mentee()
    moves.move(open_one.case_id, "end", as_handler(), {"end_reason": "no_contact", "situation": "unknown"})
    not_yet = propose(eligible(mentee_asked=True), mentors())
    with after(20):
        assert invitations.remind_mentees_due().done == []
        assert invitations.expire_mentees_due().done == []
    assert [status(one) for one in (proposal, open_one, not_yet)] == ["failed", "withdrawn", "open"]
    assert answered.log.filter(action="mentoring.mentee_reminded").count() == 0


def test_no_answer_ends_it_and_frees_the_places() -> None:
    case, proposal, them = asked_mentee()
    with after(7):
        assert invitations.expire_mentees_due().done == []
    with after(8), heard() as sent:
        before = rows()
        assert invitations.expire_mentees_due(dry_run=True).done == [proposal.pk]
        assert rows() == before
        assert invitations.expire_mentees_due().done == [proposal.pk]
        assert [name for name, _about in sent] == [
            "pair_fell_through",
            "invitation_withdrawn",
            "invitation_withdrawn",
            "proposal_failed",
            "mentee_silent",
        ]
        assert invitations.expire_mentees_due().done == []
        with pytest.raises(StepRefused, match="not open any more"):
            invitations.mentee_answers(proposal.pk, True)
    assert (status(proposal), held(*them), state(case)) == ("failed", [0, 0], "eligible")
    assert proposal.mentee_silent and proposal.fell_through_at is not None
    [line] = case.log.filter(action="mentoring.proposal_failed")
    assert line.data["why"] == "mentee_silent" and "the mentee did not answer in time" in sentence(line)
    assert Case.objects.with_asking().get(pk=case.pk).asking == "silent"


def test_the_next_in_line_is_asked() -> None:
    case, proposal, them = asked_mentee()
    others = mentors()
    second = propose(case, others)
    with after(8), heard() as sent:
        assert invitations.expire_mentees_due().done == [proposal.pk]
    assert "proposal_failed" not in [name for name, _about in sent]
    assert (status(second), held(*them, *others)) == ("open", [0, 0, 1, 1])
    assert Case.objects.with_asking().get(pk=case.pk).asking == "mentors"


def test_an_answer_by_phone_counts_until_the_end() -> None:
    case, proposal, them = asked_mentee()
    with after(8):
        invitations.mentee_answers(proposal.pk, True, by=handler())
        assert invitations.expire_mentees_due().done == []
    assert (state(case), taken(*them)) == ("paired", [1, 1])


def test_one_that_fails_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    _first, one, _them = asked_mentee()
    _second, other, _them = asked_mentee()

    def breaks(sender: Any, proposal: Proposal, **kwargs: Any) -> None:
        if proposal.pk == one.pk:
            raise RuntimeError("The disk is full.")

    signals.mentee_silent.connect(breaks)
    try:
        with after(8):
            found = invitations.expire_mentees_due()
    finally:
        signals.mentee_silent.disconnect(breaks)
    assert (found.done, found.failed) == ([other.pk], [one.pk])
    assert (status(one), status(other)) == ("open", "failed")
    assert "could not be dealt with" in caplog.text


# It comes to nothing for other reasons


def test_a_mentor_who_cannot_after_all() -> None:
    case, proposal, (a, b) = asked_mentee()
    with heard() as sent:
        no(proposal, a, by=handler())
    assert sent[1] == ("pair_fell_through", proposal)
    proposal.refresh_from_db()
    assert proposal.mentee_asked_at is None and proposal.mentee_answer_by is None
    assert proposal.fell_through_at is not None and not proposal.mentee_silent
    with after(30):
        assert invitations.expire_mentees_due().done == []
    # Asked anew about others, with days of their own.
    another = make_mentor(make_field(), shown=["name"])
    with after(2):
        yes_of = invitations.invite_another(proposal.pk, another, handler())
        invitations.answer_yes(yes_of.pk)
        proposal.refresh_from_db()
        assert proposal.fell_through_at is None
        assert proposal.mentee_answer_by == clock.today() + 7 * DAY
    assert state(case) == "eligible" and of(proposal, b).status == "yes"


def test_a_mentor_who_stops_volunteering() -> None:
    _case, proposal, (a, _b) = asked_mentee()
    with heard() as sent:
        end_volunteering(a.pk, handler())
    assert ("pair_fell_through", proposal) in sent


def test_called_off_by_the_handler_once() -> None:
    _case, proposal, _them = asked_mentee()
    with heard() as sent:
        invitations.withdraw(proposal.pk, handler())
        invitations.withdraw(proposal.pk, handler())
    assert [about for name, about in sent if name == "pair_fell_through"] == [proposal]


def test_a_mentee_who_was_not_asked_hears_nothing() -> None:
    case, (a, b), (c, d) = eligible(mentee_asked=True), mentors(), mentors()
    first, second = propose(case, [a, b]), propose(case, [c, d])
    with heard() as sent:
        yes(first, a)
        no(first, a, b)
        invitations.withdraw(second.pk, handler())
    assert "pair_fell_through" not in [name for name, _about in sent]


def test_a_mentee_who_said_no_or_is_paired_hears_nothing_of_it() -> None:
    _case, proposal, _them = asked_mentee()
    case, other, _them = asked_mentee()
    with heard() as sent:
        invitations.mentee_answers(proposal.pk, False)
        moves.move(case.pk, "end", as_handler(), {"end_reason": "no_contact", "situation": "unknown"})
    assert "pair_fell_through" not in [name for name, _about in sent]
    assert status(other) == "withdrawn"


def test_a_replacement_about_which_the_mentee_does_not_answer() -> None:
    field = make_field(mentee_asked_about_pair=True)
    leaving, staying, joining = (make_mentor(field, shown=["name"], capacity=2) for _mentor in range(3))
    case = make_case(field, "meeting_1", mentors=[leaving, staying])
    proposal = invitations.propose(case.pk, [joining], handler(), replaces=leaving, one_mentor_reason="Away.")
    yes(proposal, joining)
    with after(8):
        assert invitations.expire_mentees_due().done == [proposal.pk]
    [found] = Case.objects.replacement_failed()
    assert found.mentee_asked is not None and found.mentee_said == ""
    assert taken(leaving, staying, joining) == [1, 1, 0] and held(joining) == [0]
