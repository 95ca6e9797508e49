"""Everything that is kept about a person, downloaded: complete for the own data, without anybody else's."""

import json
import re
import subprocess
from typing import Any
from unittest import mock

import pytest
from django.utils import translation

from tests.factories import make_case, make_field, make_mentor
from tests.portal.asking import WORDS, own, text
from tests.portal.own import EXPORT, step_up
from wagtail_mentoring.cases.models import CaseLogEntry
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.meetings.models import Note
from wagtail_mentoring.messages.conversation.models import Circle, Concern, Letter
from wagtail_mentoring.people.models import MentorLogEntry
from wagtail_mentoring.portal.own_data.gathering import parts_of
from wagtail_mentoring.privacy.declared import declared_of

pytestmark = pytest.mark.django_db
JSON, PDF = "/mentoring/p/data/export.json", "/mentoring/p/data/export.pdf"


@pytest.fixture
def case() -> Any:
    field = make_field()
    first = make_mentor(field, name="Maija Meikäläinen", email="maija@hidden.example", conflicts="My old team")
    second = make_mentor(field, name="Otto Toinen", email="otto@hidden.example")
    made = make_case(field, "meeting_2", mentors=[first, second], **WORDS)
    Concern.objects.create(case=made, mentor=first, about="mentee", body="I am worried about this")
    Note.objects.create(case=made, mentor=first, number=1, body="A note of Maija")
    Note.objects.create(case=made, mentee=made.mentee, number=1, body="A note of my own")
    Letter.objects.create(case=made, mentee=made.mentee, circle=Circle.CONTACT, body="A letter of my own")
    return made


def test_json_holds_every_part_and_the_own_words(opened: Any, case: Any) -> None:
    client = opened(case)
    step_up(client, "export")
    response = client.get(JSON)
    assert response["Content-Type"] == "application/json" and "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    found = json.loads(response.content)
    assert [part["name"] for part in found["parts"]] == [entry.name for entry in declared_of(case.mentee)]
    assert all(part["purpose"] and part["readers"] and part["kept_until"] for part in found["parts"])
    parts = {part["name"]: part["rows"] for part in found["parts"]}
    [person], [application] = parts["mentee"], parts["application"]
    assert person["email"] == "xanthippe@hidden.example" and person["access_needs"] == "A quiet room."
    assert application["goals"] == ["cv", "networks", "other"] and application["experience_years"] == 7
    assert len(parts["meeting"]) == 2 and len(parts["signature"]) == 1
    whole = response.content.decode()
    for words in ("A note of my own", "A letter of my own", "I fled in 2015"):
        assert words in whole
    for words in ("maija@", "otto@", "My old team", "I am worried", "A note of Maija", "code_hash"):
        assert words not in whole
    assert CaseLogEntry.objects.filter(case=case, action="mentoring.exported").count() == 1


def test_a_mentor_gets_nothing_of_the_mentee(case: Any) -> None:
    mentor = case.pairs.get(ended_at=None).memberships.order_by("pk").first().mentor
    client = own(mentor)
    step_up(client, "export")
    whole = client.get(JSON).content.decode()
    for words in ("maija@hidden.example", "My old team", "I am worried", "A note of Maija", case.reference):
        assert words in whole
    for words in ("xanthippe", "Xanthippe", "fled", "quiet room", "otto@", "A note of my own", "A letter of my own"):
        assert words not in whole
    assert MentorLogEntry.objects.filter(mentor=mentor, action="mentoring.own_export").count() == 1


def test_the_pdf_says_the_same_to_people(opened: Any, case: Any, tmp_path: Any) -> None:
    client = opened(case)
    step_up(client, "export")
    response = client.get(PDF)
    assert response["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF-")
    file = tmp_path / "export.pdf"
    file.write_bytes(response.content)
    printed = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True, text=True).stdout
    for words in (
        "Xanthippe Salonen",
        case.reference,
        "A quiet room.",
        "A note of my own",
        "Who can read it",
        "Where we keep nothing",
    ):
        assert words in printed, words
    assert "I am worried" not in printed and "maija@" not in printed
    # The history is a table, a line each.
    assert "Application sent" in printed and "· When" not in printed
    # Mails stand each under a heading that says what it was about; languages by their names.
    assert "1. Application received" in printed and "· Event" not in printed
    assert "1. Meeting 1" in printed and "2. Meeting 2" in printed
    found = dict(re.findall(r"^(Language of the case|Language) {2,}(\S.*)$", printed, re.M))
    assert found == {"Language of the case": "English", "Language": "English"}


def test_languages_are_words_in_the_language_of_the_reader() -> None:
    case = make_case(language="sv")
    with translation.override("fi"):
        shown = {
            part.entry.name: [
                column.shown(row) for row in part.rows for column in part.entry.columns if column.name == "language"
            ]
            for part in parts_of(case.mentee)
            if part.entry.name in ("case", "mail")
        }
    assert shown == {"case": ["ruotsi"], "mail": ["englanti"]}
    # For machines it stays the code.
    (entry,) = [part for part in parts_of(case.mentee) if part.entry.name == "case"]
    assert [column.stored(case) for column in entry.entry.columns if column.name == "language"] == ["sv"]


def test_a_pdf_that_cannot_be_made_leaves_a_way(opened: Any, case: Any) -> None:
    client = opened(case)
    step_up(client, "export")
    broken = mock.patch(
        "wagtail_mentoring.portal.own_data.export.render_export", side_effect=DocumentRenderError("no fonts")
    )
    with broken:
        response = client.get(PDF)
    assert response.status_code == 503 and "could not be made" in text(response) and JSON in response.content.decode()
    assert not CaseLogEntry.objects.filter(case=case, action="mentoring.exported").exists()


def test_pdfs_are_not_made_without_end(opened: Any, case: Any, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LIMIT_RENDER": "0/hour"}
    client = opened(case)
    step_up(client, "export")
    assert client.get(EXPORT).status_code == 200
    assert client.get(PDF).status_code == 429
