"""Entries for the readers' calendars, made from what a meeting was when its mail was written."""

from typing import Any

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.calendar import CANCEL, REQUEST, Entry, invitation
from wagtail_mentoring.meetings.models import Meeting

from .models import OutboxMessage

__all__ = ["CANCEL", "REQUEST", "calendar_file", "holders", "of_meeting", "snapshot"]


def snapshot(meeting: Meeting, method: str = REQUEST) -> dict[str, Any]:
    """Return what :func:`.outbox.put` takes as ``calendar``: the meeting as it is now, and what to do with it."""
    return {"meeting": meeting.pk, "method": method, **Entry.of(meeting).snapshot()}


def of_meeting(meeting: Meeting, method: str = REQUEST) -> dict[str, Any]:
    """Return what the context of a mail about ``meeting`` holds, with the snapshot for its calendar file."""
    return {
        "number": meeting.number,
        "starts_at": meeting.starts_at.isoformat(),
        "length": meeting.minutes,
        "place": meeting.place,
        "theme": meeting.theme,
        "calendar": snapshot(meeting, method),
    }


def calendar_file(row: OutboxMessage) -> str:
    """Return the calendar entry of a mail, ``""`` for one without.

    It says what the meeting was when the mail was written: each mail tells of one state, in the order of the sequence.
    """
    held, person = row.context.get("calendar"), row.mentee or row.mentor
    if not held or person is None:
        return ""
    return invitation(Entry.from_snapshot(held), person, method=held["method"]).decode()


def holders(case: Case, meeting: Meeting) -> list[Any]:
    """Return the mentees and mentors whose calendar holds ``meeting`` by the mails written so far."""
    rows = OutboxMessage.objects.filter(case=case, context__calendar__meeting=meeting.pk).order_by("pk")
    last = {(row.mentee_id, row.mentor_id): row for row in rows.select_related("mentee", "mentor")}
    found = [row.mentee or row.mentor for row in last.values() if row.context["calendar"]["method"] == REQUEST]
    return [person for person in found if person is not None and person.anonymised_at is None]
