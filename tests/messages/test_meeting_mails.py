"""Mails around meetings and their calendar files: read back by another library."""

import datetime
from email import message_from_bytes
from typing import Any

import pytest
import vobject
from django.core import mail

from tests.factories import as_handler, make_case, make_mentor, pair_of
from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings import signals
from wagtail_mentoring.meetings.feedback import give, open_for
from wagtail_mentoring.meetings.models import Feedback, FeedbackKind, Meeting, Note, Slot, SlotAnswer, TimeSearch
from wagtail_mentoring.messages import delivery
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.workflows import EndReason, Situation

pytestmark = pytest.mark.django_db

HELSINKI = datetime.timezone(datetime.timedelta(hours=2))


def paired(state: str = "paired", **values: Any) -> tuple[Case, Any, list[Any]]:
    case = make_case(state=state, agreement="signed", **values)
    OutboxMessage.objects.all().delete()
    return case, case.mentee, pair_of(case)


def plan(case: Case, days: float = 5, place: str = "Library") -> Meeting:
    inputs = {"starts_at": clock.now() + datetime.timedelta(days=days), "place": place}
    moves.move(case.pk, "plan_meeting", as_handler(), inputs)
    return case.meetings.get(status="planned")


def deliver_all() -> list[Any]:
    mail.outbox.clear()
    delivery.deliver_waiting()
    return list(mail.outbox)


def entry_of(message: Any) -> tuple[str, Any]:
    """Return method and event of the calendar file in a mail, as it went over the wire."""
    wire = message_from_bytes(message.message().as_bytes())
    parts = [part for part in wire.walk() if part.get_content_type() == "text/calendar"]
    assert [bool(part.get_filename()) for part in parts] == [False, True]
    texts = [part.get_payload(decode=True).decode() for part in parts]
    assert texts[0].replace("\r\n", "\n") == texts[1].replace("\r\n", "\n")
    calendar = vobject.readOne(texts[1])
    assert {part.get_param("method") for part in parts} == {calendar.method.value}
    return calendar.method.value, calendar.vevent


def test_a_planned_meeting_comes_with_a_calendar_file_to_each() -> None:
    case, mentee, (anna, bo) = paired()
    meeting = plan(case)
    sent = deliver_all()
    assert [message.to for message in sent] == [[mentee.email], [anna.email], [bo.email]]
    for message in sent:
        method, event = entry_of(message)
        assert method == "REQUEST"
        assert event.uid.value == str(meeting.uid)
        assert event.dtstart.value == meeting.starts_at.replace(microsecond=0)
        assert event.location.value == "Library"
        others = {mentee.email, anna.email, bo.email} - set(message.to)
        assert not [address for address in others if address in message.message().as_string()]


def test_a_moved_meeting_keeps_its_uid_and_raises_the_sequence() -> None:
    case, *_ = paired()
    first = plan(case)
    deliver_all()
    moved = plan(case, days=8)
    assert moved.pk == first.pk
    for message in deliver_all():
        method, event = entry_of(message)
        assert (method, event.uid.value) == ("REQUEST", str(first.uid))
        assert int(event.sequence.value) == first.sequence + 1


def test_the_file_says_what_the_meeting_was_when_the_mail_was_written() -> None:
    case, *_ = paired()
    first = plan(case, place="Library")
    plan(case, days=8, place="Café")
    sent = deliver_all()
    places = [(int(event.sequence.value), event.location.value) for _method, event in map(entry_of, sent)]
    assert places == [(first.sequence, "Library")] * 3 + [(first.sequence + 1, "Café")] * 3
    assert "Library" in sent[0].body and "Café" in sent[3].body


def test_a_cancelled_meeting_leaves_every_calendar() -> None:
    case, mentee, _pair = paired()
    meeting = plan(case)
    deliver_all()
    moves.move(case.pk, "cancel_meeting", lambda c: actors.mentee_on(mentee, c), {"reason": "I have malaria."})
    sent = deliver_all()
    assert len(sent) == 3
    for message in sent:
        method, event = entry_of(message)
        assert (method, event.uid.value, event.status.value) == ("CANCEL", str(meeting.uid), "CANCELLED")
        assert int(event.sequence.value) > meeting.sequence
        assert "malaria" not in message.message().as_string()


