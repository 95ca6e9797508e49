"""What mentors and the mentee say: yes, no, a question; by the private link, or on the phone to the handler."""

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_mentoring import clock
from wagtail_mentoring.cases.actors import Actor
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.log import OWN_PAUSE, PAUSED
from wagtail_mentoring.people.models import Mentor, MentorConflict
from wagtail_mentoring.workflows import Role, StepRefused

from . import asking, signals
from .choices import InvitationStatus, MenteeAnswer, NoReason, ProposalStatus
from .mentors import volunteers
from .models import Invitation, Proposal
from .withdrawing import end_invitation

SAID_YES, SAID_NO = "mentoring.invitation_yes", "mentoring.invitation_no"
QUESTION, REPLY = "mentoring.question_asked", "mentoring.question_answered"
MENTEE_AGREED, MENTEE_DISAGREED = "mentoring.mentee_agreed", "mentoring.mentee_disagreed"

#: A message, a question or an answer has so many characters at most.
LONGEST = 4000
#: Whose question is answered has so many days from then on, at least, to say yes or no.
DAYS_AFTER_REPLY = 3
#: A pause of more days is a slip of the pen, or an end.
LONGEST_PAUSE = 730

#: What a mentor reads who says yes too late, by what became of the invitation.
TOO_LATE = {
    InvitationStatus.QUEUED: lambda: _("You have not been asked yet."),
    InvitationStatus.NO: lambda: _(
        "You have said no to this already. If you have changed your mind, write to your contact person."
    ),
    InvitationStatus.EXPIRED: lambda: _(
        "Thank you! The time to answer is over, and somebody else may have been asked. If you would still like to "
        "help, write to your contact person."
    ),
    InvitationStatus.WITHDRAWN: lambda: _(
        "Thank you! You are not needed for this mentee any more: others were found, or plans have changed. Your place "
        "is free for somebody else."
    ),
}


def _begin(invitation_id: int) -> tuple[Case, Invitation]:
    """Lock the invitation's case and the mentors asked for it; return the case and the invitation as it is now.

    Raises ``Invitation.DoesNotExist``.
    """
    case_id, mentor = Invitation.objects.values_list("proposal__case_id", "mentor_id").get(pk=invitation_id)
    case = asking.begin(case_id, [mentor])
    return case, Invitation.objects.select_related("proposal", "mentor").get(pk=invitation_id)


def _actor(case: Case, invitation: Invitation, by: Any) -> Actor:
    """Return who answers: the mentor, or the handler ``by`` who was told on the phone and must have the right."""
    if by is not None:
        return asking.handler_on(by, case)
    return Actor(frozenset({Role.MENTOR}), mentor=invitation.mentor)


def _words(value: str | None, name: str) -> str:
    text = (value or "").strip()
    if len(text) > LONGEST:
        message = _("This is too long: %(most)s characters at most.") % {"most": LONGEST}
        raise StepRefused(message, {name: message})
    return text


def _answered(invitation: Invitation, by: Any, message: str) -> list[str]:
    """Note on the row when and how it was answered; return the names of the columns to save."""
    invitation.answered_at = clock.now()
    invitation.answered_by_phone, invitation.recorded_by = by is not None, by
    invitation.message = message or invitation.message
    return ["answered_at", "answered_by_phone", "recorded_by", "message"]


@transaction.atomic
def answer_yes(invitation_id: int, *, oriented: bool = False, message: str = "", by: Any = None) -> Invitation:
    """Record a mentor's yes; when it is the last one needed, the mentee is asked or the pair made.

    ``oriented``: the mentor has read the orientation, which must be ticked before the first case. ``by`` is the handler
    who records an answer given by phone. Twice is once. Raises :class:`StepRefused`.
    """
    case, invitation = _begin(invitation_id)
    actor, words = _actor(case, invitation, by), _words(message, "message")
    if invitation.status == InvitationStatus.YES:
        return invitation
    if invitation.status != InvitationStatus.ASKED:
        raise StepRefused(TOO_LATE[InvitationStatus(invitation.status)]())
    mentor = invitation.mentor
    if not volunteers(Mentor.objects.filter(pk=mentor.pk)).exists():
        raise StepRefused(_("You are not one of the union’s mentors at the moment. Write to your contact person."))
    if mentor.oriented_on is None:
        _orient(mentor, oriented)
    invitation.status = InvitationStatus.YES
    invitation.save(update_fields=["status", *_answered(invitation, by, words)])
    data = asking.about(invitation.proposal, mentor, by_phone=by is not None)
    asking.line(case, SAID_YES, actor, data, asking.names([mentor], words))
    signals.invitation_answered.send(Invitation, invitation=invitation)
    asking.settle(case, invitation.proposal)
    return invitation


