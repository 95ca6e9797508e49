"""Who is reminded of what, when, and how often at most."""

import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.factories import Drive, as_handler, make_case, make_mentor, pair_of, sign
from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Feedback, FeedbackKind, Slot, SlotAnswer, TimeSearch
from wagtail_mentoring.messages import reminders
from wagtail_mentoring.messages.compose import compose
from wagtail_mentoring.messages.conversation.models import Reminder
from wagtail_mentoring.messages.models import MailEvent, OutboxMessage
from wagtail_mentoring.programme.models import Participation
from wagtail_mentoring.workflows import EndReason, Situation

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
RULES = {rule.name: rule for rule in reminders.RULES}


def fresh(state: str = "paired", agreement: str = "signed", **values: Any) -> Case:
    """Return a case that has just come to ``state``: its latest step was taken now."""
    case = make_case(state=state, agreement=agreement, opened_at=clock.now() - 30 * DAY, **values)
    OutboxMessage.objects.all().delete()
    return case


def days_told(rule: str, event: str, days: int = 60) -> list[tuple[int, str]]:
    """Run ``rule`` once a day and return on which day whom it wrote to."""
    start, found = clock.now(), []
    for day in range(days):
        with clock.at(start + day * DAY):
            seen = set(OutboxMessage.objects.values_list("pk", flat=True))
            reminders.run(RULES[rule])
            rows = OutboxMessage.objects.filter(event=event).exclude(pk__in=seen).order_by("pk")
            found += [(day, row.address) for row in rows]
    return found


def plan(case: Case, starts_at: datetime.datetime) -> Any:
    moves.move(case.pk, "plan_meeting", as_handler(), {"starts_at": starts_at, "place": "Library"})
    return case.meetings.get(status="planned")


def test_a_missing_signature_is_asked_for_twice_and_then_no_more() -> None:
    case = fresh(agreement="out")
    mentee, (anna, bo) = case.mentee, pair_of(case)
    issued = case.agreements.get().issued_at
    with clock.at(issued):
        told = days_told("signature", "signature_reminder")
    assert told == [(day, person.email) for day in (5, 10) for person in (mentee, anna, bo)]


def test_who_has_signed_declined_or_left_is_not_asked_to_sign() -> None:
    case = fresh(agreement="out")
    anna, bo = pair_of(case)
    parties = case.agreements.get().parties
    parties.filter(mentor=anna).update(declined_at=clock.now())
    case.pairs.get().memberships.filter(mentor=bo).update(left_at=clock.now())
    assert {who for _day, who in days_told("signature", "signature_reminder")} == {case.mentee.email}


def test_the_three_are_reminded_when_there_is_no_time_for_the_next_meeting() -> None:
    case = fresh("meeting_1")
    people = [case.mentee.email, *(mentor.email for mentor in pair_of(case))]
    with clock.at(case.state_since):
        told = days_told("times", "times_reminder")
    assert told == [(day, person) for day in (14, 28) for person in people]
    assert OutboxMessage.objects.filter(event="times_reminder").first().context["number"] == 2


@pytest.mark.parametrize("reason", ["planned", "ended", "unsigned", "most"])
def test_nobody_is_asked_for_a_time_that_is_not_needed(reason: str) -> None:
    if reason == "unsigned":
        case = fresh(agreement="out")
    elif reason == "most":
        case = fresh("meeting_3")
        Case.objects.filter(pk=case.pk).update(max_meetings=3)
    else:
        case = fresh("meeting_1")
    if reason == "planned":
        plan(case, clock.now() + 100 * DAY)
    if reason == "ended":
        inputs = {"end_reason": EndReason.MENTEE_WITHDREW.value, "situation": Situation.UNKNOWN.value}
        moves.move(case.pk, "end", as_handler(), inputs)
    assert days_told("times", "times_reminder") == []


def test_who_has_answered_all_suggested_times_is_not_reminded_of_them() -> None:
    case = fresh("meeting_1")
    anna, bo = pair_of(case)
    search = TimeSearch.objects.create(case=case, pair=case.pairs.get(), number=2)
    slot = Slot.objects.create(search=search, starts_at=clock.now() + 90 * DAY, mentor=anna)
    SlotAnswer.objects.create(slot=slot, mentor=anna, suits=True, minutes=90)
    assert days_told("times", "times_reminder", 20) == [(14, case.mentee.email), (14, bo.email)]


def test_a_meeting_is_told_a_day_before_and_again_when_it_was_moved() -> None:
    case = fresh()
    now = clock.now()
    plan(case, now + datetime.timedelta(days=3))
    with clock.at(now + 1.5 * DAY):
        assert reminders.run(RULES["tomorrow"]).done == 0
    with clock.at(now + 2.5 * DAY):
        assert reminders.run(RULES["tomorrow"]).done == 1
        assert reminders.run(RULES["tomorrow"]).done == 0
        plan(case, now + 6 * DAY)
    with clock.at(now + 5.5 * DAY):
        reminders.run(RULES["tomorrow"])
    rows = OutboxMessage.objects.filter(event="meeting_tomorrow")
    assert rows.count() == 6
    assert all("calendar" not in row.context and row.context["place"] == "Library" for row in rows)


