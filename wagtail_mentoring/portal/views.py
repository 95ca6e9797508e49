"""The private pages of a mentee and of a mentor: opening a link, the page itself, leaving, a fresh link."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.conf import conf
from wagtail_mentoring.meetings import feedback
from wagtail_mentoring.messages.conversation.services import has_thread
from wagtail_mentoring.messages.fresh_links import send_fresh_links
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import LinkPurpose, Mentor
from wagtail_mentoring.privacy.limits import allowed, client_address
from wagtail_mentoring.reports.certificates import offer_to

from . import session
from .answered import AnsweredFirst
from .certificate import language_of_page
from .destinations import address_of, page_meant
from .forms import NewLinkForm
from .guides import guides_on
from .overview import overview
from .session import Visit, frame, private, with_visit


@private
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show one button; the button opens the page. So that a program which follows the links in mails opens nothing.

    The address may name the page of a case that is meant; the button leads there.
    """
    try:
        link = links.read_token(token)
    except links.LinkRefused:
        return session.refused(request)
    if link.purpose == LinkPurpose.DRAFT:
        return redirect("wagtail_mentoring:apply_resume", token)
    if link.purpose not in session.HOMES:
        # The address of a calendar: programs read it, and it opens no page.
        return session.refused(request)
    person = link.mentee or link.mentor
    language = session.speak(request, person.language if person else "")
    page = page_meant(request, link)
    if request.method != "POST":
        context = {"minutes": conf.LINK_SESSION_MINUTES, "asked": page.words if page else ""}
        return render(request, "wagtail_mentoring/portal/open.html", context)
    session.begin(request, link)
    link.opened_at = clock.now()
    link.save(update_fields=["opened_at"])
    response = redirect(address_of(page, link))
    if language:
        session.remember_language(response, language)
    return response


@with_visit
@require_safe
def home(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The page of the session's link: where the case stands, and the one thing to do now."""
    shown = overview(visit)
    if shown is None:
        asked = feedback.open_for(visit.case, visit.person)
        no_thread = not has_thread(visit.case, visit.person)
        return render(request, "wagtail_mentoring/portal/past.html", frame(visit, asked=asked, no_thread=no_thread))
    context = frame(
        visit,
        shown=shown,
        record=shown.record,
        guides=guides_on(shown),
        offer=offer_to(visit.case, visit.person),
        offer_language=language_of_page()[1],
    )
    return render(request, "wagtail_mentoring/portal/home.html", context)


@with_visit
@require_POST
def other_case(request: HttpRequest, visit: Visit, reference: str) -> HttpResponse:
    """Change to another running case of the same mentor, with the link that belongs to it."""
    if not isinstance(visit.person, Mentor):
        raise Http404
    found = Case.objects.running().mentored_by(visit.person).filter(reference=reference).first()
    if found is None:
        raise Http404
    session.begin(request, links.link_for(found, mentor=visit.person))
    return redirect("wagtail_mentoring:portal_home")


@with_visit
@require_POST
def to_own_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Change from the page of a case to the mentor's own page, with the link that belongs there.

    The button that was pressed says to which part; what it does not know leads to the page itself.
    """
    if not isinstance(visit.person, Mentor) or visit.person.anonymised_at is not None:
        raise Http404
    session.begin(request, links.link_for_mentor(visit.person))
    return redirect(session.OWN_PARTS.get(request.POST.get("to", ""), session.HOMES[LinkPurpose.MENTOR]))


@private
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget everything on this device."""
    session.end(request)
    response = redirect("wagtail_mentoring:portal_left")
    # What the browser has kept for its Back button goes as well.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@private
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """Say that nothing is left on this device."""
    return render(request, "wagtail_mentoring/portal/left.html")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def new_link(request: HttpRequest) -> HttpResponseBase:
    """Ask for the address, and answer the same whether it is known or not."""
    form = NewLinkForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "wagtail_mentoring/portal/new_link.html", {"form": form})
    email = form.cleaned_data["email"]
    # By device and by address: nobody can be flooded from many devices, and nobody can try many addresses from one.
    by_device = allowed(conf.LIMIT_LINK_REQUEST, "link request", client_address(request))
    by_address = allowed(conf.LIMIT_LINK_REQUEST, "link request for", email.casefold())
    if not by_device:
        return render(request, "wagtail_mentoring/portal/too_often.html", status=429)
    sent = reverse("wagtail_mentoring:portal_new_link_sent")
    # Too many for one address is silent: the answer must not tell that somebody else asks for it.
    return AnsweredFirst(sent, lambda: send_fresh_links(email) if by_address else None)


@private
@require_safe
def new_link_sent(request: HttpRequest) -> HttpResponse:
    """The same answer for every address."""
    return render(request, "wagtail_mentoring/portal/new_link_sent.html")
