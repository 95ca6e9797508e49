"""Finding a time for three: the table of suggested times, suggesting, taking back, and fixing one."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_mentoring.meetings import searching
from wagtail_mentoring.meetings.models import Meeting
from wagtail_mentoring.meetings.moves import next_number
from wagtail_mentoring.meetings.slot_words import Answer
from wagtail_mentoring.meetings.slots import SlotRow, SlotTable
from wagtail_mentoring.meetings.themes import theme_words
from wagtail_mentoring.meetings.whose import Party
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.people.time_zones import zone_of
from wagtail_mentoring.people.whose import key_in
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.states import PAIR_STATES

from ..session import Visit
from .entering import HOME, may_write, page, submitted, too_often, with_one_of_three, zone_words
from .time_forms import ROWS, SuggestForm

HERE = "wagtail_mentoring:portal_times"
SUGGEST = "wagtail_mentoring:portal_times_suggest"
MEETING = "wagtail_mentoring:portal_meeting"


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the table, and who suggested it, as the reader may name them; "" for the reader and who has left.

    ``ticked``: whether the reader has ticked it, also on a page that was not taken.
    """

    row: SlotRow
    by: str
    by_you: bool
    ticked: bool


def _shown(table: SlotTable, ticked: set[int] | None) -> list[ShownRow]:
    names = {party.key: party for party in table.parties}
    found = []
    for row in table.rows:
        party = names.get(key_in(row.slot))
        by_you = party is not None and party.you
        tick = row.said == Answer.YES if ticked is None else row.pk in ticked
        found.append(ShownRow(row, party.name if party and not by_you else "", by_you, tick))
    return found


@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The table of times; the button that was pressed says what is meant. Without times, the way to suggest some."""
    if visit.case.case_state not in PAIR_STATES:
        return redirect(HOME)
    if request.method == "POST":
        if not may_write(visit):
            return _page(request, visit, too_often(), status=429)
        try:
            return redirect(_do(request, visit))
        except StepRefused as refusal:
            return _page(request, visit, str(refusal.reason))
    return _page(request, visit)


def _do(request: HttpRequest, visit: Visit) -> str:
    """Do what the button says; return where to go. Raises StepRefused."""
    what, slot = request.POST.get("what", ""), whole_number(request.POST.get("slot", ""))
    if what == "fix" and slot is not None:
        place, minutes = request.POST.get("place"), _minutes(request)
        searching.fix(visit.case.pk, visit.person, slot, place=place, minutes=minutes)
        return MEETING
    if what == "take_back" and slot is not None:
        searching.take_back(visit.case.pk, visit.person, slot)
    elif what == "answer":
        suiting, shown = _keys(request, "suits"), _keys(request, "shown")
        searching.answer(visit.case.pk, visit.person, suiting, shown, minutes=_minutes(request))
    return HERE


def _keys(request: HttpRequest, name: str) -> set[int]:
    return {key for value in request.POST.getlist(name) if (key := whole_number(value)) is not None}


def _minutes(request: HttpRequest) -> int | None:
    """Return the length of the meeting that the page showed."""
    return whole_number(request.POST.get("minutes", ""))


def _page(request: HttpRequest, visit: Visit, message: str = "", status: int | None = None) -> HttpResponseBase:
    table = searching.slots_for(visit.case, visit.person)
    why_not = searching.why_not_suggest(visit.case, visit.person)
    if not table.rows and not message and not why_not:
        return redirect(SUGGEST)
    rows = _shown(table, _keys(request, "suits") if request.POST.get("what") == "answer" else None)
    best = [shown for shown in rows if shown.row.suits_all]
    return page(
        request,
        visit,
        "times",
        message=message,
        status=status,
        table=table,
        rows=rows,
        heads=_heads(table),
        best=best,
        mine=[shown for shown in rows if shown.row.mine],
        why_not=why_not,
        zone=zone_words(visit),
        **_next(visit),
    )


def _heads(table: SlotTable) -> list[tuple[Party, str]]:
    """Return the three with what stands above their columns: the first name, where it tells them apart.

    Columns are narrow on a phone, and a surname would break in the middle. The sentence of each row has the whole name.
    """
    short = {party.key: party.name.split()[0] if party.named else party.name for party in table.parties}
    alike = len(set(short.values())) < len(short)
    return [(party, party.name if alike else short[party.key]) for party in table.parties]


def _next(visit: Visit) -> dict[str, Any]:
    """Return which meeting the times are for, and its present time if it has one."""
    number = next_number(visit.case)
    planned = Meeting.objects.planned_of(visit.case)
    theme = theme_words(visit.case, number, planned.theme if planned else "")
    return {"number": number, "theme": theme, "planned": planned}


@sensitive_post_parameters()
@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def suggest(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Suggest times and a place, or more of them."""
    why_not = searching.why_not_suggest(visit.case, visit.person)
    if why_not:
        return redirect(HERE if visit.case.case_state in PAIR_STATES else HOME)
    table = searching.slots_for(visit.case, visit.person)
    if not table.room and request.method != "POST":
        return redirect(HERE)
    form = _form(request, visit, table)

    def write(given: dict[str, Any]) -> None:
        asked = {"starts": form.starts, "place": given["place"], "minutes": int(given["minutes"])}
        searching.suggest(visit.case.pk, visit.person, **asked)

    outcome = submitted(request, visit, form, write, to=HERE)
    return outcome.answer or _suggest_page(request, visit, table, form, outcome.message, outcome.status)


def _form(request: HttpRequest, visit: Visit, table: SlotTable) -> SuggestForm:
    found = _next(visit)["planned"]
    planned = found if isinstance(found, Meeting) else None
    frame = table.search or planned
    return SuggestForm(
        request.POST if request.method == "POST" else None,
        zone=zone_of(visit.person),
        minutes=frame.minutes if frame else visit.case.meeting_minutes,
        asks_again=bool(table.rows),
        rows=max(1, min(ROWS, table.room)),
        faults=lambda starts, minutes: searching.faults_of(visit.case, visit.person, starts, minutes),
        initial={"place": frame.place if frame else _latest_place(visit)},
    )


def _latest_place(visit: Visit) -> str:
    """Return where the last meeting was, or should have been: most meet at the same place again."""
    latest = Meeting.objects.filter(case=visit.case).exclude(place="").order_by("-pk").first()
    return latest.place if latest else ""


def _suggest_page(
    request: HttpRequest, visit: Visit, table: SlotTable, form: SuggestForm, message: str, status: int | None
) -> HttpResponse:
    return page(
        request,
        visit,
        "suggest",
        form=form,
        message=message,
        status=status,
        table=table,
        zone=zone_words(visit),
        **_next(visit),
    )