@pytest.mark.parametrize("step", ["end", "withdraw", "go_back"])
def test_a_case_that_ends_or_loses_its_mentors_empties_the_calendars(step: str) -> None:
    case, mentee, pair = paired()
    meeting = plan(case)
    deliver_all()
    inputs = {"end_reason": EndReason.MENTEE_WITHDREW.value, "situation": Situation.UNKNOWN.value, "reason": "Moved."}
    make = (lambda c: actors.mentee_on(mentee, c)) if step == "withdraw" else as_handler()
    moves.move(case.pk, step, make, inputs)
    cancelled = OutboxMessage.objects.filter(event="meeting_cancelled", case=case)
    assert {row.address for row in cancelled} == {mentee.email, *(mentor.email for mentor in pair)}
    assert {row.context["calendar"]["uid"] for row in cancelled} == {str(meeting.uid)}
    deliver_all()
    assert not OutboxMessage.objects.filter(status="failed").exists()


def test_a_mentor_who_joins_gets_the_meeting_and_one_who_left_loses_it() -> None:
    case, _mentee, (anna, bo) = paired()
    plan(case)
    deliver_all()
    joins = make_mentor(case.field)
    inputs = {"leaving": bo, "joining": joins, "reason": "Bo moves away."}
    moves.move(case.pk, "replace_mentor", as_handler(), inputs)
    files = OutboxMessage.objects.filter(case=case, status="waiting", context__has_key="calendar")
    got = {(row.mentor, row.event, row.context["calendar"]["method"]) for row in files}
    assert got == {(bo, "mentor_left", "CANCEL"), (joins, "meeting_planned", "REQUEST")}
    assert anna not in {row.mentor for row in files}


def test_a_meeting_that_somebody_missed_is_told_to_the_union_if_it_did_not_write_it_down() -> None:
    case, mentee, (anna, _bo) = paired()
    meeting = plan(case, days=1)
    with clock.at(meeting.starts_at + datetime.timedelta(hours=2)):
        moves.move(case.pk, "miss_meeting", lambda c: actors.mentor_on(anna, c), {"mentee_absent": True})
    (row,) = OutboxMessage.objects.filter(event="meeting_missed")
    assert (row.address, row.context) == ("mentoring@tek.example.org", {"number": 1})
    assert not OutboxMessage.objects.filter(event="meeting_cancelled").exists()


def test_a_mentee_who_stops_is_told_to_everybody() -> None:
    case, mentee, pair = paired()
    moves.move(case.pk, "withdraw", lambda c: actors.mentee_on(mentee, c), {})
    told = set(OutboxMessage.objects.filter(case=case).values_list("event", "address"))
    closed = {("closed", person.email) for person in (mentee, *pair)}
    assert closed | {("mentee_withdrew", "mentoring@tek.example.org")} <= told


def search_for(case: Case, by: Any) -> TimeSearch:
    search = TimeSearch.objects.create(case=case, pair=case.pairs.get(), number=1)
    Slot.objects.create(search=search, starts_at=clock.now() + datetime.timedelta(days=9), mentor=by)
    return search


def test_suggested_times_are_told_to_the_other_two_and_answers_when_all_have_answered() -> None:
    case, mentee, (anna, bo) = paired()
    search = search_for(case, anna)
    (slot,) = search.slots.all()
    signals.times_suggested.send(TimeSearch, search=search, case=case, by=anna, first=True)
    signals.times_suggested.send(TimeSearch, search=search, case=case, by=anna, first=False)
    asked = OutboxMessage.objects.filter(event="times_suggested")
    assert sorted(asked.values_list("address", flat=True)) == sorted([mentee.email, bo.email])
    for by, person in ((anna, {"mentor": anna}), (mentee, {"mentee": mentee}), (bo, {"mentor": bo})):
        assert not OutboxMessage.objects.filter(event="times_answered").exists()
        SlotAnswer.objects.create(slot=slot, suits=True, minutes=90, **person)
        signals.times_answered.send(TimeSearch, search=search, case=case, by=by)
    done = OutboxMessage.objects.filter(event="times_answered")
    assert sorted(done.values_list("address", flat=True)) == sorted([mentee.email, anna.email])
    done.update(status="sent")
    signals.times_answered.send(TimeSearch, search=search, case=case, by=bo)
    assert done.count() == 2


