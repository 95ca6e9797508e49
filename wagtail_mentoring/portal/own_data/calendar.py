"""The person's meetings in a calendar program: the private address of it, made, made anew, stopped, and read."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.log_actions import log

from wagtail_mentoring.cases.corrections import CALENDAR, note_on_cases
from wagtail_mentoring.conf import conf
from wagtail_mentoring.meetings import calendar
from wagtail_mentoring.people import links
from wagtail_mentoring.people.log import OWN_CALENDAR
from wagtail_mentoring.people.models import LinkPurpose, Mentor, PrivateLink
from wagtail_mentoring.people.whose import key_of
from wagtail_mentoring.privacy.limits import allowed
from wagtail_mentoring.programme.addresses import base_url

from ..session import private
from .step_up import is_fresh, to_code
from .visits import TEMPLATES, OwnVisit, own_frame, with_person

PURPOSE = "calendar"
HERE = "wagtail_mentoring:portal_data_calendar"


def feed_address(link: PrivateLink, visit: OwnVisit) -> str:
    """Return the whole address that a calendar program reads."""
    path = reverse("wagtail_mentoring:portal_calendar_feed", args=[links.token(link)])
    return base_url(visit.union) + path


@with_person
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """Show the address; the button that was pressed makes one, makes it anew or stops it.

    It outlives the session, so seeing and making it need a fresh code; stopping it must be easy, and needs none.
    """
    fresh, too_often = is_fresh(request, visit.link, PURPOSE), False
    if request.method == "POST":
        what = request.POST.get("what", "")
        if what != "stop" and not fresh:
            return to_code(PURPOSE)
        too_often = not allowed(conf.LIMIT_WRITE, "calendar", *key_of(visit.person))
        if not too_often:
            _do(visit, what)
            return redirect(HERE)
    link = links.calendar_link(visit.person)
    address = feed_address(link, visit) if link and fresh else ""
    scheme, _colon, rest = address.partition(":")
    # Calendar programs open addresses that begin so; without encryption they would be asked the wrong way.
    subscribe = f"webcal:{rest}" if scheme == "https" else address
    context = own_frame(visit, link=link, fresh=fresh, address=address, subscribe=subscribe, too_often=too_often)
    return render(request, TEMPLATES + "calendar.html", context, status=429 if too_often else 200)


@transaction.atomic
def _do(visit: OwnVisit, what: str) -> None:
    """Make, renew or stop the address, with a line in the history; another word does nothing."""
    person, link = visit.person, links.calendar_link(visit.person)
    if what == "make" and link is None:
        links.link_for_calendar(person)
    elif what == "renew" and link is not None:
        links.renew(link)
    elif what == "stop" and link is not None:
        links.revoke(link)
    else:
        return
    if isinstance(person, Mentor):
        log(person, OWN_CALENDAR)
    else:
        note_on_cases(person, CALENDAR)


@private
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The meetings of the person whose address it is, for a calendar program: names nobody, opens nothing.

    404 for an address that is altered, stopped, made anew, or of another kind.
    """
    try:
        link = links.read_token(token)
    except links.LinkRefused as error:
        raise Http404 from error
    person = link.mentee or link.mentor
    if link.purpose != LinkPurpose.CALENDAR or person is None or person.anonymised_at is not None:
        raise Http404
    links.prolong(link)
    response = HttpResponse(calendar.feed(person), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="mentoring.ics"'
    return response
