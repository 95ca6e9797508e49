"""Many cases like one that was lived through, copied row by row: what is asked of it is in the database for each."""

import datetime
import itertools
import uuid
from collections.abc import Sequence
from typing import Any

from tests.factories import make_case
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, Signature
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case, CaseLogEntry
from wagtail_mentoring.meetings.models import Feedback, FeedbackKind, Meeting, MeetingStatus
from wagtail_mentoring.messages.conversation.models import Reminder
from wagtail_mentoring.messages.models import MailEvent, OutboxMessage, OutboxStatus
from wagtail_mentoring.privacy.models import PrivateFile
from wagtail_mentoring.workflows import CaseState

DAY = datetime.timedelta(days=1)
_number = itertools.count(1)


def model_case(**options: Any) -> Case:
    """Return a case of two mentors, signed by all, with a signing record and nothing due."""
    case = make_case(state="paired", agreement="signed", opened_at=clock.now() - 90 * DAY, **options)
    (agreement,) = case.agreements.all()
    agreement.record = _copies(agreement.document, 1, stored=_files(agreement.document.stored, 1))[0]
    agreement.save()
    moves.note(case.pk, "mentoring.link_sent", actors.SYSTEM)
    case.refresh_from_db()
    _plan([case], clock.now() + 60 * DAY)
    return case


def like(case: Case, number: int) -> list[Case]:
    """Return ``number`` copies of ``case``, each with people, pair, agreement, signatures and a plan of its own."""
    mentees = _copies(case.mentee, number, email=_addresses(number))
    cases = _copies(case, number, mentee=mentees, reference=[f"COPY-{next(_number)}" for _copy in range(number)])
    (last,) = case.log.order_by("-sequence")[:1]
    _copies(last, number, case=cases, uuid=[uuid.uuid4() for _copy in range(number)])
    (pair,) = case.pairs.all()
    pairs = _copies(pair, number, case=cases)
    (agreement,) = case.agreements.all()
    documents = _copies(agreement.document, number, stored=_files(agreement.document.stored, number))
    records = _copies(agreement.record, number, stored=_files(agreement.document.stored, number))
    agreements = _copies(agreement, number, case=cases, pair=pairs, document=documents, record=records)
    mentors = {}
    for member in pair.memberships.all():
        mentors[member.mentor_id] = _copies(member.mentor, number, email=_addresses(number))
        _copies(member, number, pair=pairs, mentor=mentors[member.mentor_id])
    for party in agreement.parties.all():
        who: dict[str, Any] = {"mentee": mentees} if party.mentee_id else {"mentor": mentors[party.mentor_id]}
        parties = _copies(party, number, agreement=agreements, **who)
        _copies(party.signature, number, party=parties, code=[None] * number)
    _plan(cases, clock.now() + 60 * DAY)
    return cases


def nobody_recorded(cases: Sequence[Case], days: int) -> None:
    """Let the planned meeting of each of ``cases`` have been ``days`` ago."""
    Meeting.objects.filter(case__in=cases).update(starts_at=clock.now() - days * DAY)


def nothing_happens(cases: Sequence[Case], days: int) -> None:
    """Let the last line of each of ``cases`` be ``days`` old, and no meeting be ahead."""
    Meeting.objects.filter(case__in=cases).update(status=MeetingStatus.CANCELLED)
    moment = clock.now() - days * DAY
    CaseLogEntry.objects.filter(case__in=cases).update(timestamp=moment)
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(log_at=moment)
    # Not asked for a time as well: of that they were reminded as often as is allowed.
    Agreement.objects.filter(case__in=cases).update(superseded_at=moment)


def all_kinds_are_due(cases: Sequence[Case]) -> None:
    """Let something be due of each of ``cases``, made by :func:`like`: of every rule of reminders in turn."""
    now, kinds = clock.now(), [cases[place::7] for place in range(7)]
    unrecorded, silent, unsigned, tomorrow, timeless, asked, ended = kinds
    nobody_recorded(unrecorded, 4)
    nothing_happens(silent, 40)
    Signature.objects.filter(party__agreement__case__in=unsigned, party__mentee__isnull=False).delete()
    Agreement.objects.filter(case__in=unsigned).update(issued_at=now - 6 * DAY)
    Meeting.objects.filter(case__in=tomorrow).update(starts_at=now + DAY / 2)
    Meeting.objects.filter(case__in=timeless).update(status=MeetingStatus.CANCELLED, ended_at=now - 20 * DAY)
    Signature.objects.filter(party__agreement__case__in=timeless).update(signed_at=now - 20 * DAY)
    Case.objects.filter(pk__in=[case.pk for case in timeless]).update(state_since=now - 20 * DAY)
    Feedback.objects.bulk_create(
        Feedback(case=case, kind=FeedbackKind.FIRST, mentee=case.mentee, asked_at=now - 8 * DAY) for case in asked
    )
    Meeting.objects.filter(case__in=ended).update(status=MeetingStatus.HELD)
    over = {"state": CaseState.CLOSED.value, "state_since": now - 90 * DAY, "closed_at": now - 90 * DAY}
    Case.objects.filter(pk__in=[case.pk for case in ended]).update(**over)
    Feedback.objects.bulk_create(
        Feedback(case=case, kind=FeedbackKind.MONTHS_3, mentee=case.mentee, asked_at=now - DAY) for case in ended
    )


def with_history(cases: Sequence[Case], mails: int = 10) -> None:
    """Let so many mails have left to the mentee of each of ``cases``, and a reminder of what is over be counted."""
    now = clock.now()
    events = [event.value for event in (MailEvent.PAIRED_MENTEE, MailEvent.AGREEMENT_OUT, MailEvent.MEETING_PLANNED)]
    OutboxMessage.objects.bulk_create(
        (
            OutboxMessage(
                event=events[number % 3],
                union_id=case.union_id,
                case=case,
                mentee=case.mentee,
                address=case.mentee.email,
                context={"number": 1} if number % 3 == 2 else {},
                status=OutboxStatus.SENT,
                created_at=now - (20 + number) * DAY,
                sent_at=now - (20 + number) * DAY,
            )
            for case in cases
            for number in range(mails)
        ),
        batch_size=2000,
    )
    Reminder.objects.bulk_create(
        (
            Reminder(
                case=case, event=MailEvent.MEETING_TOMORROW, about="meeting:0:0", mentee=who, last_at=now - 30 * DAY
            )
            for case in cases
            for who in (None, case.mentee)
        ),
        batch_size=2000,
    )


def _addresses(number: int) -> list[str]:
    return [f"copy{next(_number)}@example.org" for _copy in range(number)]


def _files(stored: PrivateFile, number: int) -> list[Any]:
    return _copies(stored, number, file=[f"copy/{uuid.uuid4()}" for _copy in range(number)])


def _plan(cases: Sequence[Case], starts_at: datetime.datetime) -> None:
    pairs = dict(Case.objects.filter(pk__in=[case.pk for case in cases]).values_list("pk", "pairs"))
    Meeting.objects.bulk_create(
        Meeting(case=case, pair_id=pairs[case.pk], number=1, status=MeetingStatus.PLANNED, starts_at=starts_at)
        for case in cases
    )


def _copies(row: Any, number: int, **values: Any) -> list[Any]:
    """Return ``number`` new rows like ``row``; of ``values`` each has its own."""
    known = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    made = []
    for place in range(number):
        copy = type(row)(**known)
        for name, value in values.items():
            setattr(copy, name, value[place])
        made.append(copy)
    return list(type(row)._base_manager.bulk_create(made, batch_size=2000))
