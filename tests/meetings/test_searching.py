"""Finding a time for three."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import as_handler, make_case, make_field, make_mentor, pair_of
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings import signals
from wagtail_mentoring.meetings.models import Meeting, Slot, SlotAnswer, TimeSearch
from wagtail_mentoring.meetings.searching import answer, change_place, fix, slots_for, suggest, take_back
from wagtail_mentoring.people.models import Mentee, Mentor, MentorAbsence
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@pytest.fixture
def case() -> Case:
    field = make_field()
    maija = make_mentor(field, name="Maija Niemi", preferred_name="Maija", shown=["name"])
    erik = make_mentor(field, name="Erik Holm", preferred_name="Erik", shown=["name"])
    for mentor in (maija, erik):
        Consent.objects.create(mentor=mentor, kind=ConsentKind.SHOWN_TO_PARTNER, fields=["name"])
    return make_case(field, "paired", mentors=[maija, erik], name="Amal Haddad", preferred_name="Amal")


def soon(days: int = 3, hour: int = 14) -> datetime.datetime:
    return (clock.now() + days * DAY).replace(hour=hour, minute=0, second=0, microsecond=0)


def slots_of(case: Case) -> list[Slot]:
    return list(Slot.objects.filter(search__case=case).order_by("starts_at"))


def refused(act: Any, *arguments: Any, **named: Any) -> StepRefused:
    """Return why ``act`` is refused, having seen that it changed nothing."""
    before = rows()
    with pytest.raises(StepRefused) as caught:
        act(*arguments, **named)
    assert rows() == before
    assert str(caught.value.reason)
    return caught.value


def sentences(case: Case, person: Mentee | Mentor) -> list[str]:
    return [row.sentence for row in slots_for(case, person).rows]


def test_from_the_first_suggestion_to_a_meeting(case: Case) -> None:
    maija, erik = pair_of(case)
    search = suggest(case.pk, maija, starts=[soon(3), soon(4)], place="Library Metso")
    assert (search.number, search.minutes, search.place) == (1, 90, "Library Metso")
    first, second = slots_of(case)
    answer(case.pk, erik, {second.pk})
    answer(case.pk, case.mentee, {first.pk, second.pk})
    table = slots_for(case, case.mentee)
    assert [row.sentence for row in table.rows] == ["Only you and Maija can", "All three can"]
    assert [row.pk for row in table.best] == [second.pk]
    fixed = fix(case.pk, case.mentee, second.pk, place="Library Metso")
    meeting = Meeting.objects.get(case=case)
    assert (meeting.starts_at, meeting.place, meeting.minutes) == (second.starts_at, "Library Metso", 90)
    assert (meeting.status, meeting.changed_by_mentee, meeting.changed_by_mentor) == ("planned", case.mentee, None)
    assert fixed.state == "paired"
    search.refresh_from_db()
    assert (search.meeting, search.ended_at is not None) == (meeting, True)
    assert slots_for(case, maija).search is None


def test_a_second_press_says_what_was_fixed(case: Case) -> None:
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon()])
    slot = slots_of(case)[0]
    answer(case.pk, erik, {slot.pk})
    answer(case.pk, case.mentee, {slot.pk})
    fix(case.pk, erik, slot.pk)
    assert "has a time already" in str(refused(fix, case.pk, case.mentee, slot.pk).reason)
    assert "has a time already" in str(refused(answer, case.pk, case.mentee, {slot.pk}).reason)


def test_moving_keeps_the_calendar_entry_and_asks_everybody_again(case: Case) -> None:
    maija, erik = pair_of(case)
    moves.move(case.pk, "plan_meeting", as_handler(), {"starts_at": soon(2), "place": "Café", "minutes": 60})
    before = Meeting.objects.get(case=case)
    search = suggest(case.pk, case.mentee, starts=[soon(5)])
    assert (search.place, search.minutes, search.number) == ("Café", 60, 1)
    slot = slots_of(case)[0]
    refused(fix, case.pk, case.mentee, slot.pk)
    for mentor in (maija, erik):
        answer(case.pk, mentor, {slot.pk})
    fix(case.pk, maija, slot.pk)
    after = Meeting.objects.get(case=case)
    assert (after.pk, after.uid, after.sequence, after.starts_at) == (before.pk, before.uid, 1, slot.starts_at)


def test_a_slot_that_does_not_suit_all_is_never_fixed(case: Case) -> None:
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon()])
    slot = slots_of(case)[0]
    answer(case.pk, case.mentee, {slot.pk})
    for _again in range(2):
        for person in (maija, erik, case.mentee):
            assert "does not suit all" in str(refused(fix, case.pk, person, slot.pk).reason)
        answer(case.pk, erik, set())


@pytest.mark.parametrize("own", ["mentee", "mentor"])
def test_nobody_of_the_three_plans_a_time_of_the_own(case: Case, own: str) -> None:
    from wagtail_mentoring.meetings.whose import acting

    by = case.mentee if own == "mentee" else pair_of(case)[0]
    plan = {"starts_at": soon()}
    assert "Choose one" in str(refused(moves.move, case.pk, "plan_meeting", acting(by), plan).reason)
    other = make_case(state="paired", mentors=[make_mentor(case.field), make_mentor(case.field)])
    suggest(other.pk, pair_of(other)[0], starts=[soon()])
    refused(moves.move, case.pk, "plan_meeting", acting(by), plan | {"slot": slots_of(other)[0]})
    suggest(case.pk, pair_of(case)[0], starts=[soon(4)])
    refused(moves.move, case.pk, "plan_meeting", acting(by), plan | {"slot": slots_of(case)[0]})


def test_the_mentors_come_first(case: Case) -> None:
    assert "mentors suggest" in str(refused(suggest, case.pk, case.mentee, starts=[soon()]).reason)
    suggest(case.pk, pair_of(case)[1], starts=[soon()])
    suggest(case.pk, case.mentee, starts=[soon(5)])
    assert len(slots_of(case)) == 2


@pytest.mark.parametrize(
    "start, words",
    [
        (datetime.timedelta(hours=-1), "in the past"),
        (datetime.timedelta(0), "in the past"),
        (181 * DAY, "180 days"),
    ],
)
def test_impossible_times(case: Case, start: datetime.timedelta, words: str) -> None:
    moment = clock.now()
    with clock.at(moment):
        error = refused(suggest, case.pk, pair_of(case)[0], starts=[moment + DAY, moment + start])
        suggest(case.pk, pair_of(case)[0], starts=[moment + 180 * DAY])
    assert list(error.errors) == ["starts_1"]
    assert words in str(error.errors["starts_1"])


def test_a_time_is_suggested_once(case: Case) -> None:
    maija, erik = pair_of(case)
    assert list(refused(suggest, case.pk, maija, starts=[soon(), soon()]).errors) == ["starts_1"]
    suggest(case.pk, maija, starts=[soon()])
    assert list(refused(suggest, case.pk, erik, starts=[soon(4), soon()]).errors) == ["starts_1"]


def test_twelve_slots_at_most_of_those_to_come(case: Case) -> None:
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon(day) for day in range(1, 11)])
    error = refused(suggest, case.pk, erik, starts=[soon(day) for day in range(11, 14)])
    assert "room for 2 more" in str(error.reason) and list(error.errors) == ["starts_2"]
    assert slots_for(case, erik).room == 2
    with clock.at(soon(5) + HOUR):
        assert slots_for(case, erik).room == 7
        suggest(case.pk, erik, starts=[soon(day) for day in range(11, 14)])


@pytest.mark.parametrize(
    "change, field",
    [
        ({"starts": []}, "starts_0"),
        ({"minutes": 5}, "minutes"),
        ({"minutes": 481}, "minutes"),
        ({"place": "x" * 301}, "place"),
    ],
)
def test_what_else_is_wrong_stands_beside_its_field(case: Case, change: dict[str, Any], field: str) -> None:
    error = refused(suggest, case.pk, pair_of(case)[0], **{"starts": [soon()]} | change)
    assert list(error.errors) == [field]


def test_strangers_and_those_who_left_can_nothing(case: Case) -> None:
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon()])
    slot = slots_of(case)[0]
    other = make_case(state="paired", mentors=[make_mentor(case.field), make_mentor(case.field)])
    joining = make_mentor(case.field)
    moves.move(case.pk, "replace_mentor", as_handler(), {"leaving": maija, "joining": joining, "reason": "Moved."})
    for person in (other.mentee, pair_of(other)[0], maija):
        refused(suggest, case.pk, person, starts=[soon(4)])
        refused(answer, case.pk, person, {slot.pk})
        refused(take_back, case.pk, person, slot.pk)
        refused(fix, case.pk, person, slot.pk)
        refused(change_place, case.pk, person, "Here")
        with pytest.raises(StepRefused):
            slots_for(case, person)


def test_a_new_mentor_is_asked_and_the_one_who_left_counts_no_more(case: Case) -> None:
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon()])
    slot = slots_of(case)[0]
    answer(case.pk, erik, {slot.pk})
    answer(case.pk, case.mentee, {slot.pk})
    joining = make_mentor(case.field, preferred_name="Leena", shown=["name"])
    moves.move(case.pk, "replace_mentor", as_handler(), {"leaving": erik, "joining": joining, "reason": "Moved."})
    assert sentences(case, case.mentee) == ["Leena has not answered"]
    refused(fix, case.pk, case.mentee, slot.pk)
    answer(case.pk, joining, {slot.pk})
    fix(case.pk, joining, slot.pk)


def test_what_was_suggested_after_the_page_was_shown_stays_open(case: Case) -> None:
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon(3), soon(4)])
    first, second = slots_of(case)
    suggest(case.pk, erik, starts=[soon(5)])
    take_back(case.pk, maija, second.pk)
    answer(case.pk, case.mentee, {first.pk, second.pk}, shown={first.pk, second.pk})
    table = slots_for(case, case.mentee)
    assert [row.said for row in table.rows] == ["yes", "unknown"]
    assert table.waits_for_you
    answer(case.pk, case.mentee, set())
    assert [row.said for row in slots_for(case, case.mentee).rows] == ["no", "no"]
    assert SlotAnswer.objects.filter(mentee=case.mentee).count() == 2
    assert "not suggested any more" in str(refused(answer, case.pk, erik, {second.pk}, shown={second.pk}).reason)


def test_only_whoever_suggested_takes_back(case: Case) -> None:
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon()])
    slot = slots_of(case)[0]
    assert [[row.mine for row in slots_for(case, person).rows] for person in (maija, erik)] == [[True], [False]]
    assert "Only the person" in str(refused(take_back, case.pk, erik, slot.pk).reason)
    take_back(case.pk, maija, slot.pk)
    refused(take_back, case.pk, maija, slot.pk)
    assert slots_for(case, maija).rows == ()


def test_another_place_is_looked_at_first(case: Case) -> None:
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon()], place="Library")
    slot = slots_of(case)[0]
    answer(case.pk, case.mentee, {slot.pk})
    answer(case.pk, erik, {slot.pk})
    suggest(case.pk, erik, starts=[soon(4)], place="https://meet.example.org/a")
    assert "place has changed" in str(refused(fix, case.pk, case.mentee, slot.pk, place="Library").reason)
    fix(case.pk, case.mentee, slot.pk, place="https://meet.example.org/a")


def test_the_place_changes_and_the_time_stays(case: Case) -> None:
    refused(change_place, case.pk, pair_of(case)[0], "Library")
    moves.move(case.pk, "plan_meeting", as_handler(), {"starts_at": soon(), "place": "Café", "minutes": 60})
    assert list(refused(change_place, case.pk, pair_of(case)[0], "  ").errors) == ["place"]
    change_place(case.pk, pair_of(case)[0], " Library ")
    meeting = Meeting.objects.get(case=case)
    assert (meeting.place, meeting.starts_at, meeting.minutes, meeting.sequence) == ("Library", soon(), 60, 1)


def test_busy_elsewhere(case: Case) -> None:
    maija, erik = pair_of(case)
    Mentor.objects.filter(pk=maija.pk).update(capacity=2)
    maija.refresh_from_db()
    other = make_case(case.field, "paired", mentors=[maija, make_mentor(case.field)])
    suggest(case.pk, erik, starts=[soon(3), soon(4)])
    first, second = slots_of(case)
    for person in (maija, case.mentee):
        answer(case.pk, person, {first.pk, second.pk})
    # From half past three: an hour and a half from two o'clock ends just when it begins.
    begins = soon(3) + datetime.timedelta(minutes=89)
    moves.move(other.pk, "plan_meeting", as_handler(), {"starts_at": begins})
    table = slots_for(case, maija)
    assert "another mentoring meeting" in table.rows[0].marks[0].busy
    assert other.mentee.name not in table.rows[0].marks[0].busy
    assert [row.sentence for row in table.rows] == ["Only Amal and Erik can", "All three can"]
    for person in (erik, case.mentee):
        rows_ = slots_for(case, person).rows
        assert [mark.busy for row in rows_ for mark in row.marks] == [""] * 6
        assert [row.suits_all for row in rows_] == [False, True]
    refused(fix, case.pk, maija, first.pk)
    assert list(refused(suggest, case.pk, maija, starts=[soon(3) + HOUR]).errors) == ["starts_0"]
    moves.move(other.pk, "plan_meeting", as_handler(), {"starts_at": begins + datetime.timedelta(minutes=1)})
    assert slots_for(case, erik).rows[0].suits_all
    fix(case.pk, maija, first.pk)


def test_days_away_count_in_the_mentors_own_zone(case: Case) -> None:
    maija, erik = pair_of(case)
    Mentor.objects.filter(pk=maija.pk).update(time_zone="Asia/Tokyo")
    start = soon(5, hour=19)  # in Tokyo it is four in the morning of the next day
    suggest(case.pk, erik, starts=[start])
    slot = slots_of(case)[0]
    for person in (maija, case.mentee):
        answer(case.pk, person, {slot.pk})
    assert slots_for(case, erik).best
    away = MentorAbsence.objects.create(mentor=maija, first_day=start.date(), last_day=start.date())
    assert slots_for(case, erik).best
    MentorAbsence.objects.filter(pk=away.pk).update(last_day=start.date() + DAY)
    assert not slots_for(case, erik).best
    assert "away" in slots_for(case, Mentor.objects.get(pk=maija.pk)).rows[0].marks[0].busy
    refused(fix, case.pk, erik, slot.pk)


def test_when_nothing_fits_it_says_which_two_do(case: Case) -> None:
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon(3), soon(4)])
    first, second = slots_of(case)
    answer(case.pk, erik, {first.pk})
    answer(case.pk, case.mentee, set(), shown={first.pk})
    table = slots_for(case, case.mentee)
    assert [row.sentence for row in table.rows] == ["Only the mentors can", "Erik cannot"]
    assert table.nothing_fits
    answer(case.pk, case.mentee, set())
    table = slots_for(case, case.mentee)
    assert [row.sentence for row in table.rows] == ["Only the mentors can", "Only Maija can"]
    assert table.nothing_fits and [row.pk for row in table.nearly] == [first.pk]
    assert sentences(case, erik) == ["Only you and Maija can", "Only Maija can"]
    suggest(case.pk, case.mentee, starts=[soon(6)])
    table = slots_for(case, maija)
    assert (table.nothing_fits, table.nearly) == (False, ())
    assert table.rows[2].sentence == "You and Erik have not answered"


def test_of_a_mentor_who_has_not_agreed_no_name_is_shown() -> None:
    field = make_field()
    case = make_case(field, "paired", mentors=[make_mentor(field, name="Maija Niemi"), make_mentor(field)])
    maija, erik = pair_of(case)
    suggest(case.pk, erik, starts=[soon()])
    slot = slots_of(case)[0]
    answer(case.pk, case.mentee, {slot.pk})
    assert sentences(case, case.mentee) == ["The first mentor has not answered"]
    answer(case.pk, case.mentee, set())
    answer(case.pk, maija, set())
    assert sentences(case, case.mentee) == ["Only the second mentor can"]
    assert sentences(case, erik) == ["Only you can"]
    assert sentences(case, maija) == ["Only the second mentor can"]
    moves.move(case.pk, "go_back", as_handler(), {"reason": "Both."})
    alone = make_mentor(field, name="Leena Salo")
    inputs = {"first": alone, "second": None, "one_mentor_reason": "Only one."}
    moves.move(case.pk, "pair", as_handler(), inputs)
    case = Case.objects.get(pk=case.pk)
    suggest(case.pk, alone, starts=[soon()])
    assert sentences(case, case.mentee) == ["You have not answered"]
    answer(case.pk, case.mentee, {slots_for(case, alone).rows[0].pk})
    assert sentences(case, case.mentee) == ["Both can"]
    answer(case.pk, case.mentee, set())
    assert sentences(case, case.mentee) == ["Only your mentor can"]


@pytest.mark.parametrize("step", ["go_back", "record_meeting", "withdraw"])
def test_a_search_ends_with_what_it_was_for(step: str) -> None:
    case = make_case(state="paired", agreement="signed")
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon()])
    if step == "go_back":
        moves.move(case.pk, step, as_handler(), {"reason": "Fit."})
    elif step == "withdraw":
        from wagtail_mentoring.meetings.whose import acting

        moves.move(case.pk, step, acting(case.mentee), {})
    else:
        there = {"mentee_present": True, "mentors_present": [maija]}
        moves.move(case.pk, step, as_handler(), there | {"number": 1, "starts_at": clock.now() - HOUR})
    assert not TimeSearch.objects.filter(ended_at=None).exists()
    if step == "record_meeting":
        assert suggest(case.pk, maija, starts=[soon()]).number == 2


def test_it_is_told_by_signals_and_stands_in_the_history(case: Case) -> None:
    maija, erik = pair_of(case)
    told: list[Any] = []

    def hear(signal: Any, **kwargs: Any) -> None:
        told.append((signal, kwargs["by"], kwargs.get("first")))

    for signal in (signals.times_suggested, signals.times_answered):
        signal.connect(hear)
    try:
        suggest(case.pk, maija, starts=[soon()])
        suggest(case.pk, case.mentee, starts=[soon(4)])
        answer(case.pk, erik, set())
    finally:
        for signal in (signals.times_suggested, signals.times_answered):
            signal.disconnect(hear)
    assert told == [
        (signals.times_suggested, maija, True),
        (signals.times_suggested, case.mentee, False),
        (signals.times_answered, erik, None),
    ]
    lines = case.log.filter(action="mentoring.times_suggested").order_by("sequence")
    assert [(line.actor, line.data) for line in lines] == [
        ("mentor", {"number": 1, "times": 1}),
        ("mentee", {"number": 1, "times": 1}),
    ]


def test_the_table_takes_as_many_queries_with_twelve_slots_as_with_one(case: Case) -> None:
    maija, erik = pair_of(case)

    def count() -> int:
        mentee = case.mentee
        with CaptureQueriesContext(connection) as found:
            slots_for(Case.objects.select_related("mentee").get(pk=case.pk), mentee)
        return len(found)

    suggest(case.pk, maija, starts=[soon(1)])
    with_one = count()
    suggest(case.pk, maija, starts=[soon(day) for day in range(2, 13)])
    for person in (erik, case.mentee):
        answer(case.pk, person, {slots_of(case)[3].pk})
        MentorAbsence.objects.create(mentor=maija, first_day=soon(3).date(), last_day=soon(3).date())
    assert count() == with_one <= 9
