"""What mentors and mentees say: twice, too late, taken back, by phone, with a pause, a conflict or a question."""

import datetime
from typing import Any

import pytest

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
    refused,
    state,
    status,
    told,
    yes,
)
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.cases import facts
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.models import MentorConflict, MentorLogEntry
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.models import PairMembership
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.people.models import Mentor

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def case() -> Case:
    return eligible()


# Yes


def test_the_orientation_is_asked_once(case: Case) -> None:
    new, known = make_mentor(oriented_on=None), make_mentor()
    proposal = propose(case, [new, known])
    assert set(refused(lambda: yes(proposal, new)).errors) == {"oriented"}
    yes(proposal, new, oriented=True)
    new.refresh_from_db()
    assert new.oriented_on == clock.today()
    yes(proposal, known)
    assert state(case) == "paired"


def test_the_orientation_of_long_ago_stays(case: Case) -> None:
    long_ago = clock.today() - 900 * DAY
    mentor = make_mentor(oriented_on=long_ago)
    yes(propose(case, [mentor, make_mentor()]), mentor, oriented=True)
    mentor.refresh_from_db()
    assert mentor.oriented_on == long_ago


def test_twice_yes_is_one_yes(case: Case) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    yes(proposal, a)
    before = rows()
    with heard() as signals:
        yes(proposal, a)
    assert (rows(), signals) == (before, [])
    yes(proposal, b)
    before = rows()
    yes(proposal, a, message="Looking forward to it!")
    assert rows() == before, "also when the pair is made"


def ended(how: str, proposal: Any, mentor: Mentor) -> None:
    if how == "no":
        no(proposal, mentor)
    elif how == "withdrawn":
        invitations.withdraw(proposal.pk, handler())
    else:
        with clock.at(clock.now() + 8 * DAY):
            invitations.expire_due()


@pytest.mark.parametrize(
    ("how", "words"),
    [("no", "You have said no"), ("withdrawn", "not needed for this mentee any more"), ("expired", "time to answer")],
)
def test_too_late_for_a_yes(case: Case, how: str, words: str) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    ended(how, proposal, a)
    assert words in str(refused(lambda: yes(proposal, a)))
    assert words in str(refused(lambda: yes(proposal, a, by=handler()))), "on the phone too"


def test_on_the_day_after_the_last_a_yes_counts_until_the_place_is_given_back(case: Case) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    with clock.at(clock.now() + 8 * DAY):
        yes(proposal, a)
        invitations.expire_due()
    assert [status(of(proposal, mentor)) for mentor in (a, b)] == ["yes", "expired"]


def test_who_waits_in_line_cannot_answer(case: Case) -> None:
    (a, b), (c, d) = mentors(), mentors()
    propose(case, [a, b])
    second = propose(case, [c, d])
    assert "not been asked yet" in str(refused(lambda: yes(second, c)))
    assert "not been asked yet" in str(refused(lambda: no(second, c)))


def test_a_mentor_who_pauses_meanwhile_is_still_asked(case: Case) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    Mentor.objects.filter(pk__in=[a.pk, b.pk]).update(paused_until=clock.today() + 30 * DAY)
    yes(proposal, a, b)
    assert state(case) == "paired"


def test_a_mentor_who_has_stopped_may_say_no_and_not_yes(case: Case) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    Mentor.objects.filter(pk=a.pk).update(ended_on=clock.today())
    assert "not one of the union’s mentors" in str(refused(lambda: yes(proposal, a)))
    no(proposal, a)
    assert status(of(proposal, a)) == "no"


def test_by_phone(case: Case) -> None:
    a, b = mentors()
    user, proposal = handler(), propose(case, [a, b])
    yes(proposal, a, by=user, message="After nine, please.")
    invitation = of(proposal, a)
    assert (invitation.answered_by_phone, invitation.recorded_by) == (True, user)
    line = case.log.order_by("-sequence")[0]
    assert (line.actor, line.user, line.data["by_phone"]) == ("handler", user, True)
    yes(proposal, b)
    by_phone = {member.mentor: (member.answered_by_phone, member.recorded_by) for member in current_members(case)}
    assert by_phone == {a: (True, user), b: (False, None)}


