"""Whom feedback is asked of and when, and what is answered."""

import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.factories import Drive, as_handler, make_case, make_handler, make_mentor, make_union, pair_of, sign
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings import signals
from wagtail_mentoring.meetings.feedback import (
    compared,
    give,
    goals_of,
    mark_seen,
    needed,
    needs_a_person,
    open_for,
    questions,
)
from wagtail_mentoring.meetings.jobs import ask_follow_ups
from wagtail_mentoring.meetings.models import Feedback, FeedbackKind
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def asked(case: Case) -> list[tuple[str, str]]:
    """Return what is open on ``case``: the kind and the name of whoever was asked."""
    found = Feedback.objects.filter(case=case, given_at=None)
    return sorted((row.kind, str(row.mentee or row.mentor)) for row in found)


def refused(act: Any, *arguments: Any) -> StepRefused:
    before = rows()
    with pytest.raises(StepRefused) as caught:
        act(*arguments)
    assert rows() == before
    return caught.value


def meet(case: Case, number: int, there: list[Any]) -> Case:
    # Each after the last was over.
    starts = clock.now() - (6 - number) * 2 * HOUR
    inputs = {"number": number, "starts_at": starts, "mentee_present": True, "mentors_present": there}
    return moves.move(case.pk, "record_meeting", as_handler(), inputs)


def end(case: Case, reason: str = "no_contact") -> Case:
    return moves.move(case.pk, "end", as_handler(), {"end_reason": reason, "situation": "looking"})


def test_after_the_first_meeting_those_who_were_there_are_asked() -> None:
    case = make_case(state="paired", agreement="signed")
    first, second = pair_of(case)
    meet(case, 1, [second])
    assert asked(case) == sorted([("first", str(case.mentee)), ("first", str(second))])
    assert open_for(case, first) is None
    meet(case, 2, [first])
    assert len(asked(case)) == 2


def test_undoing_meeting_1_takes_back_what_is_not_answered() -> None:
    case = make_case(state="meeting_1")
    first, second = pair_of(case)
    given = open_for(case, first)
    assert given is not None
    give(given.pk, first, {"fit": "good"})
    moves.move(case.pk, "undo_meeting", as_handler(), {"reason": "Another case."})
    assert asked(case) == [] and Feedback.objects.get() == given
    meet(case, 1, [first, second])
    assert asked(case) == sorted([("first", str(case.mentee)), ("first", str(second))])


def test_undoing_meeting_2_takes_nothing_back() -> None:
    case = make_case(state="meeting_2")
    moves.move(case.pk, "undo_meeting", as_handler(), {"reason": "Another case."})
    assert len(asked(case)) == 3


def test_who_leaves_the_pair_is_asked_no_more() -> None:
    case = make_case(state="meeting_1")
    first, second = pair_of(case)
    inputs = {"leaving": first, "joining": make_mentor(case.field), "reason": "Moved."}
    moves.move(case.pk, "replace_mentor", as_handler(), inputs)
    assert asked(case) == sorted([("first", str(case.mentee)), ("first", str(second))])
    moves.move(case.pk, "go_back", as_handler(), {"reason": "Fit."})
    # Nobody is left about whom the mentee could be asked.
    assert asked(case) == []


def test_at_the_end_the_mentee_and_the_last_pair_are_asked_instead() -> None:
    case = end(make_case(state="meeting_2"))
    assert asked(case) == sorted(("end", str(person)) for person in (case.mentee, *pair_of(case)))
    moves.move(case.pk, "reopen", as_handler(), {"reason": "By mistake."})
    assert asked(case) == []


def test_a_last_pair_that_has_ended_is_asked_too_without_those_who_had_left_before() -> None:
    case = make_case(state="meeting_3")
    first, second = pair_of(case)
    joining = make_mentor(case.field)
    inputs = {"leaving": first, "joining": joining, "reason": "Moved."}
    moves.move(case.pk, "replace_mentor", as_handler(), inputs)
    moves.move(case.pk, "go_back", as_handler(), {"reason": "They have no time any more."})
    moves.move(case.pk, "complete", as_handler(), {"situation": "studies"})
    assert asked(case) == sorted(("end", str(person)) for person in (case.mentee, second, joining))
    question = open_for(case, second)
    assert question is not None
    give(question.pk, second, {"satisfaction": 4, "again": "yes"})
    told = OutboxMessage.objects.filter(case=case, event="closed", context__feedback=True)
    assert sorted(told.values_list("address", flat=True)) == sorted(
        person.email for person in (case.mentee, second, joining)
    )


