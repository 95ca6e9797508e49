"""Sends the private links of an e-mail address anew, to the stored address and nowhere else."""

from django.db import transaction

from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.volunteering import open_invitations
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentee, Mentor

from .mentor_receivers import send_invitation
from .models import MailEvent
from .receivers import send_link

LINK_SENT = "mentoring.link_sent"


def send_fresh_links(email: str) -> int:
    """Mail every link that is of use to everybody with this address (two people may share it); return how many.

    That is one for each case that is not erased, also after its end: it can still be read, downloaded and answered
    about. For a mentor those of the current or last pair; also the own page, and one for each open question. A link
    that still works is sent as it is: otherwise anybody who knows an address could make the links of that person
    worthless. One that has expired is made anew, unless it is of a question that is over. One that was revoked stays
    so: only the contact person lifts that.
    """
    sent = 0
    mentees = Mentee.objects.filter(email__iexact=email, anonymised_at__isnull=True)
    for case in Case.objects.unerased().filter(mentee__in=mentees).select_related("mentee").order_by("pk"):
        sent += _send(case, mentee=case.mentee)
    for mentor in Mentor.objects.filter(email__iexact=email, anonymised_at__isnull=True).order_by("pk"):
        for case in Case.objects.unerased().mentored_by(mentor).order_by("pk"):
            sent += _send(case, mentor=mentor)
        sent += _send_own(mentor)
    return sent


@transaction.atomic
def _send_own(mentor: Mentor) -> int:
    """Mail what belongs to the mentor and to no case yet. Nothing to somebody who has stopped."""
    sent = 0
    for invitation in open_invitations(mentor):
        if (link := links.link_for_invitation(invitation)).works:
            send_invitation(MailEvent.INVITATION_REMINDER, invitation, link=link)
            sent += 1
    if not mentor.has_stopped and (link := links.link_for_mentor(mentor)).works:
        send_link(link)
        sent += 1
    return sent


@transaction.atomic
def _send(case: Case, *, mentee: Mentee | None = None, mentor: Mentor | None = None) -> int:
    link = links.link_for(case, mentee=mentee, mentor=mentor)
    if not link.works:
        return 0
    moves.note(case.pk, LINK_SENT, actors.SYSTEM, {"role": "mentee" if mentee else "mentor"})
    send_link(link)
    return 1
