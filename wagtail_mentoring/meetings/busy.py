"""When one of the three cannot come for a reason that the programme knows: another meeting, or a mentor's day away."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentee, Mentor, MentorAbsence
from wagtail_mentoring.people.time_zones import zone_of
from wagtail_mentoring.people.whose import Someone, key_of
from wagtail_mentoring.programme.dates import clock_time

from .models import Meeting, MeetingStatus

#: No meeting is longer, so that one which began earlier cannot be in the way.
LONGEST = datetime.timedelta(hours=8)

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the programme knows of some people's time around the slots of one case."""

    meetings: dict[Key, list[tuple[datetime.datetime, datetime.datetime]]] = field(default_factory=dict)
    away: dict[Key, list[tuple[datetime.date, datetime.date]]] = field(default_factory=dict)

    def why_busy(self, person: Someone, starts_at: datetime.datetime, ends_at: datetime.datetime) -> str:
        """Return why ``person`` cannot come then, in words for that person alone; ``""``: nothing is known against it.

        Days away are those of the person's own time zone.
        """
        key, zone = key_of(person), zone_of(person)
        for begins, ends in self.meetings.get(key, ()):
            if begins < ends_at and starts_at < ends:
                with timezone.override(zone):
                    times = {"start": clock_time(begins), "end": clock_time(ends)}
                return _("You have another mentoring meeting then, %(start)s–%(end)s.") % times
        until = ends_at - datetime.timedelta(seconds=1)
        first, last = starts_at.astimezone(zone).date(), until.astimezone(zone).date()
        if any(leaves <= last and first <= returns for leaves, returns in self.away.get(key, ())):
            return _("You are away on this day, says your own page.")
        return ""


def calendar_of(case: Case, people: Iterable[Someone], starts: Iterable[datetime.datetime]) -> Calendar:
    """Return what is known of the time of ``people`` around the moments ``starts``. At most three queries.

    Meetings of ``case`` itself do not count: its planned one may be the one that is to be moved.
    """
    moments = sorted(starts)
    if not moments:
        return Calendar()
    mentees = [person.pk for person in people if isinstance(person, Mentee)]
    mentors = [person.pk for person in people if isinstance(person, Mentor)]
    near = Meeting.objects.filter(
        status=MeetingStatus.PLANNED,
        starts_at__gt=moments[0] - LONGEST,
        starts_at__lt=moments[-1] + LONGEST,
    ).exclude(case=case)
    found = Calendar()
    of_mentees = near.filter(case__mentee__in=mentees).values_list("case__mentee_id", "starts_at", "minutes")
    # By the query names of the room beside, as whose the case is everywhere.
    of_mentors = near.filter(
        case__pairs__ended_at__isnull=True,
        case__pairs__memberships__left_at__isnull=True,
        case__pairs__memberships__mentor__in=mentors,
    ).values_list("case__pairs__memberships__mentor_id", "starts_at", "minutes")
    for kind, rows in (("mentee", of_mentees), ("mentor", of_mentors)):
        for pk, begins, minutes in rows:
            ends = begins + datetime.timedelta(minutes=minutes)
            found.meetings.setdefault((kind, pk), []).append((begins, ends))
    day = datetime.timedelta(days=1)
    absences = MentorAbsence.objects.filter(
        # A day more on both sides: which day it is depends on the mentor's time zone.
        mentor__in=mentors,
        last_day__gte=(moments[0] - day).date(),
        first_day__lte=(moments[-1] + LONGEST + day).date(),
    )
    for absence in absences:
        found.away.setdefault(("mentor", absence.mentor_id), []).append((absence.first_day, absence.last_day))
    return found
