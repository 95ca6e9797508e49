"""Who is reminded of what, and when: found in the rows, written into the outbox, counted in ``Reminder``.

Each rule reads only what is due, by an index. Each item is dealt with in a transaction of its own, under the lock of
its case, and looked up again there: what has happened meanwhile is not asked for. Nobody is reminded of one thing more
often than the union's rules say, and nobody after the end.
"""

import datetime
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, Party, PartyRole, Signature, UploadStatus
from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.moves import lock
from wagtail_mentoring.meetings.models import Feedback, FeedbackKind, Meeting, MeetingStatus, SlotAnswer, TimeSearch
from wagtail_mentoring.meetings.moves import next_number
from wagtail_mentoring.meetings.slots import open_search
from wagtail_mentoring.people.whose import Someone, columns, key_in, key_of
from wagtail_mentoring.programme.models import Participation
from wagtail_mentoring.workflows.states import MOST_MEETINGS, OPEN_STATES, PAIR_STATES, CaseState

from .addressing import to_contacts, to_person
from .calendars import of_meeting
from .conversation.models import Reminder
from .meeting_receivers import ask_feedback
from .models import MailEvent, OutboxMessage

logger = logging.getLogger(__name__)

DAY = datetime.timedelta(days=1)
#: A question months after the end goes out when it is asked; one that was missed for so long is not sent any more.
_ASKED_LATELY = datetime.timedelta(days=7)
_PAIR = [state.value for state in PAIR_STATES]


@dataclass(slots=True)
class Done:
    """How many things of one kind were dealt with, or would be, and at how many it failed."""

    done: int = 0
    failed: int = 0
    #: The references of the cases, for ``--dry-run``.
    references: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of reminder.

    ``find(moment)`` yields the queries of what is due, each row with its reference as ``of_reference`` and what its
    reminders are about as ``of_about``; ``case_of(row)`` is the key of its case; ``act(case, row)`` writes the mails.
    """

    name: str
    find: Callable[[datetime.datetime], Iterator["QuerySet[Any]"]]
    case_of: Callable[[Any], int]
    act: Callable[[Case, Any], None]


def run(rule: Rule, *, dry_run: bool = False) -> Done:
    """Deal with everything of ``rule`` that is due now. One that fails is logged and stops no other."""
    found, moment = Done(), clock.now()
    for query in rule.find(moment):
        for row in list(query):
            try:
                if dry_run or _deal_with(rule, row, moment):
                    found.done += 1
                    found.references.append(row.of_reference)
            except Exception:
                logger.exception("%s: %s could not be dealt with; it is tried again.", rule.name, row.pk)
                found.failed += 1
    return found


@transaction.atomic
def _deal_with(rule: Rule, row: Any, moment: datetime.datetime) -> bool:
    case = lock(rule.case_of(row))
    # The lock may have been waited for: is it still due?
    for query in rule.find(moment):
        again = query.filter(pk=row.pk).first()
        if again is not None:
            rule.act(case, again)
            return True
    return False


def _groups(rule: str) -> list[tuple[datetime.timedelta, list[int]]]:
    """Return the unions' intervals ``rule``, each with the keys of the participations that have it: one query."""
    groups: dict[int, list[int]] = {}
    for pk, value in Participation.objects.order_by("pk").values_list("pk", rule):
        groups.setdefault(value, []).append(pk)
    return [(datetime.timedelta(days=value), keys) for value, keys in groups.items()]


def _said(event: str, case: str, most: str, since: datetime.datetime, *, person: bool = False) -> Exists:
    """Return whether enough was said: as often as is allowed, or later than ``since``.

    Of a round to several people, or with ``person`` of the row's own mentee or mentor.
    """
    rows = Reminder.objects.filter(case=OuterRef(case), event=event, about=OuterRef("of_about"))
    if person:
        rows = rows.filter(Q(mentee=OuterRef("mentee")) | Q(mentor=OuterRef("mentor")))
    else:
        rows = rows.filter(mentee=None, mentor=None)
    return Exists(rows.filter(Q(times__gte=OuterRef(most)) | Q(last_at__gt=since)))


def _about(kind: str, *columns: str) -> Any:
    parts: list[Any] = [Value(kind)]
    for column in columns:
        parts += [Value(":"), Cast(F(column), CharField())]
    return Concat(*parts, output_field=CharField())


