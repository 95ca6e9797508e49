"""Calendar files, read back by another library than the one that writes them."""

import datetime
import itertools
from typing import Any

import pytest
import vobject
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import as_handler, make_case, make_field, make_mentor, make_union, pair_of
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.calendar import Entry, feed, invitation
from wagtail_mentoring.meetings.models import Meeting
from wagtail_mentoring.people.models import Mentee

pytestmark = pytest.mark.django_db

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
# In Helsinki it is summer time at the meeting, and winter time on the day on which it is written.
WRITTEN = datetime.datetime(2027, 3, 20, 10, 0, tzinfo=datetime.UTC)
MEETING = datetime.datetime(2027, 3, 30, 14, 0, tzinfo=datetime.UTC)


@pytest.fixture
def case() -> Case:
    make_union(sender_address="mentoring@tek.example.org")
    return make_case(state="meeting_1", language="en", name="Amal Haddad", email="amal@example.org")


def plan(case: Case, **inputs: Any) -> Meeting:
    entered = {"starts_at": MEETING, "place": "Library Metso, room 2; Tampere\nsecond floor"} | inputs
    with clock.at(WRITTEN):
        moves.move(case.pk, "plan_meeting", as_handler(), entered)
    return Meeting.objects.get(case=case, status="planned")


def read(content: bytes) -> Any:
    text = content.decode("utf-8")
    assert "\r\n" in text and "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n")), "a line that must be folded"
    return vobject.readOne(text)


def test_an_invitation(case: Case) -> None:
    meeting = plan(case)
    with clock.at(WRITTEN):
        calendar = read(invitation(meeting, case.mentee))
    event = calendar.vevent
    assert (calendar.method.value, calendar.version.value) == ("REQUEST", "2.0")
    assert event.dtstart.value == MEETING and event.dtend.value == MEETING + datetime.timedelta(minutes=90)
    assert event.summary.value == "Mentoring meeting 2"
    assert event.location.value == "Library Metso, room 2; Tampere\nsecond floor"
    assert event.uid.value == str(meeting.uid)
    assert (event.sequence.value, event.status.value, event.dtstamp.value) == ("0", "CONFIRMED", WRITTEN)
    assert event.organizer.value == "mailto:mentoring@tek.example.org"
    assert [one.value for one in event.contents["attendee"]] == ["mailto:amal@example.org"]
    assert event.attendee.params["RSVP"] == ["FALSE"] and event.attendee.params["PARTSTAT"] == ["ACCEPTED"]
    assert event.valarm.trigger.value == -HOUR
    assert event.valarm.description.value == "Mentoring meeting 2"


def test_nothing_in_it_tells_of_the_others(case: Case) -> None:
    meeting = plan(case)
    three = [case.mentee, *pair_of(case)]
    for reader in three:
        text = invitation(meeting, reader).decode().replace("\r\n ", "")
        for other in three:
            assert other.name not in text
            assert (other.email in text) == (other == reader)
        assert case.reference not in text and "/p/" not in text
        assert case.mentee.email not in feed(reader).decode()


