"""Signing by an own certificate and on paper, over HTTP: what is taken, what waits, what is refused."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from tests.documents.signatures import authority, person, signed
from tests.factories import as_handler, make_case, make_field, make_handler, make_mentor, sign
from tests.portal.conftest import link_of
from tests.snapshots import rows, stored_files
from wagtail_mentoring.agreements import evidence
from wagtail_mentoring.agreements.models import Signature, SignatureUpload
from wagtail_mentoring.agreements.parties import current_agreement
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.uploads import UploadResult
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.people import links
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.storage import private_storage

pytestmark = pytest.mark.django_db
PAGE, FILE, PAPER, SIGN, PDF = (f"/mentoring/p/agreement/{part}" for part in ("", "file/", "paper/", "signed/", "pdf/"))
NAME = "Amal Example"


@pytest.fixture
def case(db: None) -> Case:
    return make_case(state="paired", agreement="out", name=NAME, email="amal@example.org")


@pytest.fixture
def real(db: None) -> Case:
    """A case whose agreement is a certified PDF."""
    return make_case(state="paired", agreement="out", name=NAME, email="amal@example.org", real_pdf=True)


@pytest.fixture
def trusted(settings: Any, tmp_path: Path) -> None:
    """Let the site know the authority that certifies our people."""
    file = tmp_path / "authority.pem"
    file.write_bytes(authority().pem)
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TRUSTED_CERTIFICATES": [str(file)]}


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 420), "white").save(out, "PNG")
    return out.getvalue()


def send(client: Client, where: str, content: bytes, name: str = "agreement.pdf") -> Any:
    return client.post(where, {"file": SimpleUploadedFile(name, content, "application/pdf")})


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def issued(case: Case) -> bytes:
    agreement = current_agreement(case)
    assert agreement is not None
    return files.read(agreement.files()[-1].stored)


def mails(case: Case, event: str) -> list[str]:
    return list(OutboxMessage.objects.filter(case=case, event=event).order_by("pk").values_list("address", flat=True))


def waiting(case: Case) -> SignatureUpload:
    return SignatureUpload.objects.get(agreement__case=case, status="waiting")


def test_a_file_signed_with_a_known_certificate_signs(opened: Any, real: Case, trusted: None) -> None:
    client = opened(real)
    downloaded = client.get(PDF).content
    assert downloaded == issued(real)
    response = send(client, FILE, signed(downloaded, person(NAME, authority())))
    assert (response.status_code, response["Location"]) == (302, SIGN)
    text = text_of(client.get(SIGN))
    assert "Thank you, you have signed" in text
    assert "Signed by Amal Example. The certificate was issued by Example Population Register CA" in text
    assert "The document is unchanged." in text
    assert "With a certificate, in the file" in text and "The agreement, newest file" in text
    signature = Signature.objects.get()
    assert (signature.method, signature.party.mentee, signature.link) == (
        "certificate", real.mentee, link_of(real, real.mentee),
    )  # fmt: skip
    # The others sign in the file that holds it, and read how it was signed.
    mentor = real.pairs.get().memberships.first().mentor
    other = opened(real, mentor)
    assert other.get(PDF).content == issued(real) != downloaded
    assert "With a certificate, in the file" in text_of(other.get(PAGE))
    # What was issued stays to be had, as it was.
    as_issued = current_agreement(real).document
    assert other.get(f"/mentoring/p/document/{as_issued.pk}/").content == downloaded


def test_a_certificate_that_nobody_knows_waits_for_the_contact_person(opened: Any, real: Case) -> None:
    client = opened(real)
    response = send(client, FILE, signed(client.get(PDF).content, person(NAME)))
    assert (response.status_code, response["Location"]) == (302, PAGE)
    text = text_of(client.get(PAGE))
    assert "Your signed copy has arrived" in text and "You do not need to do anything." in text
    assert "The document is signed by Amal Example and is unchanged." in text
    assert "Now it is your turn" not in text
    assert "Your signed copy has arrived" in text_of(client.get("/mentoring/p/"))
    assert mails(real, "copy_waits") == ["mentoring@tek.example.org"]
    assert not Signature.objects.exists()
    # Nobody else sees that something waits.
    mentor = real.pairs.get().memberships.first().mentor
    assert "arrived" not in text_of(opened(real, mentor).get(PAGE))
    assert "waits" not in text_of(opened(real, mentor).get(PAGE))
    moves.move(real.pk, "confirm_signature", as_handler(make_handler()), {"upload": waiting(real)})
    text = text_of(client.get(SIGN))
    assert "Your contact person has looked at the signed copy and has confirmed it." in text
    assert "before it counts" not in text


def test_what_the_check_found_is_told_as_long_as_the_copy_waits(
    opened: Any, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = UploadResult.from_report(
        {
            "outcome": "review",
            "code": "unknown_issuer",
            "signer": None,
            "findings": [{"code": "unknown_issuer", "values": {"issuer": "X"}}],
        }
    )
    monkeypatch.setattr(evidence, "check_signed", lambda *args, **kwargs: found)
    send(opened(case), FILE, b"%PDF-1.7 signed")
    later = opened(case)
    for _ in range(2):
        assert "We do not know the issuer of the certificate, X." in text_of(later.get(PAGE))


def test_a_paper_waits_and_then_counts_for_all_who_signed_it(opened: Any, case: Case) -> None:
    client = opened(case)
    response = send(client, PAPER, png(), "photo.png")
    assert (response.status_code, response["Location"]) == (302, PAGE)
    assert "Your signed copy has arrived" in text_of(client.get(PAGE))
    upload = waiting(case)
    assert (upload.kind, upload.stored.content_type, files.read(upload.stored)) == ("scan", "image/png", png())
    inputs = {
        "upload": upload, "parties": list(current_agreement(case).parties.all()),
        "signed_on": timezone.localdate(current_agreement(case).issued_at),
    }  # fmt: skip
    moves.move(case.pk, "confirm_signature", as_handler(make_handler()), inputs)
    text = text_of(client.get(SIGN))
    assert "Everybody has signed. You can now meet." in text
    assert text.count("On paper, confirmed by the contact person") == 3
    assert len(mails(case, "agreement_signed")) == 3


def test_a_copy_that_is_not_taken_comes_back_with_the_reason(opened: Any, case: Case) -> None:
    client = opened(case)
    send(client, PAPER, png())
    reason = "The date is missing.\nPlease <b>add</b> it."
    moves.move(
        case.pk, "reject_signature", as_handler(make_handler()), {"upload": waiting(case), "reason": reason}
    )  # fmt: skip
    text = text_of(client.get(PAGE))
    assert "We could not take the copy that you sent" in text
    assert "The date is missing.<br>Please &lt;b&gt;add&lt;/b&gt; it." in text
    assert "We could not take the copy that you sent." in text_of(client.get("/mentoring/p/"))
    row = OutboxMessage.objects.get(case=case, event="copy_refused")
    assert (row.address, row.context["reason"]) == ("amal@example.org", reason)
    # Every way is still open.
    assert send(client, PAPER, png()).status_code == 302
    assert "Your signed copy has arrived" in text_of(client.get(PAGE))
    sign(case, mentee=case.mentee)
    text = text_of(client.get(PAGE))
    assert "You have signed it." in text and "arrived" not in text and "could not take" not in text


REFUSED = {
    "nothing chosen": (FILE, None, "Choose the PDF that your program saved"),
    "no paper chosen": (PAPER, None, "Choose the scan or photo of the signed paper."),
    "an empty file": (FILE, b"", "The file is empty."),
    "garbage": (FILE, b"\x00\xff not a file at all" * 40, "This is not a PDF."),
    "a picture as file": (FILE, png(), "This is a picture, whatever its name says."),
    "a text as paper": (PAPER, b"I agree. Amal", "Upload the scan as a PDF, JPEG or PNG."),
    "an empty paper": (PAPER, b"", "The file is empty."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_why_and_changes_nothing(opened: Any, case: Case, name: str) -> None:
    where, content, sentence = REFUSED[name]
    client = opened(case)
    before, stored = rows(), stored_files()
    response = client.post(where) if content is None else send(client, where, content)
    assert response.status_code == 422
    assert "no-store" in response["Cache-Control"]
    text = text_of(response)
    # Above the page, with the way to the field, and beside the field in the way that is open.
    way = "file" if where == FILE else "paper"
    assert "We could not take this file" in text and f'<a href="#{way}_file">{sentence}' in text
    assert text.count(sentence) == 2
    assert f'id="way-{way}" open' in text and 'id="way-here" open' not in text
    assert "Nothing is lost" in text and 'aria-invalid="true"' in text and "<title>Error: " in text
    changed = {table for table, found in rows().items() if found != before[table]}
    logged = {"wagtail_mentoring_case", "wagtail_mentoring_caselogentry"} if content is not None else set()
    assert changed == logged
    assert stored_files() == stored


def test_fifty_megabytes_are_not_kept(opened: Any, case: Case) -> None:
    client = opened(case)
    stored = stored_files()
    for where in (FILE, PAPER):
        response = send(client, where, b"%PDF-1.7 " + b"0" * 50 * 1024 * 1024)
        assert response.status_code == 422
        assert "The file is larger than 10.0\xa0MB" in response.content.decode()
    assert stored_files() == stored
    last = case.log.order_by("-sequence")[0]
    assert (last.action, last.data["code"]) == ("mentoring.upload_refused", "too_large")


def test_a_signature_in_the_place_of_another_is_refused(opened: Any, real: Case, trusted: None) -> None:
    content = issued(real)
    mentor = real.pairs.get().memberships.first().mentor
    response = send(opened(real), FILE, signed(content, person(mentor.name, authority()), "sig_mentor_1"))
    assert response.status_code == 422
    assert "Sign in the place with your own name." in text_of(response)
    response = send(opened(real), FILE, signed(content, person(mentor.name, authority())))
    assert response.status_code == 422
    assert "Everybody signs for themselves" in text_of(response)
    assert not Signature.objects.exists() and not SignatureUpload.objects.exists()


def test_who_was_slower_is_told_to_take_the_newest_file(opened: Any, real: Case, trusted: None) -> None:
    content = issued(real)
    mentor = real.pairs.get().memberships.first().mentor
    assert (
        send(opened(real, mentor), FILE, signed(content, person(mentor.name, authority()), "sig_mentor_1")).url == SIGN
    )
    client = opened(real)
    response = send(client, FILE, signed(content, person(NAME, authority())))
    assert response.status_code == 422
    assert "Download the newest version and sign that one." in text_of(response)
    newest = client.get(PDF).content
    assert newest == issued(real) != content
    assert send(client, FILE, signed(newest, person(NAME, authority()))).url == SIGN


def test_the_file_of_another_case_is_refused(opened: Any, real: Case, trusted: None) -> None:
    other = make_case(state="paired", agreement="out", name=NAME, real_pdf=True)
    response = send(opened(real), FILE, signed(issued(other), person(NAME, authority())))
    assert response.status_code == 422
    assert "This is another document of ours" in text_of(response)


def test_the_same_file_sent_twice(opened: Any, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        evidence, "check_signed", lambda *args, **kwargs: UploadResult("accepted", "accepted", None, ())
    )  # fmt: skip
    client = opened(case)
    assert [send(client, FILE, b"%PDF-1.7 signed").url for _ in range(2)] == [SIGN, SIGN]
    assert send(client, PAPER, png()).url == SIGN
    assert Signature.objects.count() == 1 and not SignatureUpload.objects.exists()


def test_a_newer_paper_takes_the_place_of_the_older(opened: Any, case: Case) -> None:
    client = opened(case)
    send(client, PAPER, png())
    send(client, PAPER, png())
    assert [upload.status for upload in SignatureUpload.objects.order_by("pk")] == ["refused", "waiting"]
    # A copy that only a newer one has replaced was refused by nobody.
    SignatureUpload.objects.filter(status="waiting").delete()
    assert "could not take" not in text_of(client.get(PAGE))


def test_copies_are_not_sent_without_end(opened: Any, case: Case, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LIMIT_UPLOAD": "3/hour"}
    client = opened(case)
    # A page without a file asks for no check and counts for nothing.
    answers = [client.post(FILE).status_code for _ in range(5)]
    assert answers == [422] * 5
    answers = [send(client, where, b"x").status_code for where in (FILE, PAPER, FILE, PAPER, FILE)]
    assert answers == [422, 422, 422, 429, 429]
    assert "You have sent files too often." in text_of(send(client, FILE, b"x"))
    # By link: somebody else still can.
    mentor = case.pairs.get().memberships.first().mentor
    assert send(opened(case, mentor), FILE, b"x").status_code == 422


def test_who_has_no_business_here_sends_nothing(opened: Any, case: Case) -> None:
    mentor = case.pairs.get().memberships.first().mentor
    left, revoked, signed_in = opened(case, mentor), opened(case), opened(make_case(state="eligible"))
    case.pairs.get().memberships.filter(mentor=mentor).update(left_at=case.opened_at)
    links.revoke(link_of(case, case.mentee))
    before = rows()
    for client, status in ((Client(), 403), (revoked, 403), (left, 404), (signed_in, 404)):
        for where in (FILE, PAPER):
            assert send(client, where, png()).status_code == status
    assert rows() == before


def test_a_form_of_another_site_is_refused(case: Case) -> None:
    client = Client(enforce_csrf_checks=True)
    assert send(client, FILE, png()).status_code == 403
    assert not case.log.filter(action="mentoring.upload_refused").exists()


def test_a_closed_case_takes_no_copy(opened: Any, case: Case) -> None:
    client = opened(case)
    moves.move(case.pk, "end", as_handler(), {"end_reason": "mentee_withdrew", "situation": "unknown"})
    response = send(client, FILE, b"%PDF-1.7")
    assert response.status_code == 422
    assert "not possible while the case is in the state" in text_of(response)
    assert not SignatureUpload.objects.exists()


def test_a_broken_file_of_ours_is_not_the_senders_fault(opened: Any, case: Case) -> None:
    client = opened(case)
    private_storage().delete(current_agreement(case).document.stored.file)
    response = send(client, FILE, b"%PDF-1.7 signed")
    assert response.status_code == 503
    assert "The PDF cannot be shown" in text_of(response)


def test_a_get_leads_back_to_the_page(opened: Any, case: Case) -> None:
    """The language is changed on a page with errors by going to its address."""
    client = opened(case)
    assert [client.get(where).url for where in (FILE, PAPER)] == [PAGE, PAGE]


def test_a_new_mentor_signs_the_supplement_in_the_file(opened: Any, trusted: None) -> None:
    field = make_field()
    case = make_case(field, "paired", agreement="signed", name=NAME, real_pdf=True)
    old, new = case.pairs.get().memberships.first().mentor, make_mentor(field, name="Nea Ny")
    moves.move(
        case.pk, "replace_mentor", as_handler(), {"leaving": old, "joining": new, "reason": "Moved away."}
    )  # fmt: skip
    moves.move(case.pk, "send_agreement", as_handler())
    client = opened(case, new)
    supplement = client.get(PDF).content
    assert supplement != issued(case)
    response = send(client, FILE, signed(issued(case), person("Nea Ny", authority()), "sig_mentee"))
    assert response.status_code == 422
    assert send(client, FILE, signed(supplement, person("Nea Ny", authority()), "sig_mentor_1")).url == SIGN
    assert "Everybody has signed. You can now meet." in text_of(client.get(SIGN))


def test_the_same_file_sent_twice_at_the_same_moment(opened: Any, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first press signs while the file of the second is still being checked: both end on the same page."""

    def check(*args: Any, **kwargs: Any) -> UploadResult:
        sign(case, mentee=case.mentee)
        return UploadResult("accepted", "accepted", None, ())

    monkeypatch.setattr(evidence, "check_signed", check)
    response = send(opened(case), FILE, b"%PDF-1.7 signed")
    assert (response.status_code, response["Location"]) == (302, SIGN)
    assert Signature.objects.count() == 1