def test_the_day_of_the_yes_goes_with_the_mentor(case: Case) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    yes(proposal, a)
    said = clock.today()
    with clock.at(clock.now() + 3 * DAY):
        yes(proposal, b)
        assert PairMembership.objects.get(mentor=a).answered_on == said
        assert PairMembership.objects.get(mentor=b).answered_on == said + 3 * DAY


# No


def test_a_yes_is_taken_back(case: Case) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    yes(proposal, a)
    no(proposal, a)
    assert (status(of(proposal, a)), held(a, b), status(proposal)) == ("no", [0, 1], "open")
    yes(proposal, b)
    assert state(case) == "eligible"


def test_a_yes_is_not_taken_back_when_all_have_said_it() -> None:
    case, (a, b) = eligible(mentee_asked=True), mentors()
    proposal = propose(case, [a, b])
    yes(proposal, a, b)
    assert "the mentee has been asked" in str(refused(lambda: no(proposal, a)))
    with heard() as signals:
        no(proposal, a, by=handler())
    assert signals[-1] == ("mentor_missing", proposal), "the handler may still write it down"
    assert "not open any more" in str(refused(lambda: invitations.mentee_answers(proposal.pk, True)))
    invitations.invite_another(proposal.pk, c := make_mentor(), handler())
    with heard() as signals:
        yes(proposal, c)
    assert signals[-1] == ("mentee_asked", proposal), "asked about the new pair"
    invitations.mentee_answers(proposal.pk, True)
    assert [member.mentor for member in current_members(case)] == [b, c]
    assert "You are this person’s mentor now" in str(refused(lambda: no(proposal, b)))
    assert "You are this person’s mentor now" in str(refused(lambda: no(proposal, b, by=handler())))


def test_twice_no_is_one_no(case: Case) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    no(proposal, a)
    before = rows()
    with heard() as signals:
        no(proposal, a, reason="conflict")
    assert (rows(), signals) == (before, [])


@pytest.mark.parametrize("reason", ["", "no_idea"])
def test_a_no_says_why(case: Case, reason: str) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    assert set(refused(lambda: no(proposal, a, reason=reason)).errors) == {"reason"}


def test_no_time_now_may_set_a_pause(case: Case) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    for until in (clock.today(), clock.today() - DAY, clock.today() + 4000 * DAY):
        errors = refused(lambda until=until: no(proposal, a, reason="no_time", pause_until=until)).errors  # type: ignore[misc]
        assert set(errors) == {"pause_until"}
    no(proposal, a, reason="no_time", pause_until=clock.today() + 60 * DAY)
    a.refresh_from_db()
    assert a.paused_until == clock.today() + 60 * DAY
    no(proposal, b, reason="other", pause_until=clock.today() + 60 * DAY)
    b.refresh_from_db()
    assert b.paused_until is None, "the day belongs to another answer"


def test_a_pause_does_not_end_other_invitations(case: Case) -> None:
    mentor = make_mentor(capacity=2)
    here, there = propose(case, [mentor]), propose(eligible(), [mentor])
    no(here, mentor, reason="no_time", pause_until=clock.today() + 60 * DAY)
    assert (status(of(there, mentor)), held(mentor)) == ("asked", [1])


def test_a_no_does_not_shorten_a_longer_pause(case: Case) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    long, short = clock.today() + 200 * DAY, clock.today() + 20 * DAY
    Mentor.objects.filter(pk=a.pk).update(paused_until=long)
    Mentor.objects.filter(pk=b.pk).update(paused_until=clock.today() - DAY)
    no(proposal, a, reason="no_time", pause_until=short)
    user = handler()
    no(proposal, b, reason="no_time", pause_until=short, by=user)
    paused = dict(Mentor.objects.filter(pk__in=[a.pk, b.pk]).values_list("pk", "paused_until"))
    assert paused == {a.pk: long, b.pk: short}
    # Nothing was changed for the first; the second's history says so, and who noted it.
    lines = MentorLogEntry.objects.filter(mentor__in=[a.pk, b.pk]).values_list("mentor", "action", "user")
    assert list(lines) == [(b.pk, "mentoring.mentor_paused", user.pk)]


