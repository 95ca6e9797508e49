"""Notes on meetings: for oneself, or for the three. Each says who reads it."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.refusals import add_refusal
from wagtail_mentoring.meetings import notes as service
from wagtail_mentoring.meetings.moves import next_number, theme_of
from wagtail_mentoring.meetings.notes import NoteRow
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.states import PAIR_STATES

from ..session import Visit
from .entering import HOME, may_write, page, too_often, with_one_of_three
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


def _save(visit: Visit, form: NoteForm, note_id: int | None) -> tuple[str, int | None]:
    """Write the note; return what was refused and belongs to no field, and the status of such a page."""
    if not may_write(visit):
        return too_often(), 429
    given = form.cleaned_data
    try:
        service.write(visit.case.pk, visit.person, given["number"], given["body"], given["readers"] == SHARED, note_id)
    except StepRefused as refusal:
        return add_refusal(form, refusal), None
    return "", None


@sensitive_post_parameters()
@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """All notes that the visitor reads, and a form for another one while the mentoring goes on."""
    if not current_mentors(visit.case).exists():
        return redirect(HOME)
    form, message, status = _form(request, visit, None), "", None
    if request.method == "POST" and form.is_valid():
        message, status = _save(visit, form, None)
        if not message and not form.errors:
            return redirect(HERE)
    return page(
        request,
        visit,
        "notes",
        form=form,
        message=message,
        status=status,
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
    form, message, status = _form(request, visit, row), "", None
    if request.method == "POST" and form.is_valid():
        message, status = _save(visit, form, pk)
        if not message and not form.errors:
            return redirect(HERE)
    return _note_page(request, visit, row, form, message, status)


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
