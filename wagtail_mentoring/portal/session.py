"""The short session that a private link opens: which link, and until when. It holds nothing else of the person."""

import datetime
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.text import capfirst

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people.models import LinkPurpose, Mentee, Mentor, PrivateLink

SESSION_KEY = "mentoring_link"
#: What a person has typed on the page of the agreement while a code was asked for.
TYPED_KEY = "mentoring_typed"

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at which case, by which link."""

    link: PrivateLink
    case: Case
    person: Mentee | Mentor

    @property
    def is_mentee(self) -> bool:
        return isinstance(self.person, Mentee)

    @property
    def as_party(self) -> dict[str, Any]:
        """The person as ``mentee`` or as ``mentor``, the other one None."""
        mentee = self.person if isinstance(self.person, Mentee) else None
        mentor = self.person if isinstance(self.person, Mentor) else None
        return {"mentee": mentee, "mentor": mentor}


def frame(visit: Visit, **context: Any) -> dict[str, Any]:
    """Return the context that every private page has, with ``context``."""
    case = visit.case
    subtitle = f"{capfirst(case.field_name)} · {case.union.short}"
    return {"visit": visit, "case": case, "mentoring_union": case.union, "mentoring_subtitle": subtitle, **context}


def begin(request: HttpRequest, link: PrivateLink) -> None:
    """Open the session for ``link``, under a new session key, so that one known before is of no use."""
    request.session.cycle_key()
    request.session.pop(TYPED_KEY, None)
    _remember(request, link)


def _remember(request: HttpRequest, link: PrivateLink) -> None:
    until = clock.now() + datetime.timedelta(minutes=conf.LINK_SESSION_MINUTES)
    request.session[SESSION_KEY] = {"pk": link.pk, "generation": link.generation, "until": until.timestamp()}


def end(request: HttpRequest) -> None:
    """Forget everything on this device: the private page, unfinished forms, and whoever else was signed in here."""
    request.session.flush()


def current(request: HttpRequest) -> Visit | None:
    """Return the visit of the session, or None when there is none, it is over, or its link is no longer valid.

    Each use makes it last anew, written when a good part of the time has passed.
    """
    kept = request.session.get(SESSION_KEY)
    if not isinstance(kept, dict):
        return None
    now = clock.now()
    link = (
        PrivateLink.objects.select_related(
            "case__union", "case__participation", "case__field__profession", "case__mentee", "mentee", "mentor"
        )
        .filter(
            pk=kept.get("pk") or 0,
            generation=kept.get("generation") or 0,
            purpose=LinkPurpose.CASE,
            revoked_at__isnull=True,
            expires_at__gte=now,
        )
        .first()
    )
    if link is None or link.case is None or kept.get("until", 0) < now.timestamp():
        request.session.pop(SESSION_KEY, None)
        request.session.pop(TYPED_KEY, None)
        return None
    person = link.mentee or link.mentor
    if person is None:  # pragma: no cover - the database's constraint forbids it
        return None
    if kept["until"] - now.timestamp() < conf.LINK_SESSION_MINUTES * 60 * 0.8:
        _remember(request, link)
    return Visit(link, link.case, person)


def guarded(response: HttpResponseBase) -> HttpResponseBase:
    """Add the headers of a private page: kept nowhere, found by no search engine, told to no other site."""
    add_never_cache_headers(response)
    response.headers["Cache-Control"] = "no-store, private, max-age=0"
    # Not "no-referrer", with which browsers send "Origin: null" and Django refuses the forms of the page.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def private(view: View) -> View:
    """Decorate a view of the portal: its headers are always set."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return guarded(view(request, *args, **kwargs))

    return wrapped


def with_visit(view: Callable[..., HttpResponseBase]) -> View:
    """Decorate a view that needs an open private page: it gets the visit; without one, a way to a fresh link."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        visit = current(request)
        if visit is None:
            return guarded(refused(request, over=True))
        return guarded(view(request, visit, *args, **kwargs))

    return wrapped


def refused(request: HttpRequest, *, over: bool = False) -> HttpResponse:
    """Return the page for a link, or a session, that does not work any more: it offers a fresh link by mail."""
    from .forms import NewLinkForm

    return render(request, "wagtail_mentoring/portal/refused.html", {"form": NewLinkForm(), "over": over}, status=403)


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
