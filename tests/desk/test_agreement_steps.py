"""The handlers' screens of the agreement: signing as contact person, paper, copies, signing again, a new mentor."""

import datetime
from typing import Any
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import as_handler, make_case, make_field, make_mentor, make_supervisor, pretend_pdf, sign
from tests.test_rights_matrix import PICTURE
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, Party, Signature, SignatureUpload
from wagtail_mentoring.agreements.parties import current_agreement
from wagtail_mentoring.cases import moves
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.uploads import ScanFound, UploadRefused
from wagtail_mentoring.models import Case
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.models import ReadingLogEntry
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db

TODAY = "%d.%m.%Y"


def step_of(case: Case, step: str) -> str:
    return reverse("mentoring_desk:step", args=[case.pk, step])


def page_of(case: Case) -> str:
    return reverse("mentoring_desk:case", args=[case.pk])


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def today() -> str:
    return timezone.localdate().strftime(TODAY)


@pytest.fixture
def case(field: Any) -> Case:
    mentors = [make_mentor(field, name="Maria Korhonen"), make_mentor(field, name="Jukka Laine")]
    return make_case(field, "paired", agreement="out", name="Amina Yusuf", mentors=mentors)


def agreement_of(case: Case) -> Agreement:
    found = current_agreement(case)
    assert found is not None
    return found


REPORT = {
    "outcome": "review",
    "code": "unknown_issuer",
    "signer": {
        "name": "Amina <Yusuf>",
        "issuer": "Some Issuer",
        "trusted": False,
        "self_signed": False,
        "fingerprint": "ab" * 32,
        "field": "sig_mentee",
        "signed_at": None,
        "timestamped_at": None,
    },
    "findings": [{"code": "unknown_issuer", "values": {"issuer": "Some Issuer"}}],
}


def copy_for(case: Case, kind: str, **values: Any) -> SignatureUpload:
    """Return a copy that waits: a ``scan``, or a ``file`` that the check could not decide."""
    agreement = agreement_of(case)
    scan = kind == "scan"
    name, content_type = ("scan.png", "image/png") if scan else ("signed.pdf", "application/pdf")
    stored = files.store(case.union, name, f"{kind} of {case.pk}".encode(), content_type)
    extra: dict[str, Any] = {} if scan else {"based_on": agreement.document, "report": REPORT}
    party = agreement.parties.get(role="mentee")
    return SignatureUpload.objects.create(
        agreement=agreement, **{"party": party, "kind": kind, "stored": stored} | extra | values
    )


def copy_page(copy: SignatureUpload) -> str:
    return reverse("mentoring_desk:copy", args=[copy.agreement.case_id, copy.pk])


# Signed copies


def test_a_reviewed_file_is_taken(admin: Client, case: Case, handler: Any) -> None:
    copy = copy_for(case, "file")
    for address in (step_of(case, "confirm_signature"), step_of(case, "reject_signature")):
        assert admin.get(address).headers["Location"] == copy_page(copy)
        assert admin.post(address, {"seen": case.log_length}).headers["Location"] == copy_page(copy)
    shown = admin.get(copy_page(copy)).content.decode()
    for words in ("We do not know the issuer", "Some Issuer", "Amina &lt;Yusuf&gt;", "Not known to us", "ab" * 32):
        assert words in shown, words
    answer = admin.post(copy_page(copy), {"decision": "take", "seen": case.log_length})
    assert answer.headers["Location"] == page_of(case)
    signature = Signature.objects.get(party=copy.party)
    assert (signature.method, signature.confirmed_by) == ("certificate", handler)
    content = admin.get(page_of(case)).content.decode()
    assert "With signature 1 in the file (PDF)" in content
    assert "issued by Some Issuer, not known to us" in content
    assert f"Taken by {handler.get_full_name()}" in content
    decided = admin.get(copy_page(copy)).content.decode()
    assert "Taken as signature" in decided and 'name="decision"' not in decided