def _orient(mentor: Mentor, oriented: bool) -> None:
    if not oriented:
        message = _("Read the orientation for mentors and tick that you have. It is asked once, before the first case.")
        raise StepRefused(message, {"oriented": message})
    mentor.oriented_on = clock.today()
    mentor.save(update_fields=["oriented_on"])


@transaction.atomic
def answer_no(
    invitation_id: int,
    *,
    reason: str,
    message: str = "",
    pause_until: datetime.date | None = None,
    by: Any = None,
) -> Invitation:
    """Record a mentor's no (a value of ``NoReason``), free the place, and go on with the others or the next pair.

    With ``no_time`` the mentor may be paused until a day to come; ``conflict`` is kept as a conflict of interest with
    the mentee. A yes may be taken back until everybody has said yes; after that, by the handler ``by`` while the mentee
    is being asked. Twice is once; who says no too late is thanked, and pause and conflict are kept all the same.
    Paused mentors, and those who have stopped, may say no. Raises :class:`StepRefused`.
    """
    case, invitation = _begin(invitation_id)
    actor, words = _actor(case, invitation, by), _words(message, "message")
    if reason not in NoReason.values:
        text = _("Choose why not.")
        raise StepRefused(text, {"reason": text})
    pause = pause_until if reason == NoReason.NO_TIME else None
    _refuse_pause(pause)
    proposal = invitation.proposal
    if invitation.status == InvitationStatus.QUEUED:
        raise StepRefused(TOO_LATE[InvitationStatus.QUEUED]())
    if invitation.status == InvitationStatus.YES:
        _refuse_to_take_back(proposal, by)
    if invitation.status == InvitationStatus.NO:
        return invitation
    _keep(case, invitation.mentor, reason, pause, by)
    invitation.no_reason = reason
    if invitation.status not in (InvitationStatus.ASKED, InvitationStatus.YES):
        # It is over: what was said is kept, and changes nothing else.
        invitation.message = words or invitation.message
        invitation.save(update_fields=["no_reason", "message"])
        return invitation
    invitation.save(update_fields=["no_reason", *_answered(invitation, by, words)])
    data = asking.about(proposal, invitation.mentor, by_phone=by is not None)
    take_no(case, invitation, actor, data, words)
    return invitation


def take_no(
    case: Case,
    invitation: Invitation,
    actor: Actor,
    data: dict[str, Any],
    words: str = "",
    *,
    at: datetime.datetime | None = None,
) -> None:
    """Let the invitation end as a no: free the place, write the line, tell, and go on with the others."""
    proposal = invitation.proposal
    end_invitation(invitation, InvitationStatus.NO, at or clock.now())
    asking.line(case, SAID_NO, actor, data, asking.names([invitation.mentor], words))
    signals.invitation_answered.send(Invitation, invitation=invitation)
    if proposal.mentee_asked_at is not None:
        # The mentee was asked about a pair that is none now, and will be asked about the next one.
        asking.fall_through(proposal, "mentor")
        proposal.mentee_asked_at = proposal.mentee_answer_by = None
        proposal.save(update_fields=["mentee_asked_at", "mentee_answer_by"])
    asking.settle(case, proposal)


def _refuse_pause(until: datetime.date | None) -> None:
    if until is None:
        return
    ahead = (until - clock.today()).days
    if ahead < 1:
        message = _("This day is not in the future. Give the last day of your pause.")
    elif ahead > LONGEST_PAUSE:
        message = _("This is more than two years ahead. To stop for good, write to your contact person.")
    else:
        return
    raise StepRefused(message, {"pause_until": message})


def _refuse_to_take_back(proposal: Proposal, by: Any) -> None:
    if proposal.status != ProposalStatus.OPEN:
        raise StepRefused(
            _(
                "You are this person’s mentor now. If you cannot go on, write to your contact person: somebody will be "
                "found."
            )
        )
    if proposal.mentee_asked_at is not None and by is None:
        raise StepRefused(
            _(
                "Everybody has said yes, and the mentee has been asked. If you cannot help after all, write to your "
                "contact person now."
            )
        )


def _keep(case: Case, mentor: Mentor, reason: str, pause: datetime.date | None, by: Any) -> None:
    """Keep what a no says beyond this case: a pause, unless a longer one is set, or a conflict with the mentee."""
    if pause is not None and (mentor.paused_until is None or pause > mentor.paused_until):
        mentor.paused_until = pause
        mentor.save(update_fields=["paused_until"])
        log(mentor, PAUSED if by is not None else OWN_PAUSE, user=by)
    if reason == NoReason.CONFLICT:
        MentorConflict.objects.get_or_create(
            mentor=mentor, mentee_id=case.mentee_id, defaults={"declared_at": clock.now()}
        )


