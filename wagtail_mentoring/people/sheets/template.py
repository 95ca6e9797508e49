"""The empty sheet to fill in: an example row, and in a workbook a second page that explains every column."""

import csv
import io
from typing import Any

from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.people.choices import SHOWABLE, TOPICS, SuitableTime
from wagtail_mentoring.programme.models import ProfessionalField, Union

from .columns import COLUMNS
from .values import defused


def _fields(union: Union) -> list[str]:
    rows = ProfessionalField.objects.filter(participation__union=union).select_related("profession")
    return [str(field.profession) for field in rows.order_by("profession__slug")]


def _example(union: Union) -> list[str]:
    """Return the cells of the example row, in the active language where they are words of a list."""
    words = {
        "fields": ", ".join(_fields(union)[:1]),
        "topics": "; ".join(str(label) for _value, label in TOPICS[1:3]),
        "times": str(SuitableTime.EVENINGS.label),
        "membership_confirmed_on": clock.today().strftime("%d.%m.%Y"),
        "online": _("yes"),
        "in_person": _("yes"),
        "shown_to_mentee": _("yes"),
        "shown_to_partner": _("yes"),
    }
    return [words.get(column.name, column.example) for column in COLUMNS]


def as_csv(union: Union) -> bytes:
    """Return the template as CSV, with semicolons and marked as UTF-8, as spreadsheet programs here want it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([column.label for column in COLUMNS])
    writer.writerow([defused(cell) for cell in _example(union)])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(union: Union) -> bytes:
    """Return the template as a workbook: the sheet to fill in, and the explanations."""
    from openpyxl import Workbook  # type: ignore[import-untyped]
    from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    book: Any = Workbook()
    sheet = book.active
    sheet.title = _("Mentors")[:31]
    sheet.append([column.label for column in COLUMNS])
    sheet.append(_example(union))
    for number, column in enumerate(COLUMNS, start=1):
        sheet.cell(1, number).font = Font(bold=True)
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = max(12, min(34, len(column.label) + 4))
        # Everything is text: otherwise a program makes a date or a number of it, and a formula of "+358".
        for row in range(2, 60):
            sheet.cell(row, number).number_format = "@"
    sheet.freeze_panes = "B2"
    told = book.create_sheet(_("Explanations")[:31])
    told.append([_("Column"), _("Needed"), _("What to write")])
    for column in COLUMNS:
        told.append([column.label, _("yes") if column.required else "", str(column.explained)])
    for heading, lines in (
        (_("Fields"), _fields(union)),
        (_("Topics"), [str(label) for _value, label in TOPICS]),
        (_("Times"), [str(label) for _value, label in SuitableTime.choices]),
        (_("May be shown"), [str(label) for label in SHOWABLE.values()]),
    ):
        told.append([])
        told.append([heading])
        told.cell(told.max_row, 1).font = Font(bold=True)
        for line in lines:
            told.append(["", "", line])
    told.append([])
    told.append([_("An empty cell changes nothing of a mentor who is here already. Formulas are not read.")])
    for number, width in ((1, 34), (2, 10), (3, 90)):
        told.cell(1, number).font = Font(bold=True)
        told.column_dimensions[get_column_letter(number)].width = width
    for row in told.iter_rows(min_col=3, max_col=3):
        row[0].alignment = Alignment(wrap_text=True, vertical="top")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