def test_an_erased_mentor_of_the_last_pair_is_not_asked() -> None:
    case = make_case(state="meeting_3")
    first, second = pair_of(case)
    moves.move(case.pk, "go_back", as_handler(), {"reason": "They have no time any more."})
    Mentor.objects.filter(pk=first.pk).update(anonymised_at=clock.now())
    moves.move(case.pk, "complete", as_handler(), {"situation": "studies"})
    assert asked(case) == sorted(("end", str(person)) for person in (case.mentee, second))


@pytest.mark.parametrize(
    "state, reason", [("paired", "no_contact"), ("meeting_1", "duplicate"), ("meeting_1", "transferred")]
)
def test_ends_after_which_nobody_is_asked(state: str, reason: str) -> None:
    assert asked(end(make_case(state=state), reason)) == []


def test_open_questions_stop_no_step() -> None:
    case = make_case(state="meeting_3")
    assert len(asked(case)) == 3
    assert moves.move(case.pk, "complete", as_handler(), {"situation": "studies"}).state == "closed"


FULL = {
    "goals_reached": ["cv"],
    "confidence": 4,
    "situation": "job_own_field",
    "satisfaction": "5",
    "comment": " Thank you. ",
}


def test_what_the_mentee_answers_at_the_end() -> None:
    case = end(make_case(state="meeting_2", answers={"confidence": 2}))
    question = open_for(case, case.mentee)
    assert question is not None
    assert questions(question) == tuple(FULL) and needed(question) == ("satisfaction",)
    assert [goal for goal, _label in goals_of(case)] == ["cv", "networks"]
    told: list[Any] = []

    def hear(signal: Any, sender: Any, feedback: Feedback, case: Case, **kwargs: Any) -> None:
        told.append((feedback.pk, case.pk))

    signals.feedback_given.connect(hear)
    try:
        given = give(question.pk, case.mentee, FULL)
    finally:
        signals.feedback_given.disconnect(hear)
    given.refresh_from_db()
    assert told == [(given.pk, case.pk)]
    assert (given.goals_reached, given.confidence, given.satisfaction, given.comment) == (["cv"], 4, 5, "Thank you.")
    assert not needs_a_person(given)
    line = case.log.get(action="mentoring.feedback_given")
    assert (line.actor, line.data) == ("mentee", {"kind": "end"})
    assert [(one.name, one.confidence, one.situation) for one in compared(case)] == [
        ("start", 2, "looking"),
        ("end", 4, "job_own_field"),
    ]
    assert "already" in str(refused(give, question.pk, case.mentee, FULL).reason)


@pytest.mark.parametrize(
    "change, field",
    [
        ({"satisfaction": ""}, "satisfaction"),
        ({"satisfaction": 6}, "satisfaction"),
        ({"confidence": 0}, "confidence"),
        ({"situation": "asleep"}, "situation"),
        ({"goals_reached": ["language"]}, "goals_reached"),
        ({"comment": "x" * 4001}, "comment"),
    ],
)
def test_wrong_answers(change: dict[str, Any], field: str) -> None:
    case = end(make_case(state="meeting_2"))
    question = open_for(case, case.mentee)
    assert question is not None
    assert list(refused(give, question.pk, case.mentee, FULL | change).errors) == [field]


def test_what_a_mentor_answers() -> None:
    case = end(make_case(state="meeting_2"))
    first, second = pair_of(case)
    question = open_for(case, first)
    assert question is not None
    assert questions(question) == ("satisfaction", "again", "comment")
    assert set(refused(give, question.pk, first, {}).errors) == {"satisfaction", "again"}
    refused(give, question.pk, second, {"satisfaction": 4, "again": "yes"})
    refused(give, question.pk, case.mentee, {"satisfaction": 4, "again": "yes"})
    with pytest.raises(ValueError, match="fit"):
        give(question.pk, first, {"fit": "good"})
    give(question.pk, first, {"satisfaction": 4, "again": "yes"})
    assert open_for(case, first) is None and open_for(case, second) is not None


@pytest.mark.parametrize("fit, tells", [("good", False), ("unsure", True), ("poor", True)])
def test_a_pair_that_does_not_fit_needs_a_person(fit: str, tells: bool) -> None:
    case = make_case(state="meeting_1")
    question = open_for(case, case.mentee)
    assert question is not None
    given = give(question.pk, case.mentee, {"fit": fit})
    assert needs_a_person(given) is tells


def test_only_a_contact_person_of_the_union_sees_it() -> None:
    case = make_case(state="meeting_1")
    question = open_for(case, case.mentee)
    assert question is not None
    give(question.pk, case.mentee, {"fit": "poor"})
    refused(mark_seen, question.pk, make_handler(make_union("kt")))
    handler = make_handler()
    mark_seen(question.pk, handler)
    mark_seen(question.pk, make_handler())
    question.refresh_from_db()
    assert question.seen_by == handler and question.seen_at is not None