def test_a_scan_says_whose_signatures_it_shows(admin: Client, case: Case) -> None:
    copy = copy_for(case, "scan")
    agreement = agreement_of(case)
    answer = admin.post(copy_page(copy), {"decision": "take", "seen": case.log_length})
    assert answer.status_code == 200
    take = answer.context["forms"][0]["form"]
    assert set(take.errors) == {"parties", "signed_on"}
    two = list(agreement.parties.filter(role__in=["mentee", "mentor"]).values_list("pk", flat=True))[:2]
    before = (timezone.localdate(agreement.issued_at) - datetime.timedelta(days=1)).strftime(TODAY)
    wrong = {"decision": "take", "seen": case.log_length, "parties": two, "signed_on": before}
    answer = admin.post(copy_page(copy), wrong)
    assert "before the day on which" in answer.content.decode()
    assert answer.context["forms"][0]["form"]["parties"].value() == [str(pk) for pk in two]
    admin.post(copy_page(copy), wrong | {"signed_on": today()})
    assert list(Signature.objects.order_by("party").values_list("party", "method")) == [(pk, "paper") for pk in two]


def test_a_copy_is_refused_with_a_reason(admin: Client, case: Case) -> None:
    copy = copy_for(case, "scan")
    answer = admin.post(copy_page(copy), {"decision": "refuse", "seen": case.log_length, "reason": " "})
    assert "reason" in answer.context["forms"][1]["form"].errors
    data = {"decision": "refuse", "seen": case.log_length, "reason": "Page 2 <is> missing"}
    answer = admin.post(copy_page(copy), data)
    assert answer.headers["Location"] == page_of(case)
    copy.refresh_from_db()
    assert (copy.status, copy.reason) == ("refused", "Page 2 <is> missing")
    assert not Signature.objects.exists()
    assert "Page 2 &lt;is&gt; missing" in admin.get(page_of(case)).content.decode()
    # Nothing waits any more, so there is nothing to decide on.
    for decision in ("take", "refuse"):
        again = {"decision": decision, "seen": fresh(case).log_length, "reason": "x"}
        assert admin.post(copy_page(copy), again).status_code == 409
    assert admin.get(step_of(case, "confirm_signature")).context["reason"]


def test_somebody_was_quicker_with_a_copy(admin: Client, case: Case) -> None:
    copy = copy_for(case, "scan")
    seen = case.log_length
    sign(case, mentor=current_members(case)[0].mentor)
    answer = admin.post(copy_page(copy), {"decision": "refuse", "seen": seen, "reason": "Cannot be read"})
    assert answer.status_code == 409
    content = answer.content.decode()
    assert "Signed the agreement" in content and "Cannot be read" in content
    copy.refresh_from_db()
    assert copy.status == "waiting"
    newer = copy_for(case, "scan")
    SignatureUpload.objects.filter(pk=copy.pk).update(status="refused")
    answer = admin.post(copy_page(copy), {"decision": "refuse", "seen": fresh(case).log_length, "reason": "x"})
    assert "does not wait any more" in answer.content.decode()
    newer.refresh_from_db()
    assert newer.status == "waiting"


def test_pictures_are_for_readers_of_the_case_and_logged(admin: Client, case: Case, handler: Any) -> None:
    copy = copy_for(case, "scan")
    asked = []

    def draw(content: bytes, content_type: str, dpi: int) -> list[bytes]:
        asked.append((content[:4], content_type))
        return [PICTURE, PICTURE]

    with mock.patch("wagtail_mentoring.desk.copies.page_images", draw):
        for side, what in (("issued", "agreement"), ("sent", "signed_copy")):
            address = reverse("mentoring_desk:copy_picture", args=[case.pk, copy.pk, side])
            answer = admin.get(address)
            assert answer.content.startswith(b"\x89PNG")
            assert "no-store" in answer.headers["Cache-Control"]
            assert ReadingLogEntry.objects.filter(case=case, user=handler, what=what).count() == 1
    assert asked == [(b"%PDF", "application/pdf"), (b"scan", "image/png")]
    refused = UploadRefused("damaged", "It is damaged.")
    with mock.patch("wagtail_mentoring.desk.copies.page_images", side_effect=refused):
        answer = admin.get(reverse("mentoring_desk:copy_picture", args=[case.pk, copy.pk, "sent"]))
    assert answer.status_code == 410 and "no-store" in answer.headers["Cache-Control"]
    assert admin.get(reverse("mentoring_desk:copy_picture", args=[case.pk, copy.pk, "other"])).status_code == 404
    # A copy of another case is not reached through this one.
    other = make_case(case.field, "paired", agreement="out")
    assert admin.get(reverse("mentoring_desk:copy", args=[other.pk, copy.pk])).status_code == 404


