"""Meetings: what the flow must know of them, and what planning, recording and undoing write."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Q
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases import facts
from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.moves import Move, effect
from wagtail_mentoring.cases.signals import case_moved
from wagtail_mentoring.people.locking import lock_people
from wagtail_mentoring.programme.localized import localized
from wagtail_mentoring.workflows import CaseState, Role, StepRefused

from .models import Attendance, Meeting, MeetingStatus, Slot, TimeSearch
from .signals import meeting_ended
from .slots import who_cannot

#: The longest reason of a meeting that is cancelled or was missed.
MOST_WHY = 500


@facts.register
def meeting_facts(case: Case) -> Mapping[str, Any]:
    """How many meetings of the case have been held, with any pair, and whether one is planned."""
    if case.case_state == CaseState.APPLIED:
        return {}
    number = Count("pk", filter=Q(status=MeetingStatus.HELD))
    planned = Count("pk", filter=Q(status=MeetingStatus.PLANNED))
    found = Meeting.objects.filter(case=case).aggregate(held=number, planned=planned)
    return {"meetings_held": found["held"], "meeting_planned": bool(found["planned"])}


def theme_of(case: Case, number: int, language: str | None = None) -> str:
    """Return the theme of meeting ``number`` as it was frozen for the case, ``""`` when there is none."""
    titles = next((theme["titles"] for theme in case.themes if theme["number"] == number), None)
    return localized(titles, language)


def next_number(case: Case) -> int:
    """Return the number of the case's next meeting: one more than have been held."""
    return Meeting.objects.filter(case=case, status=MeetingStatus.HELD).count() + 1


def current_pair_id(case: Case) -> int:
    """Return the key of the pair that works with the mentee now."""
    # By the query name of the room beside: the pair is that of the mentors who belong to the case now.
    return case.pairs.filter(ended_at__isnull=True).values_list("pk", flat=True).get()


@effect("plan_meeting")
def plan_meeting(move: Move) -> None:
    """Inputs: ``starts_at`` (aware), ``minutes``, ``place``, ``theme``. Makes or moves the next meeting's plan.

    The mentee and the mentors also give ``slot``: a suggested time that suits all, or the meeting keeps its time.
    """
    starts_at = move.inputs.get("starts_at")
    if starts_at is None:
        message = _("Give the day and the time of the meeting.")
        raise StepRefused(message, {"starts_at": message})
    if starts_at <= move.at:
        message = _("The time is in the past. To record a meeting that was held, use “Record meeting”.")
        raise StepRefused(message, {"starts_at": message})
    number = next_number(move.case)
    if Role.HANDLER not in move.actor.roles:
        _check_agreed(move, number)
    values = {
        "starts_at": starts_at,
        "minutes": move.inputs.get("minutes") or move.case.meeting_minutes,
        "place": move.words("place"),
        "theme": move.inputs.get("theme") or theme_of(move.case, number, move.case.language),
        "pair_id": current_pair_id(move.case),
        **_by(move),
    }
    before = Meeting.objects.planned_of(move.case)
    meeting, made = Meeting.objects.update_or_create(
        case=move.case,
        number=number,
        status=MeetingStatus.PLANNED,
        defaults=values | {"sequence": F("sequence") + 1},
        create_defaults=values,
    )
    # The search for a time, if there was one, is over; that of an earlier meeting is too.
    TimeSearch.objects.filter(case=move.case, ended_at=None).update(ended_at=move.at, meeting=meeting)
    move.data |= {"number": number, "meeting": meeting.pk, "moved": not made}
    if not made and before is not None and before.starts_at != starts_at:
        move.data |= {"was_at": before.starts_at.isoformat(), "starts_at": starts_at.isoformat()}


def _check_agreed(move: Move, number: int) -> None:
    """Refuse a time that the three have not agreed on. What a contact person plans was agreed in another way."""
    starts_at = move.inputs["starts_at"]
    slot: Slot | None = move.inputs.get("slot")
    kept = Meeting.objects.filter(case=move.case, status=MeetingStatus.PLANNED, number=number, starts_at=starts_at)
    if slot is None and kept.filter(minutes=move.inputs.get("minutes") or move.case.meeting_minutes).exists():
        return
    search = TimeSearch.objects.filter(case=move.case, ended_at=None, number=number).first()
    found = search.slots.filter(pk=slot.pk, starts_at=starts_at).first() if search and slot else None
    wanted = move.inputs.get("minutes") or move.case.meeting_minutes
    if search is None or found is None or wanted != search.minutes:
        raise StepRefused(_("Choose one of the suggested times, or suggest another one."))
    mentors = list(current_mentors(move.case))
    # So that no other case gives one of them another meeting at the same time, between this look and the writing.
    lock_people(mentees=[move.case.mentee_id], mentors=[mentor.pk for mentor in mentors])
    if who_cannot(move.case, found, search.minutes, [move.case.mentee, *mentors]):
        raise StepRefused(_("This time does not suit all of you, or somebody has not answered yet."))


