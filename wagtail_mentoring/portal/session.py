"""The short session that a private link opens: which link, and until when. It holds nothing else of the person."""

import datetime
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.handlers.exception import response_for_exception
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.text import capfirst

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.conf import conf
from wagtail_mentoring.pairing.models import Invitation
from wagtail_mentoring.people.models import LinkPurpose, Mentee, Mentor, PrivateLink
from wagtail_mentoring.people.whose import Someone, columns
from wagtail_mentoring.programme.models import Union

SESSION_KEY = "mentoring_link"
#: What a person has typed on the page of the agreement while a code was asked for.
TYPED_KEY = "mentoring_typed"
#: For what a code was typed on this device, and until when that counts.
FRESH_KEY = "mentoring_fresh"

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at which case, by which link."""

    link: PrivateLink
    case: Case
    person: Someone

    @property
    def is_mentee(self) -> bool:
        return isinstance(self.person, Mentee)

    @property
    def as_party(self) -> dict[str, Any]:
        """The person as ``mentee`` or as ``mentor``, the other one None."""
        return columns(self.person)


@dataclass(frozen=True, slots=True)
class MentorVisit:
    """A mentor on the own page, which belongs to no case."""

    link: PrivateLink
    mentor: Mentor

    @property
    def union(self) -> Union:
        return self.mentor.union


@dataclass(frozen=True, slots=True)
class InvitationVisit:
    """A mentor who looks at the question whether to mentor somebody, and at nothing else."""

    link: PrivateLink
    mentor: Mentor
    invitation: Invitation

    @property
    def case(self) -> Case:
        return self.invitation.proposal.case

    @property
    def union(self) -> Union:
        return self.mentor.union


#: Where the page is that a link of each purpose opens.
HOMES = {
    LinkPurpose.CASE: "wagtail_mentoring:portal_home",
    LinkPurpose.MENTOR: "wagtail_mentoring:portal_mentor",
    LinkPurpose.INVITATION: "wagtail_mentoring:portal_invitation",
}


#: Parts of a mentor's own page to which the page of a case leads too, by what its button says.
OWN_PARTS = {
    "profile": "wagtail_mentoring:portal_mentor_profile",
    "away": "wagtail_mentoring:portal_mentor_away",
}


def mentor_frame(visit: MentorVisit | InvitationVisit, **context: Any) -> dict[str, Any]:
    """Return the context that every page of a mentor has that shows no case, with ``context``."""
    union = visit.union
    subtitle = union.short
    if isinstance(visit, InvitationVisit):
        subtitle = f"{capfirst(visit.case.field_name)} · {union.short}"
    return {"visit": visit, "mentoring_union": union, "mentoring_subtitle": subtitle, **context}


def frame(visit: Visit, **context: Any) -> dict[str, Any]:
    """Return the context that every private page has, with ``context``."""
    case = visit.case
    subtitle = f"{capfirst(case.field_name)} · {case.union.short}"
    return {"visit": visit, "case": case, "mentoring_union": case.union, "mentoring_subtitle": subtitle, **context}


def begin(request: HttpRequest, link: PrivateLink) -> None:
    """Open the session for ``link``, under a new session key, so that one known before is of no use."""
    request.session.cycle_key()
    _forget(request)
    _remember(request, link)


def _forget(request: HttpRequest) -> None:
    """Drop what belongs to the page that was open before."""
    request.session.pop(TYPED_KEY, None)
    request.session.pop(FRESH_KEY, None)


def _remember(request: HttpRequest, link: PrivateLink) -> None:
    until = clock.now() + datetime.timedelta(minutes=conf.LINK_SESSION_MINUTES)
    request.session[SESSION_KEY] = {"pk": link.pk, "generation": link.generation, "until": until.timestamp()}


def end(request: HttpRequest) -> None:
    """Forget everything on this device: the private page, unfinished forms, and whoever else was signed in here."""
    request.session.flush()


def _link(request: HttpRequest, purpose: LinkPurpose, *related: str) -> PrivateLink | None:
    """Return the session's link when it is one of ``purpose``; None when there is none, or it is no longer valid.

    Each use makes the session last anew, written when a good part of the time has passed. A link of another purpose
    stays: whoever types the address of another page has not left the own one.
    """
    kept = request.session.get(SESSION_KEY)
    if not isinstance(kept, dict):
        return None
    now = clock.now()
    working = PrivateLink.objects.working().filter(pk=kept.get("pk") or 0, generation=kept.get("generation") or 0)
    link = (working.select_related(*related) if related else working).first()
    if link is None or kept.get("until", 0) < now.timestamp():
        request.session.pop(SESSION_KEY, None)
        _forget(request)
        return None
    if link.purpose != purpose:
        return None
    if kept["until"] - now.timestamp() < conf.LINK_SESSION_MINUTES * 60 * 0.8:
        _remember(request, link)
    return link


def current(request: HttpRequest) -> Visit | None:
    """Return the visit to a case, or None when the session has opened none or it is over."""
    link = _link(request, LinkPurpose.CASE)
    if link is None or link.case_id is None:
        return None
    # Each by its key: in one statement with all its joins, the database plans for longer than it reads.
    case = link.case = Case.objects.select_related("union", "field__profession", "mentee").get(pk=link.case_id)
    if link.mentee_id == case.mentee_id:
        link.mentee = case.mentee
    person = link.mentee or link.mentor
    return Visit(link, case, person) if person else None


def current_mentor(request: HttpRequest) -> MentorVisit | None:
    """Return the visit of a mentor to the own page, or None; also None for a person who has been erased."""
    link = _link(request, LinkPurpose.MENTOR, "mentor__union")
    if link is None or link.mentor is None or link.mentor.anonymised_at is not None:
        return None
    return MentorVisit(link, link.mentor)


def current_invitation(request: HttpRequest) -> InvitationVisit | None:
    """Return the visit of a mentor to an invitation, or None; also None once the mentor or the case was erased."""
    link = _link(
        request,
        LinkPurpose.INVITATION,
        "mentor__union",
        "invitation__proposal__case__union",
        "invitation__proposal__case__participation",
        "invitation__proposal__case__field__profession",
        "invitation__proposal__case__mentee",
    )
    if link is None or link.mentor is None or link.invitation is None:
        return None
    invitation = link.invitation
    erased = link.mentor.anonymised_at is not None or invitation.proposal.case.anonymised_at is not None
    # The row says whose question it is. A link of somebody else can come about by a mistake alone, and opens nothing.
    if erased or invitation.mentor_id != link.mentor_id:
        return None
    return InvitationVisit(link, link.mentor, invitation)


def guarded(response: HttpResponseBase) -> HttpResponseBase:
    """Add the headers of a private page: kept nowhere, found by no search engine, told to no other site."""
    add_never_cache_headers(response)
    response.headers["Cache-Control"] = "no-store, private, max-age=0"
    # Not "no-referrer", with which browsers send "Origin: null" and Django refuses the forms of the page.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _answer(view: Callable[..., HttpResponseBase], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Return what ``view`` answers, with the headers of a private page; also where it finds nothing."""
    try:
        return guarded(view(request, *args, **kwargs))
    except Http404 as missing:
        # Django would make the page of it outside, where nobody knows that it is a private one. As there, a request
        # that is one transaction is undone.
        if connection.in_atomic_block and connection.settings_dict.get("ATOMIC_REQUESTS"):
            transaction.set_rollback(True)
        return guarded(response_for_exception(request, missing))


