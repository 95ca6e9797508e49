"""The meetings on a private page, each with what can be done about it next."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.meetings.models import Meeting, MeetingStatus
from wagtail_mentoring.meetings.moves import theme_of
from wagtail_mentoring.meetings.themes import theme_words
from wagtail_mentoring.people.time_zones import zone_of
from wagtail_mentoring.programme.dates import long_day, span

from .record import Record
from .session import Visit


@dataclass(frozen=True, slots=True)
class ShownMeeting:
    """A meeting in words. ``state``: "held", "planned", or "open" for the next one without a time.

    ``links``: what can be done, as words and address.
    """

    number: int
    when: str
    place: str
    theme: str
    state: str
    links: tuple[tuple[str, str], ...] = ()

    @property
    def held(self) -> bool:
        """Whether it has been held."""
        return self.state == "held"


def shown_meetings(visit: Visit, record: Record) -> list[ShownMeeting]:
    """Return the held and the planned meetings, and the next one without a time once the three can look for it."""
    shown = [_shown(visit, record, meeting) for meeting in record.meetings]
    number = len(record.held) + 1
    open_next = record.planned is None and record.running and record.members and number <= record.case.max_meetings
    if open_next and record.complete:
        shown.append(_open(visit, record, number))
    return shown


def _shown(visit: Visit, record: Record, meeting: Meeting) -> ShownMeeting:
    held, zone = meeting.status == MeetingStatus.HELD, zone_of(visit.person)
    with timezone.override(zone):
        day = long_day(meeting.starts_at, year=meeting.starts_at.year != clock.now().year)
    return ShownMeeting(
        number=meeting.number,
        when=day if held else span(meeting.starts_at, meeting.minutes, zone),
        place="" if held else meeting.place,
        theme=theme_words(record.case, meeting.number, meeting.theme),
        state="held" if held else "planned",
        links=_links(record, meeting, held) if record.running and record.members else (),
    )


def _links(record: Record, meeting: Meeting, held: bool) -> tuple[tuple[str, str], ...]:
    notes = (_("Notes"), reverse("wagtail_mentoring:portal_notes") + f"?meeting={meeting.number}")
    if not held:
        if meeting.starts_at > clock.now():
            return (
                (_("Open the meeting"), reverse("wagtail_mentoring:portal_meeting")),
                (_("Find another time"), reverse("wagtail_mentoring:portal_times")),
                notes,
            )
        if record.for_mentee:
            return (notes,)
        return ((_("Say how it went"), reverse("wagtail_mentoring:portal_meeting_record")), notes)
    latest = record.held[-1].pk == meeting.pk
    if latest and not record.for_mentee:
        return notes, (_("Recorded by mistake?"), reverse("wagtail_mentoring:portal_meeting_undo"))
    return (notes,)


def _open(visit: Visit, record: Record, number: int) -> ShownMeeting:
    links = [(_("Find a time"), reverse("wagtail_mentoring:portal_times"))]
    if not record.for_mentee:
        links.append((_("You have met already? Record it"), reverse("wagtail_mentoring:portal_meeting_record")))
    return ShownMeeting(
        number=number,
        when=_("No time yet"),
        place="",
        theme=theme_of(record.case, number),
        state="open",
        links=tuple(links),
    )
