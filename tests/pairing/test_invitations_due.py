"""Reminders, the end of the time to answer, and a mentor who stops: once, apart from each other, and dry first."""

import datetime
from typing import Any

import pytest

from tests.factories import as_handler, make_case, make_field, make_handler, make_union
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
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.words import sentence
from wagtail_mentoring.pairing import invitations, signals
from wagtail_mentoring.pairing.models import Invitation
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.people.models import Mentor

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def days(case: Case, *, answer: int, reminder: int) -> None:
    case.participation.invitation_days, case.participation.invitation_reminder_days = answer, reminder
    case.participation.save()


def after(number: int) -> Any:
    """Return the time of day now, ``number`` days on."""
    return clock.at(clock.now() + number * DAY)


# Reminders


def test_reminded_once_when_it_is_time() -> None:
    case, (a, b) = eligible(), mentors()
    days(case, answer=7, reminder=3)
    proposal = propose(case, [a, b])
    yes(proposal, a)
    with after(2):
        assert invitations.remind_due().done == []
    with after(3), heard() as sent:
        before = rows()
        assert invitations.remind_due(dry_run=True).done == [of(proposal, b).pk]
        assert rows() == before
        assert invitations.remind_due().done == [of(proposal, b).pk]
        assert sent == [("invitation_reminded", b)]
        assert invitations.remind_due().done == []
    with after(4):
        assert invitations.remind_due().done == []
    assert told(case)[-1] == "mentor_reminded"
    assert of(proposal, b).reminded_at is not None


@pytest.mark.parametrize(("reminder", "on", "expected"), [(7, 7, 1), (9, 9, 0), (3, 8, 0)])
def test_not_reminded_after_the_last_day(reminder: int, on: int, expected: int) -> None:
    case = eligible()
    days(case, answer=7, reminder=reminder)
    propose(case, mentors(1))
    with after(on):
        assert len(invitations.remind_due().done) == expected


def test_each_union_has_its_days() -> None:
    case = eligible()
    days(case, answer=7, reminder=5)
    kt = make_field(make_union("kt"), invitation_reminder_days=2, invitation_days=7)
    other = make_case(kt, state="eligible")
    proposal = propose(other, [make_mentor(kt)], user=make_handler(kt.union))
    propose(case, mentors(1))
    with after(2):
        assert invitations.remind_due().done == [proposal.invitations.get().pk]


def test_nobody_else_is_reminded() -> None:
    case, (a, b), (c, d) = eligible(), mentors(), mentors()
    days(case, answer=7, reminder=3)
    first = propose(case, [a, b])
    propose(case, [c, d])
    no(first, a)
    yes(first, b)
    closed = eligible()
    propose(closed, mentors(1))
    moves.move(closed.pk, "end", as_handler(), {"end_reason": "no_contact", "situation": "unknown"})
    with after(3):
        assert invitations.remind_due().done == []


# The end of the time


def test_expired_as_a_no_with_the_place_given_back() -> None:
    case, (a, b), (c, d) = eligible(), mentors(), mentors()
    days(case, answer=7, reminder=3)
    first, second = propose(case, [a, b]), propose(case, [c, d])
    with after(7):
        assert invitations.expire_due().done == []
    with after(8), heard() as sent:
        before = rows()
        assert len(invitations.expire_due(dry_run=True).done) == 2
        assert rows() == before
        assert invitations.expire_due().done == [of(first, a).pk, of(first, b).pk]
        assert [name for name, _about in sent] == ["invitation_expired"] * 2 + ["invitation_sent"] * 2
        assert invitations.expire_due().done == []
    assert (status(first), status(second), held(a, b, c, d)) == ("failed", "open", [0, 0, 1, 1])
    assert [status(of(first, mentor)) for mentor in (a, b)] == ["expired", "expired"]


def test_no_time_runs_out_while_a_question_has_no_answer() -> None:
    """Who asks and hears nothing has not been silent."""
    case, (a, b) = eligible(), mentors()
    days(case, answer=7, reminder=3)
    proposal = propose(case, [a, b])
    with after(2):
        invitations.ask(of(proposal, a).pk, "May we meet in the evening?")
        until = of(proposal, a).answer_by
    with after(3):
        assert invitations.remind_due().done == [of(proposal, b).pk], "nobody reminds who waits for us"
    with after(9):
        assert invitations.expire_due().done == [of(proposal, b).pk]
    assert (status(of(proposal, a)), held(a, b)) == ("asked", [1, 0])
    with after(10), heard() as sent:
        invitations.reply(of(proposal, a).pk, "Yes, gladly.", handler())
        assert sent == [("question_answered", a)]
        assert until is not None and of(proposal, a).answer_by == clock.today() + 3 * DAY
    with after(13):
        assert invitations.remind_due().done == [of(proposal, a).pk], "counted from the answer"
        assert invitations.expire_due().done == []
    with after(14):
        assert invitations.expire_due().done == [of(proposal, a).pk]


