"""Cases whose mentors are being asked, made as the product makes them, and browsers with a mentor's link open."""

import re
from typing import Any

from django.test import Client

from tests.factories import make_case, make_field, make_handler, make_mentor
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.models import Invitation, Proposal
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentor, PrivateLink

PAGE = "/mentoring/p/invitation/"
OWN = "/mentoring/p/mentor/"
PAIR = "/mentoring/p/mentors/"
ASK, BREAK = f"{PAGE}question/", f"{PAGE}break/"

#: A mentee of whom everything is known.
WORDS = {
    "name": "Xanthippe Salonen",
    "email": "xanthippe@hidden.example",
    "phone": "040 999 8888",
    "access_needs": "A quiet room.",
    "safe_contact": "Only by text",
    "municipality": "Tampere",
    "english": "b2",
    "other_languages": "Arabic, French",
    "answers": {
        "goals": ["cv", "networks", "other"],
        "goals_text": "I fled in 2015 and built hospitals",
        "mentor_wish": "Somebody calm",
        "times": ["evenings"],
        "formats": ["in_person", "online"],
        "experience_years": 7,
        "degree_country": "Atlantis",
        "degree_field": "Hydrodynamics of Ys",
        "profession": "Dam architect of Ys",
    },
}
#: Of it, what no mentor who is asked may read.
PRIVATE = (
    "Xanthippe",
    "Salonen",
    "hidden.example",
    "999 8888",
    "quiet room",
    "by text",
    "fled",
    "Atlantis",
    "of Ys",
    "calm",
)


def make_asked(*mentors: Mentor, handler: Any = None, **case: Any) -> Proposal:
    """Return an open proposal of two mentors, or of those given, for a mentee who waits."""
    field = mentors[0].fields.get() if mentors else make_field()
    chosen = list(mentors) or [make_mentor(field), make_mentor(field)]
    made: Case = make_case(field, "eligible", **case)
    user = handler or make_handler(field.union)
    reason = "Nobody else" if len(chosen) == 1 else ""
    # Most of these mentors have not agreed to be shown to a mentee.
    return invitations.propose(made.pk, chosen, user, one_mentor_reason=reason, override_reason="They talked about it.")


def invitation_of(proposal: Proposal, number: int = 0) -> Invitation:
    """Return the invitation of one of the proposal's mentors, in the order in which they were named."""
    return proposal.invitations.select_related("mentor").order_by("pk")[number]


def open_link(link: PrivateLink, language: str = "en") -> Client:
    """Return a browser in which the page of ``link`` is open."""
    client = Client()
    client.cookies["django_language"] = language
    response = client.post(f"/mentoring/p/{links.token(link)}/")
    assert response.status_code == 302
    return client


def invited(invitation: Invitation) -> Client:
    """Return the browser of the invitation's mentor."""
    return open_link(links.link_for_invitation(invitation))


def own(mentor: Mentor) -> Client:
    """Return the browser of a mentor on the own page."""
    return open_link(links.link_for_mentor(mentor))


def text(response: Any) -> str:
    """Return what stands on a page, without the markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def status(invitation: Invitation) -> str:
    """Return the invitation's status as it is stored now."""
    return str(Invitation.objects.values_list("status", flat=True).get(pk=invitation.pk))
