"""Those who are asked, in a few words."""

from typing import Any

from django.utils.translation import gettext as _

from wagtail_mentoring.pairing.models import Invitation, InvitationStatus
from wagtail_mentoring.pairing.sentences import listed

from . import words


def names_of(proposal: Any) -> str:
    """Return the names of the mentors whom a proposal asks or asked, whoever said no last."""
    said_no = (InvitationStatus.NO, InvitationStatus.EXPIRED)
    found = sorted(proposal.asked, key=lambda one: one.status in said_no)
    return listed(list(dict.fromkeys(one.mentor.name for one in found)))


def state_of(invitation: Invitation) -> str:
    """Return how far one question has come: "Said yes by phone, Fri 13 Nov 2026"."""
    label = str(invitation.get_status_display())
    if invitation.answered_by_phone and invitation.status == InvitationStatus.YES:
        label = _("Said yes to the contact person")
    elif invitation.answered_by_phone and invitation.status == InvitationStatus.NO:
        label = _("Said no to the contact person")
    when = invitation.answered_at or (invitation.asked_at if invitation.status == InvitationStatus.ASKED else None)
    return f"{label}, {words.day(when)}" if when else label
