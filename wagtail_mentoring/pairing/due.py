"""What happens to questions without anybody pressing a button: reminders, the end of the time, a mentor who stops."""

import datetime
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from wagtail_mentoring import clock
from wagtail_mentoring.cases.actors import SYSTEM
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import CaseState

from . import asking, signals
from .answering import take_no
from .choices import RUNNING, InvitationStatus, ProposalStatus
from .models import Invitation, Proposal
from .withdrawing import end_invitation, end_proposal

logger = logging.getLogger(__name__)

REMINDED, EXPIRED = "mentoring.mentor_reminded", "mentoring.invitation_expired"
MENTEE_REMINDED = "mentoring.mentee_reminded"


@dataclass(slots=True)
class Done:
    """The keys of what was dealt with, or would be (invitations, or proposals), and of those at which it failed."""

    done: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)


def remind_due(*, dry_run: bool = False) -> Done:
    """Remind every mentor who has not answered for the union's number of days: once, and not after the last day.

    Not who waits for an answer to a question; the days count from that answer.
    Each in a transaction of its own; one that fails is logged and stops no other. ``dry_run`` changes nothing.
    """
    return _each((pk for pk, _day in _to_remind()), _remind, dry_run)


def remind_mentees_due(*, dry_run: bool = False) -> Done:
    """Remind every mentee who has not answered about the mentors: as :func:`remind_due`, with the keys of proposals."""
    return _each(_mentees_to_remind(), _remind_mentee, dry_run)


def expire_due(*, dry_run: bool = False) -> Done:
    """End every invitation whose last day has passed, as a no; and those of mentors who have stopped meanwhile.

    Not while the mentor waits for an answer to a question.
    Each in a transaction of its own; one that fails is logged and stops no other. ``dry_run`` changes nothing.
    """
    return _each(_open().filter(_expired() | _stopped()).values_list("pk", flat=True), _expire, dry_run)


def expire_mentees_due(*, dry_run: bool = False) -> Done:
    """End every proposal whose mentee has not answered in time: it fails, its places are free, the next is asked.

    Each in a transaction of its own; one that fails is logged and stops no other. ``dry_run`` changes nothing.
    """
    late = _mentee_asked().filter(mentee_answer_by__lt=clock.today())
    return _each(late.values_list("pk", flat=True), _expire_mentee, dry_run)


def _each(due: Iterable[int], work: Callable[[int], bool], dry_run: bool) -> Done:
    found = Done()
    for pk in list(due):
        try:
            if dry_run or work(pk):
                found.done.append(pk)
        except Exception:
            logger.exception("%s: %s could not be dealt with; it is tried again at the next run.", work.__name__, pk)
            found.failed.append(pk)
    return found


def _open() -> "QuerySet[Invitation]":
    """Return what is asked, in the order in which it was, of cases that are open."""
    asked = Invitation.objects.filter(proposal__status=ProposalStatus.OPEN, status__in=RUNNING)
    return asked.exclude(proposal__case__state=CaseState.CLOSED).order_by("asked_at", "pk")


def _mentee_asked() -> "QuerySet[Proposal]":
    """Return the proposals about which the mentee is being asked, in that order, of cases that are open."""
    asked = Proposal.objects.filter(status=ProposalStatus.OPEN, mentee_asked_at__isnull=False, mentee_answer="")
    return asked.exclude(case__state=CaseState.CLOSED).order_by("mentee_asked_at", "pk")


def _expired() -> Q:
    return Q(status=InvitationStatus.ASKED, answer_by__lt=clock.today()) & ~_waits_for_us()


def _waits_for_us() -> Q:
    """The mentor has asked something, and nobody has answered: the time does not run out meanwhile."""
    return Q(question_at__isnull=False, reply_at__isnull=True)


def _stopped() -> Q:
    return Q(mentor__ended_on__lte=clock.today())


def _to_remind() -> Iterable[tuple[int, datetime.date]]:
    """Yield the keys of those to be reminded today, and the day from which they were due."""
    waiting = _open().filter(status=InvitationStatus.ASKED, reminded_at__isnull=True, answer_by__gte=clock.today())
    rules = "proposal__case__participation__invitation_reminder_days"
    rows = waiting.exclude(_waits_for_us()).values_list("pk", "asked_at", "reply_at", rules)
    for pk, asked_at, reply_at, days in rows:
        due = timezone.localdate(reply_at or asked_at) + datetime.timedelta(days=days)
        if due <= clock.today():
            yield pk, due


