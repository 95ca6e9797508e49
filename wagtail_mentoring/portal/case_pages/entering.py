"""Who comes onto the pages of a case, how often they may write there, and how such a page is answered."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_mentoring.cases import actors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.refusals import add_refusal
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.time_zones import place_of, site_zone, zone_of
from wagtail_mentoring.privacy.limits import allowed
from wagtail_mentoring.workflows import StepRefused

from ..session import View, Visit, frame, with_visit

HOME = "wagtail_mentoring:portal_home"
TEMPLATES = "wagtail_mentoring/portal/case_pages/"


def belongs(visit: Visit) -> bool:
    """Return whether the visitor is one of the three now. Nobody is, of an erased case."""
    if visit.case.anonymised_at is not None:
        return False
    return not isinstance(visit.person, Mentor) or bool(actors.mentor_on(visit.person, visit.case).roles)


def has_one_mentor(case: Case) -> bool:
    """Return whether ``case`` has one mentor now, and no second one. One query."""
    return actors.current_mentors(case).count() == 1


def with_one_of_three(view: Callable[..., HttpResponseBase]) -> View:
    """Decorate a view of a page of a case, as ``with_visit`` does; whoever has left goes to the own page."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, visit: Visit, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, visit, *args, **kwargs) if belongs(visit) else redirect(HOME)

    return with_visit(wrapped)


def may_write(visit: Visit) -> bool:
    """Count one change by this link, and return whether it is within the limit."""
    return allowed(conf.LIMIT_WRITE, "case page", visit.link.pk)


def too_often() -> str:
    """Return the sentence for somebody who has changed very much in a short time."""
    return _("You have sent very much in a short time. Wait a little, and send it again.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form that was sent: the ``answer`` when it was done.

    Else a ``message`` that belongs to no field, the ``status`` that goes with it (None: as :func:`page` finds it), and
    whether a step has ``refused`` it.
    """

    answer: HttpResponseBase | None = None
    message: str = ""
    status: int | None = None
    refused: bool = False


def submitted(
    request: HttpRequest,
    visit: Visit,
    form: BaseForm,
    act: Callable[[dict[str, Any]], Any],
    *,
    to: str = "",
) -> Outcome:
    """Do what ``form`` says, where it was sent, is valid, and the link has not changed too much already.

    ``act`` gets the cleaned data and may raise StepRefused: its errors go beside the fields. What the form calls
    otherwise than the step, ``form.refused_names`` says. When it is done the answer leads ``to`` that route, or to the
    one that ``act`` returns.
    """
    if request.method != "POST" or not form.is_valid():
        return Outcome()
    if not may_write(visit):
        return Outcome(message=too_often(), status=429)
    try:
        done = act(form.cleaned_data)
    except StepRefused as refusal:
        return Outcome(message=add_refusal(form, refusal, getattr(form, "refused_names", None)), refused=True)
    return Outcome(redirect(to or done))


def zone_words(visit: Visit) -> str:
    """Return in which time zone the page of the visitor shows times."""
    zone = zone_of(visit.person)
    if zone.key == site_zone().key == "Europe/Helsinki":
        return _("Finnish time (Helsinki).")
    return _("Times as in %(place)s.") % {"place": place_of(zone)}


def page(
    request: HttpRequest,
    visit: Visit,
    name: str,
    *,
    form: BaseForm | None = None,
    message: str = "",
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """Answer with the page ``name``, its times in the visitor's zone: 422 with errors, 409 when a step was refused."""
    bad = form is not None and form.is_bound and bool(form.errors)
    status = status or (422 if bad else 409 if message else 200)
    with timezone.override(zone_of(visit.person)):
        context = frame(visit, form=form, message=message, **context)
        return render(request, TEMPLATES + name + ".html", context, status=status)
