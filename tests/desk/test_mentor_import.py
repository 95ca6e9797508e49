"""The import of mentors over HTTP: looked at first, written when the button is pressed, and attacked."""

import csv
import io
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from tests.factories import make_field, make_handler, make_mentor, make_supervisor, make_union
from wagtail_mentoring.desk.mentors import importing
from wagtail_mentoring.documents.errors import WorkerKilled, WorkerTimedOut
from wagtail_mentoring.models import Mentor, OutboxMessage, ReadingLogEntry

pytestmark = pytest.mark.django_db
IMPORT, RUN = "mentoring_mentor:import", "mentoring_mentor:import_run"
SHEET = "Name;E-mail;Fields;Title\nMaria Korhonen;maria@x.fi;engineers;Lead\nJukka Laine;jukka@x.fi;engineers;\n"


@pytest.fixture(autouse=True)
def _in_this_process(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"DOCUMENT_PROCESSES": 0}


def sent(client: Client, union: Any, content: str | bytes, name: str = "mentors.csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(reverse(IMPORT), {"union": union.pk, "sheet": SimpleUploadedFile(name, data)})


def pressed(client: Client, answer: Any) -> Any:
    """Press the button of the page that shows what would happen."""
    return client.post(reverse(RUN), {"word": answer.context["word"], "digest": answer.context["plan"].digest})


def test_nothing_is_written_before_the_button_and_then_what_was_shown(admin: Client, field: Any) -> None:
    assert admin.get(reverse(IMPORT)).status_code == 200
    answer = sent(admin, field.union, SHEET)
    content = answer.content.decode()
    assert "Import 2 mentors" in content and "maria@x.fi" in content and not Mentor.objects.exists()
    done = pressed(admin, answer)
    assert done["Location"] == reverse("mentoring_mentors:index")
    assert sorted(Mentor.objects.values_list("name", "title")) == [("Jukka Laine", ""), ("Maria Korhonen", "Lead")]
    assert OutboxMessage.objects.filter(event="registered_mentor").count() == 2
    # The same button again writes nothing: the sheet is gone.
    again = admin.post(
        reverse(RUN), {"word": answer.context["word"], "digest": answer.context["plan"].digest}, follow=True
    )
    assert "not here any more" in again.content.decode() and Mentor.objects.count() == 2


def test_an_update_shows_before_and_after(admin: Client, field: Any) -> None:
    make_mentor(field, name="Maria Korhonen", email="maria@x.fi", title="Engineer")
    answer = sent(admin, field.union, SHEET)
    content = answer.content.decode()
    assert "<del>Engineer</del>" in content and "<ins>Lead</ins>" in content
    pressed(admin, answer)
    assert Mentor.objects.get(email="maria@x.fi").title == "Lead" and Mentor.objects.count() == 2


def test_a_change_in_between_makes_it_ask_again(admin: Client, field: Any) -> None:
    answer = sent(admin, field.union, SHEET)
    make_mentor(field, name="Maria Korhonen", email="maria@x.fi", title="Engineer")
    again = pressed(admin, answer)
    assert again.status_code == 200 and "Nothing was written" in again.content.decode()
    assert Mentor.objects.count() == 1
    assert pressed(admin, again).status_code == 302 and Mentor.objects.count() == 2


def test_rows_with_errors_are_left_out_as_told(admin: Client, field: Any) -> None:
    answer = sent(admin, field.union, SHEET + "=cmd|' /C calc'!A0;eve@x.fi;engineers;\n;;;\nX;x@x.fi;dentists;\n")
    content = answer.content.decode()
    assert "is a formula" in content and "1 row" not in content and "2 rows with errors are left out" in content
    assert "TEK has no such field" in content and "<strong>Name:</strong>" in content
    pressed(admin, answer)
    assert sorted(Mentor.objects.values_list("email", flat=True)) == ["jukka@x.fi", "maria@x.fi"]


def test_a_sheet_of_errors_has_no_button(admin: Client, field: Any) -> None:
    content = sent(admin, field.union, "Name;E-mail;Fields\nX;x;engineers\n").content.decode()
    assert "No row can be imported" in content and reverse(RUN) not in content


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7", "neither a CSV file nor an XLSX"),
        (b"PK\x03\x04rubbish", "damaged"),
        (b"Name;E-mail;Fields\n" + b"A;a@x.fi;engineers\n" * 50_000, "too many rows"),
        (b"Foo;Bar\n1;2\n", "These columns are missing"),
        (b'Name;E-mail;Fields\n"A;b;c\n', "quotation marks"),
        ("Name;E-mail;Fields\n".encode("utf-16") + b"\x00", "cannot be read"),
        (b"", "The file is empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_beside_the_field(
    content: bytes, told: str, admin: Client, field: Any
) -> None:
    answer = sent(admin, field.union, content)
    assert told in str(answer.context["form"].errors["sheet"]), answer.context["form"].errors
    assert not Mentor.objects.exists()


def test_texts_hold_no_identity_code_and_no_markup(admin: Client, field: Any) -> None:
    rows = "Name;E-mail;Fields;Title\n<script>alert(1)</script>;a@x.fi;engineers;\nB;b@x.fi;engineers;131052-308T\n"
    answer = sent(admin, field.union, rows)
    content = answer.content.decode()
    assert "<script>alert(1)" not in content and "&lt;script&gt;alert(1)" in content
    assert "personal identity code" in content and [row.outcome for row in answer.context["plan"].rows] == [
        "new",
        "error",
    ]


def test_a_file_that_is_too_large_is_refused(admin: Client, field: Any, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"UPLOAD_MAX_BYTES": 2_000}
    answer = sent(admin, field.union, SHEET + "x" * 3_000)
    assert "larger than" in str(answer.context["form"].errors["sheet"])


@pytest.mark.parametrize("error", [WorkerTimedOut("It took too long."), WorkerKilled("It needed too much memory.")])
def test_a_workbook_that_takes_everything_is_stopped(
    error: Exception, admin: Client, field: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(importing, "call", stopped)
    assert str(error) in str(sent(admin, field.union, SHEET).context["form"].errors["sheet"])


def test_a_sheet_for_another_union_or_by_another_person(admin: Client, field: Any) -> None:
    kt = make_field(make_union("kt"))
    refused = sent(admin, kt.union, SHEET)
    assert "union" in refused.context["form"].errors
    answer = sent(admin, field.union, SHEET)
    asked = {"word": answer.context["word"], "digest": answer.context["plan"].digest}
    other, reader = Client(), Client()
    other.force_login(make_handler(make_union("kt")))
    reader.force_login(make_supervisor(field.union))
    # The word of one handler is worth nothing to another, not even of the same union.
    colleague = Client()
    colleague.force_login(make_handler(field.union, "colleague"))
    for client in (other, reader, colleague):
        assert client.post(reverse(RUN), asked).status_code in (302, 403)
    assert reader.post(reverse(IMPORT), {"union": field.union.pk}).status_code in (302, 403)
    assert not Mentor.objects.exists()


def test_a_right_taken_away_in_between_counts(admin: Client, field: Any, handler: Any) -> None:
    answer = sent(admin, field.union, SHEET)
    handler.groups.clear()
    assert pressed(admin, answer).status_code in (302, 403, 404)
    assert not Mentor.objects.exists()


def test_what_is_kept_is_sealed_and_a_forged_word_finds_nothing(admin: Client, field: Any, handler: Any) -> None:
    answer = sent(admin, field.union, SHEET)
    kept = cache.get(importing._key(handler, answer.context["word"]))
    assert kept and b"maria" not in kept
    for word in ("", "x", "../../etc", "ä", "a b", "y" * 500):
        assert admin.post(reverse(RUN), {"word": word, "digest": "x"}).status_code == 302
    cache.set(importing._key(handler, "forged"), b"not sealed by us", 60)
    assert admin.post(reverse(RUN), {"word": "forged", "digest": "x"}).status_code == 302
    # A wrong digest writes nothing.
    again = admin.post(reverse(RUN), {"word": answer.context["word"], "digest": "0" * 64})
    assert again.status_code == 200 and not Mentor.objects.exists()


def test_too_many_sheets(admin: Client, field: Any, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"LIMIT_UPLOAD": "1/hour"}
    assert "plan" in sent(admin, field.union, SHEET).context
    assert "too many sheets" in str(sent(admin, field.union, SHEET).context["form"].errors["sheet"])


def test_the_template_is_downloaded(admin: Client, field: Any) -> None:
    book = admin.get(reverse("mentoring_mentor:template_xlsx", args=[field.union.pk]))
    sheets = load_workbook(io.BytesIO(book.content)).worksheets
    assert len(sheets) == 2 and sheets[0]["A1"].value == "Name"
    text = admin.get(reverse("mentoring_mentor:template_csv", args=[field.union.pk])).content.decode("utf-8-sig")
    assert text.startswith("Name;E-mail;Fields")
    foreign = make_union("kt")
    assert admin.get(reverse("mentoring_mentor:template_csv", args=[foreign.pk])).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_exported_without_formulas_and_the_export_is_logged(
    kind: str, admin: Client, field: Any, handler: Any
) -> None:
    make_mentor(field, name="=HYPERLINK(1)", email="a@x.fi", title="@SUM(1)", phone="+358 40 1", topics=["cv"])
    make_mentor(make_field(make_union("kt")), name="Foreign Mentor")
    answer = admin.get(reverse("mentoring_mentors:index"), {"export": kind})
    if kind == "csv":
        content = b"".join(answer.streaming_content)
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == 2
    mentor = dict(zip(*rows, strict=True))
    assert (mentor["Name"], mentor["Title"], mentor["Phone"]) == ("'=HYPERLINK(1)", "'@SUM(1)", "+358 40 1")
    assert (mentor["Topics"], mentor["Fields"]) == ("CV, applications and interviews", "engineers")
    entry = ReadingLogEntry.objects.get()
    assert (entry.user, entry.union, entry.what) == (handler, field.union, "mentors_export")