def test_a_supervisor_reads_a_copy_and_decides_nothing(case: Case, union: Any) -> None:
    copy = copy_for(case, "scan")
    client = Client()
    client.force_login(make_supervisor(union))
    content = client.get(copy_page(copy)).content.decode()
    assert "Compare the pages" in content and 'name="decision"' not in content
    for decision in ("take", "refuse"):
        answer = client.post(copy_page(copy), {"decision": decision, "seen": case.log_length, "reason": "x"})
        assert answer.status_code == 403
    copy.refresh_from_db()
    assert copy.status == "waiting"


# Paper that the handler adds


def scan(name: str = "scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7 a scan")


def test_paper_is_recorded(admin: Client, case: Case) -> None:
    parties = list(agreement_of(case).parties.values_list("pk", flat=True))
    data = {"seen": case.log_length, "parties": parties, "signed_on": today()}
    assert "multipart/form-data" in admin.get(step_of(case, "record_paper")).content.decode()
    with mock.patch("wagtail_mentoring.desk.forms.agreements.check_scan", return_value=ScanFound("image/jpeg", 2)):
        answer = admin.post(step_of(case, "record_paper"), data | {"scan": scan()})
    assert answer.headers["Location"] == page_of(case), answer.content.decode()
    copy = SignatureUpload.objects.get()
    assert (copy.status, copy.stored.content_type) == ("taken", "image/jpeg")
    assert files.read(copy.stored) == b"%PDF-1.7 a scan"
    assert Signature.objects.filter(method="paper").count() == 3
    assert "Date on the paper" in admin.get(page_of(case)).content.decode()


def test_a_file_that_is_no_scan(admin: Client, case: Case) -> None:
    party = agreement_of(case).parties.get(role="mentee")
    data = {"seen": case.log_length, "parties": [party.pk], "signed_on": today()}
    refused = UploadRefused("not_a_scan", "Upload the scan as a PDF, JPEG or PNG.")
    with mock.patch("wagtail_mentoring.desk.forms.agreements.check_scan", side_effect=refused):
        answer = admin.post(step_of(case, "record_paper"), data | {"scan": scan()})
    form, content = answer.context["form"], answer.content.decode()
    assert form.errors == {"scan": ["Upload the scan as a PDF, JPEG or PNG."]}
    assert "Choose the file again" in content
    assert form["parties"].value() == [str(party.pk)] and form["signed_on"].value() == today()
    assert not SignatureUpload.objects.exists()
    with mock.patch("wagtail_mentoring.conf.conf.UPLOAD_MAX_BYTES", 3, create=True):
        answer = admin.post(step_of(case, "record_paper"), data | {"scan": scan()})
    assert "larger than" in str(answer.context["form"].errors["scan"])


def test_paper_of_somebody_who_has_signed_cannot_be_chosen(admin: Client, case: Case) -> None:
    sign(case, mentee=case.mentee)
    party = agreement_of(case).parties.get(role="mentee")
    form = admin.get(step_of(case, "record_paper")).context["form"]
    assert party.pk not in [int(str(value)) for value, _label in form.fields["parties"].choices]
    data = {"seen": fresh(case).log_length, "parties": [party.pk], "signed_on": today()}
    with mock.patch("wagtail_mentoring.desk.forms.agreements.check_scan", return_value=ScanFound("image/png", 1)):
        answer = admin.post(step_of(case, "record_paper"), data | {"scan": scan()})
    assert "parties" in answer.context["form"].errors


def test_what_happened_meanwhile_asks_for_the_file_again(admin: Client, case: Case) -> None:
    party = agreement_of(case).parties.get(role="mentee")
    data = {"seen": case.log_length, "parties": [party.pk], "signed_on": today()}
    sign(case, mentor=current_members(case)[0].mentor)
    with mock.patch("wagtail_mentoring.desk.forms.agreements.check_scan", return_value=ScanFound("image/png", 1)):
        answer = admin.post(step_of(case, "record_paper"), data | {"scan": scan()})
    assert answer.status_code == 409
    assert "Choose the file again" in answer.content.decode()
    assert not SignatureUpload.objects.exists()


# The contact person


