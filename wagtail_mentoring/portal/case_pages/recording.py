"""After a meeting: what became of it, who was there, what the mentor thinks; and taking back what was a mistake."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_mentoring.cases import moves
from wagtail_mentoring.meetings import feedback
from wagtail_mentoring.meetings.models import Meeting, MeetingStatus
from wagtail_mentoring.meetings.recording import ToRecord, ends_at, may_undo, missed_before, to_record
from wagtail_mentoring.meetings.whose import Party, acting, parties
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.time_zones import zone_of

from ..session import Visit
from .entering import HOME, page, submitted, with_one_of_three, zone_words
from .meeting_forms import CANCELLED, MISSED, MOVED, RecordForm, UndoForm

SUGGEST = "wagtail_mentoring:portal_times_suggest"
MEETING = "wagtail_mentoring:portal_meeting"


@sensitive_post_parameters()
@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """How did the meeting go? One mentor fills it in for all. A planned one first after it has begun.

    With ``?missed`` it begins with the meeting to which somebody did not come, for the one where that was not so.
    """
    if not isinstance(visit.person, Mentor):
        return redirect(MEETING)
    found = to_record(visit.case, visit.person)
    if found.planned is not None and not found.begun:
        return redirect(MEETING)
    missed = missed_before(visit.case) if "missed" in request.GET and found.planned is None else None
    if missed is not None:
        found = replace(found, minutes=missed.minutes, place=missed.place)
    three = parties(visit.case, visit.person)
    form = _form(request, visit, found, three, missed)
    outcome = submitted(request, visit, form, lambda _given: _write(visit, form))
    if outcome.answer is not None and (said := _saved(found.number, form.cleaned_data["outcome"])):
        messages.success(request, said)
    return outcome.answer or _page(request, visit, found, form, outcome.message, outcome.status)


def _saved(number: int, outcome: str) -> str:
    """Return what the next page says was saved; "" for a meeting that gets another time, of which nothing is yet."""
    if outcome == MOVED:
        return ""
    if outcome == CANCELLED:
        words = _("Saved: meeting %(number)s was cancelled.")
    elif outcome == MISSED:
        words = _("Saved: meeting %(number)s was not held, because somebody did not come.")
    else:
        words = _("Saved: meeting %(number)s was held.")
    return words % {"number": number}


def _form(
    request: HttpRequest, visit: Visit, found: ToRecord, three: list[Party], missed: Meeting | None
) -> RecordForm:
    union = visit.case.union
    return RecordForm(
        request.POST if request.method == "POST" else None,
        found=found,
        missed=missed,
        parties=three,
        zone=zone_of(visit.person),
        contact=union.contact_name or union.short,
        # What is asked after the first meeting stands on the same page; not of who has answered before it was undone.
        fit=found.number == 1 and not feedback.has_said_how_they_fit(visit.case, visit.person),
    )


@transaction.atomic
def _write(visit: Visit, form: RecordForm) -> str:
    """Take the step that the form says, with the answers of part 2; return where to go. Raises StepRefused."""
    given, by, pk = form.cleaned_data, acting(visit.person), visit.case.pk
    reason = {"reason": given.get("reason", ""), "shown": given["shown"]}
    mentee = next(party for party in form.parties if not party.is_mentor)
    mentors = [party for party in form.parties if party.is_mentor]
    if given["outcome"] == MOVED:
        return SUGGEST
    if given["outcome"] == CANCELLED:
        moves.move(pk, "cancel_meeting", by, reason)
        return HOME
    if given["outcome"] == MISSED:
        absent: dict[str, Any] = {
            "mentee_absent": not form.present(mentee),
            "mentors_absent": [party.person for party in mentors if not form.present(party)],
        }
        moves.move(pk, "miss_meeting", by, absent | reason)
        return HOME
    inputs: dict[str, Any] = {
        "number": given["number"],
        "starts_at": form.starts_at,
        "minutes": int(given["minutes"]),
        "place": given["place"],
        "theme": form.planned.theme if form.planned else "",
        "mentee_present": form.present(mentee),
        "mentors_present": [party.person for party in mentors if form.present(party)],
    }
    moves.move(pk, "record_meeting", by, inputs)
    if given.get("fit"):
        asked = feedback.open_for(visit.case, visit.person)
        # Nobody is asked who says not to have been there.
        if asked is not None:
            feedback.give(asked.pk, visit.person, {"fit": given["fit"], "comment": given["comment"]})
    return HOME


def _page(
    request: HttpRequest, visit: Visit, found: ToRecord, form: RecordForm, message: str, status: int | None
) -> HttpResponse:
    return page(
        request,
        visit,
        "record",
        form=form,
        message=message,
        status=status,
        found=found,
        ends_at=ends_at(found.planned) if found.planned else None,
        zone=zone_words(visit),
        held=_held(visit),
    )


def _held(visit: Visit) -> list[Meeting]:
    return list(Meeting.objects.filter(case=visit.case, status=MeetingStatus.HELD).order_by("number"))


@sensitive_post_parameters()
@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Take back the latest meeting, which was recorded by mistake."""
    held = _held(visit)
    if not held or not isinstance(visit.person, Mentor) or not may_undo(visit.case, visit.person):
        return redirect(HOME)
    form = UndoForm(request.POST if request.method == "POST" else None)

    def undone(given: dict[str, Any]) -> None:
        inputs = given | {"number": given["number"] or 0}
        moves.move(visit.case.pk, "undo_meeting", acting(visit.person), inputs)

    outcome = submitted(request, visit, form, undone, to=HOME)
    if outcome.answer is not None:
        messages.success(request, _("Saved: meeting %(number)s does not count any more.") % {"number": held[-1].number})
        return outcome.answer
    if outcome.refused:
        held = _held(visit)
        if not held or form.cleaned_data["number"] != held[-1].number:
            # Somebody else was quicker: the page meant another meeting.
            return redirect(HOME)
    context = {"latest": held[-1], "zone": zone_words(visit)}
    return page(request, visit, "undo", form=form, message=outcome.message, status=outcome.status, **context)
