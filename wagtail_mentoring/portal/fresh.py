"""Sends the private links of an e-mail address anew, to the stored address and nowhere else."""

from django.db import transaction

from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.receivers import send_link
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentee, Mentor

LINK_SENT = "mentoring.link_sent"


def send_fresh_links(email: str) -> int:
    """Mail the link of every running case to everybody with this address (two people may share it); return how many.

    A link that still works is sent as it is: otherwise anybody who knows an address could make the links of that person
    worthless. One that has expired is made anew. One that was revoked stays so: only the contact person lifts that.
    """
    sent = 0
    mentees = Mentee.objects.filter(email__iexact=email, anonymised_at__isnull=True)
    for case in Case.objects.running().filter(mentee__in=mentees).select_related("mentee").order_by("pk"):
        sent += _send(case, mentee=case.mentee)
    for mentor in Mentor.objects.filter(email__iexact=email, anonymised_at__isnull=True).order_by("pk"):
        for case in Case.objects.running().mentored_by(mentor).order_by("pk"):
            sent += _send(case, mentor=mentor)
    return sent


@transaction.atomic
def _send(case: Case, *, mentee: Mentee | None = None, mentor: Mentor | None = None) -> int:
    link = links.link_for(case, mentee=mentee, mentor=mentor)
    if link.revoked_at is not None or link.expires_at < clock.now():
        return 0
    moves.note(case.pk, LINK_SENT, actors.SYSTEM, {"role": "mentee" if mentee else "mentor"})
    send_link(link)
    return 1