def _mentees_to_remind() -> Iterable[int]:
    """Yield the keys of the proposals whose mentee is to be reminded today."""
    waiting = _mentee_asked().filter(mentee_reminded_at__isnull=True, mentee_answer_by__gte=clock.today())
    rules = "case__participation__invitation_reminder_days"
    for pk, asked_at, days in waiting.values_list("pk", "mentee_asked_at", rules):
        if asked_at is not None and timezone.localdate(asked_at) + datetime.timedelta(days=days) <= clock.today():
            yield pk


def _locked(pk: int) -> tuple[Case, Invitation]:
    case_id = Invitation.objects.values_list("proposal__case_id", flat=True).get(pk=pk)
    case = asking.begin(case_id)
    return case, Invitation.objects.select_related("proposal", "mentor").get(pk=pk)


@transaction.atomic
def _remind(pk: int) -> bool:
    case, invitation = _locked(pk)
    if invitation.status != InvitationStatus.ASKED or invitation.reminded_at is not None:
        return False
    invitation.reminded_at = clock.now()
    invitation.save(update_fields=["reminded_at"])
    asking.line(case, REMINDED, SYSTEM, asking.about(invitation.proposal, invitation.mentor), _name(invitation))
    signals.invitation_reminded.send(Invitation, invitation=invitation)
    return True


@transaction.atomic
def _expire(pk: int) -> bool:
    case, invitation = _locked(pk)
    if not _open().filter(_expired() | _stopped(), pk=pk).exists():
        return False
    data = asking.about(invitation.proposal, invitation.mentor)
    if _open().filter(_stopped(), pk=pk).exists():
        take_no(case, invitation, SYSTEM, data)
        return True
    end_invitation(invitation, InvitationStatus.EXPIRED, clock.now())
    asking.line(case, EXPIRED, SYSTEM, data, _name(invitation))
    signals.invitation_expired.send(Invitation, invitation=invitation)
    asking.settle(case, invitation.proposal)
    return True


def _locked_proposal(pk: int) -> tuple[Case, Proposal | None]:
    """Lock the case of the proposal; return both, and no proposal when the mentee is not being asked any more."""
    case = asking.begin(Proposal.objects.values_list("case_id", flat=True).get(pk=pk))
    return case, _mentee_asked().filter(pk=pk).first()


@transaction.atomic
def _remind_mentee(pk: int) -> bool:
    case, proposal = _locked_proposal(pk)
    if proposal is None or proposal.mentee_reminded_at is not None:
        return False
    proposal.mentee_reminded_at = clock.now()
    proposal.save(update_fields=["mentee_reminded_at"])
    asking.line(case, MENTEE_REMINDED, SYSTEM, asking.about(proposal))
    signals.mentee_reminded.send(Proposal, proposal=proposal)
    return True


@transaction.atomic
def _expire_mentee(pk: int) -> bool:
    case, proposal = _locked_proposal(pk)
    if proposal is None or proposal.mentee_answer_by is None or proposal.mentee_answer_by >= clock.today():
        return False
    asking.fall_through(proposal, "silent")
    next_asked = asking.fail(case, proposal, "mentee_silent")
    signals.mentee_silent.send(Proposal, proposal=proposal, next_asked=next_asked)
    return True


def _name(invitation: Invitation) -> str:
    return asking.names([invitation.mentor])


def mentor_leaves(mentor: Mentor, at: datetime.datetime | None = None) -> list[Case]:
    """Take every question to ``mentor``, who ends volunteering, as answered with no at ``at`` (now, if not given).

    Returns the running cases in which somebody must be found in the mentor's place, the oldest first; their pairs stay
    as they are. Each case in a transaction of its own: call it when the mentor's end has been committed, not while the
    mentor's row is locked. Safe to call again.
    """
    asked = Invitation.objects.filter(mentor=mentor, status__in=RUNNING)
    # What waits in line first: it must not be asked because the one before it ends.
    for pk in sorted(asked.values_list("pk", flat=True), reverse=True):
        _leave(pk, at or clock.now())
    here = {"pairs__ended_at": None, "pairs__memberships__mentor": mentor, "pairs__memberships__left_at": None}
    return list(Case.objects.filter(**here).exclude(state=CaseState.CLOSED).order_by("pk").distinct())


@transaction.atomic
def _leave(pk: int, at: datetime.datetime) -> None:
    case, invitation = _locked(pk)
    proposal = invitation.proposal
    if invitation.status not in RUNNING or proposal.status not in (ProposalStatus.OPEN, ProposalStatus.QUEUED):
        return
    data = asking.about(proposal, invitation.mentor)
    if proposal.status == ProposalStatus.QUEUED:
        end_proposal(proposal, ProposalStatus.FAILED, at)
        asking.line(case, asking.FAILED, SYSTEM, data | {"why": "not_volunteering"}, _name(invitation))
        return
    take_no(case, invitation, SYSTEM, data, at=at)
