"""Raising a concern: to the union, and never to the pair."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from wagtail_mentoring.cases import actors
from wagtail_mentoring.messages.addressing import Above, above, contact_person
from wagtail_mentoring.messages.conversation import services
from wagtail_mentoring.messages.conversation.models import Concern, ConcernAbout
from wagtail_mentoring.people.whose import of_person

from ..session import Visit
from .entering import has_one_mentor, page, submitted, with_one_of_three
from .writing_forms import ConcernForm

SENT = "wagtail_mentoring:portal_concern_sent"


@dataclass(frozen=True, slots=True)
class Raised:
    """An own concern and what became of it, in words."""

    concern: Concern
    state: str


def _raised(visit: Visit) -> list[Raised]:
    found = Concern.objects.filter(case=visit.case, **of_person(visit.person)).order_by("-raised_at", "-pk")
    return [Raised(concern, _state(concern)) for concern in found]


def _state(concern: Concern) -> str:
    if concern.closed_at is not None:
        return _("It has been dealt with.")
    if concern.taken_at is not None:
        return _("Somebody has read it and deals with it.")
    return _("Sent. Nobody has taken it up yet.")


@sensitive_post_parameters()
@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def concern(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Whom or what it is about, and what happened; who reads it is said before."""
    union, mentors = visit.case.union, actors.current_mentors(visit.case).count()
    # Asked before anything is written, so that nothing is typed in vain.
    read_by, _readers = above(union, contact_person(visit.case))
    form = ConcernForm(
        request.POST if request.method == "POST" else None,
        for_mentee=visit.is_mentee,
        mentors=mentors,
        contact=union.contact_name or union.short,
        union=union.short,
        read_by=read_by,
    )

    def raise_it(given: dict[str, Any]) -> None:
        services.raise_concern(visit.case.pk, visit.person, **given)

    outcome = submitted(request, visit, form, raise_it, to=SENT)
    if outcome.answer is not None:
        return outcome.answer
    context = {"raised": _raised(visit), "alone": mentors == 1, "nobody_above": read_by == Above.NOBODY}
    return page(request, visit, "concern", form=form, message=outcome.message, status=outcome.status, **context)


@with_one_of_three
@require_safe
def sent(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Say that it has arrived, who reads it, and what comes."""
    raised = _raised(visit)
    if not raised:
        return redirect("wagtail_mentoring:portal_concern")
    newest, read_by = raised[0].concern, ""
    if newest.about == ConcernAbout.CONTACT:
        read_by, _readers = above(visit.case.union, newest.concerned)
    return page(request, visit, "concern_sent", concern=newest, read_by=read_by, alone=has_one_mentor(visit.case))
