"""Notes on meetings: for oneself, or for the three. Each says who reads it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.meetings import notes as service
from wagtail_mentoring.meetings.moves import next_number, theme_of
from wagtail_mentoring.meetings.notes import NoteRow
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.states import PAIR_STATES

from ..session import Visit
from .entering import HOME, Outcome, may_write, page, submitted, too_often, with_one_of_three
from .writing_forms import MINE, SHARED, NoteForm

HERE = "wagtail_mentoring:portal_notes"


def _numbers(visit: Visit) -> list[tuple[int, str]]:
    """Return the meetings on which a note may be written, the nearest first."""
    last = min(next_number(visit.case), visit.case.max_meetings)
    found = []
    for number in range(last, 0, -1):
        theme = theme_of(visit.case, number)
        words = _("Meeting %(number)s") % {"number": number}
        found.append((number, f"{words}: {theme}" if theme else words))
    return found


def _form(request: HttpRequest, visit: Visit, row: NoteRow | None, *, typed: bool = True) -> NoteForm:
    """Return the form of ``row``, or of a new note; not ``typed``: another form of the page was sent."""
    numbers = _numbers(visit)
    initial: dict[str, object] = {"readers": MINE}
    if row is not None:
        note = row.note
        initial = {"number": note.number, "body": note.body, "readers": SHARED if note.shared else MINE}
        if note.number not in dict(numbers):
            numbers.append((note.number, _("Meeting %(number)s") % {"number": note.number}))
    elif (asked := whole_number(request.GET.get("meeting"), 1)) is not None:
        initial["number"] = asked
    three = current_mentors(visit.case).count() > 1
    data = request.POST if typed and request.method == "POST" else None
    return NoteForm(data, numbers=numbers, three=three, initial=initial)


def _save(request: HttpRequest, visit: Visit, form: NoteForm, note_id: int | None) -> Outcome:
    """Write the note, where the form was sent."""

    def write(given: dict[str, Any]) -> None:
        shared = given["readers"] == SHARED
        service.write(visit.case.pk, visit.person, given["number"], given["body"], shared, note_id)

    return submitted(request, visit, form, write, to=HERE)


@sensitive_post_parameters()
@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """All notes that the visitor reads, and a form for another one while the mentoring goes on."""
    if not current_mentors(visit.case).exists():
        return redirect(HOME)
    form = _form(request, visit, None)
    outcome = _save(request, visit, form, None)
    return outcome.answer or page(
        request,
        visit,
        "notes",
        form=form,
        message=outcome.message,
        status=outcome.status,
        notes=service.notes_for(visit.case, visit.person),
        writable=visit.case.case_state in PAIR_STATES,
    )


@sensitive_post_parameters()
@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, visit: Visit, pk: int) -> HttpResponseBase:
    """One own note, to change or to delete."""
    rows = service.notes_for(visit.case, visit.person)
    row = next((found for found in rows if found.mine and found.note.pk == pk), None)
    if row is None:
        raise Http404
    if request.method == "POST" and request.POST.get("what") == "delete":
        return _delete(request, visit, row)
    form = _form(request, visit, row)
    outcome = _save(request, visit, form, pk)
    return outcome.answer or _note_page(request, visit, row, form, outcome.message, outcome.status)


def _delete(request: HttpRequest, visit: Visit, row: NoteRow) -> HttpResponseBase:
    message, status = too_often(), 429
    if may_write(visit):
        try:
            service.delete(visit.case.pk, visit.person, row.note.pk)
            return redirect(HERE)
        except StepRefused as refusal:
            message, status = str(refusal.reason), 409
    return _note_page(request, visit, row, _form(request, visit, row, typed=False), message, status)


def _note_page(
    request: HttpRequest, visit: Visit, row: NoteRow, form: NoteForm, message: str, status: int | None
) -> HttpResponse:
    writable = visit.case.case_state in PAIR_STATES
    return page(request, visit, "note", form=form, message=message, status=status, row=row, writable=writable)
