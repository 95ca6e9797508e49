"""Planning, recording and undoing meetings."""

import datetime
from typing import Any

import pytest

from tests.factories import as_handler, make_case, make_mentor
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.words import sentence
from wagtail_mentoring.meetings.models import Attendance, Meeting
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def held(case: Case, number_: int, **inputs: Any) -> dict[str, Any]:
    mentors = [member.mentor for member in current_members(case)]
    return {
        "number": number_,
        "starts_at": clock.now() - HOUR,
        "mentee_present": True,
        "mentors_present": mentors,
    } | inputs


def record(case: Case, number: int, **inputs: Any) -> Case:
    return moves.move(case.pk, "record_meeting", as_handler(), held(case, number, **inputs))


def errors_of(case: Case, step: str, inputs: dict[str, Any]) -> dict[str, Any]:
    before = rows()
    with pytest.raises(StepRefused) as caught:
        moves.move(case.pk, step, as_handler(), inputs)
    assert rows() == before
    return caught.value.errors


@pytest.fixture
def case() -> Case:
    return make_case(state="paired", agreement="signed")


def test_a_meeting_is_recorded(case: Case) -> None:
    assert record(case, 1).state == "meeting_1"
    meeting = Meeting.objects.get(case=case)
    assert (meeting.status, meeting.minutes, meeting.theme) == ("held", 90, "Theme 1")
    assert [row.present for row in meeting.attendances.all()] == [True, True, True]


def test_one_mentor_was_away(case: Case) -> None:
    first, second = (member.mentor for member in current_members(case))
    record(case, 1, mentors_present=[second])
    there = {row.mentor: row.present for row in Attendance.objects.filter(mentor__isnull=False)}
    assert there == {first: False, second: True}


def test_a_mentor_with_other_cases_is_listed_once() -> None:
    mentor = make_mentor(capacity=3)
    for _other in range(2):
        make_case(state="closed", closed_from="meeting_1", mentors=[mentor, make_mentor()])
    make_case(state="paired", mentors=[mentor, make_mentor()])
    case = make_case(state="meeting_1", mentors=[mentor, make_mentor()])
    assert Attendance.objects.filter(meeting__case=case, mentor=mentor).count() == 1
    assert case.agreements.get().parties.filter(mentor=mentor).count() == 1


@pytest.mark.parametrize(
    "change, field",
    [
        ({"mentee_present": False}, "mentee_present"),
        ({"mentors_present": []}, "mentors_present"),
        ({"starts_at": None}, "starts_at"),
    ],
)
def test_a_meeting_of_nobody_or_without_a_time(case: Case, change: dict[str, Any], field: str) -> None:
    assert set(errors_of(case, "record_meeting", held(case, 1, **change))) == {field}


def test_a_mentor_of_somebody_else_was_not_there(case: Case) -> None:
    stranger = make_mentor()
    assert "mentors_present" in errors_of(case, "record_meeting", held(case, 1, mentors_present=[stranger]))


def test_impossible_times(case: Case) -> None:
    for moment in (clock.now() + HOUR, case.opened_at - DAY):
        assert set(errors_of(case, "record_meeting", held(case, 1, starts_at=moment))) == {"starts_at"}


def test_a_meeting_before_the_one_before_it(case: Case) -> None:
    record(case, 1)
    assert set(errors_of(case, "record_meeting", held(case, 2, starts_at=clock.now() - DAY))) == {"starts_at"}


@pytest.mark.parametrize("number", [0, 2, 7, -1, None])
def test_another_number_than_the_next(case: Case, number: Any) -> None:
    errors_of(case, "record_meeting", held(case, 1, number=number))


def test_a_double_click_records_one_meeting(case: Case) -> None:
    record(case, 1)
    errors_of(case, "record_meeting", held(case, 1))
    assert Meeting.objects.filter(case=case).count() == 1


def test_before_all_have_signed() -> None:
    case = make_case(state="paired", agreement="out")
    with pytest.raises(StepRefused, match=case.mentee.name):
        record(case, 1)


def test_the_day_is_the_local_one(case: Case) -> None:
    """Half past midnight in Helsinki is still the day before in UTC."""
    moment = datetime.datetime(2030, 6, 14, 21, 30, tzinfo=datetime.UTC)
    with clock.at(moment + DAY):
        record(case, 1, starts_at=moment)
    assert case.log.get(action="mentoring.step.record_meeting").data["held_on"] == "2030-06-15"


def test_a_plan_becomes_the_meeting(case: Case) -> None:
    plan = {"starts_at": clock.now() + DAY, "place": "Library"}
    moves.move(case.pk, "plan_meeting", as_handler(), plan)
    moves.move(case.pk, "plan_meeting", as_handler(), plan | {"place": "Café"})
    planned = Meeting.objects.get(case=case)
    assert (planned.status, planned.place, planned.number) == ("planned", "Café", 1)
    with clock.at(clock.now() + 2 * DAY):
        record(case, 1)
    assert Meeting.objects.get(case=case).pk == planned.pk


def test_the_history_says_from_when_to_when_a_meeting_was_moved(case: Case) -> None:
    with clock.at(datetime.datetime(2026, 11, 2, 9, tzinfo=datetime.UTC)):
        plan = {"starts_at": datetime.datetime(2026, 11, 10, 15, tzinfo=datetime.UTC), "place": "Library"}
        for change in ({}, {"place": "Café"}, {"starts_at": plan["starts_at"] + 1.5 * HOUR}, {"minutes": 45}):
            plan |= change
            moves.move(case.pk, "plan_meeting", as_handler(), plan)
    lines = case.log.filter(action="mentoring.step.plan_meeting").order_by("sequence")
    assert [sentence(line) for line in lines] == [
        "Meeting 1 planned",
        "Place or length of meeting 1 changed",
        "Meeting 1 moved from Tue 10 Nov 2026, 17:00 to Tue 10 Nov 2026, 18:30",
        "Place or length of meeting 1 changed",
    ]


@pytest.mark.parametrize("moment", [None, "past"])
def test_a_plan_without_a_time_to_come(case: Case, moment: Any) -> None:
    starts_at = clock.now() - HOUR if moment else None
    assert "starts_at" in errors_of(case, "plan_meeting", {"starts_at": starts_at})


def test_undoing_takes_the_state_back_and_keeps_the_row() -> None:
    case = make_case(state="meeting_2")
    moves.move(case.pk, "plan_meeting", as_handler(), {"starts_at": clock.now() + DAY})
    case = moves.move(case.pk, "undo_meeting", as_handler(), {"reason": "Another case."})
    assert case.state == "meeting_1"
    assert sorted(Meeting.objects.filter(case=case).values_list("number", "status")) == [
        (1, "held"),
        (2, "undone"),
        (3, "cancelled"),
    ]
    assert record(case, 2).state == "meeting_2"


@pytest.mark.parametrize(
    "step, inputs", [("go_back", {"reason": "x"}), ("end", {"end_reason": "no_contact", "situation": "unknown"})]
)
def test_a_plan_falls_with_its_pair_or_case(case: Case, step: str, inputs: dict[str, Any]) -> None:
    moves.move(case.pk, "plan_meeting", as_handler(), {"starts_at": clock.now() + DAY})
    moves.move(case.pk, step, as_handler(), inputs)
    assert Meeting.objects.get(case=case).status == "cancelled"
