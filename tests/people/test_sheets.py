"""What a sheet of mentors would do, row by row, and that an import writes exactly that or nothing."""

import csv
import datetime
import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from tests.days import DAY, typed
from tests.factories import make_field, make_mentor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.documents.checking.tables import Table, is_formula, read_table
from wagtail_mentoring.models import Mentor, MentorLogEntry, OutboxMessage, Union
from wagtail_mentoring.people import signals
from wagtail_mentoring.people.mentors import set_shown
from wagtail_mentoring.people.sheets import template
from wagtail_mentoring.people.sheets.columns import COLUMNS
from wagtail_mentoring.people.sheets.plan import RowPlan, SheetPlan, SheetRefused, make_plan
from wagtail_mentoring.people.sheets.values import defused, fused, shown_values
from wagtail_mentoring.people.sheets.writing import PlanChanged, import_sheet
from wagtail_mentoring.privacy.consents import consented
from wagtail_mentoring.privacy.models import ConsentKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def union() -> Union:
    make_field(slug="engineers"), make_field(slug="architects")
    return make_union()


def table(*rows: dict[str, str]) -> Table:
    """Return a table with the columns that any row names."""
    names = list(dict.fromkeys([*("Name", "E-mail", "Fields"), *(name for row in rows for name in row)]))
    filled = [
        {"Name": f"Person {n}", "E-mail": f"p{n}@x.fi", "Fields": "engineers"} | row for n, row in enumerate(rows)
    ]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerows([names, *([row.get(name, "") for name in names] for row in filled)])
    return read_table(out.getvalue().encode())


def no_check(text: str) -> None:
    if "secret" in text:
        raise ValidationError("Not this.")


def planned(union: Union, *rows: dict[str, str]) -> SheetPlan:
    return make_plan(union, table(*rows), no_check)


def only(plan: SheetPlan) -> RowPlan:
    assert len(plan.rows) == 1
    return plan.rows[0]


def written(union: Union, *rows: dict[str, str]) -> Mentor:
    """Import the rows and return the newest mentor."""
    sheet = table(*rows)
    import_sheet(union, sheet, make_plan(union, sheet, no_check).digest, None, no_check)
    found = Mentor.objects.order_by("-pk").first()
    assert found is not None
    return found


def test_a_new_mentor_is_exactly_what_the_row_says(union: Union) -> None:
    mentor = written(
        union,
        {
            "Name": "  Maria   Korhonen ",
            "E-mail": "maria@x.fi",
            "Fields": "Engineers, architects",
            "Phone": "+358 40 123",
            "English": "B2 – I can talk about my work",
            "Finnish": "äidinkieli",
            "In person": "ei",
            "Topics": "CV, applications and interviews; culture",
            "Times": "evenings, weekends",
            "Mentees at the same time": "3",
            "Language of mails": "sv",
            "Years of experience": "12",
            "Paused until": typed(31),
        },
    )
    assert (mentor.name, mentor.email, mentor.phone) == ("Maria Korhonen", "maria@x.fi", "+358 40 123")
    assert sorted(field.profession.slug for field in mentor.fields.all()) == ["architects", "engineers"]
    assert (mentor.english, mentor.finnish, mentor.swedish) == ("b2", "c2", "")
    assert (mentor.in_person, mentor.online, mentor.capacity, mentor.language) == (False, True, 3, "sv")
    assert (mentor.topics, mentor.times, mentor.experience_years) == (["cv", "culture"], ["evenings", "weekends"], 12)
    assert mentor.paused_until == clock.today() + 31 * DAY
    assert mentor.approved_on == clock.today()
    # Neither a membership nor a consent without a word in the sheet.
    assert mentor.membership_confirmed_on is None and not mentor.consents.exists()
    assert OutboxMessage.objects.get(mentor=mentor).event == "registered_mentor"
    assert MentorLogEntry.objects.get(mentor=mentor).action == "mentoring.mentor_imported"


