"""The list of mentors as a file for a spreadsheet program, in which no cell can be a formula."""

import csv
import io
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.utils.functional import cached_property

from wagtail_mentoring.people.sheets.columns import COLUMNS
from wagtail_mentoring.people.sheets.values import defused, shown_values
from wagtail_mentoring.privacy.reading import record_reading

#: So many mentors are in memory at a time.
CHUNK = 500


class SafeExport:
    """Wagtail's export with the columns of the import, so that a file can come back; each export is logged.

    What a spreadsheet program would take for a formula gets an apostrophe before it. Put it before Wagtail's view.
    """

    request: Any
    is_export: bool
    list_export = [column.name for column in COLUMNS]
    export_filename = "mentors"

    @cached_property
    def export_headings(self) -> dict[str, str]:
        """The headings in the language of the reader: the import understands them in every language."""
        return {column.name: str(column.label) for column in COLUMNS}

    def get_filename(self) -> str:
        """Return the file's name without its ending."""
        return self.export_filename

    def to_row_dict(self, item: Any) -> "OrderedDict[str, str]":
        """Return the cells of one mentor."""
        values = shown_values(item)
        return OrderedDict((name, defused(values[name])) for name in self.list_export)

    def as_spreadsheet(self, queryset: Any, spreadsheet_format: str) -> HttpResponse:
        """Return the file, having written down who took the data of which unions."""
        rows = queryset.prefetch_related("fields__profession", "consents")
        for union in queryset.order_by().values_list("union_id", flat=True).distinct():
            record_reading(self.request.user, union, "mentors_export")
        response: HttpResponse = super().as_spreadsheet(rows, spreadsheet_format)  # type: ignore[misc]
        return response

    def stream_csv(self, queryset: Any) -> Iterator[bytes]:
        """Yield the CSV file in pieces of some hundred mentors, marked as UTF-8 for programs that would guess."""
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow([str(column.label) for column in COLUMNS])
        mark = "\ufeff"
        for number, mentor in enumerate(queryset.iterator(chunk_size=CHUNK), start=1):
            writer.writerow(self.to_row_dict(mentor).values())
            if number % CHUNK == 0:
                yield (mark + out.getvalue()).encode()
                mark = ""
                out.seek(0)
                out.truncate()
        yield (mark + out.getvalue()).encode()
