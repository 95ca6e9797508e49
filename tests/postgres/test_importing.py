"""Importing mentors on PostgreSQL: the same sheet sent several times at once is written once."""

from functools import partial

import pytest

from tests.factories import make_field
from tests.postgres.test_races import at_once
from wagtail_mentoring.documents.checking.tables import read_table
from wagtail_mentoring.models import Mentor
from wagtail_mentoring.people.sheets.plan import make_plan
from wagtail_mentoring.people.sheets.writing import Imported, PlanChanged, import_sheet

pytestmark = pytest.mark.django_db(transaction=True)

SHEET = "Name;E-mail;Fields\n" + "".join(f"Person {n};p{n}@example.org;engineers\n" for n in range(5))


def unchecked(text: str) -> None:
    """Let every text pass."""


def test_a_sheet_sent_four_times_at_once_is_imported_once() -> None:
    union = make_field(slug="engineers").participation.union
    sheet = read_table(SHEET.encode())
    digest = make_plan(union, sheet, unchecked).digest
    results = at_once([partial(import_sheet, union, sheet, digest, None, unchecked)] * 4)
    assert sorted(type(result).__name__ for result in results) == ["Imported", *["PlanChanged"] * 3], results
    assert [result for result in results if isinstance(result, Imported)] == [Imported(5, 0)]
    assert len([result for result in results if isinstance(result, PlanChanged)]) == 3
    assert Mentor.objects.filter(union=union).count() == 5