def test_membership_and_consents_come_from_the_sheet_alone(union: Union) -> None:
    mentor = written(
        union,
        {
            "Membership confirmed on": "1.2.2026",
            "May be shown to a mentee": "yes",
            "May be shown to the partner": "Name, e-mail",
        },
    )
    assert mentor.membership_confirmed_on == datetime.date(2026, 2, 1)
    shown = {kind: consented([mentor], kind)[mentor.pk] for kind in (ConsentKind.SHOWN_TO_MENTEE, "shown_to_partner")}  # type: ignore[arg-type]
    assert shown == {
        ConsentKind.SHOWN_TO_MENTEE: {"name", "title", "languages", "municipality"},
        ConsentKind.SHOWN_TO_PARTNER: {"name", "email"},
    }
    assert {consent.given_how for consent in mentor.consents.all()} == {"import"}


@pytest.mark.parametrize(
    ("language", "headings"), [("fi", "Nimi;Sähköposti;Ammattialat;Kunta"), ("sv", "Namn;E-post;Yrkesområden;Kommun")]
)
def test_headings_in_finnish_and_swedish(union: Union, language: str, headings: str) -> None:
    sheet = read_table(f"{headings}\nÅsa;a@x.fi;engineers (fi);Vasa\n".encode())
    with override(language):
        plan = make_plan(union, sheet, no_check)
    assert only(plan).outcome == "new" and only(plan).values["municipality"] == "Vasa"


def test_an_empty_cell_changes_nothing_and_the_same_address_is_the_same_mentor(union: Union) -> None:
    mentor = make_mentor(make_field(), name="Maria Korhonen", email="Maria@x.fi", title="Lead", municipality="Espoo")
    set_shown(mentor, ConsentKind.SHOWN_TO_MENTEE, ["name"])
    same = {"Name": "Maria Korhonen", "E-mail": "maria@X.fi", "Title": "", "Municipality": "Espoo"}
    assert only(planned(union, same)).outcome == "unchanged"
    row = only(planned(union, same | {"Title": "Boss", "Fields": "", "May be shown to a mentee": "no"}))
    assert (row.outcome, row.mentor) == ("update", mentor.pk)
    assert [(one.heading, one.before, one.after) for one in row.changes] == [
        ("Title", "Lead", "Boss"),
        ("May be shown to a mentee", "Name", "no"),
    ]
    written(union, same | {"Title": "Boss", "Fields": "", "May be shown to a mentee": "no"})
    mentor.refresh_from_db()
    assert (mentor.title, mentor.municipality, mentor.email, mentor.fields.count()) == (
        "Boss",
        "Espoo",
        "Maria@x.fi",
        1,
    )
    assert not consented([mentor], ConsentKind.SHOWN_TO_MENTEE) and not OutboxMessage.objects.exists()


def test_a_mentor_of_another_union_with_the_same_address_is_somebody_else(union: Union) -> None:
    foreign = make_mentor(make_field(make_union("kt")), email="p0@x.fi", title="Foreign")
    assert only(planned(union, {"Title": "Ours"})).outcome == "new"
    written(union, {"Title": "Ours"})
    foreign.refresh_from_db()
    assert foreign.title == "Foreign"


@pytest.mark.parametrize(
    ("heading", "text", "told"),
    [
        ("Name", "", "This is empty"),
        ("E-mail", "", "This is empty"),
        ("Fields", "", "This is empty"),
        ("E-mail", "maria", "whole e-mail address"),
        ("Name", "www://x", "A name has no web"),
        ("Fields", "dentists", "TEK has no such field"),
        ("Fields", "engineers, dentists", "“dentists”"),
        ("English", "D7", "Write a level"),
        ("English", "B22", "Write a level"),
        ("Mentees at the same time", "4", "from 1 to 3"),
        ("Mentees at the same time", "1.5", "from 1 to 3"),
        ("Years of experience", "-1", "from 0 to 70"),
        ("Online", "maybe", "yes or no"),
        ("Topics", "Cooking", "“Cooking”"),
        ("Times", "At night", "“At night”"),
        ("Language of mails", "xx", "en, fi, sv"),
        ("Paused until", "31.2.2026", "Write the day"),
        ("Paused until", "24.12.1926", "Check the year"),
        ("Membership confirmed on", typed(40), "still to come"),
        ("May be shown to a mentee", "perhaps", "“perhaps”"),
        ("Title", "x" * 201, "at most 200"),
        ("Title", "secret", "Not this."),
        ("Title", "=1+1", "“=1+1” is a formula"),
        ("Fields", "=engineers", "is a formula"),
        ("E-mail", "maria.korhonen@example.org", "example row"),
    ],
)
def test_what_is_wrong_is_said_with_row_and_column(union: Union, heading: str, text: str, told: str) -> None:
    row = planned(union, {}, {heading: text}).rows[1]
    assert (row.outcome, row.number) == ("error", 3)
    assert any(told in fault.told for fault in row.faults), row.faults
    assert {fault.heading for fault in row.faults} <= {heading, ""}
    import_plan = planned(union, {}, {heading: text})
    assert [one.outcome for one in import_plan.rows] == ["new", "error"]


