"""Many cases like one that was lived through, copied row by row: what is asked of it is in the database for each."""

import datetime
import itertools
import uuid
from collections.abc import Sequence
from typing import Any

from tests.factories import make_case
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case, CaseLogEntry
from wagtail_mentoring.meetings.models import Meeting, MeetingStatus
from wagtail_mentoring.privacy.models import PrivateFile

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