def closed_with_consent(**values: Any) -> Case:
    case = end(make_case(state="meeting_1"))
    Consent.objects.create(**{"mentee": case.mentee, "kind": ConsentKind.FOLLOW_UP} | values)
    return case


def kinds(case: Case) -> list[str]:
    return list(Feedback.objects.filter(case=case).exclude(kind="end").values_list("kind", flat=True))


def test_follow_ups_of_a_year() -> None:
    """Asked once each, on the day, and never of somebody who has not agreed."""
    now = datetime.datetime(2030, 1, 15, 12, tzinfo=datetime.UTC)
    with clock.at(now):
        case = closed_with_consent()
        without = end(make_case(state="meeting_1"))
        withdrawn = closed_with_consent(withdrawn_at=clock.now())
        unmet = end(make_case(state="paired"))
        Consent.objects.create(mentee=unmet.mentee, kind=ConsentKind.FOLLOW_UP)
    days: dict[str, list[str]] = {}
    for day in range(0, 420):
        with clock.at(now + day * DAY):
            before = set(Feedback.objects.values_list("pk", flat=True))
            ask_follow_ups(False)
            for row in Feedback.objects.exclude(pk__in=before):
                days.setdefault(row.kind, []).append(f"{clock.today()} {row.case_id}")
    assert days == {"months_3": [f"2030-04-15 {case.pk}"], "months_12": [f"2031-01-15 {case.pk}"]}
    for other in (without, withdrawn, unmet):
        assert kinds(other) == []
    # The later question takes the place of the earlier ones, which were never answered.
    assert [kind for kind, _name in asked(case) if _name == str(case.mentee)] == ["months_12"]


def test_a_follow_up_of_long_ago_is_not_asked_any_more() -> None:
    case = closed_with_consent()
    with clock.at(clock.now() + 200 * DAY):
        assert ask_follow_ups(True).lines == ()
        ask_follow_ups(False)
    assert kinds(case) == []


def test_a_dry_run_changes_nothing() -> None:
    closed_with_consent()
    with clock.at(clock.now() + 95 * DAY):
        before = rows()
        assert ask_follow_ups(True).lines == ("Follow-ups to ask: 1.",)
        assert rows() == before
        assert ask_follow_ups(False).lines == ("Follow-ups asked: 1.",)
        assert ask_follow_ups(False).lines == ()


def test_mentoring_due_asks() -> None:
    case = closed_with_consent()
    out = StringIO()
    with clock.at(clock.now() + 95 * DAY):
        call_command("mentoring_due", stdout=out)
    assert kinds(case) == [FeedbackKind.MONTHS_3]
    # One question and one mail, each counted once and under a name of its own.
    told = [line for line in out.getvalue().splitlines() if "ollow-up" in line]
    assert told == ["Follow-ups asked: 1.", "Follow-up mails written: 1."]


def test_answers_of_a_year_stand_beside_each_other() -> None:
    case = closed_with_consent()
    with clock.at(clock.now() + 95 * DAY):
        ask_follow_ups(False)
        question = open_for(case, case.mentee)
        assert question is not None
        assert list(refused(give, question.pk, case.mentee, {"confidence": 5}).errors) == ["situation"]
        give(question.pk, case.mentee, {"situation": "job_own_field", "confidence": 5})
    assert [(one.name, one.situation) for one in compared(case)] == [
        ("start", "looking"),
        ("months_3", "job_own_field"),
    ]


def new_pair(case: Case) -> list[Mentor]:
    """Let the pair of ``case`` end and another one begin, a day later; return its mentors."""
    joined = [make_mentor(case.field), make_mentor(case.field)]
    moves.move(case.pk, "go_back", as_handler(), {"reason": "They do not fit."})
    with clock.at(clock.now() + 2 * DAY):
        drive = Drive(case, clock.now(), None, real_pdf=False)
        drive.pair(joined)
        drive.agreement()
    return joined


def test_both_mentors_leave_one_after_the_other() -> None:
    case, left = make_case(state="meeting_1"), []
    with clock.at(clock.now() + DAY):
        for leaving in pair_of(case):
            inputs = {"leaving": leaving, "joining": make_mentor(case.field), "reason": "Moved."}
            moves.move(case.pk, "replace_mentor", as_handler(), inputs)
            # While one is left, the mentee is asked still.
            left.append(len(asked(case)))
    assert left == [2, 0]