def test_a_field_of_another_union_is_none_of_this_one(union: Union) -> None:
    make_field(make_union("kt"), slug="planners")
    assert "TEK has no such field" in only(planned(union, {"Fields": "planners"})).faults[0].told


def test_duplicates_within_the_sheet_and_among_the_mentors(union: Union) -> None:
    plan = planned(union, {"E-mail": "a@x.fi"}, {"E-mail": "A@x.fi"})
    assert [row.outcome for row in plan.rows] == ["new", "error"]
    assert "row 2" in plan.rows[1].faults[0].told
    for name in ("One", "Two"):
        make_mentor(make_field(), name=name, email="both@x.fi")
    assert only(planned(union, {"E-mail": "both@x.fi", "Name": "two"})).outcome == "update"
    assert "One, Two" in only(planned(union, {"E-mail": "both@x.fi", "Name": "Three"})).faults[0].told


def test_who_has_stopped_or_waits_is_not_changed_by_a_sheet(union: Union) -> None:
    make_mentor(make_field(), email="gone@x.fi", ended_on=clock.today())
    make_mentor(make_field(), email="waits@x.fi", approved_on=None)
    plan = planned(union, {"E-mail": "gone@x.fi"}, {"E-mail": "waits@x.fi"})
    assert [
        "stopped volunteering" in plan.rows[0].faults[0].told,
        "waits for approval" in plan.rows[1].faults[0].told,
    ] == [True] * 2


def test_wrong_columns_are_refused_and_unknown_ones_told(union: Union) -> None:
    for headings, told in (
        ("Name;Fields", "“E-mail”"),
        ("Foo;Bar", "“Name”, “E-mail”, “Fields”"),
        ("Name;Nimi;E-mail;Fields", "there twice"),
    ):
        with pytest.raises(SheetRefused, match=told):
            make_plan(union, read_table(f"{headings}\na;b;c;d\n".encode()), no_check)
    plan = planned(union, {"Munincipality": "Espoo", "Shoe size": "42"})
    assert plan.unread == (("Munincipality", "Municipality"), ("Shoe size", ""))
    long = make_plan(union, read_table(b"Name;E-mail;Fields\nA;a@x.fi;engineers;more\n"), no_check)
    assert "more cells" in only(long).faults[0].told


def test_nothing_is_written_when_it_is_not_what_was_shown(union: Union) -> None:
    sheet = table({}, {"Title": "Boss"})
    shown = make_plan(union, sheet, no_check)
    # Somebody else registers the same person in between.
    make_mentor(make_field(), email="p1@x.fi", name="Person 1")
    with pytest.raises(PlanChanged) as changed:
        import_sheet(union, sheet, shown.digest, None, no_check)
    assert [row.outcome for row in changed.value.plan.rows] == ["new", "update"]
    assert Mentor.objects.count() == 1
    import_sheet(union, sheet, changed.value.plan.digest, None, no_check)
    assert Mentor.objects.count() == 2
    # Pressed twice: the second finds nothing to write as shown.
    with pytest.raises(PlanChanged):
        import_sheet(union, sheet, changed.value.plan.digest, None, no_check)


def test_a_change_of_a_value_in_between_is_noticed_too(union: Union) -> None:
    mentor = make_mentor(make_field(), name="Person 0", email="p0@x.fi", title="Old")
    sheet = table({"Title": "New"})
    shown = make_plan(union, sheet, no_check)
    Mentor.objects.filter(pk=mentor.pk).update(title="Changed meanwhile")
    with pytest.raises(PlanChanged):
        import_sheet(union, sheet, shown.digest, None, no_check)
    mentor.refresh_from_db()
    assert mentor.title == "Changed meanwhile"


