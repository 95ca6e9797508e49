"""Where a private link leads that names a page: a name of the mails' closed list, and never an address."""

from django.http import Http404, HttpRequest
from django.urls import reverse

from wagtail_mentoring.meetings.models import Meeting
from wagtail_mentoring.meetings.slots import coming_slots, open_search
from wagtail_mentoring.messages.destinations import PAGES, PARAMETER, Page
from wagtail_mentoring.people.models import LinkPurpose, PrivateLink

from .agreement_page import own_record
from .session import HOMES, Visit

AGREEMENT = "wagtail_mentoring:portal_agreement"
TIMES = "wagtail_mentoring:portal_times"
RECORD = "wagtail_mentoring:portal_meeting_record"

#: The page of each name. Where there is nothing to do any more, most lead home by themselves.
ROUTES = {
    "agreement": AGREEMENT,
    "supplement": AGREEMENT,
    "mentors": "wagtail_mentoring:portal_pair",
    "tick": TIMES,
    "times": TIMES,
    "meeting": "wagtail_mentoring:portal_meeting",
    "record": RECORD,
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
    if not route or not _ASKED.get(route, lambda _link: True)(link):
        route = HOMES[LinkPurpose(link.purpose)]
    return reverse(route)


def _has_times(link: PrivateLink) -> bool:
    """Return whether there are times to look at: without any, the page asks for new ones."""
    search = open_search(link.case) if link.case else None
    return search is not None and bool(coming_slots(search))


def _has_meeting(link: PrivateLink) -> bool:
    """Return whether a meeting is planned: once it is recorded, the page would take the next one, which was not."""
    return Meeting.objects.planned_of(link.case) is not None


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


#: By route: whether the page still asks what an old mail asked for.
_ASKED = {AGREEMENT: _has_agreement, TIMES: _has_times, RECORD: _has_meeting}
