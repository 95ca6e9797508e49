"""Reads a table that somebody sends as CSV or XLSX: headings and rows as plain text, and nothing that computes.

A spreadsheet is a program: what stands in a cell may be a formula, and the file may unfold to a thousand times its
size. Here a formula is a fault of its cell, and everything has bounds beside those of the process itself.
"""

import csv
import datetime
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from .found import FileRefused

#: Rows of people, columns, and signs in a cell.
MOST_ROWS = 2_000
MOST_COLUMNS = 60
MOST_SIGNS = 5_000
#: Lines that are looked at, the empty ones too: a sheet may be formatted down to its end.
MOST_LINES = 20_000
#: Bytes to which a workbook may unfold, and files in it.
MOST_UNPACKED = 48 * 1024 * 1024
MOST_PARTS = 1_000

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_SIGNS = ";,\t|"
#: A telephone number or a number begins with + or - too, and is no formula.
_NUMBER = re.compile(r"[+-][\d\s().,/-]*")
_DASHES = {"-", "–", "—", "−"}


@dataclass(frozen=True)
class CellFault:
    """A cell that cannot be taken: ``code`` is formula, error, control or long; ``column`` counts from 0."""

    row: int
    column: int
    code: str
    text: str = ""


@dataclass(frozen=True)
class Table:
    """What was read: headings, and rows as (number in the file, cells), each as wide as the headings.

    ``guessed``: the encoding of a CSV file was guessed, so letters such as ä may have come out wrong. ``hidden``: so
    many of the rows are hidden in the workbook, so that whoever sends it may not know of them.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    faults: tuple[CellFault, ...] = ()
    guessed: bool = False
    hidden: int = 0


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet program would compute ``text`` instead of showing it."""
    if not text:
        return False
    if text[0] in "\t\r\n":
        return is_formula(text.lstrip("\t\r\n "))
    first = unicodedata.normalize("NFKC", text[0])
    if first in ("+", "-", "−"):
        return text.strip() not in _DASHES and _NUMBER.fullmatch(text) is None
    return first in ("=", "@")


def read_table(content: bytes) -> Table:
    """Return the table in ``content``, a CSV file or the first sheet that is shown of an XLSX workbook.

    Raises FileRefused: empty, not_a_table, old_excel, open_document, damaged, encrypted, too_heavy, too_many_rows
    (most), too_many_columns (most), quotes (line), encoding, no_headings, no_rows.
    """
    if not content.strip():
        raise FileRefused("empty")
    if content.startswith(_OLD_EXCEL):
        raise FileRefused("old_excel")
    if content.startswith(b"PK"):
        hidden: set[int] = set()
        table = _table(_workbook_lines(content, hidden), guessed=False)
        return replace(table, hidden=sum(number in hidden for number, _cells in table.rows))
    text, guessed = _decoded(content)
    return _table(_csv_lines(text), guessed)


@dataclass(frozen=True)
class _Cell:
    """The text of a cell, and the code of its fault."""

    text: str = ""
    fault: str = ""


_EMPTY = _Cell()


def _plain(value: str) -> _Cell:
    """Return the cell for a text as it stands in the file."""
    if is_formula(value):
        return _Cell(value, "formula")
    text = unicodedata.normalize("NFC", value).replace("\u00a0", " ").replace("\r\n", "\n").strip()
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
        return _Cell("", "control")
    if len(text) > MOST_SIGNS:
        return _Cell(text, "long")
    return _EMPTY if text in _DASHES else _Cell(text)


def _table(lines: Iterable[tuple[int, list[_Cell]]], guessed: bool) -> Table:
    """Return the table of numbered lines; the first that is not empty holds the headings."""
    headings: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    faults: list[CellFault] = []
    for number, cells in lines:
        if number > MOST_LINES:
            raise FileRefused("too_many_rows", most=str(MOST_ROWS))
        while cells and cells[-1] == _EMPTY:
            cells.pop()
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise FileRefused("too_many_columns", most=str(MOST_COLUMNS))
        if not headings:
            headings = tuple(cell.text[:100] for cell in cells)
            if any(cell.fault for cell in cells):
                raise FileRefused("no_headings")
            continue
        if len(rows) == MOST_ROWS:
            raise FileRefused("too_many_rows", most=str(MOST_ROWS))
        for column, cell in enumerate(cells):
            if cell.fault:
                faults.append(CellFault(number, column, cell.fault, cell.text[:40]))
        width = max(len(headings), len(cells))
        texts = [cell.text if not cell.fault else "" for cell in cells] + [""] * (width - len(cells))
        rows.append((number, tuple(texts)))
    if not headings:
        raise FileRefused("empty")
    if not rows:
        raise FileRefused("no_rows")
    return Table(headings, tuple(rows), tuple(faults), guessed)


# CSV


