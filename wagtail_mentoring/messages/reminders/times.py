"""No time for the next meeting."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, Party, Signature
from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Meeting, MeetingStatus, SlotAnswer, TimeSearch
from wagtail_mentoring.meetings.moves import next_number
from wagtail_mentoring.meetings.slots import open_search
from wagtail_mentoring.people.whose import Someone, key_in, key_of
from wagtail_mentoring.workflows.states import MOST_MEETINGS, CaseState

from ..models import MailEvent
from .running import Rule, about_what, count, groups, remind, said_enough


def without_time(moment: datetime.datetime) -> Iterator[tuple[datetime.datetime, "QuerySet[Any]"]]:
    """Yield the cases whose three have had no time for the next meeting for as long as their union allows.

    A query for each interval of the unions, with the moment before which that began.
    """
    more_to_come = Q(state=CaseState.PAIRED)
    for number in range(1, MOST_MEETINGS):
        more_to_come |= Q(state=f"meeting_{number}", max_meetings__gt=number)
    mine = {"case": OuterRef("pk")}
    agreements = Agreement.objects.current().filter(**mine)
    to_sign = Party.objects.unsigned().filter(
        agreement__case=OuterRef("pk"), agreement__pair__ended_at=None, agreement__superseded_at=None
    )
    cases = Case.objects.filter(more_to_come).filter(
        ~Exists(Meeting.objects.filter(status=MeetingStatus.PLANNED, **mine)), Exists(agreements), ~Exists(to_sign)
    )
    for days, keys in groups("unplanned_days"):
        since = moment - days
        signed = Signature.objects.filter(party__agreement__case=OuterRef("pk"), signed_at__gt=since)
        ended = Meeting.objects.filter(ended_at__gt=since, **mine)
        searched = TimeSearch.objects.filter(ended_at=None, changed_at__gt=since, **mine)
        late = cases.filter(participation__in=keys, state_since__lte=since)
        yield since, late.filter(~Exists(ended), ~Exists(searched), ~Exists(signed))


def _without_time(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    for since, late in without_time(moment):
        late = late.annotate(of_reference=F("reference"), of_about=about_what("times", "state"))
        said = said_enough(MailEvent.TIMES_REMINDER, "pk", "participation__most_reminders", since)
        yield late.filter(~said).order_by("pk")


def _ask_for_time(case: Case, row: Any) -> None:
    """Remind the three, but not who has said of every suggested time whether it suits while another has not."""
    event, about = MailEvent.TIMES_REMINDER, row.of_about
    count(case, event, about)
    people: list[Someone] = [case.mentee, *current_mentors(case)]
    late = who_must_answer(case, people)
    number = next_number(case)
    for person in late or people:
        remind(event, case, person, about, number=number)


def who_must_answer(case: Case, people: list[Someone]) -> list[Someone]:
    """Return who has not answered every suggested time that is still to come; nobody when none is suggested."""
    search = open_search(case)
    if search is None:
        return []
    slots = set(search.slots.filter(starts_at__gt=clock.now()).values_list("pk", flat=True))
    said = SlotAnswer.objects.standing().filter(slot__in=slots)
    answered: dict[tuple[str, int], set[int]] = {}
    for one in said:
        answered.setdefault(key_in(one), set()).add(one.slot_id)
    return [person for person in people if slots - answered.get(key_of(person), set())]


TIMES = Rule("times", _without_time, lambda case: int(case.pk), _ask_for_time)
