"""Mails around becoming a mentor and being asked to mentor. Runs in the transaction of the cause.

None of them names anybody but its reader: who the mentee or the other mentor is stands on pages that ask for a link or
a login first.
"""

import datetime
from typing import Any

from django.dispatch import receiver

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.choices import InvitationStatus, MenteeAnswer, ProposalStatus
from wagtail_mentoring.pairing.models import Invitation, Proposal
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.pairing.signals import (
    invitation_answered,
    invitation_expired,
    invitation_reminded,
    invitation_sent,
    invitation_withdrawn,
    mentee_answered,
    mentee_asked,
    mentee_reminded,
    mentee_silent,
    mentor_missing,
    pair_fell_through,
    proposal_failed,
    question_answered,
    question_asked,
)
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentor, PrivateLink
from wagtail_mentoring.people.signals import (
    mentor_approved,
    mentor_check_due,
    mentor_declined,
    mentor_signed_up,
    mentor_signed_up_again,
    mentor_thanked,
    mentor_wants_to_stop,
)
from wagtail_mentoring.programme.models import Union
from wagtail_mentoring.workflows import CaseState

from .addressing import contacts, to_contacts, to_mentee
from .models import MailEvent, OutboxMessage
from .outbox import put
from .sentences import WAITS_FOR_APPROVAL

_UID = "wagtail_mentoring.messages.{}".format
#: Whoever signs somebody else up again and again cannot fill that mailbox: one mail in so many hours.
_ONCE_IN_HOURS = 24


def _to_mentor(event: str, mentor: Mentor, *, link: PrivateLink | None = None, **context: Any) -> None:
    """Write a mail about being a mentor, of the mentor's union and without a case. Nobody erased gets one."""
    if mentor.anonymised_at is None:
        put(event, to=mentor, union=mentor.union, link=link, context=context)


def _to_contacts_while_open(event: str, case: Case, **context: Any) -> None:
    """Write a mail about a running case to the union. About a closed one there is nothing to do."""
    if case.case_state != CaseState.CLOSED:
        to_contacts(event, case, **context)


def _about_mentor(event: str, mentor: Mentor, **context: Any) -> None:
    for contact in contacts(mentor.union):
        put(event, to=contact, union=mentor.union, context={"mentor": mentor.pk, **context})


@receiver(mentor_signed_up, dispatch_uid=_UID("signed_up"))
def signed_up(sender: Any, mentor: Mentor, **kwargs: Any) -> None:
    """Who signs up gets a receipt; the union learns that somebody waits."""
    _to_mentor(MailEvent.MENTOR_SIGNED_UP, mentor)
    _about_mentor(MailEvent.NEW_MENTOR, mentor)


@receiver(mentor_signed_up_again, dispatch_uid=_UID("signed_up_again"))
def signed_up_again(sender: Any, mentor: Mentor, **kwargs: Any) -> None:
    """The page reveals nothing; the mentor reads it at the stored address."""
    since = clock.now() - datetime.timedelta(hours=_ONCE_IN_HOURS)
    if OutboxMessage.objects.filter(event=MailEvent.MENTOR_KNOWN, mentor=mentor, created_at__gt=since).exists():
        return
    if mentor.approved_on is None:
        _to_mentor(MailEvent.MENTOR_KNOWN, mentor, known=WAITS_FOR_APPROVAL)
    else:
        _to_mentor(MailEvent.MENTOR_KNOWN, mentor, link=links.link_for_mentor(mentor))


@receiver(mentor_approved, dispatch_uid=_UID("approved"))
def approved(sender: Any, mentor: Mentor, **kwargs: Any) -> None:
    """The new mentor gets the way to the own page and to the orientation."""
    _to_mentor(MailEvent.MENTOR_APPROVED, mentor, link=links.link_for_mentor(mentor))


@receiver(mentor_declined, dispatch_uid=_UID("mentor_declined"))
def declined(sender: Any, union: Union, name: str, email: str, language: str, reason: str, **kwargs: Any) -> None:
    """Whoever was not taken reads why. There is no row of the person any more."""
    put(MailEvent.MENTOR_DECLINED, to=email, union=union, language=language, context={"name": name, "reason": reason})


@receiver(mentor_check_due, dispatch_uid=_UID("check_due"))
def asked_to_check(sender: Any, mentor: Mentor, **kwargs: Any) -> None:
    """The mentor is asked whether the profile is still true."""
    _to_mentor(MailEvent.MENTOR_CHECK, mentor, link=links.link_for_mentor(mentor))


