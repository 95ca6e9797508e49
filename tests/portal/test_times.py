"""The page on which three people find a time, over HTTP."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import as_handler, pair_of
from tests.portal.three import HOME, MEETING, SUGGEST, TIMES, soon, suggestion, three
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.meetings.models import Meeting, Slot, SlotAnswer, TimeSearch
from wagtail_mentoring.meetings.searching import answer, suggest
from wagtail_mentoring.people.models import MentorAbsence

pytestmark = pytest.mark.django_db


def text(client: Client, address: str = TIMES) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def slots() -> list[Slot]:
    return list(Slot.objects.order_by("starts_at"))


def test_from_the_first_suggestion_to_the_booked_meeting(opened) -> None:
    case = three()
    maija, erik = (opened(case, mentor) for mentor in pair_of(case))
    amal = opened(case)
    assert "Your mentors suggest the first times." in text(amal)
    assert amal.get(SUGGEST).url == TIMES
    # Without times there is one thing to do.
    assert maija.get(TIMES).url == SUGGEST
    assert maija.post(SUGGEST, suggestion(soon(3), soon(4, 17))).url == TIMES
    search = TimeSearch.objects.get()
    assert (search.place, search.minutes) == ("Oodi, Helsinki", 90)
    assert [slot.starts_at for slot in slots()] == [soon(3), soon(4, 17)]
    first, second = (slot.pk for slot in slots())
    page = text(amal)
    assert "Maija" in page and "Erik" in page and "Place: Oodi, Helsinki" in page and "1.5 hours" in page
    assert amal.post(TIMES, {"what": "answer", "shown": [first, second], "suits": [second]}).url == TIMES
    assert "Saved" in text(amal) and "Book this time" not in text(amal)
    erik.post(TIMES, {"what": "answer", "shown": [first, second], "suits": [first, second]})
    page = text(amal)
    assert "This time suits all three of you:" in page and "Maija suggested it." in page and "All three can" in page
    assert amal.post(TIMES, {"what": "fix", "slot": second, "place": "Oodi, Helsinki"}).url == MEETING
    meeting = Meeting.objects.get()
    assert (meeting.starts_at, meeting.place, meeting.status) == (soon(4, 17), "Oodi, Helsinki", "planned")
    assert "Oodi, Helsinki" in text(erik, MEETING)


def test_what_is_wrong_stands_beside_its_row_and_nothing_is_lost(opened) -> None:
    case = three()
    client = opened(case, pair_of(case)[0])
    given = suggestion(soon(3), soon(-2), soon(4)) | {"time_2": "", "place": "My code is 131052-308T"}
    response = client.post(SUGGEST, given)
    assert response.status_code == 422 and not Slot.objects.exists()
    page = response.content.decode()
    assert "Give the time too." in page and "identity code" in page
    for name, value in given.items():
        if name.startswith("day"):
            assert f'value="{value}"' in page, name
    given |= {"time_2": "17:00", "place": "Oodi"}
    response = client.post(SUGGEST, given)
    assert response.status_code == 422 and "This time is in the past." in response.content.decode()
    assert response.context["form"].errors.keys() == {"day_1"}
    assert client.post(SUGGEST, {}).context["form"].errors.keys() >= {"day_0", "time_0", "place"}


def test_a_time_that_the_clocks_skip_or_show_twice(opened) -> None:
    with clock.at(datetime.datetime(2026, 10, 1, 9, tzinfo=datetime.UTC)):
        case = three()
        client = opened(case, pair_of(case)[0])
        twice = {"place": "Oodi", "minutes": "90", "day_0": "2026-10-25", "time_0": "03:30"}
        response = client.post(SUGGEST, twice)
        page = response.content.decode()
        assert response.status_code == 422 and "Which of the two?" in page and "comes twice" in page
        assert client.post(SUGGEST, twice | {"which_0": "second"}).url == TIMES
        assert slots()[0].starts_at == datetime.datetime(2026, 10, 25, 1, 30, tzinfo=datetime.UTC)
    with clock.at(datetime.datetime(2027, 3, 1, 9, tzinfo=datetime.UTC)):
        client = opened(case, pair_of(case)[0])
        response = client.post(SUGGEST, twice | {"day_0": "2027-03-28"})
        assert "does not come" in response.content.decode()


def test_times_stand_in_the_time_zone_of_whoever_reads(opened) -> None:
    case = three()
    maija, _erik = pair_of(case)
    with clock.at(datetime.datetime(2026, 11, 2, 9, tzinfo=datetime.UTC)):
        suggest(case.pk, maija, starts=[datetime.datetime(2026, 11, 10, 15, tzinfo=datetime.UTC)], place="Oodi")
        case.mentee.time_zone = "America/Toronto"
        case.mentee.save()
        page = text(opened(case))
        assert "10:00–11:30" in page and "Times as in Toronto." in page
        page = text(opened(case, maija))
        assert "17:00–18:30" in page and "Finnish time (Helsinki)." in page
        # What is typed counts there too.
        assert opened(case).post(SUGGEST, suggestion(datetime.datetime(2026, 11, 11, 8))).url == TIMES
        assert slots()[1].starts_at == datetime.datetime(2026, 11, 11, 13, tzinfo=datetime.UTC)


def test_when_nothing_fits_the_page_says_which_two_can(opened) -> None:
    case = three()
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon(3), soon(4)], place="Oodi")
    first, second = slots()
    answer(case.pk, erik, {first.pk})
    answer(case.pk, case.mentee, set())
    page = text(opened(case))
    assert "No time suits all three of you" in page and "Two of you can at these times:" in page
    assert page.count("Only the mentors can") == 2 and "Suggest other times" in page
    assert "Book this time" not in page


def test_the_own_other_meeting_is_said_fully_and_to_others_not(opened) -> None:
    case = three()
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon(3)], place="Oodi")
    MentorAbsence.objects.create(mentor=erik, first_day=soon(3).date(), last_day=soon(3).date())
    page = text(opened(case, erik))
    assert "You are away on this day, says your own page." in page and 'type="checkbox"' not in page
    assert "away" not in text(opened(case))
    # Saving the page keeps what was said before.
    client, slot = opened(case, erik), slots()[0]
    assert client.post(TIMES, {"what": "answer", "shown": [slot.pk]}).url == TIMES
    assert SlotAnswer.objects.get(mentor=erik).suits is False


def test_taking_back_what_one_suggested(opened) -> None:
    case = three()
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon(3), soon(4)], place="Oodi")
    slot = slots()[0]
    assert "Take back" not in text(opened(case, erik))
    refused = opened(case, erik).post(TIMES, {"what": "take_back", "slot": slot.pk})
    assert refused.status_code == 409 and "Only the person who suggested" in refused.content.decode()
    client = opened(case, maija)
    assert "Take back" in text(client)
    assert client.post(TIMES, {"what": "take_back", "slot": slot.pk}).url == TIMES
    assert len(slots()) == 1


def test_a_place_that_changed_meanwhile_stops_the_booking(opened) -> None:
    case = three()
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon(3)], place="Oodi")
    slot = slots()[0]
    answer(case.pk, erik, {slot.pk})
    answer(case.pk, case.mentee, {slot.pk})
    TimeSearch.objects.update(place="Somewhere else")
    response = opened(case).post(TIMES, {"what": "fix", "slot": slot.pk, "place": "Oodi"})
    assert response.status_code == 409 and "The place has changed meanwhile." in response.content.decode()
    assert not Meeting.objects.exists()


def test_another_length_meanwhile_is_said_and_keeps_the_ticks(opened) -> None:
    case = three()
    maija, erik = pair_of(case)
    suggest(case.pk, maija, starts=[soon(3), soon(4)], place="Oodi", minutes=60)
    first, second = (slot.pk for slot in slots())
    amal = opened(case)
    assert '<input type="hidden" name="minutes" value="60">' in text(amal)
    given = {"what": "answer", "shown": [first, second], "suits": [second], "minutes": "60"}
    assert amal.post(TIMES, given).url == TIMES
    page = text(opened(case, erik), SUGGEST)
    assert "If you make it longer, we ask again about the times that are already suggested." in page
    suggest(case.pk, erik, starts=[soon(5)], minutes=120)
    changed = "The length of the meeting has changed. Please tick again which times suit you."
    page = text(amal)
    assert changed in page and " checked" not in page
    assert changed not in text(opened(case, erik))
    response = amal.post(TIMES, given)
    page = response.content.decode()
    assert response.status_code == 409 and "The meeting takes 2 hours now. Look at the times again." in page
    assert f'value="{second}" checked' in page and f'value="{first}" checked' not in page
    assert amal.post(TIMES, given | {"minutes": "120"}).url == TIMES
    assert changed not in text(amal)
    opened(case, maija).post(TIMES, given | {"minutes": "120"})
    opened(case, erik).post(TIMES, given | {"minutes": "120"})
    book = {"what": "fix", "slot": second, "place": "Oodi"}
    response = amal.post(TIMES, book | {"minutes": "60"})
    assert response.status_code == 409 and not Meeting.objects.exists()
    assert amal.post(TIMES, book | {"minutes": "120"}).url == MEETING
    assert Meeting.objects.get().minutes == 120


def test_the_first_suggestion_asks_nobody_again(opened) -> None:
    case = three()
    assert "If you make it longer" not in text(opened(case, pair_of(case)[0]), SUGGEST)


@pytest.mark.parametrize(
    "rubbish", [{"what": "fix", "slot": "x"}, {"what": "fix", "slot": "9" * 30}, {}, {"what": "?"}]
)
def test_rubbish_changes_nothing(opened, rubbish) -> None:
    case = three()
    suggest(case.pk, pair_of(case)[0], starts=[soon(3)], place="Oodi")
    assert opened(case).post(TIMES, rubbish).url == TIMES
    assert SlotAnswer.objects.count() == 1 and not Meeting.objects.exists()


def test_who_writes_too_often_waits_and_loses_nothing(opened, settings) -> None:
    settings.WAGTAIL_MENTORING = {**getattr(settings, "WAGTAIL_MENTORING", {}), "LIMIT_WRITE": "1/hour"}
    case = three()
    client = opened(case, pair_of(case)[0])
    assert client.post(SUGGEST, suggestion(soon(3))).status_code == 302
    response = client.post(SUGGEST, suggestion(soon(4)))
    assert response.status_code == 429
    page = response.content.decode()
    assert "Wait a little" in page and f'value="{soon(4):%Y-%m-%d}"' in page


def test_nobody_gets_here_without_a_pair_or_after_the_end(opened) -> None:
    client = opened(three("closed"))
    assert client.get(TIMES).url == HOME
    assert client.get(SUGGEST).url == HOME
    assert client.post(TIMES, {"what": "answer"}).url == HOME


def test_whoever_has_left_the_pair_gets_nothing(opened) -> None:
    case = three()
    erik = pair_of(case)[1]
    client = opened(case, erik)
    moves.move(case.pk, "go_back", as_handler(), {"reason": "No fit."})
    for address in (TIMES, SUGGEST, MEETING):
        assert client.get(address).url == HOME


def test_the_table_costs_the_same_with_two_times_and_with_twelve(opened) -> None:
    case = three()
    maija, _erik = pair_of(case)
    client = opened(case)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            text(client)
        return len(queries)

    suggest(case.pk, maija, starts=[soon(3), soon(4)], place="Oodi")
    text(client)
    few = cost()
    suggest(case.pk, maija, starts=[soon(day) for day in range(5, 15)])
    assert len(slots()) == 12
    assert cost() == few
    assert re.search("as many times as fit", text(client))


def test_all_that_is_wrong_is_said_at_once(opened) -> None:
    case = three()
    maija = pair_of(case)[0]
    suggest(case.pk, maija, starts=[soon(5)], place="Oodi")
    client = opened(case, maija)
    given = suggestion(soon(-2), soon(4), soon(5)) | {"time_1": ""}
    response = client.post(SUGGEST, given)
    assert response.status_code == 422 and Slot.objects.count() == 1
    errors = response.context["form"].errors
    assert errors.keys() == {"day_0", "time_1", "day_2"}
    assert errors["day_0"] == ["This time is in the past."] and errors["time_1"] == ["Give the time too."]
    assert errors["day_2"] == ["This time is suggested already."]
    # Also beside what is wrong elsewhere, and for a first search.
    errors = client.post(SUGGEST, suggestion(soon(-2), place="")).context["form"].errors
    assert errors.keys() == {"day_0", "place"}
    TimeSearch.objects.all().delete()
    errors = client.post(SUGGEST, suggestion(soon(400), soon(4)) | {"time_1": "x"}).context["form"].errors
    assert errors.keys() == {"day_0", "time_1"}
    assert not TimeSearch.objects.exists()
