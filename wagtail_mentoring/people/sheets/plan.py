"""What an import of a sheet would do, row by row, before anything is written."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.documents.checking.tables import Table
from wagtail_mentoring.people.finding import folded
from wagtail_mentoring.people.mentors import stopped_words
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme.models import ProfessionalField, Union

from .columns import BY_NAME, COLUMNS, EXAMPLE_ADDRESS, column_of, nearest
from .values import DATES, Reader, in_words, stored_values

Outcome = Literal["new", "update", "unchanged", "error"]

#: Why a cell could not be read at all.
CELL_FAULTS: dict[str, Any] = {
    "formula": gettext_lazy("“%(text)s” is a formula. Write its result instead, as plain text."),
    "error": gettext_lazy("The cell shows the error %(text)s. Write what should stand there."),
    "control": gettext_lazy("There is a sign in this cell that cannot be shown. Write the text again."),
    "long": gettext_lazy("The text of this cell is too long."),
}


class SheetRefused(Exception):
    """A sheet of which nothing can be imported; the sentences say why and what to do."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Change:
    """What would change of a mentor: heading, what stands there now, what would stand there. Days as ISO texts."""

    heading: str
    before: str
    after: str
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row: the heading of the column ("" for the whole row), and what to do."""

    heading: str
    told: str


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What one row would do. ``values`` by column, only those that the sheet gives; ``mentor`` is who is updated.

    ``namesake`` is the address of another mentor of the union with the name of a new one: perhaps the same person.
    """

    number: int
    outcome: Outcome
    name: str
    email: str
    values: Mapping[str, Any]
    mentor: int | None = None
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()
    namesake: str = ""


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """What a whole sheet would do. ``unread``: headings that mean nothing here, with what was perhaps meant."""

    union: int
    rows: tuple[RowPlan, ...]
    unread: tuple[tuple[str, str], ...]

    def of(self, *outcomes: Outcome) -> list[RowPlan]:
        """Return the rows with one of these outcomes."""
        return [row for row in self.rows if row.outcome in outcomes]

    @property
    def digest(self) -> str:
        """A fingerprint of everything that would be written, and of what stands there now."""
        facts = [
            [
                row.number,
                row.outcome,
                row.mentor,
                dict(row.values),
                row.namesake,
                [(one.heading, one.before, one.after) for one in row.changes],
            ]
            for row in self.rows
            if row.outcome in ("new", "update")
        ]
        told = json.dumps([self.union, facts], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(told.encode()).hexdigest()


def columns_in(table: Table) -> tuple[dict[int, str], tuple[tuple[str, str], ...]]:
    """Return which column stands where, and the headings that are not known.

    Raises :class:`SheetRefused` for columns that are missing or stand there twice.
    """
    places: dict[int, str] = {}
    unread: list[tuple[str, str]] = []
    told: list[str] = []
    for index, heading in enumerate(table.headings):
        name = column_of(heading)
        if name is None:
            if heading:
                unread.append((heading, nearest(heading)))
        elif name in places.values():
            told.append(
                _("The column “%(heading)s” is there twice. Delete one of the two.") % {"heading": BY_NAME[name].label}
            )
        else:
            places[index] = name
    missing = [column for column in COLUMNS if column.required and column.name not in places.values()]
    if missing:
        names = ", ".join(_("“%s”") % column.label for column in missing)
        told.insert(
            0, _("These columns are missing: %(names)s. Their headings stand in the first row.") % {"names": names}
        )
        if unread:
            found = ", ".join(_("“%s”") % heading[:40] for heading, _near in unread[:10])
            told.append(_("Not understood: %(found)s. Download the template to see the headings.") % {"found": found})
    if told:
        raise SheetRefused(*told)
    return places, tuple(unread)


def make_plan(union: Union, table: Table, check_text: Callable[[str], None]) -> SheetPlan:
    """Return what importing ``table`` into ``union`` would do, in a constant number of queries.

    Raises :class:`SheetRefused` when the columns are wrong.
    """
    places, unread = columns_in(table)
    fields = list(
        ProfessionalField.objects.filter(participation__union=union).select_related(
            "profession", "participation__union"
        )
    )
    reader = Reader(fields, check_text)
    names = {field.pk: str(field.profession) for field in fields}
    faults: dict[int, list[Fault]] = {}
    for cell in table.faults:
        if cell.column in places or cell.column >= len(table.headings):
            heading = BY_NAME[places[cell.column]].label if cell.column in places else ""
            faults.setdefault(cell.row, []).append(Fault(heading, CELL_FAULTS[cell.code] % {"text": cell.text}))
    read = []
    for number, cells in table.rows:
        values, wrong = _read_row(reader, places, cells)
        if any(cells[len(table.headings) :]):
            wrong.append(Fault("", _("The row has more cells than there are headings. Look for a separator too many.")))
        read.append((number, values, [*faults.get(number, []), *wrong]))
    known = _known_mentors(union, {str(values.get("email", "")).casefold() for _number, values, _wrong in read})
    rows: list[RowPlan] = []
    seen: dict[str, int] = {}
    for number, values, wrong in read:
        email = str(values.get("email", "")).casefold()
        if email == EXAMPLE_ADDRESS:
            wrong.append(Fault("", _("This is the example row of the template. Delete it.")))
        if email and email in seen:
            told = _("The same address stands in row %(row)s. Each mentor has one row.") % {"row": seen[email]}
            wrong.append(Fault(BY_NAME["email"].label, told))
        elif email:
            seen[email] = number
        rows.append(_row_plan(number, values, wrong, known.get(email, []), names))
    here = _addresses_by_name(union)
    rows = [replace(row, namesake=here.get(folded(row.name), "")) if row.outcome == "new" else row for row in rows]
    return SheetPlan(union.pk, tuple(rows), unread)


def _read_row(reader: Reader, places: Mapping[int, str], cells: tuple[str, ...]) -> tuple[dict[str, Any], list[Fault]]:
    """Return the values that a row gives, and what is wrong in it. An empty cell gives none."""
    values: dict[str, Any] = {}
    wrong: list[Fault] = []
    for index, name in places.items():
        text = cells[index] if index < len(cells) else ""
        if not text:
            continue
        try:
            values[name] = reader.read(name, text)
        except ValidationError as error:
            wrong.append(Fault(BY_NAME[name].label, " ".join(error.messages)))
    return values, wrong


def _addresses_by_name(union: Union) -> dict[str, str]:
    """Return the address of a mentor of ``union`` by name, as names are compared. One query."""
    rows = Mentor.objects.filter(union=union, anonymised_at__isnull=True).order_by("-pk")
    return {folded(name): email for name, email in rows.values_list("name", "email")}


def _known_mentors(union: Union, emails: set[str]) -> dict[str, list[Mentor]]:
    """Return the mentors of ``union`` with one of these addresses, by address in small letters."""
    rows = (
        Mentor.objects.filter(union=union, anonymised_at__isnull=True)
        .annotate(folded_email=Lower("email"))
        .filter(folded_email__in=emails - {""})
        .prefetch_related("fields", "consents")
        .order_by("pk")
    )
    known: dict[str, list[Mentor]] = {}
    for mentor in rows:
        known.setdefault(mentor.email.casefold(), []).append(mentor)
    return known


def _row_plan(
    number: int, values: dict[str, Any], wrong: list[Fault], known: list[Mentor], names: Mapping[int, str]
) -> RowPlan:
    name, email = str(values.get("name", "")), str(values.get("email", ""))
    mentor = known[0] if len(known) == 1 else None
    if len(known) > 1:
        same = [one for one in known if folded(one.name) == folded(name)]
        mentor = same[0] if len(same) == 1 else None
        if mentor is None:
            told = _("Several mentors have this address: %(names)s. Change them by hand.")
            wrong.append(Fault(BY_NAME["email"].label, told % {"names": ", ".join(one.name for one in known)}))
    if mentor is not None:
        wrong += _not_open(mentor)
    blamed = {fault.heading for fault in wrong}
    for column in COLUMNS:
        needed = column.required and (not known or column.name == "email")
        if needed and not values.get(column.name) and column.label not in blamed:
            wrong.append(Fault(column.label, _("This is empty. Write it, or delete the row.")))
    if wrong:
        return RowPlan(number, "error", name, email, values, faults=tuple(wrong))
    if mentor is None:
        return RowPlan(number, "new", name, email, values)
    there = stored_values(mentor)
    changes = tuple(
        Change(
            column.label,
            in_words(column.name, there[column.name], names),
            in_words(column.name, value, names),
            column.name in DATES,
        )
        for column in COLUMNS
        if column.name in values
        and (value := values[column.name]) != there[column.name]
        # An address in other capitals is the same address.
        and not (column.name == "email" and value.casefold() == str(there["email"]).casefold())
    )
    changed = {
        column.name: values[column.name] for column in COLUMNS if column.label in {one.heading for one in changes}
    }
    return RowPlan(number, "update" if changes else "unchanged", mentor.name, email, changed, mentor.pk, changes)


def _not_open(mentor: Mentor) -> list[Fault]:
    """Return why a sheet changes nothing of ``mentor``."""
    if mentor.has_stopped:
        return [Fault("", _("%(why)s Take the mentor back first.") % {"why": stopped_words(mentor)})]
    if mentor.approved_on is None:
        told = _("%(name)s signed up and waits for approval. Approve or decline the sign-up first.")
        return [Fault("", told % {"name": mentor.name})]
    return []