def test_a_mentee_is_not_asked_about_mentors_who_have_all_left_but_anew_about_the_next() -> None:
    case = make_case(state="meeting_1")
    joined = new_pair(case)
    assert asked(case) == []
    with clock.at(clock.now() + 4 * DAY):
        meet(case, 2, joined[:1])
        assert asked(case) == sorted([("first", str(case.mentee)), ("first", str(joined[0]))])
        told = OutboxMessage.objects.filter(case=case, event="feedback_asked", address=case.mentee.email)
        # Once about each pair.
        assert told.count() == 2
    with clock.at(clock.now() + 5 * DAY):
        meet(case, 3, joined[:1])
        assert len(asked(case)) == 2 and told.count() == 2


def answer(case: Case, person: Any, fit: str = "good") -> Feedback:
    question = open_for(case, person)
    assert question is not None
    # Whoever answers has been written to: the mail that asked has left.
    OutboxMessage.objects.filter(case=case, status="waiting").update(status="sent")
    return give(question.pk, person, {"fit": fit})


def test_a_mentee_who_has_answered_is_asked_anew_about_the_next_pair_and_keeps_the_answer() -> None:
    case = make_case(state="meeting_1")
    question = answer(case, case.mentee, "poor")
    joined = new_pair(case)
    with clock.at(clock.now() + 4 * DAY):
        meet(case, 2, joined)
        assert asked(case) == sorted(("first", str(person)) for person in (case.mentee, *joined))
        told = OutboxMessage.objects.filter(case=case, event="feedback_asked", address=case.mentee.email)
        assert told.count() == 2
        answer(case, case.mentee)
    with clock.at(clock.now() + 5 * DAY):
        meet(case, 3, joined)
        # Once about each pair.
        assert asked(case) == sorted(("first", str(mentor)) for mentor in joined) and told.count() == 2
    question.refresh_from_db()
    assert question.fit == "poor"


def replace(case: Case, leaving: Mentor, joining: Mentor, *, to_sign: bool = True) -> None:
    inputs = {"leaving": leaving, "joining": joining, "reason": "Moved.", "override_reason": "They wish it."}
    moves.move(case.pk, "replace_mentor", as_handler(), inputs)
    if to_sign:
        Drive(case, clock.now(), None, real_pdf=False).agreement(signed=False)
        sign(case, mentor=joining)


def test_when_one_mentor_is_replaced_those_at_the_next_meeting_are_asked_about_the_new_three() -> None:
    case = make_case(state="meeting_1")
    first, second = pair_of(case)
    answer(case, case.mentee)
    answer(case, second)
    joining = make_mentor(case.field)
    with clock.at(clock.now() + DAY):
        replace(case, first, joining)
        assert asked(case) == []
    with clock.at(clock.now() + 2 * DAY):
        meet(case, 2, [second, joining])
        assert asked(case) == sorted(("first", str(person)) for person in (case.mentee, second, joining))
        answer(case, case.mentee, "unsure")
    with clock.at(clock.now() + 3 * DAY):
        meet(case, 3, [second, joining])
        assert asked(case) == sorted(("first", str(person)) for person in (second, joining))


def test_an_open_question_about_the_mentors_before_gives_way_to_the_one_about_the_new_three() -> None:
    case = make_case(state="meeting_1")
    first, second = pair_of(case)
    before = open_for(case, case.mentee)
    assert before is not None
    with clock.at(clock.now() + DAY):
        replace(case, first, make_mentor(case.field))
    with clock.at(clock.now() + 2 * DAY):
        meet(case, 2, [second])
        assert asked(case) == sorted(("first", str(person)) for person in (case.mentee, second))
        assert Feedback.objects.get(case=case, mentee=case.mentee).asked_at > before.asked_at


def test_nobody_is_asked_twice_about_the_same_two_mentors_who_come_back() -> None:
    case = make_case(state="meeting_1")
    first, second = pair_of(case)
    for person in (case.mentee, first, second):
        answer(case, person)
    with clock.at(clock.now() + DAY):
        replace(case, first, other := make_mentor(case.field))
    with clock.at(clock.now() + 2 * DAY):
        # What was signed counts still.
        replace(case, other, first, to_sign=False)
    with clock.at(clock.now() + 3 * DAY):
        meet(case, 2, [first, second])
        assert asked(case) == []


def test_undoing_the_first_meeting_with_a_new_pair_takes_back_what_is_not_answered_of_it() -> None:
    case = make_case(state="meeting_1")
    joined = new_pair(case)
    with clock.at(clock.now() + 4 * DAY):
        meet(case, 2, joined)
        answer(case, case.mentee)
        moves.move(case.pk, "undo_meeting", as_handler(), {"reason": "Another case."})
        assert asked(case) == []
        meet(case, 2, joined)
        assert asked(case) == sorted(("first", str(mentor)) for mentor in joined)
