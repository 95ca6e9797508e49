"""Sheets that strangers send are read as plain text within bounds; what computes, unfolds or lies is refused."""

import csv
import datetime
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook

from wagtail_mentoring.documents.checking import tables
from wagtail_mentoring.documents.checking.found import FileRefused
from wagtail_mentoring.documents.checking.tables import Table, is_formula, read_table


def workbook(*rows: list[Any], change: Callable[[Any], None] | None = None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """Return the archive with parts added or replaced; __ stands for / and _dot_ for a dot."""
    new = {name.replace("__", "/").replace("_dot_", "."): value for name, value in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in old.infolist():
            if item.filename not in new:
                target.writestr(item, old.read(item))
        for name, value in new.items():
            target.writestr(name, value)
    return out.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(FileRefused) as error:
        read_table(content)
    return error.value.code


def test_a_csv_file_is_read_whatever_it_is_separated_by() -> None:
    for sign in ";,\t":
        out = io.StringIO()
        csv.writer(out, delimiter=sign).writerows([["Name", "E-mail"], ["Åsa; the, first", "a@x.fi"], [], ["B", ""]])
        assert read_table(out.getvalue().encode()) == Table(
            ("Name", "E-mail"), ((2, ("Åsa; the, first", "a@x.fi")), (4, ("B", "")))
        )
    assert read_table(b"sep=;\r\nName;E-mail\r\nA;a@x.fi\r\n").rows == ((3, ("A", "a@x.fi")),)


@pytest.mark.parametrize(
    ("encoding", "mark", "guessed"),
    [
        ("utf-8", b"", False),
        ("utf-8", b"\xef\xbb\xbf", False),
        ("utf-16-le", b"\xff\xfe", False),
        ("utf-16-be", b"\xfe\xff", False),
        ("cp1252", b"", True),
    ],
)
def test_the_letters_come_out_right_and_a_guess_is_told(encoding: str, mark: bytes, guessed: bool) -> None:
    table = read_table(mark + "Nimi;Sähköposti\nÄijö Ödman;a@x.fi\n".encode(encoding))
    assert table.headings == ("Nimi", "Sähköposti")
    assert table.rows[0][1][0] == "Äijö Ödman" and table.guessed is guessed


def test_a_workbook_is_read_as_it_shows() -> None:
    day = datetime.datetime(2026, 11, 24, 8, 30)
    content = workbook(["Name", "Day", "Number", "Yes", "Gap"], ["Åsa", day, 12.0, True, None, None], [None, None])
    table = read_table(content)
    assert table.rows == ((2, ("Åsa", "2026-11-24", "12", "yes", "")),) and not table.faults


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://evil.example","x")',
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "\t=1+1",
        "＝1+1",
        "+A1",
    ],
)
def test_a_formula_is_a_fault_of_its_cell(text: str) -> None:
    assert is_formula(text)
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([["Name", "Note"], ["A", text]])
    fault = read_table(out.getvalue().encode()).faults[0]
    assert (fault.row, fault.column, fault.code) == (2, 1, "formula")
    table = read_table(workbook(["Name", "Note"], ["A", text]))
    assert [one.code for one in table.faults] == ["formula"] and table.rows[0][1] == ("A", "")


@pytest.mark.parametrize("text", ["", "-", "–", "+358 40 123 4567", "-5", "+46-8-123", "a=b", "C1"])
def test_what_is_no_formula(text: str) -> None:
    assert not is_formula(text)


def test_a_text_that_only_looks_like_a_formula_in_a_workbook_is_one_too() -> None:
    def as_text(book: Any) -> None:
        book.active["B2"] = "=1+1"
        book.active["B2"].data_type = "s"

    assert read_table(workbook(["Name", "Note"], ["A", ""], change=as_text)).faults[0].code == "formula"
    assert read_table(workbook(["Name", "Note"], ["A", "#REF!"])).faults[0].code == "error"