def test_a_pause_by_the_mentor_stands_in_the_history(case: Case) -> None:
    a, b = mentors()
    no(propose(case, [a, b]), a, reason="no_time", pause_until=clock.today() + DAY)
    line = MentorLogEntry.objects.get(mentor=a)
    assert (line.action, line.user) == ("mentoring.own_pause", None)


def test_a_conflict_is_kept(case: Case) -> None:
    a, b = mentors()
    MentorConflict.objects.create(mentor=b, mentee=case.mentee)
    proposal = propose(case, [a, b], override_reason="He says that it is settled.")
    no(proposal, a, b, reason="conflict")
    assert set(MentorConflict.objects.values_list("mentor", "mentee")) == {
        (a.pk, case.mentee_id),
        (b.pk, case.mentee_id),
    }


def test_a_no_that_comes_too_late_is_kept_and_changes_nothing_else(case: Case) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    ended("expired", proposal, a)
    lines = told(case)
    no(proposal, a, reason="conflict", message="We worked together.")
    invitation = of(proposal, a)
    assert (invitation.status, invitation.no_reason, invitation.message) == (
        "expired",
        "conflict",
        "We worked together.",
    )
    assert MentorConflict.objects.filter(mentor=a, mentee=case.mentee).exists()
    assert told(case) == lines


@pytest.mark.parametrize("name", ["message", "question", "reply", "note"])
def test_too_long(case: Case, name: str) -> None:
    case.participation.mentee_asked_about_pair = True
    case.participation.save()
    a, b = mentors()
    proposal, user, long = propose(case, [a, b]), handler(), "x" * 4001
    invitations.ask(of(proposal, a).pk, "Where?")
    work = {
        "message": lambda: no(proposal, a, message=long),
        "question": lambda: invitations.ask(of(proposal, a).pk, long),
        "reply": lambda: invitations.reply(of(proposal, a).pk, long, user),
        "note": lambda: invitations.mentee_answers(proposal.pk, True, long),
    }[name]
    if name == "note":
        yes(proposal, a, b)
    assert set(refused(work).errors) == {name}


# Questions


def test_a_question_and_its_answer(case: Case) -> None:
    a, b = mentors()
    user, proposal = handler(), propose(case, [a, b])
    pk = of(proposal, a).pk
    assert "has not asked" in str(refused(lambda: invitations.reply(pk, "In Espoo.", user)))
    with heard() as signals:
        invitations.ask(pk, " Where does the mentee live? ")
        invitations.ask(pk, "Where does the mentee live?")
    assert signals == [("question_asked", a)], "twice is once"
    assert set(refused(lambda: invitations.ask(pk, "  ")).errors) == {"question"}
    assert set(refused(lambda: invitations.reply(pk, "  ", user)).errors) == {"reply"}
    with heard() as signals:
        invitations.reply(pk, "In Espoo.", user)
    assert signals == [("question_answered", a)]
    yes(proposal, a)
    invitations.ask(pk, "And when?")
    invitation = of(proposal, a)
    assert (invitation.question, invitation.reply) == ("Where does the mentee live?\n\nAnd when?", "In Espoo.")
    assert invitation.reply_at is None, "the second one waits for an answer"
    no(proposal, a)
    assert "You have said no" in str(refused(lambda: invitations.ask(pk, "And why?")))
    invitations.reply(pk, "In the evenings.", user)
    invitation = of(proposal, a)
    assert (invitation.reply, invitation.reply_at is not None) == ("In Espoo.\n\nIn the evenings.", True)


# What the case knows


def test_the_facts_count_whoever_holds_a_place_for_this_case() -> None:
    case, (a, b) = eligible(), mentors()
    Case.objects.filter(pk=case.pk).update(one_mentor_allowed=False)
    propose(case, [a, b])
    assert facts.gather(Case.objects.get(pk=case.pk)).mentors_with_room == 2
    assert facts.gather(eligible()).mentors_with_room == 0, "but not for another"
