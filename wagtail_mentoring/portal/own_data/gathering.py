"""Everything that is kept about one person, as the declarations say: for the page, and for the export."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_mentoring.documents.export_sheet import ExportGroup, ExportSection, ExportSheet
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.people.whose import Someone
from wagtail_mentoring.privacy.declared import Column, PersonalData, Reader, declared_of, rules_for
from wagtail_mentoring.privacy.models import PrivateFile
from wagtail_mentoring.programme.brand import brand_of
from wagtail_mentoring.programme.models import Participation


@dataclass(frozen=True, slots=True)
class Part:
    """One declaration with the person's rows. ``kept`` says in words how long."""

    entry: PersonalData
    rows: list[Any]
    readers: dict[str, tuple[Reader, ...]]
    kept: str

    @property
    def everybody(self) -> tuple[Reader, ...]:
        """Whoever reads any of it, each once."""
        return tuple(dict.fromkeys(reader for found in self.readers.values() for reader in found))

    @property
    def kinds(self) -> list[tuple[str, tuple[Reader, ...]]]:
        """Who reads which columns: their labels in one line (none where all have the same readers), and the readers."""
        found: dict[tuple[Reader, ...], list[str]] = {}
        for column in self.entry.columns:
            found.setdefault(self.readers[column.name], []).append(str(column.label))
        if len(found) == 1:
            return [("", readers) for readers in found]
        return [(capfirst(", ".join(labels)), readers) for readers, labels in found.items()]


def parts_of(person: Someone) -> list[Part]:
    """Return what is kept about ``person``, also where it is nothing. One query for each declaration, and a few."""
    rules = rules_for(person)
    return [_part(entry, person, rules) for entry in declared_of(person)]


def _part(entry: PersonalData, person: Someone, rules: Participation) -> Part:
    return Part(entry, list(entry.rows_of(person)), entry.readers_of(person), entry.kept(rules))


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A stored file that the person gave us, and its ``path`` in the archive."""

    part: Part
    stored: PrivateFile
    path: str


def files_of(parts: list[Part]) -> list[OwnFile]:
    """Return the person's files, each once, in the order of the parts. No query."""
    found: dict[int, OwnFile] = {}
    for part in parts:
        for row in part.rows if part.entry.file is not None else ():
            stored = part.entry.file(row)  # type: ignore[misc]
            if stored is not None and stored.pk not in found:
                found[stored.pk] = OwnFile(part, stored, f"files/{len(found) + 1}-{_plain(stored.name)}")
    return list(found.values())


def _plain(name: str) -> str:
    """Return ``name`` as every system takes it for a file: no folders, no signs with a meaning, not too long."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, ending) if dot else (name, "")
    plain = [re.sub(r"[^\w-]+", "_", part).strip("_") for part in (stem, ending)]
    return (plain[0][:80] or "file") + (f".{plain[1][:10]}" if plain[1] else "")


def in_words(readers: Iterable[Reader]) -> str:
    """Return who reads something, as a list in one line."""
    return "; ".join(str(reader.label) for reader in readers)


def who_reads(part: Part) -> str:
    """Return who reads what of ``part``: a line for all of it, or one for each kind of columns."""
    return "\n".join(f"{labels}: {in_words(who)}" if labels else in_words(who) for labels, who in part.kinds)


def machine_readable(person: Someone, parts: list[Part], *, made_at: Any, reference: str) -> dict[str, Any]:
    """Return the export as JSON holds it: names of columns and stored values, so that other software can read it."""
    return {
        "union": person.union.name,
        "reference": reference,
        "made_at": made_at,
        "parts": [
            {
                "name": part.entry.name,
                "title": str(part.entry.title),
                "purpose": str(part.entry.purpose),
                "readers": [str(reader.label) for reader in part.everybody],
                "readers_by_column": {
                    name: [str(reader.label) for reader in readers] for name, readers in part.readers.items()
                },
                "kept_until": part.kept,
                "not_included": str(part.entry.withheld),
                "rows": [{column.name: column.stored(row) for column in part.entry.columns} for row in part.rows],
            }
            for part in parts
        ],
    }


def sheet(person: Someone, parts: list[Part], *, made_at: Any, reference: str, language: str) -> ExportSheet:
    """Return the export as its PDF needs it, in the active ``language``; where nothing is kept is said at the end."""
    told = [part for part in parts if part.rows or part.entry.withheld]
    empty = tuple((part.entry.title, _("Nothing")) for part in parts if part not in told)
    return ExportSheet(
        union=brand_of(person.union, language),
        reference=reference,
        language=language,
        person_name=person.name,
        made_at=made_at,
        sections=(*map(_section, told), ExportSection(_("Where we keep nothing of you"), "", "", "", empty)),
    )


#: Many things of at most so many columns are a table with a line each.
_MOST_COLUMNS = 4
#: What is longer stands better beside its label, over the whole width.
_LONGEST_CELL = 120


def _table(part: Part) -> tuple[tuple[str, ...], ...]:
    """Return the rows of ``part`` as lines of a table; none where they are few, broad or long."""
    if len(part.rows) < 2 or len(part.entry.columns) > _MOST_COLUMNS:
        return ()
    lines = tuple(tuple(column.shown(row) for column in part.entry.columns) for row in part.rows)
    return () if any(len(value) > _LONGEST_CELL for line in lines for value in line) else lines


#: A thing is called by what stands first of it, unless that is a text.
_LONGEST_TITLE = 80


def _section(part: Part) -> ExportSection:
    table = _table(part)
    alone = len(part.rows) == 1
    # Of one thing also what is empty: that nothing is known of it is worth knowing.
    rows = [(_label(column), column.shown(row)) for row in part.rows if alone for column in part.entry.columns]
    if part.entry.withheld:
        rows.append((_("Not in this file"), str(part.entry.withheld)))
    return ExportSection(
        part.entry.title,
        part.entry.purpose,
        who_reads(part),
        part.kept,
        tuple(rows),
        tuple(_label(column) for column in part.entry.columns) if table else (),
        table,
        () if table or alone else tuple(_group(part, row, number) for number, row in enumerate(part.rows, start=1)),
    )


def _group(part: Part, row: Any, number: int) -> ExportGroup:
    """Return one of many things, called by its number and by what stands first of it, without what is empty."""
    said = [(_label(column), value) for column in part.entry.columns if (value := column.shown(row))]
    first = said[0][1] if said else ""
    if not first or len(first) > _LONGEST_TITLE or "\n" in first:
        return ExportGroup(f"{number}.", tuple(said))
    # A number alone says nothing: the first meeting is "Meeting 1".
    title = f"{said[0][0]} {first}" if whole_number(first) is not None else first
    return ExportGroup(f"{number}. {title}", tuple(said[1:]))


def _label(column: Column) -> str:
    return capfirst(str(column.label))