def _by(move: Move) -> dict[str, Any]:
    """Return the columns that say which of the three changed the meeting; both empty for a contact person."""
    return {"changed_by_mentee": move.actor.mentee, "changed_by_mentor": move.actor.mentor}


def _planned(move: Move) -> Meeting:
    """Return the case's planned meeting. Raises StepRefused when there is none."""
    meeting: Meeting | None = Meeting.objects.planned_of(move.case)
    if meeting is None:
        raise StepRefused(_("No meeting is planned."))
    refuse_other(meeting, move.words("shown"))
    return meeting


def refuse_other(meeting: Meeting, shown: str) -> None:
    """Raise StepRefused when a page showed another ``meeting``, or it as it was: ``shown`` is a stamp, or empty."""
    if shown and shown != meeting.stamp:
        raise StepRefused(_("The meeting has changed meanwhile. This is how it is now. Do you still want this?"))


def _end(move: Move, meeting: Meeting, status: MeetingStatus) -> None:
    """Write that the planned ``meeting`` will not be, or was not, held."""
    columns = {"status": status, "ended_at": move.at, "sequence": meeting.sequence + 1, "why": move.text, **_by(move)}
    for name, value in columns.items():
        setattr(meeting, name, value)
    meeting.save(update_fields=list(columns))
    meeting_ended.send(Meeting, meeting=meeting, case=move.case)
    move.data |= {"number": meeting.number, "meeting": meeting.pk}


@effect("cancel_meeting")
def cancel_meeting(move: Move) -> None:
    """Inputs: optional ``reason``, and ``shown``, its stamp on the page. The planned meeting stays, cancelled."""
    move.text = move.words("reason")[:MOST_WHY]
    _end(move, _planned(move), MeetingStatus.CANCELLED)


@effect("miss_meeting")
def miss_meeting(move: Move) -> None:
    """Inputs: ``mentee_absent``, ``mentors_absent`` (of the pair), optional ``reason`` and ``shown``, its stamp.

    Who did not come is kept.
    """
    meeting = _planned(move)
    if meeting.starts_at > move.at:
        raise StepRefused(_("The meeting has not begun yet. If it will not be held, cancel or move it."))
    absent = {mentor.pk for mentor in move.inputs.get("mentors_absent") or []}
    pair = list(current_mentors(move.case))
    if not absent <= {mentor.pk for mentor in pair}:
        message = _("Somebody who is not a mentor of this case was not expected.")
        raise StepRefused(message, {"mentors_absent": message})
    mentee_absent = bool(move.inputs.get("mentee_absent"))
    if not absent and not mentee_absent:
        message = _("Say who did not come.")
        raise StepRefused(message, {"mentee_absent": message})
    move.text = move.words("reason")[:MOST_WHY]
    _end(move, meeting, MeetingStatus.MISSED)
    rows = [Attendance(meeting=meeting, mentee=move.case.mentee, present=not mentee_absent)]
    rows += [Attendance(meeting=meeting, mentor=mentor, present=mentor.pk not in absent) for mentor in pair]
    Attendance.objects.bulk_create(rows)