def test_the_contact_person_signs(admin: Client, union: Any, handler: Any) -> None:
    case = make_case(make_field(union, contact_person_signs=True), "paired", agreement="out", user=handler)
    address = step_of(case, "sign_as_contact")
    assert "Sign as contact person" in admin.get(page_of(case)).content.decode()
    shown = admin.get(address)
    assert "We agree." in shown.content.decode() and agreement_of(case).document.sha256 in shown.content.decode()
    hidden = shown.context["form"]["shown_sha256"].value()
    data = {"seen": case.log_length, "shown_sha256": hidden, "typed_name": "Somebody Else", "agreed": True}
    answer = admin.post(address, data)
    assert "as it stands in the agreement" in str(answer.context["form"].errors["typed_name"])
    answer = admin.post(address, data | {"typed_name": "sanna lindqvist", "shown_sha256": "0" * 64})
    assert "has changed" in str(answer.context["form"].errors["agreed"])
    answer = admin.post(address, data | {"typed_name": "sanna lindqvist"})
    assert answer.headers["Location"] == page_of(case)
    assert Signature.objects.get().method == "account"


def test_another_handler_does_not_sign_for_the_contact_person(admin: Client, union: Any) -> None:
    from tests.factories import make_handler

    other = make_handler(union, first_name="Pekka", last_name="Niemi")
    case = make_case(make_field(union, contact_person_signs=True), "paired", agreement="out", user=other)
    assert step_of(case, "sign_as_contact") not in admin.get(page_of(case)).content.decode()
    shown = admin.get(step_of(case, "sign_as_contact"))
    assert "names Pekka Niemi as contact person" in shown.content.decode()
    data = {"seen": case.log_length, "shown_sha256": agreement_of(case).document.sha256}
    answer = admin.post(step_of(case, "sign_as_contact"), data | {"typed_name": "Pekka Niemi", "agreed": True})
    assert answer.status_code == 409
    assert not Signature.objects.exists()


# Signing again, and a new mentor


def test_everyone_is_asked_to_sign_again(admin: Client, case: Case) -> None:
    sign(case, mentee=case.mentee)
    case = fresh(case)
    before = agreement_of(case)
    shown = admin.get(step_of(case, "reissue"))
    assert any("3 people sign again" in sentence for sentence in shown.context["after"])
    assert any("1 signature was made already" in sentence for sentence in shown.context["after"])
    assert "reason" in admin.post(step_of(case, "reissue"), {"seen": case.log_length}).context["form"].errors
    with pretend_pdf():
        admin.post(step_of(case, "reissue"), {"seen": case.log_length, "reason": "The text <is> new"})
    assert agreement_of(case).pk != before.pk
    content = admin.get(page_of(case)).content.decode()
    assert "The text &lt;is&gt; new" in content and "Replaced" in content
    assert before.document.sha256 in content and agreement_of(case).document.sha256 in content


def test_one_mentor_is_replaced_and_gets_a_supplement(admin: Client, case: Case, field: Any) -> None:
    sign(case, mentee=case.mentee)
    leaving, staying = (member.mentor for member in current_members(case))
    joining = make_mentor(field, name="Uusi Mentori")
    shown = admin.get(step_of(case, "replace_mentor"))
    assert [row["mentor"] for row in shown.context["candidates"]] == [joining]
    data = {"seen": fresh(case).log_length, "leaving": leaving.pk, "joining": staying.pk, "reason": "Has moved"}
    assert "joining" in admin.post(step_of(case, "replace_mentor"), data).context["form"].errors
    answer = admin.post(step_of(case, "replace_mentor"), data | {"joining": joining.pk, "leaving": "nobody"})
    assert "leaving" in answer.context["form"].errors
    answer = admin.post(step_of(case, "replace_mentor"), data | {"joining": joining.pk})
    assert answer.headers["Location"] == page_of(case)
    card = admin.get(page_of(case)).context["next"]
    assert card.title == "Send the supplement to Uusi Mentori"
    assert str(card.primary.label) == "Send the supplement"
    assert "agreement not sent" in admin.get(reverse("mentoring_desk:cases")).content.decode()
    with pretend_pdf():
        admin.post(step_of(case, "send_agreement"), {"seen": fresh(case).log_length})
    content = admin.get(page_of(case)).content.decode()
    assert "Supplement, English" in content
    assert "Need not sign any more: has left the pair" in content
    assert set(Party.objects.unsigned().values_list("name", flat=True)) == {staying.name, joining.name}
    assert "signature missing" in admin.get(reverse("mentoring_desk:cases")).content.decode()


