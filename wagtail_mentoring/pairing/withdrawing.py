"""Ending the questions to mentors that have no point any more."""

import datetime
from collections.abc import Collection

from wagtail_mentoring.cases.models import Case

from .choices import RUNNING, InvitationStatus, ProposalStatus
from .models import Invitation, Proposal
from .places import give_back
from .signals import invitation_withdrawn


def withdraw_all(case: Case, at: datetime.datetime, chosen: Collection[int] = ()) -> None:
    """End every proposal of ``case`` that is asked or waits to be asked, and free the places held for it.

    Call it with the case's row locked. Who had been asked is told by a receiver of ``invitation_withdrawn``, but for
    those who are ``chosen`` (keys of mentors) for this very case: they are told that.
    """
    for proposal in Proposal.objects.filter(case=case, status__in=[ProposalStatus.QUEUED, ProposalStatus.OPEN]):
        end_proposal(proposal, ProposalStatus.WITHDRAWN, at, chosen)


def end_proposal(
    proposal: Proposal, status: ProposalStatus, at: datetime.datetime, chosen: Collection[int] = ()
) -> None:
    """End ``proposal`` as ``status``, withdraw what of it is still asked or answered with yes, and free the places."""
    proposal.status, proposal.ended_at = status, at
    proposal.save(update_fields=["status", "ended_at"])
    running = proposal.invitations.filter(status__in=RUNNING).select_related("mentor", "proposal__case")
    for invitation in running:
        end_invitation(invitation, InvitationStatus.WITHDRAWN, at, tell=invitation.mentor_id not in chosen)


def end_invitation(
    invitation: Invitation, status: InvitationStatus, at: datetime.datetime, *, tell: bool = True
) -> None:
    """End ``invitation`` as ``status`` and free its place; whoever knew of it is told when it was withdrawn."""
    knew = invitation.status in (InvitationStatus.ASKED, InvitationStatus.YES)
    invitation.status = status
    fields = ["status"]
    if status in (InvitationStatus.NO, InvitationStatus.EXPIRED):
        invitation.answered_at = at
        fields.append("answered_at")
    invitation.save(update_fields=fields)
    give_back(invitations=[invitation.pk])
    if knew and tell and status == InvitationStatus.WITHDRAWN:
        invitation_withdrawn.send(Invitation, invitation=invitation)