def test_who_heard_of_the_time_on_the_day_before_is_not_told_again() -> None:
    case = fresh()
    plan(case, clock.now() + 0.9 * DAY)
    reminders.run(RULES["tomorrow"])
    assert not OutboxMessage.objects.filter(event="meeting_tomorrow").exists()


def test_of_a_mentor_who_joins_the_day_before_the_others_are_reminded_all_the_same() -> None:
    case = fresh()
    anna, bo = pair_of(case)
    now = clock.now()
    plan(case, now + 3 * DAY)
    with clock.at(now + 2.1 * DAY):
        joining = make_mentor(case.field)
        moves.move(case.pk, "replace_mentor", as_handler(), {"leaving": bo, "joining": joining, "reason": "Ill."})
    told = OutboxMessage.objects.filter(event="meeting_planned", created_at__gt=now + DAY)
    assert [row.address for row in told] == [joining.email]
    with clock.at(now + 2.5 * DAY):
        assert reminders.run(RULES["tomorrow"]).done == 1
        assert reminders.run(RULES["tomorrow"]).done == 0
    rows = OutboxMessage.objects.filter(event="meeting_tomorrow").order_by("pk")
    assert [row.address for row in rows] == [case.mentee.email, anna.email]


def test_the_mentors_are_asked_whether_a_meeting_was_held() -> None:
    case = fresh()
    meeting = plan(case, clock.now() + DAY / 2)
    with clock.at(meeting.starts_at):
        told = days_told("unrecorded", "meeting_unrecorded")
    assert told == [(day, mentor.email) for day in (3, 6) for mentor in pair_of(case)]


def test_feedback_is_asked_again_but_not_of_who_has_given_it_or_left() -> None:
    case = fresh("meeting_1")
    anna, bo = pair_of(case)
    Feedback.objects.filter(case=case).delete()
    for person in ({"mentee": case.mentee}, {"mentor": anna}, {"mentor": bo}):
        Feedback.objects.create(case=case, kind=FeedbackKind.FIRST, asked_at=clock.now(), **person)
    Feedback.objects.filter(mentor=anna).update(given_at=clock.now())
    inputs = {"leaving": bo, "joining": make_mentor(case.field), "reason": "Moved."}
    moves.move(case.pk, "replace_mentor", as_handler(), inputs)
    told = days_told("feedback", "feedback_reminder")
    assert told == [(7, case.mentee.email), (14, case.mentee.email)]


def test_who_is_asked_about_new_mentors_is_told_once_and_reminded_anew() -> None:
    case = fresh("meeting_1")
    anna, bo = pair_of(case)
    joining = make_mentor(case.field)
    most = case.participation.most_reminders
    assert len(days_told("feedback", "feedback_reminder")) == 3 * most
    later = clock.now() + 70 * DAY
    with clock.at(later):
        moves.move(case.pk, "replace_mentor", as_handler(), {"leaving": bo, "joining": joining, "reason": "Moved."})
        # What is open about those before is not told again because of that.
        assert not OutboxMessage.objects.filter(event="feedback_asked").exists()
        drive = Drive(case, clock.now(), None, real_pdf=False)
        drive.agreement(signed=False)
        sign(case, mentor=joining)
    with clock.at(later + DAY):
        there = {"mentee_present": True, "mentors_present": [anna, joining]}
        starts = clock.now() - DAY / 12
        moves.move(case.pk, "record_meeting", as_handler(), {"number": 2, "starts_at": starts, **there})
        told = OutboxMessage.objects.filter(event="feedback_asked")
        three = sorted(person.email for person in (case.mentee, anna, joining))
        assert sorted(told.values_list("address", flat=True)) == three
        again = days_told("feedback", "feedback_reminder")
        assert [address for _day, address in again] == [
            person.email for _time in range(most) for person in (case.mentee, anna, joining)
        ]
        assert told.count() == 3


def test_feedback_at_the_end_is_asked_with_the_end_and_never_again() -> None:
    case = fresh("meeting_3")
    Feedback.objects.filter(case=case).delete()
    Reminder.objects.all().delete()
    Feedback.objects.create(case=case, kind=FeedbackKind.END, mentee=case.mentee)
    moves.move(case.pk, "complete", as_handler(), {"situation": Situation.STUDIES.value})
    asked = OutboxMessage.objects.filter(case=case, context__feedback=True)
    assert (
        list(asked.order_by("pk").values_list("event", "mentee"))
        == [("closed", case.mentee.pk)] + [("closed", None)] * 2
    )
    assert compose(asked.earliest("pk")).text.count("How was it for you?") == 1
    assert days_told("feedback", "feedback_reminder") == []
    assert asked.count() == 3 and not OutboxMessage.objects.filter(event="feedback_asked").exists()