def _decoded(content: bytes) -> tuple[str, bool]:
    """Return the text of a CSV file, and whether its encoding was guessed."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _only_text(_decode(content, encoding)), False
    try:
        return _only_text(content.decode("utf-8")), False
    except UnicodeDecodeError:
        # What Excel writes as plain CSV in Western Europe.
        return _only_text(_decode(content, "cp1252")), True


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused("encoding") from error


def _only_text(text: str) -> str:
    """Return ``text`` when it can be one: no picture, PDF or program."""
    if "\0" in text or text.startswith("%PDF") or text.lstrip()[:9].lower() in ("<!doctype", "<html><he"):
        raise FileRefused("not_a_table")
    strange = sum(1 for sign in text[:5_000] if unicodedata.category(sign) == "Cc" and sign not in "\r\n\t")
    if strange > 5:
        raise FileRefused("not_a_table")
    return text


def _separator(text: str) -> str:
    """Return the sign between the cells: the one that stands most often in the first line, outside quotes."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", line)
    return max(_SIGNS, key=outside.count)


def _csv_lines(text: str) -> Iterator[tuple[int, list[_Cell]]]:
    csv.field_size_limit(200_000)
    first, _break, rest = text.partition("\n")
    skipped = 0
    said = re.fullmatch(r'"?sep=(.)"?\s*', first.strip(), re.IGNORECASE)
    if said and said[1] in _SIGNS:  # Excel's own line that says what separates
        separator, text, skipped = said[1], rest, 1
    else:
        separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = skipped
    try:
        for cells in reader:
            number += 1
            yield number, [_plain(cell) for cell in cells[: MOST_COLUMNS + 1]]
    except csv.Error as error:
        raise FileRefused("quotes", line=str(reader.line_num + skipped)) from error


# XLSX


def _check_archive(content: bytes) -> None:
    """Refuse a workbook that unfolds too far, before anything of it is unfolded."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise FileRefused("open_document" if "mimetype" in names else "not_a_table")
            if any(part.flag_bits & 1 for part in parts):
                raise FileRefused("encrypted")
            # What a part says of its own size binds its reader, so that a lie only cuts it short.
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise FileRefused("too_heavy")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        head = file.read(4096).replace(b"\0", b"").upper()
                    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                        raise FileRefused("damaged")
    except FileRefused:
        raise
    except Exception as error:  # A hostile archive makes the library stumble in ways that nobody can list.
        raise FileRefused("damaged") from error


#: The opening tag of a row that is hidden, by hand or by a filter.
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_HIDDEN = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
_NUMBERED = re.compile(rb"""\br\s*=\s*["'](\d{1,7})["']""")


def _hidden_rows(content: bytes, path: str) -> set[int]:
    """Return the numbers of the hidden rows of the sheet at ``path`` in the archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = _ROW.findall(archive.read(path.lstrip("/")))
    numbers = (_NUMBERED.search(row) for row in rows if _HIDDEN.search(row))
    return {int(number[1]) for number in numbers if number}


def _workbook_lines(content: bytes, hidden: set[int]) -> Iterator[tuple[int, list[_Cell]]]:
    """Yield the numbered lines of the first sheet that is shown; ``hidden`` gets the numbers of its hidden rows."""
    _check_archive(content)
    from openpyxl.chartsheet import Chartsheet  # type: ignore[import-untyped]
    from openpyxl.reader.excel import ExcelReader  # type: ignore[import-untyped]

    class Reader(ExcelReader):
        def read_chartsheet(self, sheet: Any, rel: Any) -> None:
            # Its place is kept, and it is not read: a chart is no table, and the library stumbles over an empty one.
            self.wb._add_sheet(Chartsheet(parent=self.wb, title=sheet.name))

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = Reader(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            reader.read()
            sheets = reader.wb.worksheets
            if not sheets:
                raise FileRefused("empty")
            sheet = next((one for one in sheets if one.sheet_state == "visible"), sheets[0])
            hidden |= _hidden_rows(content, sheet._worksheet_path)
            # What a sheet says of its own size is often wrong.
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(), start=1):
                yield number, [_of_sheet(cell) for cell in cells]
                if number > MOST_LINES:
                    return
    except (FileRefused, MemoryError, GeneratorExit):
        raise
    except Exception as error:
        raise FileRefused("damaged") from error


def _of_sheet(cell: Any) -> _Cell:
    """Return what a cell of a worksheet shows, as text."""
    value, kind = cell.value, getattr(cell, "data_type", "")
    if value is None:
        return _EMPTY
    if kind == "f":
        return _Cell(str(value)[:40], "formula")
    if kind == "e":
        return _Cell(str(value), "error")
    if isinstance(value, bool):
        return _Cell("yes" if value else "no")
    if isinstance(value, datetime.datetime):
        return _Cell(value.date().isoformat())
    if isinstance(value, datetime.date):
        return _Cell(value.isoformat())
    if isinstance(value, float) and value.is_integer():
        return _Cell(str(int(value)))
    return _plain(str(value)) if isinstance(value, str) else _Cell(str(value)[:100])
