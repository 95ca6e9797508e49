"""Paper that the handler adds: a scan that is looked at in memory, and a refusal that is written down."""

import hashlib
import tempfile
from typing import Any
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories import make_handler, make_supervisor, make_union, sign
from tests.snapshots import rows, stored_files
from wagtail_mentoring.agreements.models import Signature, SignatureUpload
from wagtail_mentoring.documents.errors import WorkerTimedOut
from wagtail_mentoring.documents.uploads import ScanFound, UploadRefused
from wagtail_mentoring.models import Case
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.privacy import files

from .agreement_pages import agreement_of, fresh, page_of, step_of, today

pytestmark = pytest.mark.django_db
CHECK = "wagtail_mentoring.desk.forms.agreements.check_scan"


def scan(content: bytes = b"%PDF-1.7 a scan") -> SimpleUploadedFile:
    return SimpleUploadedFile("scan.pdf", content)


def data_of(case: Case, **values: Any) -> dict[str, Any]:
    party = agreement_of(case).parties.get(role="mentee")
    return {"seen": case.log_length, "parties": [party.pk], "signed_on": today(), "scan": scan()} | values


def test_paper_is_recorded(admin: Client, case: Case) -> None:
    parties = list(agreement_of(case).parties.values_list("pk", flat=True))
    assert "multipart/form-data" in admin.get(step_of(case, "record_paper")).content.decode()
    with mock.patch(CHECK, return_value=ScanFound("image/jpeg", 2, b"cleaned")):
        answer = admin.post(step_of(case, "record_paper"), data_of(case, parties=parties))
    assert answer.headers["Location"] == page_of(case), answer.content.decode()
    copy = SignatureUpload.objects.get()
    assert (copy.status, copy.stored.content_type) == ("taken", "image/jpeg")
    assert files.read(copy.stored) == b"cleaned"
    told = case.log.order_by("-sequence")[0].data
    assert told["sha256"] == copy.stored.sha256
    assert told["sent_sha256"] == hashlib.sha256(scan().read()).hexdigest()
    assert Signature.objects.filter(method="paper").count() == 3
    assert "Date on the paper" in admin.get(page_of(case)).content.decode()