def _count(case: Case, event: str, about: str, person: Someone | None = None) -> bool:
    """Count one more reminder, and return whether ``person`` may have it. Without a person: of the whole round."""
    most = case.participation.most_reminders
    whose = {"mentee": None, "mentor": None} if person is None else columns(person)
    row, made = Reminder.objects.get_or_create(
        case=case, event=event, about=about, **whose, defaults={"last_at": clock.now()}
    )
    if made:
        return True
    if row.times >= most:
        return False
    row.times, row.last_at = row.times + 1, clock.now()
    row.save(update_fields=["times", "last_at"])
    return True


def _remind(event: str, case: Case, person: Someone, about: str, **context: Any) -> None:
    """Remind the mentee or a mentor, unless that was done as often as is allowed."""
    if person.anonymised_at is None and _count(case, event, about, person):
        to_person(event, case, person, **context)


# Signatures


def _unsigned(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    waiting = Party.objects.unsigned().filter(
        role__in=[PartyRole.MENTEE, PartyRole.MENTOR],
        declined_at=None,
        agreement__pair__ended_at=None,
        agreement__superseded_at=None,
        agreement__case__state__in=_PAIR,
    )
    waiting = waiting.exclude(uploads__status=UploadStatus.WAITING).annotate(
        of_reference=F("agreement__case__reference"), of_about=_about("agreement", "agreement_id")
    )
    case, most = "agreement__case", "agreement__case__participation__most_reminders"
    for days, keys in _groups("signature_reminder_days"):
        said = _said(MailEvent.SIGNATURE_REMINDER, case, most, moment - days, person=True)
        late = waiting.filter(agreement__case__participation__in=keys, agreement__issued_at__lte=moment - days)
        yield late.filter(~said).select_related("agreement", "mentee", "mentor").order_by("pk")


def _ask_signature(case: Case, party: Any) -> None:
    _remind(MailEvent.SIGNATURE_REMINDER, case, party.mentee or party.mentor, party.of_about)


# No time for the next meeting


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
    for days, keys in _groups("unplanned_days"):
        since = moment - days
        signed = Signature.objects.filter(party__agreement__case=OuterRef("pk"), signed_at__gt=since)
        ended = Meeting.objects.filter(ended_at__gt=since, **mine)
        searched = TimeSearch.objects.filter(ended_at=None, changed_at__gt=since, **mine)
        late = cases.filter(participation__in=keys, state_since__lte=since)
        yield since, late.filter(~Exists(ended), ~Exists(searched), ~Exists(signed))


def _without_time(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    for since, late in without_time(moment):
        late = late.annotate(of_reference=F("reference"), of_about=_about("times", "state"))
        said = _said(MailEvent.TIMES_REMINDER, "pk", "participation__most_reminders", since)
        yield late.filter(~said).order_by("pk")


def _ask_for_time(case: Case, row: Any) -> None:
    """Remind the three, but not who has said of every suggested time whether it suits while another has not."""
    event, about = MailEvent.TIMES_REMINDER, row.of_about
    _count(case, event, about)
    people: list[Someone] = [case.mentee, *current_mentors(case)]
    late = _who_must_answer(case, people)
    number = next_number(case)
    for person in late or people:
        _remind(event, case, person, about, number=number)


def _who_must_answer(case: Case, people: list[Someone]) -> list[Someone]:
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


# Meetings that come, and that nobody has recorded


def _planned() -> "QuerySet[Any]":
    return Meeting.objects.planned().annotate(
        of_reference=F("case__reference"), of_about=_about("meeting", "pk", "sequence")
    )


def _tomorrow(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    said = Reminder.objects.filter(
        case=OuterRef("case"), event=MailEvent.MEETING_TOMORROW, about=OuterRef("of_about"), mentee=None, mentor=None
    )
    yield (
        _planned().filter(~Exists(said), starts_at__gt=moment, starts_at__lte=moment + DAY).order_by("starts_at", "pk")
    )


def _tell_of_meeting(case: Case, meeting: Any) -> None:
    """Remind the three. Whoever heard of the time within the last day before the meeting knows it."""
    event, about = MailEvent.MEETING_TOMORROW, meeting.of_about
    _count(case, event, about)
    told = OutboxMessage.objects.filter(case=case, event=MailEvent.MEETING_PLANNED, context__number=meeting.number)
    know = {key_in(mail) for mail in told.filter(created_at__gt=meeting.starts_at - DAY)}
    context = of_meeting(meeting)
    # The calendar has it already.
    del context["calendar"]
    for person in (case.mentee, *current_mentors(case)):
        if key_of(person) not in know:
            _remind(event, case, person, about, **context)


def not_recorded(moment: datetime.datetime) -> Q:
    """Return which meetings nobody has recorded for as long as their union's rules say: one query for the rules."""
    late = Q(pk__in=[])
    for days, keys in _groups("unrecorded_days"):
        late |= Q(case__participation__in=keys, starts_at__lte=moment - days)
    return late


def _unrecorded(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    for days, keys in _groups("unrecorded_days"):
        most = "case__participation__most_reminders"
        said = _said(MailEvent.MEETING_UNRECORDED, "case", most, moment - days)
        late = _planned().filter(case__participation__in=keys, starts_at__lte=moment - days)
        yield late.filter(~said).order_by("starts_at", "pk")


def _ask_whether_held(case: Case, meeting: Any) -> None:
    event, about = MailEvent.MEETING_UNRECORDED, meeting.of_about
    _count(case, event, about)
    context = of_meeting(meeting)
    del context["calendar"]
    for mentor in current_mentors(case):
        _remind(event, case, mentor, about, **context)


# Feedback


def _feedback_open(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    asked = Feedback.objects.filter(kind=FeedbackKind.FIRST, given_at=None, case__state__in=_PAIR)
    asked = asked.annotate(of_reference=F("case__reference"), of_about=_about("feedback", "kind"))
    for days, keys in _groups("feedback_reminder_days"):
        most = "case__participation__most_reminders"
        said = _said(MailEvent.FEEDBACK_REMINDER, "case", most, moment - days, person=True)
        late = asked.filter(case__participation__in=keys, asked_at__lte=moment - days)
        yield late.filter(~said).select_related("mentee", "mentor").order_by("asked_at", "pk")


def _ask_feedback_again(case: Case, asked: Any) -> None:
    # Of whoever has left nothing is asked any more: there is no row.
    _remind(MailEvent.FEEDBACK_REMINDER, case, asked.mentee or asked.mentor, asked.of_about)


def _follow_ups(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    asked = Feedback.objects.filter(
        kind__in=[FeedbackKind.MONTHS_3, FeedbackKind.MONTHS_12],
        given_at=None,
        asked_at__gt=moment - _ASKED_LATELY,
        case__anonymised_at=None,
    ).annotate(of_reference=F("case__reference"), of_about=_about("feedback", "kind"))
    told = Reminder.objects.filter(case=OuterRef("case"), event=MailEvent.FEEDBACK_ASKED, about=OuterRef("of_about"))
    told = told.filter(Q(mentee=OuterRef("mentee")) | Q(mentor=OuterRef("mentor")))
    yield asked.filter(~Exists(told)).order_by("asked_at", "pk")


def _ask_how_it_is(case: Case, asked: Any) -> None:
    ask_feedback(case, (asked.kind,))


# Nothing has happened for long


def idle(moment: datetime.datetime) -> Iterator[tuple[datetime.datetime, "QuerySet[Any]"]]:
    """Yield the cases in which nothing has happened, as ``log_at`` tells, for as long as their union's rules say.

    A query for each interval of the unions, with the moment before which that was.
    """
    ahead = Meeting.objects.filter(case=OuterRef("pk"), status=MeetingStatus.PLANNED, starts_at__gt=moment)
    states = [state.value for state in OPEN_STATES if state != CaseState.APPLIED]
    # Not closed, by the column of the index: closed cases only ever become more.
    cases = Case.objects.filter(~Exists(ahead), state__in=states, closed_at__isnull=True)
    for days, keys in _groups("idle_days"):
        since = moment - days
        yield since, cases.filter(participation__in=keys, log_at__lte=since)


def _idle(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    for since, late in idle(moment):
        late = late.annotate(of_reference=F("reference"), of_about=_about("idle", "log_length"))
        said = _said(MailEvent.IDLE, "pk", "participation__most_reminders", since)
        yield late.filter(~said).order_by("pk")


def _tell_that_idle(case: Case, row: Any) -> None:
    if _count(case, MailEvent.IDLE, row.of_about):
        to_contacts(MailEvent.IDLE, case, days=(clock.now() - row.log_at).days)


RULES = (
    Rule("signature", _unsigned, lambda party: int(party.agreement.case_id), _ask_signature),
    Rule("times", _without_time, lambda case: int(case.pk), _ask_for_time),
    Rule("tomorrow", _tomorrow, lambda meeting: int(meeting.case_id), _tell_of_meeting),
    Rule("unrecorded", _unrecorded, lambda meeting: int(meeting.case_id), _ask_whether_held),
    Rule("feedback", _feedback_open, lambda asked: int(asked.case_id), _ask_feedback_again),
    Rule("follow-up", _follow_ups, lambda asked: int(asked.case_id), _ask_how_it_is),
    Rule("idle", _idle, lambda case: int(case.pk), _tell_that_idle),
)