def test_all_or_nothing(union: Union) -> None:
    def fails(sender: Any, mentor: Mentor, **kwargs: Any) -> None:
        if mentor.name == "Person 2":
            raise RuntimeError

    signals.mentor_registered.connect(fails)
    sheet = table({}, {}, {}, {})
    try:
        with pytest.raises(RuntimeError):
            import_sheet(union, sheet, make_plan(union, sheet, no_check).digest, None, no_check)
    finally:
        signals.mentor_registered.disconnect(fails)
    assert not Mentor.objects.exists() and not OutboxMessage.objects.exists()


def test_the_plan_takes_constant_queries(union: Union, django_assert_num_queries: Any) -> None:
    for number in range(20):
        make_mentor(make_field(), email=f"p{number}@x.fi", name=f"Person {number}")
    small, large = table({"Title": "x"}), table(*[{"Title": "x"} for _row in range(40)])
    make_plan(union, small, no_check)
    with django_assert_num_queries(5):
        make_plan(union, small, no_check)
    with django_assert_num_queries(5):
        assert len(make_plan(union, large, no_check).of("update")) == 20


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_the_template_is_read_back_but_for_its_example(union: Union, language: str) -> None:
    with override(language):
        for content in (template.as_csv(union), template.as_xlsx(union)):
            sheet = read_table(content)
            assert sheet.headings == tuple(column.label for column in COLUMNS)
            row = only(make_plan(union, sheet, no_check))
            assert [fault.heading for fault in row.faults] == [""], row.faults
            # Every other cell of the example is as it should be.
            assert set(row.values) >= {"topics", "times", "shown_to_mentee", "english", "phone"}


def test_a_mentor_goes_out_and_comes_back_unchanged(union: Union) -> None:
    mentor = written(
        union,
        {
            "Topics": "cv; culture",
            "Times": "evenings",
            "Swedish": "A2",
            "Online": "no",
            "Paused until": str(clock.today() + 31 * DAY),
        }
        | {"May be shown to a mentee": "name, topics", "Title": "Lead"},
    )
    for language in ("en", "fi", "sv"):
        with override(language):
            cells = shown_values(mentor)
            out = io.StringIO(newline="")
            lines = [[column.label for column in COLUMNS], [defused(cells[column.name]) for column in COLUMNS]]
            csv.writer(out).writerows(lines)
            row = only(make_plan(union, read_table(out.getvalue().encode()), no_check))
            assert row.outcome == "unchanged", (row.faults, row.changes)


def test_cells_that_would_compute_are_defused() -> None:
    assert defused("=1+1") == "'=1+1" and defused("+358 40") == "+358 40" and defused("@x") == "'@x"


COMPUTING = [
    "x;=cmd|'/c calc'!A1;y",
    "a\n=1+1",
    "a, +cmd",
    "a\t@x|-y",
    'a;"=1"',
    "'=1",
    "''=1;'=2",
    "=1;=2",
    "\uff1d1; \uff0b1x",
]


@pytest.mark.parametrize("text", [*COMPUTING, "O'Neil; 't Hooft", "CV; +358 40 1234, -", "a; b | c"])
def test_no_cell_computes_whatever_the_file_is_read_by(text: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(["first", defused(text), "last, one"])
    for sign in ",;\t|":
        for row in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=sign):
            for cell in row:
                assert not any(is_formula(line.strip()) for line in cell.splitlines()), (sign, cell)
    assert fused(defused(text)) == text


def test_what_was_defused_comes_back_as_it_was(union: Union) -> None:
    mentor = written(union, {"Title": "Lead"})
    Mentor.objects.filter(pk=mentor.pk).update(topics_text="x;=1+1|@y\n-z", speciality="=a; b")
    mentor.refresh_from_db()
    cells = shown_values(mentor)
    out = io.StringIO(newline="")
    lines = [[column.label for column in COLUMNS], [defused(cells[column.name]) for column in COLUMNS]]
    csv.writer(out).writerows(lines)
    row = only(make_plan(union, read_table(out.getvalue().encode()), no_check))
    assert row.outcome == "unchanged", (row.faults, row.changes)


def test_a_phone_number_that_nobody_can_call_is_a_fault_of_its_row(union: Union) -> None:
    plan = planned(union, {"Phone": "ask me"}, {"Phone": "040 12 34 5"}, {"Phone": "1234"})
    told = "This is not a whole phone number. It looks like +358 40 123 4567."
    assert [[(fault.heading, fault.told) for fault in row.faults] for row in plan.rows] == [
        [("Phone", told)],
        [],
        [("Phone", told)],
    ]
