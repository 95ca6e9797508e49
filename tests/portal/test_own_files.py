"""The export as one archive: with the CV and the signed copies of the person, read back byte by byte."""

import hashlib
import io
import json
import subprocess
import zipfile
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.test import Client

from tests.factories import make_case, make_field, pair_of
from tests.portal.asking import own, text
from tests.portal.own import CODE, EXPORT, step_up
from wagtail_mentoring.agreements.models import Party, SignatureUpload, UploadKind
from wagtail_mentoring.cases.models import Case, CaseLogEntry
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.portal.own_data.gathering import files_of, parts_of
from wagtail_mentoring.privacy import declared, files
from wagtail_mentoring.privacy.models import PrivateFile

pytestmark = pytest.mark.django_db
ZIP = "/mentoring/p/data/export.zip"
CV, COPY, OTHERS = b"%PDF-1.7 my life" + b"\0\xff" * 40_000, b"\x89PNG my name", b"\x89PNG of the mentor"


@pytest.fixture
def case() -> Case:
    field = make_field()
    made = make_case(field, "paired", agreement="out", name="Xanthippe Salonen")
    cv = files.store(made.union, "../My CV: Äänekoski?.pdf", CV, "application/pdf")
    made.application.cv = cv
    made.application.save()
    for who, content in ((made.mentee, COPY), (pair_of(made)[0], OTHERS)):
        party = Party.objects.get(**{"mentee" if who == made.mentee else "mentor": who})
        stored = files.store(made.union, "paper.png", content, "image/png")
        SignatureUpload.objects.create(agreement=party.agreement, party=party, kind=UploadKind.SCAN, stored=stored)
    return made


def archive(client: Client) -> zipfile.ZipFile:
    response = client.get(ZIP)
    assert response.status_code == 200 and response["Content-Type"] == "application/zip"
    assert ".zip" in response["Content-Disposition"] and "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"] and response.streaming
    found = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert found.testzip() is None
    return found


def test_the_archive_holds_the_data_and_every_file_of_the_person(opened: Any, case: Case, tmp_path: Any) -> None:
    client = opened(case)
    assert client.get(ZIP).url == CODE("export")
    step_up(client, "export")
    page = text(client.get(EXPORT))
    assert (
        "With the 2 files that you gave us:" in page
        and "paper.png" in page
        and ZIP in client.get(EXPORT).content.decode()
    )
    found = archive(client)
    assert found.namelist() == ["data.pdf", "files/1-My_CV_Äänekoski.pdf", "files/2-paper.png", "data.json"]
    assert found.read("files/1-My_CV_Äänekoski.pdf") == CV and found.read("files/2-paper.png") == COPY
    data = json.loads(found.read("data.json"))
    assert [part["name"] for part in data["parts"]] == [one.name for one in declared.declared_of(case.mentee)]
    assert data["files"][0] == {
        "part": "application",
        "name": "../My CV: Äänekoski?.pdf",
        "type": "application/pdf",
        "path": "files/1-My_CV_Äänekoski.pdf",
        "size": len(CV),
        "sha256": hashlib.sha256(CV).hexdigest(),
    }
    assert data["files"][1]["part"] == "signed_copy"
    (tmp_path / "data.pdf").write_bytes(found.read("data.pdf"))
    printed = subprocess.run(
        ["pdftotext", tmp_path / "data.pdf", "-"], capture_output=True, check=True, text=True
    ).stdout
    assert "Xanthippe Salonen" in printed
    assert CaseLogEntry.objects.filter(case=case, action="mentoring.exported").count() == 1


def test_a_mentor_gets_the_own_copy_and_nobody_elses_file(case: Case) -> None:
    client = own(pair_of(case)[0])
    step_up(client, "export")
    found = archive(client)
    assert found.namelist() == ["data.pdf", "files/1-paper.png", "data.json"]
    assert found.read("files/1-paper.png") == OTHERS
    without = own(pair_of(case)[1])
    step_up(without, "export")
    assert "You gave us no files." in text(without.get(EXPORT))
    assert archive(without).namelist() == ["data.pdf", "data.json"]


def test_a_damaged_file_stops_nothing_and_is_named(opened: Any, case: Case) -> None:
    PrivateFile.objects.filter(pk=case.application.cv_id).update(sha256="0" * 64)
    client = opened(case, language="fi")
    step_up(client, "export")
    found = archive(client)
    assert found.namelist()[1:] == ["files/1-My_CV_Äänekoski.pdf.txt", "files/2-paper.png", "data.json"]
    assert "My CV" in found.read("files/1-My_CV_Äänekoski.pdf.txt").decode()
    told = json.loads(found.read("data.json"))["files"]
    assert [one["path"] for one in told] == [None, "files/2-paper.png"]


def test_without_a_pdf_there_is_no_half_archive(opened: Any, case: Case) -> None:
    client = opened(case)
    step_up(client, "export")
    with mock.patch(
        "wagtail_mentoring.portal.own_data.export.render_export", side_effect=DocumentRenderError("no fonts")
    ):
        assert client.get(ZIP).status_code == 503
    assert not CaseLogEntry.objects.filter(case=case, action="mentoring.exported").exists()


def test_archives_are_not_made_without_end(opened: Any, case: Case, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LIMIT_RENDER": "0/hour"}
    client = opened(case)
    step_up(client, "export")
    assert client.get(ZIP).status_code == 429


@pytest.mark.parametrize(
    ("name", "plain"),
    [("", "file"), ("...", "file"), ("a/b\\c.pdf", "a_b_c.pdf"), ("x" * 200 + ".pdf", "x" * 80 + ".pdf")],
)
def test_names_that_no_system_would_take(opened: Any, case: Case, name: str, plain: str) -> None:
    PrivateFile.objects.filter(pk=case.application.cv_id).update(name=name)
    assert files_of(parts_of(case.mentee))[0].path == f"files/1-{plain}"


def test_whatever_holds_a_file_of_a_person_gives_it_to_the_export() -> None:
    nobody = declared.models_about_nobody()
    for model in apps.get_app_config("wagtail_mentoring").get_models():
        holds = [
            field.name for field in model._meta.get_fields() if field.concrete and field.related_model is PrivateFile
        ]
        if holds and model not in nobody:
            entry = next(one for one in declared.declared() if one.model is model)
            assert entry.file is not None and set(holds) <= set(entry.related), (model, holds)
