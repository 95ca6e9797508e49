"""Those who are asked, in a few words, and what follows when they answer."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring.pairing.choices import InvitationStatus, ProposalStatus
from wagtail_mentoring.pairing.models import Invitation, Proposal
from wagtail_mentoring.pairing.sentences import listed
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import STATE_LABELS, CaseState


def names_of(proposal: Any) -> str:
    """Return the names of the mentors whom a proposal asks or asked, whoever said no last."""
    said_no = (InvitationStatus.NO, InvitationStatus.EXPIRED)
    found = sorted(proposal.asked, key=lambda one: one.status in said_no)
    return listed(list(dict.fromkeys(one.mentor.name for one in found)))


def seen_by_mentee(proposal: Any) -> str:
    """Return the names of those mentors of a proposal about whom the mentee was asked: whoever had said yes by then.

    A yes that comes to nothing is withdrawn with its proposal. Whoever said no, or never answered, was not shown.
    """
    said_yes = (InvitationStatus.YES, InvitationStatus.WITHDRAWN)
    return listed([one.mentor.name for one in proposal.asked if one.status in said_yes and one.answered_at])


def state_of(invitation: Invitation) -> str:
    """Return how far one question has come: "Said yes by phone, Fri 13 Nov 2026"."""
    label = str(invitation.get_status_display())
    if invitation.answered_by_phone and invitation.status == InvitationStatus.YES:
        label = _("Said yes to the contact person")
    elif invitation.answered_by_phone and invitation.status == InvitationStatus.NO:
        label = _("Said no to the contact person")
    when = invitation.answered_at or (invitation.asked_at if invitation.status == InvitationStatus.ASKED else None)
    return f"{label}, {dates.day(when)}" if when else label


def opened(proposal: Proposal) -> str:
    return dates.day(proposal.opened_at) if proposal.opened_at else ""


def told(people: list[Any]) -> str:
    """Return who gets a mail, in words; "" for nobody."""
    if not people:
        return ""
    return ngettext("%(n)s mail goes out: to %(names)s.", "%(n)s mails go out: to %(names)s.", len(people)) % {
        "n": len(people),
        "names": ", ".join(one.name for one in people),
    }


def told_off(dossier: Any, proposal: Any) -> str:
    """Return that the mentee, who is being asked about the mentors, learns that they do not come; "" for others."""
    if proposal.mentee_asked_at is None or proposal.status != ProposalStatus.OPEN:
        return ""
    return _("%(name)s gets a mail that these mentors are not available after all, and that we go on looking.") % {
        "name": dossier.mentee.called
    }


def next_after_yes(dossier: Any, replaces: Any = None) -> str:
    """Return what follows when every mentor has said yes; ``replaces``: the mentor whose place is offered."""
    if replaces is not None:
        said = {"name": replaces.name, "mentee": dossier.mentee.called}
        if not dossier.case.participation.mentee_asked_about_pair:
            then = _("When the answer is yes, the new mentor takes the place of %(name)s.")
        else:
            then = _("When the answer is yes, %(mentee)s gets a mail and is asked about the new mentor.") + " "
            then += _("If %(mentee)s agrees, the new mentor takes the place of %(name)s.")
        return then % said + " " + _("Then the agreement, or its supplement, is sent.")
    if dossier.case.participation.mentee_asked_about_pair:
        return _("When everybody asked has said yes, %(name)s gets a mail and is asked about them.") % {
            "name": dossier.mentee.called
        }
    return _("When everybody asked has said yes, the case moves to “%(state)s” and the agreement is sent.") % {
        "state": STATE_LABELS[CaseState.PAIRED]
    }
