"""Presses on a page that is older than the meeting it shows, and days that nobody can mean."""

import datetime
from typing import Any

import pytest

from tests.factories import as_handler, pair_of
from tests.portal.test_after_meeting import begun, planned, text, there, told
from tests.portal.three import CANCEL, HOME, PLACE, RECORD, SUGGEST, UNDO, soon, suggestion, three
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.meetings.models import Meeting
from wagtail_mentoring.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db


def stamp_on(page: str) -> str:
    """Return what the form of ``page`` carries of the meeting that it shows."""
    return page.split('name="shown" value="')[1].split('"')[0]


@pytest.mark.parametrize(("address", "given"), [(CANCEL, {"reason": "Not on that day."}), (PLACE, {"place": "Kamppi"})])
def test_a_meeting_moved_meanwhile_is_not_the_one_meant(opened: Any, address: str, given: dict[str, str]) -> None:
    case = three()
    planned(case, soon(3))
    client = opened(case)
    shown = stamp_on(text(client, address))
    moved = planned(case, soon(5))
    answer = client.post(address, given | {"shown": shown})
    page = answer.content.decode()
    assert answer.status_code >= 400 and "The meeting has changed meanwhile." in page
    again = Meeting.objects.get(case=case)
    assert (again.status, again.sequence, again.place) == ("planned", moved.sequence, "Oodi")
    # What was typed is kept, and the next press means what the page shows now.
    assert next(iter(given.values())) in page
    assert client.post(address, given | {"shown": stamp_on(page)}).status_code == 302
    again.refresh_from_db()
    assert (again.status, again.place) in {("cancelled", "Oodi"), ("planned", "Kamppi")}


@pytest.mark.parametrize("outcome", ["cancelled", "missed"])
def test_the_page_after_a_meeting_means_that_meeting(opened: Any, outcome: str) -> None:
    case = three()
    meeting = begun(case)
    maija = pair_of(case)[0]
    client = opened(case, maija)
    shown = stamp_on(text(client, RECORD))
    Meeting.objects.filter(pk=meeting.pk).update(sequence=meeting.sequence + 1)
    given = told(meeting, outcome, there=there(case, maija), shown=shown)
    assert "The meeting has changed meanwhile." in client.post(RECORD, given).content.decode()
    assert Meeting.objects.get(case=case).status == "planned"


def test_the_same_place_again_tells_nobody(opened: Any) -> None:
    case = three()
    meeting = planned(case)
    OutboxMessage.objects.all().delete()
    assert opened(case).post(PLACE, {"place": " Oodi "}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.sequence == 0 and not OutboxMessage.objects.exists()


def test_only_the_meeting_on_the_page_is_taken_back(opened: Any) -> None:
    case = three("meeting_3")
    client = opened(case, pair_of(case)[0])
    assert 'name="number" value="3"' in text(client, UNDO)
    moves.move(case.pk, "undo_meeting", as_handler(), {"reason": "Recorded twice."})
    for number in ("3", "", "1"):
        assert client.post(UNDO, {"reason": "Recorded twice.", "number": number}).url == HOME
    assert Meeting.objects.filter(case=case, status="held").count() == 2
    assert client.post(UNDO, {"reason": "That one too.", "number": "2"}).url == HOME
    assert Meeting.objects.filter(case=case, status="held").count() == 1


def test_no_meeting_begins_before_the_last_was_over(opened: Any) -> None:
    case = three("meeting_1")
    first = Meeting.objects.get(case=case, status="held")
    Meeting.objects.filter(pk=first.pk).update(starts_at=soon(-2), minutes=90)
    first.refresh_from_db()
    client = opened(case, pair_of(case)[0])
    for later, taken in ((0, False), (1, False), (89, False), (90, True)):
        starts = soon(-2) + datetime.timedelta(minutes=later)
        given = {"day": f"{starts:%Y-%m-%d}", "time": f"{starts:%H:%M}", "minutes": "60", "place": ""}
        answer = client.post(RECORD, given | {"number": "2", "outcome": "held", "there": there(case)})
        assert (answer.status_code == 302) is taken
        if not taken:
            assert "Meeting 1 was not over yet" in answer.content.decode()
    assert Meeting.objects.filter(case=case, status="held").count() == 2


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Helsinki"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31", "2101-01-01"])
def test_a_day_at_the_ends_of_the_calendar_is_a_slip(opened: Any, day: str, zone: str) -> None:
    case = three()
    maija = pair_of(case)[0]
    maija.time_zone = zone
    maija.save()
    client = opened(case, maija)
    for time in ("00:00", "23:59"):
        suggested = suggestion(clock.now()) | {"day_0": day, "time_0": time}
        recorded = {"day": day, "time": time, "minutes": "90", "place": "", "number": "1", "outcome": "held"}
        for address, given in ((SUGGEST, suggested), (RECORD, recorded | {"there": there(case)})):
            answer = client.post(address, given)
            assert answer.status_code == 422 and "Check the year." in answer.content.decode()


def test_the_home_page_says_what_became_of_the_meeting(opened: Any) -> None:
    case = three("meeting_1")
    planned(case)
    client = opened(case)
    assert "It is booked." in text(client, "/mentoring/p/meeting/")
    assert client.post(CANCEL, {"reason": ""}).url == HOME
    assert "was cancelled." in text(client, HOME) and "was cancelled." in text(opened(case, pair_of(case)[1]), HOME)
    meeting = begun(case)
    given = told(meeting, "missed", there=there(case, *pair_of(case)), number="2")
    assert opened(case, pair_of(case)[0]).post(RECORD, given).url == HOME
    page = text(client, HOME)
    assert "was not held: somebody did not come." in page and "was cancelled." not in page
    planned(case)
    assert "was not held" not in text(client, HOME)
