"""Signed copies that wait for the handler: looked at, taken, refused."""

import datetime
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_case, make_supervisor, sign
from tests.rights_world import PICTURE
from wagtail_mentoring.agreements.models import Signature, SignatureUpload
from wagtail_mentoring.documents.uploads import PageSheet, UploadRefused
from wagtail_mentoring.models import Case
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.privacy.models import ReadingLogEntry

from .agreement_pages import TODAY, agreement_of, copy_for, copy_page, fresh, page_of, step_of, today

pytestmark = pytest.mark.django_db


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
    SignatureUpload.objects.filter(pk=copy.pk).update(status="refused")
    newer = copy_for(case, "scan")
    answer = admin.post(copy_page(copy), {"decision": "refuse", "seen": fresh(case).log_length, "reason": "x"})
    assert "does not wait any more" in answer.content.decode()
    newer.refresh_from_db()
    assert newer.status == "waiting"


def test_pictures_are_for_readers_of_the_case_and_logged(admin: Client, case: Case, handler: Any) -> None:
    copy = copy_for(case, "scan")
    asked = []

    def draw(content: bytes, content_type: str, dpi: int) -> PageSheet:
        asked.append((content[:4], content_type))
        return PageSheet(PICTURE, "image/png")

    with mock.patch("wagtail_mentoring.desk.copies.page_sheet", draw):
        for side, what in (("issued", "agreement"), ("sent", "signed_copy")):
            address = reverse("mentoring_desk:copy_picture", args=[case.pk, copy.pk, side])
            answer = admin.get(address)
            assert answer.content.startswith(b"\x89PNG")
            assert "no-store" in answer.headers["Cache-Control"]
            assert ReadingLogEntry.objects.filter(case=case, user=handler, what=what).count() == 1
    assert asked == [(b"%PDF", "application/pdf"), (b"scan", "image/png")]
    refused = UploadRefused("damaged", "It is damaged.")
    with mock.patch("wagtail_mentoring.desk.copies.page_sheet", side_effect=refused):
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


def test_only_so_many_pictures_an_hour_for_each_user(admin: Client, case: Case, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LIMIT_RENDER": "2/hour"}
    address = reverse("mentoring_desk:copy_picture", args=[case.pk, copy_for(case, "scan").pk, "sent"])
    with mock.patch("wagtail_mentoring.desk.copies.page_sheet", return_value=PageSheet(PICTURE, "image/png")) as drawn:
        assert [admin.get(address).status_code for _ in range(3)] == [200, 200, 429]
        answer = admin.get(address)
    assert drawn.call_count == 2
    assert "Try again in an hour" in answer.content.decode() and "no-store" in answer.headers["Cache-Control"]
