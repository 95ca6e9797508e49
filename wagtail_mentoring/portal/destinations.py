"""Where a private link leads that names a page: a name of the mails' closed list, and never an address."""

from django.http import Http404, HttpRequest
from django.urls import reverse

from wagtail_mentoring.messages.destinations import PAGES, PARAMETER, Page
from wagtail_mentoring.people.models import LinkPurpose, PrivateLink

from .agreement_page import own_record
from .session import HOMES, Visit

AGREEMENT = "wagtail_mentoring:portal_agreement"

#: The page of each name. Where there is nothing to do any more, most lead home by themselves.
ROUTES = {
    "agreement": AGREEMENT,
    "supplement": AGREEMENT,
    "mentors": "wagtail_mentoring:portal_pair",
    "tick": "wagtail_mentoring:portal_times",
    "times": "wagtail_mentoring:portal_times",
    "meeting": "wagtail_mentoring:portal_meeting",
    "record": "wagtail_mentoring:portal_meeting_record",
    "notes": "wagtail_mentoring:portal_notes",
    "feedback": "wagtail_mentoring:portal_feedback",
    "messages": "wagtail_mentoring:portal_messages",
    "contact": "wagtail_mentoring:portal_contact",
}


def page_meant(request: HttpRequest, link: PrivateLink) -> Page | None:
    """Return the page of the case that the address names besides ``link``; None when it names none that is known."""
    return PAGES.get(request.GET.get(PARAMETER, "")) if link.purpose == LinkPurpose.CASE else None


def address_of(page: Page | None, link: PrivateLink) -> str:
    """Return the address of ``page``; without one, and where it is not there any more, of the page ``link`` opens."""
    route = ROUTES[page.name] if page else ""
    if not route or (route == AGREEMENT and not _has_agreement(link)):
        route = HOMES[LinkPurpose(link.purpose)]
    return reverse(route)


def _has_agreement(link: PrivateLink) -> bool:
    """Return whether the person has an agreement now: after another pair was looked for, an old mail asks for none."""
    person = link.mentee or link.mentor
    if link.case is None or person is None:
        return False
    try:
        own_record(Visit(link, link.case, person))
    except Http404:
        return False
    return True