def mark_of(proposal: Proposal) -> str:
    """Return which mentors the mentee is asked about now, as a page keeps it that shows them. One query."""
    agreed = proposal.invitations.filter(status=InvitationStatus.YES).order_by("pk").values_list("pk", flat=True)
    return f"{proposal.pk}:{','.join(str(key) for key in agreed)}"


@transaction.atomic
def mentee_answers(
    proposal_id: int, yes: bool, note: str = "", by: Any = None, *, shown: str | None = None
) -> Proposal:
    """Record what the mentee says about the pair: yes makes it, no ends the proposal and the next pair is asked.

    ``by`` is the handler who records an answer given by phone. ``shown`` is :func:`mark_of` as the page had it: an
    answer about other mentors is none about these. Twice is once. Raises :class:`StepRefused` when the mentee is not
    being asked (any more), or has seen others.
    """
    case_id = Proposal.objects.values_list("case_id", flat=True).get(pk=proposal_id)
    case = asking.begin(case_id)
    actor = asking.handler_on(by, case) if by is not None else Actor(frozenset({Role.MENTEE}), mentee=case.mentee)
    proposal, words = Proposal.objects.get(pk=proposal_id), _words(note, "note")
    answer = MenteeAnswer.YES if yes else MenteeAnswer.NO
    if proposal.mentee_answer == answer:
        return proposal
    if proposal.status != ProposalStatus.OPEN or proposal.mentee_asked_at is None:
        raise StepRefused(_("This question is not open any more. Thank you! Your contact person writes to you."))
    if shown is not None and shown != mark_of(proposal):
        raise StepRefused(_("The mentors have changed since this page was opened. Look at them, and answer again."))
    proposal.mentee_answer, proposal.mentee_note, proposal.mentee_answered_at = answer, words, clock.now()
    proposal.mentee_answer_recorded_by = by
    columns = ["mentee_answer", "mentee_note", "mentee_answered_at", "mentee_answer_recorded_by"]
    proposal.save(update_fields=columns)
    data = asking.about(proposal, by_phone=by is not None)
    asking.line(case, MENTEE_AGREED if yes else MENTEE_DISAGREED, actor, data, words)
    signals.mentee_answered.send(Proposal, proposal=proposal)
    if yes:
        asking.complete(case, proposal)
    else:
        asking.fail(case, proposal, "mentee_declined")
    proposal.refresh_from_db()
    return proposal


@transaction.atomic
def ask(invitation_id: int, question: str) -> Invitation:
    """Keep a mentor's question, beneath the ones before it. Raises :class:`StepRefused` when it is over."""
    case, invitation = _begin(invitation_id)
    words = _words(question, "question")
    if not words:
        message = _("Write your question.")
        raise StepRefused(message, {"question": message})
    if invitation.status not in (InvitationStatus.ASKED, InvitationStatus.YES):
        raise StepRefused(TOO_LATE[InvitationStatus(invitation.status)]())
    if words == invitation.question and invitation.reply_at is None:
        return invitation
    invitation.question = "\n\n".join(filter(None, [invitation.question, words]))
    invitation.question_at, invitation.reply_at = clock.now(), None
    invitation.save(update_fields=["question", "question_at", "reply_at"])
    data, actor = asking.about(invitation.proposal, invitation.mentor), _actor(case, invitation, None)
    asking.line(case, QUESTION, actor, data, asking.names([invitation.mentor]))
    signals.question_asked.send(Invitation, invitation=invitation)
    return invitation


@transaction.atomic
def reply(invitation_id: int, text: str, user: Any) -> Invitation:
    """Answer a mentor's question as a handler, also after the invitation has ended.

    The mentor has :data:`DAYS_AFTER_REPLY` days more, at least, to say yes or no. Raises :class:`StepRefused`.
    """
    case, invitation = _begin(invitation_id)
    actor, words = asking.handler_on(user, case), _words(text, "reply")
    if not words:
        message = _("Write your answer.")
        raise StepRefused(message, {"reply": message})
    if invitation.question_at is None:
        raise StepRefused(_("This mentor has not asked anything."))
    invitation.reply = "\n\n".join(filter(None, [invitation.reply, words]))
    invitation.reply_at = clock.now()
    columns = ["reply", "reply_at"]
    if invitation.status == InvitationStatus.ASKED and invitation.answer_by is not None:
        least = clock.today() + datetime.timedelta(days=DAYS_AFTER_REPLY)
        invitation.answer_by = max(invitation.answer_by, least)
        columns.append("answer_by")
    invitation.save(update_fields=columns)
    asking.line(case, REPLY, actor, asking.about(invitation.proposal, invitation.mentor))
    signals.question_answered.send(Invitation, invitation=invitation)
    return invitation
