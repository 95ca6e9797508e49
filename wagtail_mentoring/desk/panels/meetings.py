"""The meetings: held, planned, cancelled, missed, undone, those still ahead, and the search for a time."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.guides import guide_numbers
from wagtail_mentoring.meetings.models import MeetingStatus
from wagtail_mentoring.meetings.moves import theme_of
from wagtail_mentoring.meetings.slot_words import Answer
from wagtail_mentoring.meetings.slots import answers_of, coming_slots, open_search
from wagtail_mentoring.meetings.themes import theme_words
from wagtail_mentoring.people.whose import key_of
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import CaseState

from ..dossier import Dossier
from . import register


def _who(meeting: Any) -> str:
    """Return who was there, who did not come, or who cancelled."""
    missing = ", ".join(str(one) for one in meeting.who if not one.present)
    if meeting.status == MeetingStatus.HELD:
        return _("not there: %(names)s") % {"names": missing} if missing else _("everyone was there")
    if meeting.status == MeetingStatus.MISSED:
        return _("did not come: %(names)s") % {"names": missing} if missing else ""
    if meeting.status == MeetingStatus.CANCELLED:
        person = meeting.changed_by_mentor or meeting.changed_by_mentee
        return _("by %(name)s") % {"name": person} if person else _("by the contact person")
    return ""


def _row(case: Case, meeting: Any) -> dict[str, Any]:
    return {
        "number": meeting.number,
        "theme": theme_words(case, meeting.number, meeting.theme),
        "when": dates.moment(meeting.starts_at),
        "length": _("%(minutes)s minutes") % {"minutes": meeting.minutes},
        "place": meeting.place,
        "state": meeting.get_status_display(),
        "over": meeting.status not in (MeetingStatus.HELD, MeetingStatus.PLANNED),
        "who": _who(meeting),
        "why": meeting.why,
        "late": meeting.status == MeetingStatus.PLANNED and meeting.starts_at < clock.now(),
    }


def _search(dossier: Dossier) -> dict[str, Any] | None:
    """Return how far the search for a time is: how many times, how many suit all, and who has not answered."""
    search = open_search(dossier.case)
    if search is None or not dossier.mentors:
        return None
    slots = coming_slots(search)
    people: list[Any] = [dossier.mentee, *dossier.mentors]
    said = [answers_of(slot) for slot in slots]
    silent = [person.name for person in people if any(key_of(person) not in answers for answers in said)]
    suits = sum(all(answers.get(key_of(person)) == Answer.YES for person in people) for answers in said)
    return {
        "number": search.number,
        "place": search.place,
        "since": dates.day(search.begun_at),
        "coming": ngettext("%(n)s time is suggested", "%(n)s times are suggested", len(slots)) % {"n": len(slots)},
        "slots": len(slots),
        "suits": ngettext("%(n)s suits all", "%(n)s suit all", suits) % {"n": suits} if suits else "",
        "silent": ", ".join(silent),
    }


@register("meetings", gettext_lazy("Meetings"), "calendar-alt", 50)
def meetings(dossier: Dossier) -> Mapping[str, Any]:
    """Every meeting that has a row, then the themes of those to come."""
    case = dossier.case
    rows = [_row(case, meeting) for meeting in dossier.meetings]
    if case.case_state != CaseState.CLOSED:
        known = {meeting.number for meeting in dossier.meetings if meeting.status in ("held", "planned")}
        ahead = [number for number in range(1, case.max_meetings + 1) if number not in known]
        rows += [{"number": number, "theme": theme_of(case, number), "when": _("No time yet")} for number in ahead]
    closed = case.case_state == CaseState.CLOSED
    return {
        "rows": rows,
        "guides": guide_numbers(case) if rows else [],
        "search": None if closed else _search(dossier),
    }
