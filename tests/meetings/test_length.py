"""The length of the meeting belongs to what was answered: nobody is booked for longer than was said yes to."""

import datetime

import pytest

from tests.factories import pair_of
from tests.meetings.test_searching import case, refused, sentences, slots_of, soon  # noqa: F401
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Meeting, Slot
from wagtail_mentoring.meetings.searching import answer, fix, slots_for, suggest
from wagtail_mentoring.meetings.whose import acting
from wagtail_mentoring.messages.models import MailEvent, OutboxMessage, OutboxStatus
from wagtail_mentoring.messages.reminders.times import who_must_answer
from wagtail_mentoring.people.models import Mentor

pytestmark = pytest.mark.django_db


def hour_that_suits_all(case: Case) -> tuple[Mentor, Mentor, Slot]:  # noqa: F811
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon(3)], minutes=60)
    (slot,) = slots_of(case)
    for person in (erik, case.mentee):
        answer(case.pk, person, {slot.pk})
    return maija, erik, slot


def test_a_yes_to_an_hour_books_no_three(case: Case) -> None:  # noqa: F811
    maija, erik, slot = hour_that_suits_all(case)
    suggest(case.pk, erik, starts=[soon(4)], minutes=180)
    refused(fix, case.pk, erik, slot.pk)
    # Whoever wants three hours has said so of every time that stands there.
    assert sentences(case, maija) == ["You and Amal have not answered"] * 2
    assert sentences(case, erik) == ["Amal and Maija have not answered"] * 2
    for person in (maija, case.mentee):
        table = slots_for(case, person)
        assert table.waits_for_you and table.length_changed
        assert [row.said for row in table.rows] == ["unknown", "unknown"]
        answer(case.pk, person, {slot.pk})
        assert not slots_for(case, person).length_changed
    fix(case.pk, case.mentee, slot.pk, minutes=180)
    assert Meeting.objects.get(case=case).minutes == 180


def test_a_yes_holds_for_a_shorter_meeting_and_counts_again_when_it_is(case: Case) -> None:  # noqa: F811
    maija, erik, slot = hour_that_suits_all(case)
    suggest(case.pk, erik, starts=[soon(4)], minutes=45)
    assert [row.pk for row in slots_for(case, maija).best] == [slot.pk]
    assert not slots_for(case, maija).length_changed
    suggest(case.pk, erik, starts=[soon(5)], minutes=61)
    assert not slots_for(case, maija).best
    suggest(case.pk, case.mentee, starts=[soon(6)], minutes=60)
    assert [row.pk for row in slots_for(case, maija).best] == [slot.pk]
    fix(case.pk, maija, slot.pk, minutes=60)
    assert Meeting.objects.get(case=case).minutes == 60


def test_a_no_to_three_hours_is_no_answer_to_one(case: Case) -> None:  # noqa: F811
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon(3)], minutes=180)
    for person in (erik, case.mentee):
        answer(case.pk, person, set())
    suggest(case.pk, erik, starts=[soon(4)], minutes=240)
    assert slots_for(case, case.mentee).rows[0].said == "no"
    suggest(case.pk, maija, starts=[soon(5)], minutes=60)
    assert slots_for(case, case.mentee).rows[0].said == "unknown"
    assert sentences(case, maija)[0] == "Amal and Erik have not answered"


def test_another_length_meanwhile_stops_the_booking_and_the_answer(case: Case) -> None:  # noqa: F811
    maija, erik, slot = hour_that_suits_all(case)
    suggest(case.pk, erik, starts=[soon(4)], minutes=45)
    message = str(refused(fix, case.pk, maija, slot.pk, minutes=60).reason)
    assert message == "The meeting takes 45 minutes now. Look at the times again."
    suggest(case.pk, erik, starts=[soon(5)], minutes=90)
    message = str(refused(answer, case.pk, maija, {slot.pk}, minutes=45).reason)
    assert message == "The meeting takes 1.5 hours now. Look at the times again."
    answer(case.pk, maija, {slot.pk}, minutes=90)


def test_the_step_itself_books_no_other_length_than_was_answered(case: Case) -> None:  # noqa: F811
    maija, _erik, slot = hour_that_suits_all(case)
    plan = {"slot": slot, "starts_at": slot.starts_at, "minutes": 61}
    assert "Choose one of the suggested times" in str(
        refused(moves.move, case.pk, "plan_meeting", acting(maija), plan).reason
    )
    moves.move(case.pk, "plan_meeting", acting(maija), plan | {"minutes": 60})


def test_whoever_must_answer_again_counts_as_silent(case: Case) -> None:  # noqa: F811
    maija, erik, _slot = hour_that_suits_all(case)
    answered = OutboxMessage.objects.filter(event=MailEvent.TIMES_ANSWERED)
    assert answered.update(status=OutboxStatus.SENT) == 2
    suggest(case.pk, erik, starts=[soon(4)], minutes=180)
    first, second = slots_of(case)
    # All have said something of every time, but two of them of a shorter meeting.
    answer(case.pk, case.mentee, {first.pk, second.pk})
    assert answered.count() == 2
    assert who_must_answer(case, [case.mentee, maija, erik]) == [maija]
    answer(case.pk, maija, {first.pk, second.pk})
    assert answered.count() == 4
    assert who_must_answer(case, [case.mentee, maija, erik]) == []


def test_a_longer_meeting_does_not_run_into_another_one(case: Case) -> None:  # noqa: F811
    """Whoever lengthens it says yes for the times that stand there, as far as the own calendar allows it."""
    maija, erik, slot = hour_that_suits_all(case)
    Mentor.objects.filter(pk=erik.pk).update(capacity=2)
    from tests.factories import as_handler, make_case, make_mentor

    other = make_case(case.field, "paired", mentors=[Mentor.objects.get(pk=erik.pk), make_mentor(case.field)])
    begins = slot.starts_at + datetime.timedelta(hours=2)
    moves.move(other.pk, "plan_meeting", as_handler(), {"starts_at": begins, "minutes": 60})
    suggest(case.pk, erik, starts=[soon(4)], minutes=180)
    for person in (maija, case.mentee):
        answer(case.pk, person, {slot.pk})
    assert not slots_for(case, maija).best
    refused(fix, case.pk, maija, slot.pk)
