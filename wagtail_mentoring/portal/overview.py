"""What a private page shows: where the case stands, the one thing to do now, the people, meetings and documents."""

import datetime
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.conversation.models import Circle, Letter
from wagtail_mentoring.messages.conversation.services import for_three, new_for_three
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.whose import of_person
from wagtail_mentoring.privacy.models import ConsentKind
from wagtail_mentoring.programme.dates import long_day, on_day
from wagtail_mentoring.workflows import PUBLIC_STATE_LABELS, CaseState, EndReason, meeting_number

from .meeting_now import feedback_now, meeting_now, table_of, times_now, with_feedback
from .own_cases import OwnCase, own_cases
from .pair_question import proposed_mentors, replaced_words
from .papers import Paper, papers_of
from .record import Record, record_of
from .session import Visit
from .shown import ShownPerson, shown_mentee, shown_mentors
from .shown_meetings import ShownMeeting, shown_meetings
from .trail import TrailStep, trail
from .where import Where


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page."""

    where: Where
    steps: list[TrailStep]
    people: list[ShownPerson]
    meetings: list[ShownMeeting]
    record: Record
    mentors_found: int
    others: list[OwnCase] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    # When one of the three wrote last, how much of it is new, and how many answers of the contact person are unread.
    written_at: datetime.datetime | None = None
    new_letters: int = 0
    unread: int = 0

    @property
    def running(self) -> bool:
        return self.record.running

    @property
    def table(self) -> bool:
        """Whether the round table is drawn: not with chairs that stay empty."""
        return self.running or self.mentors_found > 0


def overview(visit: Visit) -> Overview | None:
    """Return what the page shows; None for a mentor who belongs to the case no more, and for an erased case."""
    if visit.case.anonymised_at is not None:
        return None
    record = record_of(visit)
    mentors = [member.mentor for member in record.members]
    if isinstance(visit.person, Mentor) and visit.person not in mentors:
        return None
    closed = not record.running
    return Overview(
        where=_ended(record, visit) if closed else _where(record, visit),
        steps=trail(record),
        # What they had to know of each other, they had to know for the meetings.
        people=[] if closed else _people(visit, record, mentors),
        meetings=shown_meetings(visit, record),
        record=record,
        mentors_found=len(mentors),
        others=_others(visit),
        papers=papers_of(record.agreements) if record.own_party else [],
        **_letters(visit),
    )


def _people(visit: Visit, record: Record, mentors: list[Mentor]) -> list[ShownPerson]:
    if visit.is_mentee:
        return shown_mentors(mentors, ConsentKind.SHOWN_TO_MENTEE)
    partners = [mentor for mentor in mentors if mentor != visit.person]
    return [shown_mentee(record.case), *shown_mentors(partners, ConsentKind.SHOWN_TO_PARTNER)]


def _letters(visit: Visit) -> dict[str, Any]:
    """Return what was written, of :class:`Overview`: one query."""
    own = of_person(visit.person)
    unread = Q(circle=Circle.CONTACT, from_contact=True, read_at=None, **own)
    return Letter.objects.filter(case=visit.case).aggregate(
        new_letters=Count("pk", filter=new_for_three(visit.case, visit.person)),
        unread=Count("pk", filter=unread),
        # Last: from here on the name of the column means the newest.
        written_at=Max("written_at", filter=for_three(visit.case, visit.person)),
    )


def _others(visit: Visit) -> list[OwnCase]:
    return own_cases(visit.person, without=visit.case) if isinstance(visit.person, Mentor) else []


def _by(start: datetime.datetime, days: int) -> tuple[str, bool]:
    """Return the promised day in words, and whether it is still ahead."""
    day = timezone.localdate(start) + datetime.timedelta(days=days)
    return long_day(day), day >= clock.today()


def _where(record: Record, visit: Visit) -> Where:
    case = record.case
    if case.case_state == CaseState.APPLIED:
        return _applied(case)
    if record.must_choose:
        return _to_choose(record)
    if case.case_state == CaseState.ELIGIBLE:
        return _looking(record)
    where = _with_mentors(record, visit)
    if (over := _fell_through(record)) and record.proposal is None:
        return replace(where, more=(*where.more, over))
    return where


def _with_mentors(record: Record, visit: Visit) -> Where:
    title = _title(record)
    if record.must_sign:
        return _to_sign(record)
    return with_feedback(_signed(record, visit, title), record, visit)


def _signed(record: Record, visit: Visit, title: str) -> Where:
    """Return what there is to do for somebody who has nothing to sign now."""
    if record.own_party is None or not record.out_to_all:
        return _not_out(record, title)
    if record.unsigned:
        # Times can be looked for meanwhile.
        if (times := times_now(table_of(visit, record), record)) is not None:
            return times
        return Where(
            title,
            _("You do not need to do anything."),
            _("You have signed. We wait until everybody has signed, and then write to you."),
        )
    return meeting_now(record, visit, title)


def _to_choose(record: Record) -> Where:
    alone = record.proposal is not None and (record.proposal.replaces_id or record.proposal.one_mentor_reason)
    replaced = replaced_words(record.proposal, proposed_mentors(record.proposal)) if record.proposal else ""
    return Where(
        _("A mentor has said yes: does this mentor suit you?")
        if alone
        else _("Your mentors have said yes: do they suit you?"),
        _("This is the one thing to do now."),
        _("Read who it is, and say yes or that you would rather have somebody else."),
        tuple(filter(None, (_answer_by(record), replaced))),
        action=_("Read and answer") if alone else _("See them and answer"),
        address=reverse("wagtail_mentoring:portal_pair"),
    )


def _answer_by(record: Record) -> str:
    last_day = record.proposal.mentee_answer_by if record.proposal else None
    # Until the question is really over, who is late may answer still.
    if last_day is None or last_day < clock.today():
        return ""
    return _("Please answer by %(day)s.") % {"day": on_day(last_day)}


def _fell_through(record: Record) -> str:
    """Return that the mentors about whom the mentee was asked do not come after all, or an empty text."""
    proposal = record.fell_through
    if proposal is None:
        return ""
    alone = proposal.replaces_id or proposal.one_mentor_reason
    if proposal.mentee_silent:
        if alone:
            return _(
                "You did not answer in time, so the mentor does not wait any longer. We are looking for another one."
            )
        return _("You did not answer in time, so the mentors do not wait any longer. We are looking for others.")
    if alone:
        return _("This mentor is not available after all. We are looking for another one.")
    return _("This pair is not available after all. We are looking for another one.")


def _to_sign(record: Record) -> Where:
    address = reverse("wagtail_mentoring:portal_agreement")
    if record.copy_waits:
        return Where(
            _("Your signed copy has arrived"),
            _("You do not need to do anything."),
            _("Your contact person looks at it. When it is confirmed, it counts as your signature."),
            action=_("Look at the agreement"),
            address=address,
        )
    if record.declined:
        return Where(
            _("You have said that you do not want to sign"),
            _("Your contact person knows it and writes to you."),
            _("You can change your mind and sign."),
            action=_("Go to the agreement"),
            address=address,
        )
    title = _("Read and sign the supplement") if _joins(record) else _("Read and sign the agreement")
    more = [_("We could not take the copy that you sent. On the page you read why.")] if record.copy_refused else []
    return Where(
        title,
        _("This is the one thing to do now."),
        _("It takes about five minutes. You need your e-mail for a code."),
        tuple(more),
        action=_("Go to the agreement"),
        address=address,
    )


def _joins(record: Record) -> bool:
    return record.agreement is not None and record.agreement.is_supplement


def _not_out(record: Record, title: str) -> Where:
    nothing = _("You do not need to do anything.")
    if record.signed:
        return Where(
            title,
            nothing,
            _("A new mentor has joined, and gets a supplement to sign. We write to you when all is ready."),
        )
    return Where(title, nothing, _("Your contact person sends you the agreement to sign."))


def _title(record: Record) -> str:
    if record.for_mentee or meeting_number(record.case.case_state):
        if record.case.case_state == CaseState.PAIRED and record.alone:
            return _("Your mentor is found")
        return str(PUBLIC_STATE_LABELS[record.case.case_state])
    return _("You are a mentor now")


def _applied(case: Case) -> Where:
    day, ahead = _by(case.opened_at, case.participation.decision_days)
    answer = (
        _("%(union)s answers by %(day)s.") % {"union": case.union.short, "day": day}
        if ahead
        else _("We promised an answer by %(day)s, and we are late. We are sorry. We still read it.") % {"day": day}
    )
    return Where(
        str(PUBLIC_STATE_LABELS[CaseState.APPLIED]),
        _("You do not need to do anything."),
        _("We write to you when we have read it."),
        (answer,),
    )


def _looking(record: Record) -> Where:
    case = record.case
    day, ahead = _by(case.state_since, case.participation.pairing_days)
    more = []
    if record.held:
        more.append(_("The meetings that you have had stay counted, and you come first in the queue."))
    if over := _fell_through(record):
        more.append(over)
    if record.mentors_asked:
        return Where(
            _("We have asked mentors"),
            _("You do not need to do anything."),
            _("They have some days to answer. We write to you when they have said yes."),
            tuple(more),
        )
    if record.wanted_others:
        more.append(
            _("You would rather have somebody else. That is all right: your contact person knows it, and we look on.")
        )
    more.append(
        _("We look until %(day)s.") % {"day": day}
        if ahead
        else _("It takes longer than we thought. We are sorry. We still look.")
    )
    return Where(
        str(PUBLIC_STATE_LABELS[CaseState.ELIGIBLE]),
        _("You do not need to do anything."),
        _("We write to you when we have found them."),
        tuple(more),
    )


def _ended(record: Record, visit: Visit) -> Where:
    """Return how it ended, and the question how it was while that is open."""
    where = _closed(record)
    asked = feedback_now(visit, where.title)
    if asked is None:
        return where
    return replace(where, more=(*where.more, f"{asked.first} {asked.then}"), action=asked.action, address=asked.address)


def _closed(record: Record) -> Where:
    case = record.case
    ended = str(PUBLIC_STATE_LABELS[CaseState.CLOSED])
    nothing = _("You do not need to do anything.")
    if case.end_reason == EndReason.COMPLETED:
        thanks = (
            _("You have done it. We wish you all the best.")
            if record.for_mentee
            else _("Thank you for your time and for what you gave.")
        )
        return Where(_("The mentoring is complete"), thanks, "")
    if not record.for_mentee:
        return Where(ended, nothing, _("Thank you for your time and for what you gave."))
    if case.end_reason == EndReason.NOT_ELIGIBLE:
        reason = record.decision.reason if record.decision and not record.decision.eligible else ""
        return Where(
            _("We could not accept your application"),
            _("This is the reason:"),
            reason,
            (_("If you think that this is a mistake, or if something changes, write to us. You may apply again."),),
        )
    if case.end_reason == EndReason.NO_MENTORS:
        return Where(
            _("We did not find mentors for you"),
            _("We are sorry."),
            _("This was not about you: there was nobody free in your profession. You may apply again later."),
        )
    return Where(ended, nothing, _("If you have questions, write to your contact person. You may apply again."))
