"""The page "Your data", and "who sees what, and who never does"."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from wagtail_mentoring.people.address_changes import open_change
from wagtail_mentoring.privacy.declared import UNION, Reader, rules_for
from wagtail_mentoring.privacy.models import NoticeKind
from wagtail_mentoring.privacy.public_texts import public_text

from .gathering import Part, parts_of
from .visits import TEMPLATES, OwnVisit, own_frame, with_person

#: The newest readings that the page names; all are in the export.
MOST_READINGS = 20


@dataclass(frozen=True, slots=True)
class Circle:
    """What the same people read: each value under its label. ``others`` read it besides the union's own people.

    ``supervised``: the supervisors do too, not the contact persons alone.
    """

    readers: tuple[Reader, ...]
    rows: list[tuple[str, str]]

    @property
    def others(self) -> list[str]:
        return [str(reader.label) for reader in self.readers if reader not in UNION]

    @property
    def supervised(self) -> bool:
        return Reader.SUPERVISORS in self.readers


def circles_of(parts: list[Part]) -> list[Circle]:
    """Return the single values by who reads them: first what most people read."""
    found: dict[tuple[Reader, ...], list[tuple[str, str]]] = {}
    for part in parts:
        if not part.entry.by_column:
            continue
        for row in part.rows:
            for column in part.entry.columns:
                if value := column.shown(row):
                    found.setdefault(part.readers[column.name], []).append((capfirst(str(column.label)), value))
    ordered = sorted(found.items(), key=lambda item: -len(item[0]))
    return [Circle(readers, rows) for readers, rows in ordered]


@dataclass(frozen=True, slots=True)
class Kept:
    """Something else that is kept: how many rows, who reads it, how long.

    ``readers``: labels of columns, none for all of them, and who reads these.
    """

    title: Any
    number: int
    readers: list[tuple[str, list[str]]]
    kept: str


def others_of(parts: list[Part]) -> list[Kept]:
    """Return what else is kept about the person, where there is something."""
    return [
        Kept(
            part.entry.title,
            len(part.rows),
            [(labels, [str(reader.label) for reader in readers]) for labels, readers in part.kinds],
            part.kept,
        )
        for part in parts
        if part.rows and not part.entry.by_column
    ]


@with_person
@require_safe
def own_data(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    """What one can do with the own data."""
    context = own_frame(visit, change=open_change(visit.person))
    return render(request, TEMPLATES + "own_data.html", context)


@with_person
@require_safe
def readers(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    """The own values, who reads each of them, who has read sensitive ones, and who never does."""
    parts = parts_of(visit.person)
    reading = next((part for part in parts if part.entry.name == "reading"), None)
    newest = list(reversed(reading.rows))[:MOST_READINGS] if reading else []
    language = (get_language() or "en").split("-")[0]
    context = own_frame(
        visit,
        circles=circles_of(parts),
        others=others_of(parts),
        readings=[[column.shown(row) for column in reading.entry.columns] for row in newest] if reading else [],
        never=public_text(NoticeKind.NEVER_TELL, rules_for(visit.person), language),
    )
    return render(request, TEMPLATES + "readers.html", context)