def test_an_end_without_a_meeting_asks_nothing() -> None:
    case = fresh("paired")
    moves.move(case.pk, "withdraw", lambda found: actors.mentee_on(case.mentee, found), {})
    told = OutboxMessage.objects.filter(case=case, event="closed")
    assert told.count() == 3 and not any(row.context for row in told)
    assert "How was it" not in compose(told[0]).text


def test_a_follow_up_is_asked_once() -> None:
    case = fresh("meeting_3")
    moves.move(case.pk, "complete", as_handler(), {"situation": Situation.STUDIES.value})
    Feedback.objects.filter(case=case).delete()
    Feedback.objects.create(case=case, kind=FeedbackKind.MONTHS_3, mentee=case.mentee, asked_at=clock.now())
    assert days_told("follow-up", "follow_up") == [(0, case.mentee.email)]


def test_the_contact_person_is_told_when_nothing_happens_and_again_twice_at_most() -> None:
    case = fresh("meeting_1")
    last = case.log.order_by("-sequence").first().timestamp
    with clock.at(last):
        told = days_told("idle", "idle", 120)
    assert told == [(day, "mentoring@tek.example.org") for day in (30, 60)]
    assert OutboxMessage.objects.filter(event="idle").earliest("pk").context["days"] == 30


def test_a_case_in_which_something_happens_is_not_idle() -> None:
    case = fresh("meeting_1")
    start = clock.now()
    with clock.at(start + 20 * DAY):
        moves.note(case.pk, "mentoring.link_sent", actors.SYSTEM)
    with clock.at(start + 35 * DAY):
        assert reminders.run(RULES["idle"]).done == 0
        plan(case, start + 100 * DAY)
    with clock.at(start + 80 * DAY):
        assert reminders.run(RULES["idle"]).done == 0


def test_intervals_and_the_most_are_those_of_the_union() -> None:
    case = fresh("meeting_1")
    Participation.objects.update(unplanned_days=3, most_reminders=4)
    with clock.at(case.state_since):
        assert sorted({day for day, _who in days_told("times", "times_reminder")}) == [3, 6, 9, 12]


def test_nobody_is_reminded_after_the_end_whatever_was_open() -> None:
    case = fresh("meeting_1")
    plan(case, clock.now() + DAY)
    Drive(case, clock.now(), None, False).go(
        "end", end_reason=EndReason.MENTEE_WITHDREW.value, situation=Situation.UNKNOWN.value
    )
    before = OutboxMessage.objects.count()
    start = clock.now()
    for day in range(0, 100, 3):
        with clock.at(start + day * DAY):
            call_command("mentoring_due", stdout=StringIO())
    assert OutboxMessage.objects.count() == before


def test_who_has_left_is_not_reminded() -> None:
    case = fresh("meeting_1")
    with clock.at(case.state_since + 14 * DAY):
        reminders.run(RULES["times"])
        anna, bo = pair_of(case)
        case.pairs.get().memberships.filter(mentor=bo).update(left_at=clock.now())
    with clock.at(case.state_since + 28 * DAY):
        reminders.run(RULES["times"])
    mails = OutboxMessage.objects.filter(event="times_reminder")
    assert mails.filter(mentor=bo).count() == 1
    assert mails.filter(mentor=anna).count() == 2


def test_a_dry_run_says_what_would_be_done_and_does_nothing() -> None:
    case = fresh("meeting_1")
    out = StringIO()
    with clock.at(case.state_since + 15 * DAY):
        call_command("mentoring_due", "--dry-run", stdout=out)
    assert f"Cases to remind of the next meeting: 1.\n  {case.reference}\n" in out.getvalue()
    assert not OutboxMessage.objects.filter(event="times_reminder").exists()
    assert not Reminder.objects.filter(event="times_reminder").exists()


def test_one_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = fresh("meeting_1"), fresh("meeting_1")
    act = RULES["times"].act

    def broken(case: Case, row: Any) -> None:
        act(case, row)
        if case.pk == first.pk:
            raise RuntimeError("no")

    rule = reminders.Rule("times", RULES["times"].find, RULES["times"].case_of, broken)
    with clock.at(clock.now() + 20 * DAY):
        found = reminders.run(rule)
    assert (found.done, found.failed) == (1, 1)
    assert not OutboxMessage.objects.filter(case=first, event=MailEvent.TIMES_REMINDER).exists()
    assert not Reminder.objects.filter(case=first, event=MailEvent.TIMES_REMINDER).exists()
    assert OutboxMessage.objects.filter(case=second, event=MailEvent.TIMES_REMINDER).count() == 3


def test_what_is_not_due_costs_no_queries(django_assert_max_num_queries: Any) -> None:
    case = fresh("meeting_1")
    for rule in reminders.RULES:
        with clock.at(case.state_since + DAY), django_assert_max_num_queries(2):
            reminders.run(rule)