@effect("record_meeting")
def record_meeting(move: Move) -> Mapping[str, Any]:
    """Inputs: ``number``, ``starts_at``, ``minutes``, ``place``, ``theme``, ``mentee_present``, ``mentors_present``.

    ``mentors_present`` holds mentors of the current pair. A meeting without the mentee, or without any mentor, is no
    meeting.
    """
    number = int(move.inputs.get("number") or 0)
    starts_at = move.inputs.get("starts_at")
    if starts_at is None:
        message = _("Give the day and the time of the meeting.")
        raise StepRefused(message, {"starts_at": message})
    if starts_at > move.at:
        message = _("The time is in the future. A meeting is recorded after it was held.")
        raise StepRefused(message, {"starts_at": message})
    if starts_at < move.case.opened_at:
        message = _("The time is before the application was sent. Check the date.")
        raise StepRefused(message, {"starts_at": message})
    latest = Meeting.objects.filter(case=move.case, status=MeetingStatus.HELD).order_by("-number").first()
    if latest is not None and starts_at < latest.starts_at:
        message = _("The time is before that of meeting %(number)s. Check the date.") % {"number": latest.number}
        raise StepRefused(message, {"starts_at": message})
    if latest is not None and starts_at < latest.starts_at + datetime.timedelta(minutes=latest.minutes):
        message = _("Meeting %(number)s was not over yet at this time. Check the date and the time.")
        message %= {"number": latest.number}
        raise StepRefused(message, {"starts_at": message})
    present = _present(move)
    meeting = Meeting.objects.filter(case=move.case, number=number, status=MeetingStatus.PLANNED).first()
    meeting = meeting or _held_after_all(move.case, number, starts_at) or Meeting(case=move.case, number=number)
    meeting.pair_id = current_pair_id(move.case)
    meeting.status = MeetingStatus.HELD
    meeting.starts_at = starts_at
    meeting.minutes = move.inputs.get("minutes") or move.case.meeting_minutes
    meeting.place = move.words("place")
    meeting.theme = move.inputs.get("theme") or theme_of(move.case, number, move.case.language)
    meeting.recorded_at, meeting.recorded_by = move.at, move.actor.user
    meeting.changed_by_mentee, meeting.changed_by_mentor = move.actor.mentee, move.actor.mentor
    if number == (latest.number if latest else 0) + 1:
        meeting.ended_at, meeting.why = None, ""
        meeting.save()
        TimeSearch.objects.filter(case=move.case, ended_at=None).update(ended_at=move.at)
        meeting.attendances.all().delete()
        Attendance.objects.bulk_create(Attendance(meeting=meeting, **who) for who in present)
    move.data |= {"number": number, "held_on": timezone.localdate(starts_at), "minutes": meeting.minutes}
    return {"number": number}


def _held_after_all(case: Case, number: int, starts_at: datetime.datetime) -> Meeting | None:
    """Return the meeting of about this time of which was said, by mistake, that somebody did not come; else None."""
    found = Meeting.objects.filter(case=case, number=number, status=MeetingStatus.MISSED, pair__ended_at=None)
    missed = found.order_by("pk").last()
    if missed is None or abs(starts_at - missed.starts_at) >= datetime.timedelta(minutes=missed.minutes):
        return None
    return missed


def _present(move: Move) -> list[dict[str, Any]]:
    """Return the attendance of the mentee and every mentor of the pair; refuse a meeting of nobody."""
    there = {mentor.pk for mentor in move.inputs.get("mentors_present", [])}
    pair = list(current_mentors(move.case))
    if not there <= {mentor.pk for mentor in pair}:
        message = _("Somebody who is not a mentor of this case cannot have been there as one.")
        raise StepRefused(message, {"mentors_present": message})
    if not move.inputs.get("mentee_present") or not there:
        message = _("A meeting needs the mentee and at least one mentor. If somebody did not come, plan it anew.")
        raise StepRefused(
            message, {"mentors_present" if move.inputs.get("mentee_present") else "mentee_present": message}
        )
    rows: list[dict[str, Any]] = [{"mentee": move.case.mentee, "present": True}]
    return rows + [{"mentor": mentor, "present": mentor.pk in there} for mentor in pair]


@effect("undo_meeting")
def undo_meeting(move: Move) -> Mapping[str, Any]:
    """Inputs: ``reason``, optional ``number``: which one the page showed. The latest held one stays, as a mistake."""
    latest = Meeting.objects.filter(case=move.case, status=MeetingStatus.HELD).order_by("-number").first()
    meant = move.inputs.get("number")
    if meant is not None and (latest is None or latest.number != meant):
        message = _("Meeting %(number)s is not the latest one any more. Somebody was quicker.") % {"number": meant}
        raise StepRefused(message)
    _give_up_plans(move.case, move.at)
    if latest is not None:
        latest.status = MeetingStatus.UNDONE
        latest.save(update_fields=["status"])
        move.data["number"] = latest.number
    move.text = move.words("reason")
    return {"reason": move.text}


@receiver(case_moved, sender=Case, dispatch_uid="wagtail_mentoring.meetings.cancel")
def cancel_planned(sender: type[Case], case: Case, target: CaseState, source: CaseState, **kwargs: Any) -> None:
    """A case that ends, or loses its mentors, keeps no planned meeting."""
    if target in (CaseState.CLOSED, CaseState.ELIGIBLE) and source not in (CaseState.APPLIED, CaseState.CLOSED):
        _give_up_plans(case, clock.now())


def _give_up_plans(case: Case, at: datetime.datetime) -> None:
    """Cancel what is planned and end the search for a time: the meeting that they were for will not come."""
    TimeSearch.objects.filter(case=case, ended_at=None).update(ended_at=at)
    for meeting in Meeting.objects.filter(case=case, status=MeetingStatus.PLANNED):
        meeting.status, meeting.ended_at, meeting.sequence = MeetingStatus.CANCELLED, at, meeting.sequence + 1
        meeting.save(update_fields=["status", "ended_at", "sequence"])
        meeting_ended.send(Meeting, meeting=meeting, case=case)