def test_moving_and_cancelling_keep_the_uid_and_raise_the_sequence(case: Case) -> None:
    meeting = plan(case)
    files = [invitation(meeting, case.mentee)]
    for days in (1, 2):
        files.append(invitation(plan(case, starts_at=MEETING + days * DAY), case.mentee))
    with clock.at(WRITTEN):
        moves.move(case.pk, "cancel_meeting", as_handler(), {})
    files.append(invitation(Meeting.objects.get(pk=meeting.pk), case.mentee, method="CANCEL"))
    events = [read(content).vevent for content in files]
    assert {event.uid.value for event in events} == {str(meeting.uid)}
    numbers = [int(event.sequence.value) for event in events]
    assert all(earlier < later for earlier, later in itertools.pairwise(numbers))
    cancelled = read(files[-1])
    assert (cancelled.method.value, cancelled.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert "valarm" not in cancelled.vevent.contents
    again = plan(case)
    assert again.uid != meeting.uid


def test_a_file_is_of_the_moment_at_which_its_cause_was(case: Case) -> None:
    meeting = plan(case)
    kept = Entry.of(meeting).snapshot() | {"meeting": meeting.pk, "method": "REQUEST"}
    plan(case, starts_at=MEETING + DAY, place="Café")
    entry = Entry.from_snapshot(kept)
    event = read(invitation(entry, case.mentee)).vevent
    assert event.dtstart.value == MEETING and event.sequence.value == "0"
    assert Entry.from_snapshot(entry.snapshot()) == entry


@pytest.mark.parametrize("kept", [{}, {"uid": "x"}])
def test_what_is_no_snapshot(kept: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        Entry.from_snapshot({"sequence": 0, "number": 1, "starts_at": "x", "minutes": 1, "place": ""} | kept)


def test_another_method_is_none(case: Case) -> None:
    with pytest.raises(ValueError, match="REPLY"):
        invitation(plan(case), case.mentee, method="REPLY")


@pytest.mark.parametrize("place", ["", "https://meet.example.org/a,b;c", "Ääniwalli ☕ " * 20, "a\\b\r\nEND:VEVENT"])
def test_any_place(case: Case, place: str) -> None:
    event = read(invitation(plan(case, place=place[:300]), case.mentee)).vevent
    shown = event.location.value if "location" in event.contents else ""
    assert shown.replace("\r\n", "\n") == place[:300].replace("\r\n", "\n")


def test_the_feed_has_what_comes_and_what_was_lately(case: Case) -> None:
    meeting = plan(case)
    held = Meeting.objects.get(case=case, status="held")
    other = make_case(case.field, "paired")
    plan(other)
    for person in (case.mentee, *pair_of(case)):
        with clock.at(WRITTEN):
            calendar = read(feed(person))
            assert calendar.method.value == "PUBLISH"
            assert calendar.contents["x-wr-calname"][0].value == "Mentoring"
            uids = [event.uid.value for event in calendar.contents["vevent"]]
            assert uids == ([str(held.uid)] if held.starts_at > WRITTEN - 90 * DAY else []) + [str(meeting.uid)]
            assert not any("attendee" in event.contents for event in calendar.contents["vevent"])
            assert [len(event.contents.get("valarm", [])) for event in calendar.contents["vevent"]][-1] == 1
        with clock.at(held.starts_at + 91 * DAY):
            assert str(held.uid) not in feed(person).decode()


def test_a_cancelled_meeting_and_an_earlier_mentors_are_gone_from_the_feed(case: Case) -> None:
    meeting = plan(case)
    first, second = pair_of(case)
    joining = make_mentor(case.field)
    inputs = {"leaving": first, "joining": joining, "reason": "Moved."}
    moves.move(case.pk, "replace_mentor", as_handler(), inputs)
    assert str(meeting.uid) not in feed(first).decode()
    assert str(meeting.uid) in feed(joining).decode()
    with clock.at(WRITTEN):
        moves.move(case.pk, "cancel_meeting", as_handler(), {})
    for person in (second, case.mentee):
        assert str(meeting.uid) not in feed(person).decode()


def test_an_empty_feed_is_a_calendar() -> None:
    assert "vevent" not in read(feed(make_mentor(make_field()))).contents


def test_it_speaks_the_readers_language(case: Case) -> None:
    meeting = plan(case)
    Mentee.objects.filter(pk=case.mentee_id).update(language="fi")
    text = feed(Mentee.objects.get(pk=case.mentee_id)).decode()
    assert str(meeting.uid) in text and "Liitto TEK" in text


def test_the_feed_takes_as_many_queries_with_many_meetings_as_with_one(case: Case) -> None:
    plan(case)
    mentor = pair_of(case)[0]
    type(mentor).objects.filter(pk=mentor.pk).update(capacity=3)
    mentor.refresh_from_db()

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            feed(type(mentor).objects.select_related("union").get(pk=mentor.pk))
        return len(found)

    with_one = count()
    for _number in range(2):
        plan(make_case(case.field, "meeting_2", mentors=[mentor, make_mentor(case.field)]))
    assert count() == with_one == 2