# What the case page says


def test_a_copy_that_waits_comes_first(admin: Client, case: Case) -> None:
    copy = copy_for(case, "scan")
    answer = admin.get(page_of(case))
    card = answer.context["next"]
    assert card.title == "Look at the signed copy of Amina Yusuf"
    assert (card.primary.name, str(card.primary.label)) == ("confirm_signature", "Look at the copy")
    assert answer.content.decode().count('class="button"') == 1
    assert copy_page(copy) in answer.content.decode()
    assert "signed copy to look at" in admin.get(reverse("mentoring_desk:cases")).content.decode()


def test_who_declined_and_what_to_do(admin: Client, case: Case) -> None:
    party = agreement_of(case).parties.get(name="Jukka Laine")
    Party.objects.filter(pk=party.pk).update(declined_at=clock.now(), decline_reason="No <time>")
    answer = admin.get(page_of(case))
    assert answer.context["next"].title == "Talk with Jukka Laine, who does not want to sign"
    content = answer.content.decode()
    assert "No &lt;time&gt;" in content and "Declined" in content
    assert "Otherwise replace this mentor" in content


def test_a_try_that_failed_can_be_tried_again(admin: Client, field: Any) -> None:
    case = make_case(field, "paired")
    failing = mock.patch(
        "wagtail_mentoring.agreements.issue.make_agreement", side_effect=DocumentRenderError("Pango is missing")
    )
    with failing:
        answer = admin.post(step_of(case, "send_agreement"), {"seen": case.log_length})
    assert answer.status_code == 200 and "Pango is missing" in answer.content.decode()
    # The failure is in the history by now; the page counts it as seen.
    assert answer.context["form"]["seen"].value() == str(fresh(case).log_length)
    content = admin.get(page_of(case)).content.decode()
    assert "The last try to make the PDF failed" in content and "Try again" in content
    with pretend_pdf():
        admin.post(step_of(case, "send_agreement"), {"seen": fresh(case).log_length})
    assert "The last try" not in admin.get(page_of(case)).content.decode()
    with failing, pytest.raises(StepRefused):
        moves.move(case.pk, "reissue", as_handler(), {"reason": "x"})
    content = admin.get(page_of(case)).content.decode()
    assert "The last try to make the PDF failed" in content
    assert admin.get(page_of(case)).context["next"].title != "Send the ethics agreement"


def test_a_record_that_was_not_made(admin: Client, case: Case) -> None:
    with mock.patch("wagtail_mentoring.agreements.record._hand_over"):
        for person in ({"mentee": case.mentee}, *({"mentor": member.mentor} for member in current_members(case))):
            sign(case, **person)
    agreement = agreement_of(case)
    address = reverse("mentoring_desk:make_record", args=[case.pk, agreement.pk])
    assert "has not been made yet" in admin.get(page_of(case)).content.decode()
    fails = mock.patch("wagtail_mentoring.agreements.record._make", side_effect=DocumentRenderError("no"))
    with fails:
        answer = admin.post(address, follow=True)
    content = answer.content.decode()
    assert "could not be made" in content and "The last try failed" in content and "Make it now" in content
    with mock.patch("wagtail_mentoring.desk.actions.make_record", return_value=True) as made:
        admin.post(address)
    assert made.call_args.args == (agreement.pk,)
    other = make_case(case.field, "paired", agreement="out")
    assert admin.post(reverse("mentoring_desk:make_record", args=[other.pk, agreement.pk])).status_code == 404


def test_queries_do_not_grow_with_agreements_and_copies(
    admin: Client, case: Case, django_assert_max_num_queries: Any
) -> None:
    copy_for(case, "file")
    admin.get(page_of(case))
    with django_assert_max_num_queries(60) as first:
        admin.get(page_of(case))
    for number in range(4):
        with pretend_pdf():
            moves.move(case.pk, "reissue", as_handler(), {"reason": f"Again {number}"})
        copy_for(case, "file")
        copy_for(case, "scan")
    with django_assert_max_num_queries(60) as second:
        admin.get(page_of(case))
    assert len(second) <= len(first), [query["sql"][:120] for query in second.captured_queries]