@receiver(mentor_thanked, dispatch_uid=_UID("thanked"))
def thanked(sender: Any, mentor: Mentor, **kwargs: Any) -> None:
    """Whoever stops being a mentor is thanked."""
    _to_mentor(MailEvent.MENTOR_THANKS, mentor)


@receiver(mentor_wants_to_stop, dispatch_uid=_UID("wants_to_stop"))
def wants_to_stop(sender: Any, mentor: Mentor, message: str = "", **kwargs: Any) -> None:
    """The union learns that a mentor wants to stop."""
    _about_mentor(MailEvent.MENTOR_STOPS, mentor, message=message)


def send_invitation(event: str, invitation: Invitation, *, link: PrivateLink | None = None, **context: Any) -> None:
    """Write a mail about ``invitation`` to its mentor, with the link that answers it unless another is given."""
    mentor, case = invitation.mentor, invitation.proposal.case
    if mentor.anonymised_at is not None or case.case_state == CaseState.CLOSED:
        return
    if invitation.answer_by and invitation.status in (InvitationStatus.ASKED, InvitationStatus.EXPIRED):
        context["answer_by_on"] = invitation.answer_by.isoformat()
    context |= _which(invitation)
    put(event, to=mentor, case=case, link=link or links.link_for_invitation(invitation), context=context)


def _which(invitation: Invitation) -> dict[str, list[int]]:
    """Return which of the mentor's open questions it is, and of how many: their mails differ in nothing else."""
    asked = Invitation.objects.filter(
        mentor=invitation.mentor_id, status=InvitationStatus.ASKED, proposal__status=ProposalStatus.OPEN
    )
    found = list(asked.order_by("asked_at", "pk").values_list("pk", flat=True))
    return {"which": [found.index(invitation.pk) + 1, len(found)]} if invitation.pk in found else {}


@receiver(invitation_sent, dispatch_uid=_UID("invitation_sent"))
def invited(sender: Any, invitation: Invitation, **kwargs: Any) -> None:
    """The mentor reads what is asked, until when, and where to answer."""
    send_invitation(MailEvent.INVITATION, invitation)


@receiver(invitation_reminded, dispatch_uid=_UID("invitation_reminded"))
def reminded(sender: Any, invitation: Invitation, **kwargs: Any) -> None:
    """The mentor is reminded."""
    send_invitation(MailEvent.INVITATION_REMINDER, invitation)


@receiver(invitation_expired, dispatch_uid=_UID("invitation_expired"))
def expired(sender: Any, invitation: Invitation, **kwargs: Any) -> None:
    """The mentor learns that somebody else is asked, and where to take a pause."""
    send_invitation(MailEvent.INVITATION_EXPIRED, invitation, link=links.link_for_mentor(invitation.mentor))


@receiver(invitation_withdrawn, dispatch_uid=_UID("invitation_withdrawn"))
def withdrawn(sender: Any, invitation: Invitation, **kwargs: Any) -> None:
    """The mentor learns that no answer is needed, also when the case has closed: there is no other sign of it."""
    mentor = invitation.mentor
    if mentor.anonymised_at is None:
        context = {"said_yes": invitation.answered_at is not None}
        put(MailEvent.INVITATION_WITHDRAWN, to=mentor, case=invitation.proposal.case, context=context)


@receiver(invitation_answered, dispatch_uid=_UID("invitation_answered"))
def answered(sender: Any, invitation: Invitation, **kwargs: Any) -> None:
    """The union learns of a no that needs no step of its own. Where it does, another mail says so."""
    if invitation.status != InvitationStatus.NO or invitation.answered_by_phone:
        return
    case = invitation.proposal.case
    others = Invitation.objects.filter(proposal=invitation.proposal, status=InvitationStatus.ASKED)
    if others.exists():
        _to_contacts_while_open(MailEvent.INVITATION_NO, case, no_reason=invitation.no_reason, others_asked=True)
    elif Proposal.objects.filter(case=case, status=ProposalStatus.QUEUED).exists() and not _said_yes(invitation):
        _to_contacts_while_open(MailEvent.INVITATION_NO, case, no_reason=invitation.no_reason)


def _said_yes(invitation: Invitation) -> bool:
    return Invitation.objects.filter(proposal=invitation.proposal, status=InvitationStatus.YES).exists()