def test_an_early_answer_to_a_question_takes_no_day_away() -> None:
    proposal, (a,) = propose(eligible(), them := mentors(1)), them
    until = of(proposal, a).answer_by
    invitations.ask(of(proposal, a).pk, "Who?")
    invitations.reply(of(proposal, a).pk, "You will see.", handler())
    assert of(proposal, a).answer_by == until
    # Where it is over, an answer moves no day either.
    no(proposal, a)
    with after(20):
        invitations.reply(of(proposal, a).pk, "One word more.", handler())
    assert (of(proposal, a).answer_by, status(of(proposal, a))) == (until, "no")


def test_a_yes_waits_for_the_handler_when_the_other_does_not_answer() -> None:
    case, (a, b) = eligible(), mentors()
    proposal = propose(case, [a, b])
    yes(proposal, a)
    with after(8), heard() as sent:
        invitations.expire_due()
        assert sent[-1] == ("mentor_missing", proposal)
        invitations.expire_due()
    assert (status(proposal), held(a, b)) == ("open", [1, 0]), "a yes does not expire"


def test_one_that_fails_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    proposals = [propose(eligible(), mentors(1)) for _case in range(3)]
    bad = proposals[1].invitations.get()

    def refuse(invitation: Invitation, **kwargs: Any) -> None:
        if invitation.pk == bad.pk:
            raise RuntimeError("the mail could not be written")

    for signal, work, on in (
        (signals.invitation_reminded, invitations.remind_due, 3),
        (signals.invitation_expired, invitations.expire_due, 8),
    ):
        signal.connect(refuse)
        try:
            with after(on):
                found = work()
        finally:
            signal.disconnect(refuse)
        assert (len(found.done), found.failed) == (2, [bad.pk])
        assert "the mail could not be written" in caplog.text
        caplog.clear()
    assert [status(proposal) for proposal in proposals] == ["failed", "open", "failed"]
    assert [invitation.reminded_at is None for invitation in Invitation.objects.order_by("pk")] == [False, True, False]
    with after(8):
        assert invitations.expire_due().done == [bad.pk], "tried again"


def test_the_number_of_queries_to_find_them_is_constant(django_assert_num_queries: Any) -> None:
    for number in (1, 4):
        for _case in range(number):
            propose(eligible(), mentors(1))
        with after(3), django_assert_num_queries(1):
            assert invitations.remind_due(dry_run=True).done
        with after(8), django_assert_num_queries(1):
            assert invitations.expire_due(dry_run=True).done


# A mentor stops


def test_a_mentor_who_stops_is_asked_no_more() -> None:
    mentor, others = make_mentor(capacity=3), mentors(4)
    running = eligible(state="meeting_1", mentors=[mentor, others[0]])
    asked, agreed, waits = eligible(), eligible(), eligible()
    first = propose(asked, [mentor, others[1]])
    second = propose(agreed, [mentor, others[2]])
    yes(second, mentor)
    third = propose(waits, [others[3]])
    Mentor.objects.filter(pk=mentor.pk).update(ended_on=clock.today())
    with heard() as sent:
        assert invitations.mentor_leaves(mentor, clock.now()) == [running]
    assert {name for name, _about in sent} == {"invitation_answered"}
    assert (held(mentor), taken(mentor)) == ([0], [1]), "the running pair stays until somebody is found"
    assert [status(of(one, mentor)) for one in (first, second)] == ["no", "no"]
    assert [status(one) for one in (first, second, third)] == ["open", "open", "open"]
    before = rows()
    assert invitations.mentor_leaves(mentor) == [running]
    assert rows() == before, "twice is once"
    assert mentor in [member.mentor for member in current_members(running)]


def test_who_stops_is_not_asked_when_the_turn_comes() -> None:
    case, (a, b), mentor = eligible(), mentors(), make_mentor()
    first, second, third = propose(case, [a]), propose(case, [mentor, b]), propose(case, mentors())
    Mentor.objects.filter(pk=mentor.pk).update(ended_on=clock.today())
    invitations.mentor_leaves(mentor)
    assert [status(one) for one in (first, second, third)] == ["open", "failed", "queued"]
    line = case.log.order_by("-sequence")[0]
    assert (line.text.text, "not a mentor any more" in sentence(line)) == (mentor.name, True)
    no(first, a)
    assert status(third) == "open"


def test_who_stops_while_the_mentee_is_asked() -> None:
    case, (a, b) = eligible(mentee_asked=True), mentors()
    proposal = propose(case, [a, b])
    yes(proposal, a, b)
    Mentor.objects.filter(pk=a.pk).update(ended_on=clock.today())
    with heard() as sent:
        invitations.mentor_leaves(a)
    proposal.refresh_from_db()
    assert (sent[-1], proposal.mentee_asked_at, state(case)) == (("mentor_missing", proposal), None, "eligible")


def test_an_end_that_was_set_before_counts_on_its_day() -> None:
    """Nobody presses a button on that day."""
    case, (a, b) = eligible(), mentors()
    proposal = propose(case, [a, b])
    yes(proposal, a)
    Mentor.objects.filter(pk=a.pk).update(ended_on=clock.today() + 2 * DAY)
    with after(1):
        assert invitations.expire_due().done == []
    with after(2), heard() as sent:
        assert invitations.expire_due().done == [of(proposal, a).pk]
    assert [name for name, _about in sent] == ["invitation_answered"]
    assert (status(of(proposal, a)), held(a, b)) == ("no", [0, 1])
