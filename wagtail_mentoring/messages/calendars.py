"""Entries for the readers' calendars, made from what a meeting was when its mail was written."""

import datetime
import uuid
from typing import Any

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Meeting

from .models import OutboxMessage

REQUEST, CANCEL = "REQUEST", "CANCEL"


def snapshot(meeting: Meeting, method: str = REQUEST) -> dict[str, Any]:
    """Return what :func:`.outbox.put` takes as ``calendar``: the meeting as it is now, and what to do with it."""
    return {
        "meeting": meeting.pk,
        "method": method,
        "uid": str(meeting.uid),
        "sequence": meeting.sequence,
        "number": meeting.number,
        "starts_at": meeting.starts_at.isoformat(),
        "minutes": meeting.minutes,
        "place": meeting.place,
    }


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
    """Return the calendar entry of a mail, in the active language; "" for one without, or whose meeting is erased."""
    held, person = row.context.get("calendar"), row.mentee or row.mentor
    if not held or person is None:
        return ""
    meeting = Meeting.objects.select_related("case__union", "case__participation").filter(pk=held["meeting"]).first()
    if meeting is None:
        return ""
    from wagtail_mentoring.meetings.calendar import invitation

    # Never what the row says later: each mail tells of one state, in the order of the sequence.
    meeting.uid, meeting.sequence = uuid.UUID(held["uid"]), held["sequence"]
    meeting.number, meeting.minutes, meeting.place = held["number"], held["minutes"], held["place"]
    meeting.starts_at = datetime.datetime.fromisoformat(held["starts_at"])
    return invitation(meeting, person, method=held["method"]).decode()


def holders(case: Case, meeting: Meeting) -> list[Any]:
    """Return the mentees and mentors whose calendar holds ``meeting`` by the mails written so far."""
    rows = OutboxMessage.objects.filter(case=case, context__calendar__meeting=meeting.pk).order_by("pk")
    last = {(row.mentee_id, row.mentor_id): row for row in rows.select_related("mentee", "mentor")}
    found = [row.mentee or row.mentor for row in last.values() if row.context["calendar"]["method"] == REQUEST]
    return [person for person in found if person is not None and person.anonymised_at is None]