@receiver(question_asked, dispatch_uid=_UID("question_asked"))
def asked_back(sender: Any, invitation: Invitation, **kwargs: Any) -> None:
    """The union learns that a mentor waits for an answer."""
    due = {"answer_by_on": invitation.answer_by.isoformat()} if invitation.answer_by else {}
    _to_contacts_while_open(MailEvent.INVITATION_QUESTION, invitation.proposal.case, **due)


@receiver(question_answered, dispatch_uid=_UID("question_answered"))
def replied(sender: Any, invitation: Invitation, **kwargs: Any) -> None:
    """The mentor learns where the answer stands. A mail is no place for what it may say about the mentee."""
    send_invitation(MailEvent.QUESTION_ANSWERED, invitation)


@receiver(mentee_asked, dispatch_uid=_UID("mentee_asked"))
def ask_mentee(sender: Any, proposal: Proposal, **kwargs: Any) -> None:
    """The mentee is asked about the mentors, unless the case has closed."""
    if proposal.case.case_state != CaseState.CLOSED:
        context = {"mentors": _yes_of(proposal), **_replacing(proposal), **_mentee_answers_by(proposal)}
        to_mentee(MailEvent.PAIR_ASKED, proposal.case, **context)


def _mentee_answers_by(proposal: Proposal) -> dict[str, str]:
    return {"answer_by_on": proposal.mentee_answer_by.isoformat()} if proposal.mentee_answer_by else {}


@receiver(mentee_reminded, dispatch_uid=_UID("mentee_reminded"))
def remind_mentee(sender: Any, proposal: Proposal, **kwargs: Any) -> None:
    """The mentee is reminded of the question about the mentors."""
    to_mentee(MailEvent.PAIR_REMINDER, proposal.case, **_mentee_answers_by(proposal))


@receiver(pair_fell_through, dispatch_uid=_UID("pair_fell_through"))
def pair_over(sender: Any, proposal: Proposal, why: str, **kwargs: Any) -> None:
    """The mentee, who was asked about the mentors, learns that they do not come. After the end another mail says so."""
    if proposal.case.case_state == CaseState.CLOSED:
        return
    alone = bool(proposal.replaces_id or proposal.one_mentor_reason)
    to_mentee(MailEvent.PAIR_OVER, proposal.case, why=why, mentors=1 if alone else 2)


@receiver(mentee_silent, dispatch_uid=_UID("mentee_silent"))
def mentee_did_not_answer(sender: Any, proposal: Proposal, next_asked: bool, **kwargs: Any) -> None:
    """The union learns that the mentee has not answered, and whether others are asked now."""
    _to_contacts_while_open(MailEvent.PAIR_SILENT, proposal.case, next_asked=next_asked)


def _replacing(proposal: Proposal) -> dict[str, Any]:
    """Return what the mail must know of a pair that runs already: who leaves and who stays is told on the page."""
    if proposal.replaces_id is None:
        return {}
    stays = any(member.mentor_id != proposal.replaces_id for member in current_members(proposal.case))
    return {"replaces": True, "stays": stays}


def _yes_of(proposal: Proposal) -> int:
    return proposal.invitations.filter(status=InvitationStatus.YES).count()


@receiver(mentee_answered, dispatch_uid=_UID("mentee_answered"))
def mentee_said(sender: Any, proposal: Proposal, **kwargs: Any) -> None:
    """The union learns of a no that nobody of it has written down. A yes goes on by itself."""
    if proposal.mentee_answer == MenteeAnswer.NO and proposal.mentee_answer_recorded_by_id is None:
        _to_contacts_while_open(MailEvent.PAIR_REFUSED, proposal.case)


@receiver(proposal_failed, dispatch_uid=_UID("proposal_failed"))
def failed(sender: Any, proposal: Proposal, **kwargs: Any) -> None:
    """The union learns that nobody is asked any more. After the mentee's no, or no answer, its own mail says so."""
    if proposal.mentee_answer != MenteeAnswer.NO and not proposal.mentee_silent:
        _to_contacts_while_open(MailEvent.PROPOSAL_FAILED, proposal.case)


@receiver(mentor_missing, dispatch_uid=_UID("mentor_missing"))
def one_missing(sender: Any, proposal: Proposal, **kwargs: Any) -> None:
    """The union learns that a second mentor is needed."""
    _to_contacts_while_open(MailEvent.MENTOR_MISSING, proposal.case)
