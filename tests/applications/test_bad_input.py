"""What is typed wrong is told beside the field, and nothing typed is lost."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from tests.applications.walking import ANSWERS, DRAFT, PDF, archive, begin, engineers, errors, fill, post, send
from wagtail_mentoring import clock
from wagtail_mentoring.applications.validation import document_type, has_identity_code
from wagtail_mentoring.models import ApplicationDraft, Case, PrivateFile
from wagtail_mentoring.privacy import files

CODE = "131052-308T"  # made-up; the check character is right


@pytest.fixture
def walker(db: None, client: Client) -> Client:
    begin(client, engineers())
    return client


def test_what_is_missing(walker: Client) -> None:
    answer = post(walker, "about", name="", email="", municipality=" ")
    assert answer.status_code == 200
    assert errors(answer) == [
        "Write your name.",
        "Write your e-mail address.",
        "Write the town or municipality where you live.",
    ]
    page = answer.content.decode()
    assert "3 answers need a change" in page and 'href="#id_name"' in page and "<title>Error: About you" in page
    assert 'value="Amal"' in page, "what was typed is shown again"


@pytest.mark.parametrize(
    ("step", "changes", "message", "shown"),
    [
        ("about", {"name": "x" * 201}, "This is too long: 201 characters. There is room for 200.", "x" * 201),
        ("about", {"email": "amal@"}, "This is not a whole e-mail address. It looks like name@example.org.", "amal@"),
        ("about", {"name": "Amal\x00"}, "There is a sign in this text that cannot be shown. Please write the text", ""),
        ("about", {"name": "Amal\x07"}, "There is a sign in this text that cannot be shown. Please write the text", ""),
        (
            "about",
            {"name": "Amal \u202egro"},
            "There is a sign in this text that cannot be shown. Please write the text",
            "",
        ),
        (
            "about",
            {"name": "Win https://evil.example/x"},
            "A name has no web or mail address in it. Write the name alone.",
            "evil.example",
        ),
        (
            "about",
            {"preferred_name": "www.evil.example"},
            "A name has no web or mail address in it. Write the name alone.",
            "evil.example",
        ),
        (
            "about",
            {"preferred_name": "a@evil.example"},
            "A name has no web or mail address in it. Write the name alone.",
            "evil.example",
        ),
        ("about", {"phone": "0401"}, "This is not a whole phone number. It looks like +358 40 123 4567.", "0401"),
        ("about", {"phone": "soon"}, "This is not a whole phone number. It looks like +358 40 123 4567.", "soon"),
        ("profession", {"degree_year": "2061"}, "The year must be {year} or earlier. You wrote 2061.", "2061"),
        ("profession", {"degree_year": "1216"}, "The year must be 1940 or later. You wrote 1216.", "1216"),
        ("profession", {"degree_year": "twenty"}, "Write a number in figures, such as 7.", "twenty"),
        ("profession", {"degree_year": "31.2.2016"}, "Write a number in figures, such as 7.", "31.2.2016"),
        ("profession", {"degree_year": ""}, "Write the year in which you finished.", ""),
        ("profession", {"degree_level": "emperor"}, "Choose one of these answers.", ""),
        ("profession", {"profession": "\u00a0"}, "Write your profession.", ""),
    ],
)
def test_what_is_wrong(walker: Client, step: str, changes: dict[str, Any], message: str, shown: str) -> None:
    if step == "profession":
        fill(walker, "about")
    answer = post(walker, step, **changes)
    assert answer.status_code == 200
    assert [error[:70] for error in errors(answer)] == [message.format(year=clock.today().year)[:70]]
    assert shown in answer.content.decode()


def test_an_unfinished_degree_may_end_in_the_future(walker: Client) -> None:
    fill(walker, "about")
    next_year = str(clock.today().year + 1)
    assert errors(post(walker, "profession", degree_year=next_year))
    assert post(walker, "profession", degree_year=next_year, degree_status="ongoing").status_code == 302
    assert post(walker, "profession", degree_year="", degree_status="ongoing").status_code == 302


TEXTS = [
    *(("about", name) for name in ("name", "preferred_name", "phone", "safe_contact", "municipality", "email")),
    *(("profession", name) for name in ("profession", "degree_field", "degree_country")),
    ("work", "other_languages"),
    ("goals", "goals_text"),
    ("meeting", "access_needs"),
    ("meeting", "mentor_wish"),
]


def test_a_wish_of_the_mentors_is_short_and_may_be_missing(walker: Client) -> None:
    fill(walker, "about", "profession", "work", "goals")
    assert errors(post(walker, "meeting", mentor_wish="x" * 501))
    assert post(walker, "meeting", mentor_wish="").status_code == 302


@pytest.mark.parametrize(("step", "name"), TEXTS)
def test_a_personal_identity_code_is_refused_in_every_text(walker: Client, step: str, name: str) -> None:
    before = list(ANSWERS)[: list(ANSWERS).index(step)]
    if before:
        fill(walker, *before)
    for action in ("next", "back", "stop"):
        answer = post(walker, step, action=action, **{name: f"I am {CODE}."})
        assert answer.status_code == 200
        assert any("personal identity code" in error and "never need it" in error for error in errors(answer)), action
        assert CODE in answer.content.decode(), "what was typed stays on the page"
        assert CODE not in str(ApplicationDraft.objects.get().answers), "and is not kept"


def check_character(digits: str) -> str:
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31]


@pytest.mark.parametrize("sign", list("+-YXWVUABCDEF") + list("yxwvuabcdef") + ["–", "−", "‐"])
def test_every_sign_of_a_century_is_known(sign: str) -> None:
    for day, number in ((1, "002"), (15, "455"), (31, "899"), (7, "900")):
        digits = f"{day:02d}1290"
        code = f"{digits}{sign}{number}{check_character(digits + number)}"
        for text in (code, f"({code})", f"My code: {code}, thanks", code.lower(), f"{digits} {sign} {code[-4:]}"):
            assert has_identity_code(text), text


@pytest.mark.parametrize(
    "text",
    [
        *("040 123 4567", "0401234567", "+358 40 1234567", "050-1234567", "09-1234567", "+358-40-123-4567"),
        *("010190-1234", "050505-5050", "2016-2021", "2016-01-02", "TEK-2026-0142", "320190-123A", "011390-123A"),
        *("A131052-308TB", "1131052-308T", "room 120A 234B", "ISBN 951-0-12345-6", "IBAN FI21 1234 5600 0007 85"),
    ],
)
def test_telephone_numbers_and_the_like_are_none(text: str) -> None:
    assert not has_identity_code(text)


def test_a_telephone_number_is_kept(walker: Client) -> None:
    assert post(walker, "about", phone="+358 40 123 4567").status_code == 302


def test_not_18_is_not_sent(walker: Client) -> None:
    fill(walker)
    answer = send(walker, adult=None)
    assert answer.status_code == 200 and errors(answer) == [
        "You must be 18 or older to apply. Tick the box if you are."
    ]
    assert not Case.objects.exists()


# --- the CV ---


def upload(client: Client, name: str, content: bytes, **changes: Any) -> Any:
    return post(client, "work", cv=SimpleUploadedFile(name, content, "application/pdf"), **changes)


@pytest.fixture
def at_work(walker: Client) -> Client:
    fill(walker, "about", "profession")
    return walker


WORD = {"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}


def docx() -> bytes:
    return archive(WORD)


def odt() -> bytes:
    return archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PDF, ".pdf"),
        (docx(), ".docx"),
        (odt(), ".odt"),
    ],
)
def test_documents_are_known_by_their_content(at_work: Client, content: bytes, expected: str) -> None:
    answer = upload(at_work, "my cv.exe", content)
    assert answer.status_code == 302, errors(answer)
    stored = PrivateFile.objects.get()
    assert stored.name == f"my cv{expected}" and files.read(stored) == content and stored.union.slug == "tek"


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00" + b"\0" * 200,
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7 cut off",
        b"PK\x03\x04 broken",
        archive({"anything.txt": "x"}),
        archive({"mimetype": "application/epub+zip"}),
        archive(WORD | {"word/vbaProject.bin": "x"}),
        archive(WORD | {"Word/VBAProject.BIN": "x"}),
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_anything_else_is_refused(at_work: Client, content: bytes) -> None:
    assert document_type(content) is None
    answer = upload(at_work, "cv.pdf", content)
    assert answer.status_code == 200 and "is not a PDF, DOCX or ODT document" in errors(answer)[0]
    assert 'value="7"' in answer.content.decode()
    assert not PrivateFile.objects.exists()


def test_a_large_or_empty_file_is_refused(at_work: Client, settings: Any) -> None:
    assert errors(upload(at_work, "cv.pdf", b"")) == ["This file is empty. Choose another."]
    with override_settings(WAGTAIL_MENTORING={**settings.WAGTAIL_MENTORING, "CV_MAX_BYTES": 2 * 1024**2}):
        answer = upload(at_work, "cv.pdf", PDF + b" " * (3 * 1024**2) + b"%%EOF")
    assert errors(answer) == ["This file is too large: 3.0 megabytes. It may have at most 2 megabytes."]
    assert "personal identity code" in errors(upload(at_work, f"cv {CODE}.pdf", PDF))[0]
    assert not PrivateFile.objects.exists()


def test_a_good_file_is_kept_when_another_answer_is_wrong(at_work: Client) -> None:
    answer = upload(at_work, "cv.pdf", PDF, experience_years="many")
    assert answer.status_code == 200 and len(errors(answer)) == 1
    assert "You have added “cv.pdf”" in answer.content.decode().replace("&ldquo;", "“")
    assert post(at_work, "work").status_code == 302
    first = ApplicationDraft.objects.get().cv
    assert first is not None
    assert upload(at_work, "new.pdf", PDF).status_code == 302
    assert PrivateFile.objects.get().name == "new.pdf", "the first one is gone"
    assert post(at_work, "work", remove_cv="on").status_code == 302
    assert not PrivateFile.objects.exists()


def test_the_cv_goes_with_the_application(at_work: Client) -> None:
    upload(at_work, "cv.pdf", PDF)
    fill(at_work, "work", "goals", "meeting", "right")
    assert send(at_work).status_code == 302
    case = Case.objects.get()
    assert case.application.cv == PrivateFile.objects.get() and files.read(case.application.cv) == PDF


def test_a_request_full_of_rubbish_is_answered(walker: Client) -> None:
    answer = walker.post(
        f"{DRAFT}about/", {"name": ["a", "b"], "email": "x" * 100_000, "action": "fly", "then": "//evil.example"}
    )
    assert answer.status_code == 200
    assert len(str(ApplicationDraft.objects.get().answers)) < 1000
    for _number in range(2):
        assert post(walker, "about", hide_municipality=["on"] * 500).status_code in (200, 302)


def test_dates_of_extra_questions(client: Client, db: None) -> None:
    from wagtail_mentoring.models import FieldQuestion

    field = engineers()
    FieldQuestion.objects.create(field=field, label="Since when", field_type="date", required=True)
    begin(client, field)
    fill(client, "about", "profession", "work")
    answer = post(client, "goals", extra_since_when="2023-02-31")
    assert errors(answer) == ["Enter a valid date."] and "2023-02-31" in answer.content.decode()
    assert post(client, "goals", extra_since_when="2023-02-28").status_code == 302
    fill_rest = ("meeting", "right")
    fill(client, *fill_rest)
    send(client)
    assert datetime.date(2023, 2, 28).strftime("%Y") in Case.objects.get().application.extra[0]["answer"]