def test_the_mails_say_which_mentoring_and_the_button_what_is_asked() -> None:
    case, _mentee, (anna, _bo) = paired()
    signals.times_suggested.send(TimeSearch, search=search_for(case, anna), case=case, by=anna)
    sent = deliver_all()
    assert sent
    for message in sent:
        assert f"Your reference: {case.reference}\n" in message.body and "Tick your times:\n" in message.body
        assert case.reference not in message.subject and "Open my page" not in message.body
        assert f"Your reference: {case.reference}" in message.alternatives[0][0]
    moves.move(
        case.pk,
        "end",
        as_handler(),
        {"end_reason": EndReason.MENTEE_WITHDREW.value, "situation": Situation.UNKNOWN.value},
    )
    ended = [message for message in deliver_all() if "has ended" in message.subject]
    # Where the words name it already, once is enough.
    assert ended and all(message.body.count(case.reference) == 1 for message in ended)


def test_a_shared_note_is_told_once_and_a_doubt_to_the_union() -> None:
    case, mentee, (anna, bo) = paired("meeting_1")
    note = Note.objects.create(case=case, number=1, mentor=anna, shared=True, body="Call the library.")
    for _ in range(2):
        signals.note_shared.send(Note, note=note, case=case, by=anna)
        OutboxMessage.objects.update(status="sent")
    told = OutboxMessage.objects.filter(event="note_shared")
    assert sorted(told.values_list("address", flat=True)) == sorted([mentee.email, bo.email])
    Feedback.objects.filter(case=case).delete()
    for fit, number in (("good", 0), ("unsure", 1), ("poor", 2)):
        given = Feedback(case=case, kind=FeedbackKind.FIRST, mentee=mentee, fit=fit, comment="Hard to follow.")
        signals.feedback_given.send(Feedback, feedback=given, case=case)
        rows = OutboxMessage.objects.filter(event="feedback_doubt")
        assert rows.count() == number
    assert "Hard" not in str([row.context for row in rows])


def test_who_has_answered_already_gets_no_mail_that_asks_for_it() -> None:
    """A mentor who records the first meeting says on the same page whether they fit."""
    case, mentee, (anna, bo) = paired()
    type(bo).objects.filter(pk=bo.pk).update(daily_digest=True)
    there = {"mentee_present": True, "mentors_present": [anna, bo]}
    starts = clock.now() - datetime.timedelta(hours=3)
    moves.move(case.pk, "record_meeting", as_handler(), {"number": 1, "starts_at": starts, **there})
    asked = OutboxMessage.objects.filter(event="feedback_asked")
    assert sorted(asked.values_list("address", "status")) == sorted(
        [(mentee.email, "waiting"), (anna.email, "waiting"), (bo.email, "held")]
    )
    for person in (anna, bo):
        question = open_for(case, person)
        assert question is not None
        give(question.pk, person, {"fit": "good"})
    assert [message.to for message in deliver_all()] == [[mentee.email]]
    # One that has left stays in the list of what was sent.
    question = open_for(case, mentee)
    assert question is not None
    give(question.pk, mentee, {"fit": "good"})
    assert [row.address for row in asked] == [mentee.email]


def test_times_are_those_of_the_readers_own_zone() -> None:
    case, mentee, _pair = paired()
    mentee.time_zone = "Europe/Lisbon"
    mentee.save()
    plan(case)
    moment = datetime.datetime(2027, 1, 12, 15, 0, tzinfo=datetime.UTC)
    for row in OutboxMessage.objects.filter(event="meeting_planned"):
        row.context["starts_at"] = moment.isoformat()
        row.save()
    bodies = [message.body for message in deliver_all()]
    assert "Tuesday 12 January, 15:00–16:30 (time in Lisbon)" in bodies[0]
    assert "Tuesday 12 January, 17:00–18:30 (Finnish time)" in bodies[1]