def test_a_scan_lies_on_no_disk(admin: Client, case: Case, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Django puts files above 2.5 MB into the system's folder for temporary files by default, in clear."""
    content = b"%PDF-1.7" + b"\0" * 4_000_000
    admin.get(step_of(case, "record_paper"))  # What is loaded with the first look may need a file for itself.

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a temporary file was made")

    for name in ("NamedTemporaryFile", "TemporaryFile", "mkstemp", "mkdtemp", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("django.core.files.temp.NamedTemporaryFile", refuse)  # Django keeps a name of its own.
    with mock.patch(CHECK, return_value=ScanFound("application/pdf", 2, b"cleaned")) as check:
        answer = admin.post(step_of(case, "record_paper"), data_of(case, scan=scan(content)))
    assert answer.headers["Location"] == page_of(case)
    assert check.call_args.args == (content,)


def test_the_token_is_asked_for(handler: Any, case: Case) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(handler)
    address = step_of(case, "record_paper")
    client.get(address)
    with mock.patch(CHECK, return_value=ScanFound("application/pdf", 2, b"cleaned")):
        assert client.post(address, data_of(case)).status_code == 403
        token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
        assert client.post(address, token | data_of(case)).headers["Location"] == page_of(case)


REFUSALS = [
    (UploadRefused("not_a_scan", "Upload the scan as a PDF, JPEG or PNG."), "not_a_scan"),
    (WorkerTimedOut("It took too long."), "WorkerTimedOut"),
]


@pytest.mark.parametrize(("fault", "code"), REFUSALS)
def test_a_refused_scan_stands_in_the_history(
    admin: Client, handler: Any, case: Case, fault: Exception, code: str
) -> None:
    before, stored, data = rows(), stored_files(), data_of(case)
    with mock.patch(CHECK, side_effect=fault):
        answer = admin.post(step_of(case, "record_paper"), data)
    form = answer.context["form"]
    assert form.errors == {"scan": [str(fault)]}
    assert "Choose the file again" in answer.content.decode()
    assert form["parties"].value() == [str(data["parties"][0])] and form["signed_on"].value() == today()
    line = case.log.order_by("-sequence")[0]
    assert (line.action, line.user) == ("mentoring.upload_refused", handler)
    assert line.data == {"code": code, "sha256": hashlib.sha256(b"%PDF-1.7 a scan").hexdigest()}
    changed = {table for table, found in rows().items() if found != before[table]}
    assert changed == {"wagtail_mentoring_case", "wagtail_mentoring_caselogentry"}
    assert stored_files() == stored
    # What the refusal wrote is no news to whoever tries again.
    seen = form["seen"].value()
    assert seen == str(fresh(case).log_length)
    with mock.patch(CHECK, return_value=ScanFound("application/pdf", 2, b"cleaned")):
        answer = admin.post(step_of(case, "record_paper"), data_of(case, seen=seen))
    assert answer.headers["Location"] == page_of(case)


@pytest.mark.parametrize(("content", "code"), [(b"x" * 101, "too_large"), (b"", "empty")])
def test_a_scan_of_a_wrong_size(admin: Client, case: Case, settings: Any, content: bytes, code: str) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "UPLOAD_MAX_BYTES": 100}
    with mock.patch(CHECK) as check:
        answer = admin.post(step_of(case, "record_paper"), data_of(case, scan=scan(content)))
    assert not check.called
    assert set(answer.context["form"].errors) == {"scan"}
    assert case.log.order_by("-sequence")[0].data["code"] == code
    assert not SignatureUpload.objects.exists()


def test_no_file_is_no_refusal(admin: Client, case: Case) -> None:
    data = data_of(case)
    del data["scan"]
    answer = admin.post(step_of(case, "record_paper"), data)
    assert set(answer.context["form"].errors) == {"scan"}
    assert fresh(case).log_length == case.log_length


def test_whoever_may_not_record_paper_writes_nothing(case: Case, union: Any) -> None:
    before = rows()
    for user, status in ((make_supervisor(union), 403), (make_handler(make_union("kt")), 404)):
        client = Client()
        client.force_login(user)
        before = rows()
        with mock.patch(CHECK, side_effect=UploadRefused("not_a_scan", "No.")):
            assert client.post(step_of(case, "record_paper"), data_of(case)).status_code == status
        assert rows()["wagtail_mentoring_caselogentry"] == before["wagtail_mentoring_caselogentry"]


def test_a_refused_record_leaves_no_file(admin: Client, case: Case) -> None:
    """The scan is in order, and the date is not: what was stored for the move goes again."""
    stored = stored_files()
    with mock.patch(CHECK, return_value=ScanFound("image/png", 1, b"cleaned")):
        answer = admin.post(step_of(case, "record_paper"), data_of(case, signed_on="01.01.2001"))
    assert "before the day on which" in answer.content.decode()
    assert stored_files() == stored


def test_paper_of_somebody_who_has_signed_cannot_be_chosen(admin: Client, case: Case) -> None:
    sign(case, mentee=case.mentee)
    party = agreement_of(case).parties.get(role="mentee")
    form = admin.get(step_of(case, "record_paper")).context["form"]
    assert party.pk not in [int(str(value)) for value, _label in form.fields["parties"].choices]
    with mock.patch(CHECK, return_value=ScanFound("image/png", 1, b"cleaned")):
        answer = admin.post(step_of(case, "record_paper"), data_of(fresh(case)))
    assert "parties" in answer.context["form"].errors


def test_what_happened_meanwhile_asks_for_the_file_again(admin: Client, case: Case) -> None:
    data = data_of(case)
    sign(case, mentor=current_members(case)[0].mentor)
    with mock.patch(CHECK, return_value=ScanFound("image/png", 1, b"cleaned")):
        answer = admin.post(step_of(case, "record_paper"), data)
    assert answer.status_code == 409
    assert "Choose the file again" in answer.content.decode()
    assert "empty" not in str(answer.context["form"].errors), "the scan was read twice, whole both times"
    assert not SignatureUpload.objects.exists()
