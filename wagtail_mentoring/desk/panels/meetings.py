"""The meetings: held, planned, and those still ahead with their themes."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.guides import guide_numbers
from wagtail_mentoring.meetings.models import MeetingStatus
from wagtail_mentoring.meetings.moves import theme_of
from wagtail_mentoring.messages.themes import theme_words
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import CaseState

from ..dossier import Dossier
from . import register


def _row(case: Case, meeting: Any) -> dict[str, Any]:
    missing = [str(one) for one in meeting.who if not one.present]
    who = ""
    if meeting.status == MeetingStatus.HELD:
        who = _("not there: %(names)s") % {"names": ", ".join(missing)} if missing else _("everyone was there")
    return {
        "number": meeting.number,
        "theme": theme_words(case, meeting.number, meeting.theme),
        "when": dates.moment(meeting.starts_at),
        "length": _("%(minutes)s minutes") % {"minutes": meeting.minutes},
        "place": meeting.place,
        "state": meeting.get_status_display(),
        "who": who,
        "late": meeting.status == MeetingStatus.PLANNED and meeting.starts_at < clock.now(),
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
    return {"rows": rows, "guides": guide_numbers(case) if rows else []}
