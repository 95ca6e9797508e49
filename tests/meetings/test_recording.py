"""What the page after a meeting knows."""

import datetime

import pytest

from tests.factories import as_handler, make_case, make_mentor, pair_of
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.meetings.recording import ends_at, may_undo, to_record
from wagtail_mentoring.meetings.whose import acting
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


def test_what_is_to_be_recorded() -> None:
    case = make_case(state="meeting_1")
    first, second = pair_of(case)
    plain = to_record(case)
    assert (plain.number, plain.theme, plain.planned, plain.begun) == (2, "Theme 2", None, False)
    assert (plain.minutes, plain.place, plain.mentors) == (90, "", (first, second))
    inputs = {"starts_at": clock.now() + HOUR, "place": "Library", "minutes": 60}
    moves.move(case.pk, "plan_meeting", as_handler(), inputs)
    found = to_record(case, first)
    assert found.planned is not None and ends_at(found.planned) == found.planned.starts_at + HOUR
    assert (found.minutes, found.place, found.begun, found.blocked) == (60, "Library", False, "")
    with clock.at(clock.now() + 2 * HOUR):
        assert to_record(case).begun


def test_who_may_record_and_undo() -> None:
    case = make_case(state="meeting_1")
    mentor, stranger = pair_of(case)[0], make_mentor(case.field)
    assert [bool(to_record(case, person).blocked) for person in (mentor, case.mentee, stranger)] == [False, True, True]
    assert [may_undo(case, person) for person in (mentor, case.mentee, stranger)] == [True, False, False]
    unsigned = make_case(case.field, "paired", agreement="out")
    assert unsigned.mentee.name in to_record(unsigned, pair_of(unsigned)[0]).blocked
    assert not may_undo(unsigned, pair_of(unsigned)[0])


def test_a_mentor_records_and_undoes_and_a_mentee_does_not() -> None:
    case = make_case(state="meeting_1")
    mentor = pair_of(case)[0]
    inputs = {"number": 2, "starts_at": clock.now() - HOUR, "mentee_present": True, "mentors_present": [mentor]}
    with pytest.raises(StepRefused):
        moves.move(case.pk, "record_meeting", acting(case.mentee), inputs)
    assert moves.move(case.pk, "record_meeting", acting(mentor), inputs).state == "meeting_2"
    meeting = case.meetings.get(number=2)
    assert (meeting.changed_by_mentor, meeting.recorded_by) == (mentor, None)
    with pytest.raises(StepRefused):
        moves.move(case.pk, "undo_meeting", acting(mentor), {"reason": " "})
    assert moves.move(case.pk, "undo_meeting", acting(mentor), {"reason": "Another day."}).state == "meeting_1"


def test_somebody_did_not_come() -> None:
    case = make_case(state="meeting_1")
    first, second = pair_of(case)
    with pytest.raises(StepRefused):
        moves.move(case.pk, "miss_meeting", acting(first), {"mentee_absent": True})
    moves.move(case.pk, "plan_meeting", as_handler(), {"starts_at": clock.now() + HOUR})
    with pytest.raises(StepRefused, match="not begun"):
        moves.move(case.pk, "miss_meeting", acting(first), {"mentors_absent": [second]})
    with clock.at(clock.now() + 2 * HOUR):
        with pytest.raises(StepRefused, match="Say who"):
            moves.move(case.pk, "miss_meeting", acting(first), {})
        moves.move(case.pk, "miss_meeting", acting(first), {"mentors_absent": [second], "reason": "Ill."})
    missed = case.meetings.get(status="missed")
    assert (missed.why, missed.changed_by_mentor) == ("Ill.", first)
    assert [row.present for row in missed.attendances.all()] == [True, True, False]
    assert to_record(case).number == 2 and to_record(case).planned is None