def test_too_much_is_refused_before_it_costs_much() -> None:
    rows = b"".join(b"Person %d;p%d@x.fi\n" % (number, number) for number in range(50_000))
    assert refused(b"Name;E-mail\n" + rows) == "too_many_rows"
    assert len(read_table(b"N;E\n" + b"A;b\n" * tables.MOST_ROWS).rows) == tables.MOST_ROWS
    assert refused(b"N;E\n" + b"A;b\n" * (tables.MOST_ROWS + 1)) == "too_many_rows"
    assert refused(b"Name" + b";x" * 100 + b"\nA\n") == "too_many_columns"
    assert refused(b"Name\nA\n" + b"\n" * 200_000 + b"B\n") == "too_many_rows"
    assert refused(workbook(["Name"], *[["A"] for _row in range(3_000)])) == "too_many_rows"
    assert refused(workbook(["Name"], ["A"], change=lambda book: book.active.cell(2, 9_000, "x"))) == "too_many_columns"
    assert refused(workbook(["Name"], ["A"], change=lambda book: book.active.cell(900_000, 1, "x"))) == "too_many_rows"
    assert read_table(b"Name\n" + b"x" * 6_000).faults[0].code == "long"


def test_an_archive_that_unfolds_without_end_is_refused() -> None:
    good = workbook(["Name"], ["A"])
    bomb = repacked(good, xl__sharedStrings_dot_xml=b" " * (tables.MOST_UNPACKED + 1))
    assert len(bomb) < 200_000 and refused(bomb) == "too_heavy"
    many = repacked(good, **{f"xl__media__{number}": b"" for number in range(tables.MOST_PARTS + 1)})
    assert refused(many) == "too_heavy"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding: str) -> None:
    laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    assert refused(repacked(workbook(["N"], ["A"]), xl__sharedStrings_dot_xml=laughs.encode(encoding))) == "damaged"


def test_a_row_number_that_lies_costs_no_time() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
        b'<row r="99999999999"><c r="A99999999999" t="inlineStr"><is><t>A</t></is></c></row></sheetData></worksheet>'
    )
    assert refused(repacked(workbook(["N"], ["A"]), xl__worksheets__sheet1_dot_xml=sheet)) == "too_many_rows"


def test_files_that_are_no_sheet() -> None:
    good = workbook(["Name"], ["A"])
    odt = io.BytesIO()
    with zipfile.ZipFile(odt, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    for content, code in (
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"Name;E-mail\n", "no_rows"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old_excel"),
        (b"%PDF-1.7\n1 0 obj", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_a_table"),
        (b"<!DOCTYPE html><table></table>", "not_a_table"),
        (b"Name;E-mail\nA\0B;x\n", "not_a_table"),
        (b'Name;E-mail\n"A;x\n', "quotes"),
        (b"=1+1;E-mail\nA;x\n", "no_headings"),
        (b"\xff\xfeN", "encoding"),
        (b"PK\x03\x04" + b"x" * 100, "damaged"),
        (good[: len(good) // 2], "damaged"),
        (odt.getvalue(), "open_document"),
        (repacked(good, xl__worksheets__sheet1_dot_xml=b"<worksheet><sheetData><row"), "damaged"),
    ):
        assert refused(content) == code, (content[:20], code)


def test_signs_that_nobody_sees_are_a_fault() -> None:
    assert read_table(b"Name;Note\nA;b\x07c\n").faults[0].code == "control"
    assert read_table("Name;Note\nA;b\u00a0c \n".encode()).rows[0][1][1] == "b c"


def test_the_first_sheet_that_is_shown_is_read() -> None:
    def hide(book: Any) -> None:
        for number, state in enumerate(("hidden", "veryHidden")):
            other = book.create_sheet(f"Old {number}", 0)
            other.append(["Name"])
            other.append(["Who was here last year"])
            other.sheet_state = state

    table = read_table(workbook(["Name"], ["Maija"], change=hide))
    assert table.rows == ((2, ("Maija",)),) and table.hidden == 0


def test_hidden_rows_are_counted() -> None:
    def hide(book: Any) -> None:
        # The last one is empty, and so not read.
        for number in (2, 4, 9):
            book.active.row_dimensions[number].hidden = True

    table = read_table(workbook(["Name"], ["Maija"], ["Matti"], ["Mikko"], change=hide))
    assert len(table.rows) == 3 and table.hidden == 2


def test_a_chart_sheet_is_no_damage() -> None:
    assert read_table(workbook(["Name"], ["Maija"], change=lambda book: book.create_chartsheet("Figures", 0))).rows

    def only_a_chart(book: Any) -> None:
        book.create_chartsheet("Figures")
        book.remove(book.worksheets[0])

    assert refused(workbook(["Name"], change=only_a_chart)) == "empty"