def private(view: View) -> View:
    """Decorate a view of the portal: its headers are always set."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _answer(view, request, *args, **kwargs)

    return wrapped


def with_found(find: Callable[[HttpRequest], Any], view: Callable[..., HttpResponseBase]) -> View:
    """Decorate ``view``: it gets what ``find`` returns; for None, the visitor gets a way to a fresh link."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        visit = find(request)
        if visit is None:
            return guarded(refused(request, over=True))
        return _answer(view, request, visit, *args, **kwargs)

    return wrapped


def with_visit(view: Callable[..., HttpResponseBase]) -> View:
    """Decorate a view that needs an open page of a case: it gets the visit; without one, a way to a fresh link."""
    return with_found(current, view)


def with_mentor(view: Callable[..., HttpResponseBase]) -> View:
    """Decorate a view of a mentor's own page, as :func:`with_visit` does for the page of a case."""
    return with_found(current_mentor, view)


def with_invitation(view: Callable[..., HttpResponseBase]) -> View:
    """Decorate a view of an invitation, as :func:`with_visit` does for the page of a case."""
    return with_found(current_invitation, view)


def open_here(request: HttpRequest) -> str:
    """Return the address of the page that the session's link opens, "" when it opens none."""
    found = {LinkPurpose.CASE: current, LinkPurpose.INVITATION: current_invitation, LinkPurpose.MENTOR: current_mentor}
    return next((reverse(HOMES[purpose]) for purpose, visit in found.items() if visit(request) is not None), "")


def refused(request: HttpRequest, *, over: bool = False) -> HttpResponse:
    """Return the page for a link, or a session, that does not work any more: it offers a fresh link by mail.

    ``over``: an address was opened for which the session has no link. If it has one for another page, it leads there.
    """
    from .forms import NewLinkForm

    context = {
        "form": NewLinkForm(),
        "over": over,
        "open_here": open_here(request) if over else "",
        "own_part": _own_part(request) if over else None,
    }
    return render(request, "wagtail_mentoring/portal/refused.html", context, status=403)


def _own_part(request: HttpRequest) -> str | None:
    """Return which part of a mentor's own page was asked for, while a page of a case of that mentor is open, else None.

    "" is the page itself. From there it is one press, as from the page of the case.
    """
    if not request.path.startswith(reverse(HOMES[LinkPurpose.MENTOR])):
        return None
    visit = current(request)
    if visit is None or not isinstance(visit.person, Mentor):
        return None
    return next((name for name, route in OWN_PARTS.items() if request.path == reverse(route)), "")


def speak(request: HttpRequest, language: str) -> str:
    """Switch to the person's language unless the visitor has chosen one here; return the one to remember, or ``""``."""
    offered = {code for code, _name in settings.LANGUAGES}
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES or language not in offered:
        return ""
    translation.activate(language)
    request.LANGUAGE_CODE = language
    return language


def remember_language(response: HttpResponseBase, language: str) -> None:
    """Set the language cookie as Django's own view does."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]
    )
