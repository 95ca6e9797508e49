"""Meetings as calendar files (iCalendar): one with a mail, all of them as a person's private calendar.

Times are in UTC, which every calendar shows in its own zone. Nothing in a title names anybody, and no file holds the
address of another person: calendars are shared at work and lie open on telephones.
"""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

import icalendar
from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.whose import Someone
from wagtail_mentoring.programme.localized import localized
from wagtail_mentoring.programme.models import Union

from .models import Meeting, MeetingStatus

PRODUCT = "-//wagtail-mentoring//meetings//EN"
REQUEST, CANCEL = "REQUEST", "CANCEL"
#: The calendar rings so long before a meeting.
ALARM = datetime.timedelta(hours=1)
#: Meetings stay in a person's calendar for so long after they were held.
KEPT = datetime.timedelta(days=90)
#: How often calendar programs are asked to look for something new.
REFRESH = datetime.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting as it stood at one moment: what a calendar file is made of, whatever becomes of the row later."""

    uid: str
    sequence: int
    number: int
    starts_at: datetime.datetime
    minutes: int
    place: str

    @classmethod
    def of(cls, meeting: Meeting) -> "Entry":
        """Return ``meeting`` as it is now."""
        return cls(
            uid=str(meeting.uid),
            # An expression while the row that was just planned anew has not been read again.
            sequence=int(meeting.sequence),
            number=meeting.number,
            starts_at=meeting.starts_at,
            minutes=meeting.minutes,
            place=meeting.place,
        )

    def snapshot(self) -> dict[str, Any]:
        """Return what :meth:`from_snapshot` reads back: JSON, to be kept with a mail until it leaves."""
        return {
            "uid": self.uid,
            "sequence": self.sequence,
            "number": self.number,
            "starts_at": self.starts_at.isoformat(),
            "minutes": self.minutes,
            "place": self.place,
        }

    @classmethod
    def from_snapshot(cls, kept: Mapping[str, Any]) -> "Entry":
        """Return the entry that was kept as ``kept``; other keys are left alone. KeyError, ValueError: it is none."""
        return cls(
            uid=str(uuid.UUID(str(kept["uid"]))),
            sequence=int(kept["sequence"]),
            number=int(kept["number"]),
            starts_at=datetime.datetime.fromisoformat(kept["starts_at"]),
            minutes=int(kept["minutes"]),
            place=str(kept["place"]),
        )


def invitation(meeting: Meeting | Entry, person: Someone, *, method: str = REQUEST) -> bytes:
    """Return the calendar file for ``person`` about one meeting, in the person's language: UTF-8, lines with CRLF.

    ``method``: ``"REQUEST"`` for a meeting that is planned or moved, ``"CANCEL"`` for one that will not be. The person
    is the only one invited, and need not reply: a reply would go to a mailbox that nobody reads for it. ValueError for
    another method.
    """
    if method not in (REQUEST, CANCEL):
        raise ValueError(f"There is no calendar file with the method {method!r}.")
    entry = meeting if isinstance(meeting, Entry) else Entry.of(meeting)
    with translation.override(person.language):
        calendar = _calendar(method)
        event = _event(entry, person.union, "CANCELLED" if method == CANCEL else "CONFIRMED")
        event.add("attendee", _attendee(person))
        if method == REQUEST:
            event.add_component(_alarm(entry))
        calendar.add_component(event)
    return calendar.to_ical()


def feed(person: Someone) -> bytes:
    """Return the calendar of ``person``: every planned meeting, and those held lately, of all running cases.

    In the person's language, UTF-8, lines with CRLF. A constant number of queries.
    """
    with translation.override(person.language):
        calendar = _calendar("PUBLISH")
        name = _("Mentoring")
        calendar.add("x-wr-calname", name)
        calendar.add("name", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", icalendar.vDuration(REFRESH))
        for meeting in _meetings_of(person):
            entry = Entry.of(meeting)
            event = _event(entry, person.union, "CONFIRMED")
            if meeting.status == MeetingStatus.PLANNED:
                event.add_component(_alarm(entry))
            calendar.add_component(event)
    return calendar.to_ical()


def _meetings_of(person: Someone) -> Any:
    """Return the planned meetings of ``person``, and the held ones of the last weeks, in order. One query."""
    wanted = Q(status=MeetingStatus.PLANNED) | Q(status=MeetingStatus.HELD, starts_at__gte=clock.now() - KEPT)
    if isinstance(person, Mentor):
        # By the query names of the room beside. Whoever has left a pair has its meetings no more.
        return Meeting.objects.filter(
            wanted,
            case__pairs__ended_at__isnull=True,
            case__pairs__memberships__left_at__isnull=True,
            case__pairs__memberships__mentor=person,
        ).order_by("starts_at", "pk")
    return Meeting.objects.filter(wanted, case__mentee=person).order_by("starts_at", "pk")


def _calendar(method: str) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(entry: Entry, union: Union, status: str) -> icalendar.Event:
    starts_at = entry.starts_at.astimezone(datetime.UTC)
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", clock.now().astimezone(datetime.UTC))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + datetime.timedelta(minutes=entry.minutes))
    event.add("summary", _title(entry))
    if entry.place:
        event.add("location", entry.place)
    event.add("description", _("To move or cancel the meeting, open your private page by the link in our mails."))
    event.add("status", status)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    event.add("organizer", _organizer(union))
    return event


def _title(entry: Entry) -> str:
    return _("Mentoring meeting %(number)d") % {"number": entry.number}


def _alarm(entry: Entry) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _title(entry))
    alarm.add("trigger", -ALARM)
    return alarm


def _organizer(union: Union) -> icalendar.vCalAddress:
    """Return the union as the one who invites, by the address that its mails come from."""
    address = parseaddr(union.sender_address or conf.DEFAULT_SENDER or settings.DEFAULT_FROM_EMAIL)[1]
    organizer = icalendar.vCalAddress(f"mailto:{address}")
    organizer.params["CN"] = localized(union.names) or union.short
    return organizer


def _attendee(person: Someone) -> icalendar.vCalAddress:
    attendee = icalendar.vCalAddress(f"mailto:{person.email}")
    # The time is agreed: nothing is asked.
    attendee.params |= {"RSVP": "FALSE", "PARTSTAT": "ACCEPTED", "ROLE": "REQ-PARTICIPANT", "CUTYPE": "INDIVIDUAL"}
    return attendee
