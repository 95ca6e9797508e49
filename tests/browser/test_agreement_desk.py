"""The handler and the agreement in Chromium: a scan, a file to judge, a mentor replaced, and the new one signs."""

import io
from collections.abc import Iterator

import pytest
from django.utils import timezone
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import NewPage
from tests.browser.driving import PHONE, visit
from tests.browser.mailbox import code_in, link_in, newest_mail
from tests.browser.road import Eye
from tests.factories import make_agreement_text, make_case, make_field, make_handler, make_mentor, make_union
from tests.factories import sign as sign_by_code
from wagtail_mentoring.agreements.models import Agreement, Signature, SignatureUpload
from wagtail_mentoring.agreements.parties import agreement_of, current_agreement
from wagtail_mentoring.messages.texts import load_default_texts
from wagtail_mentoring.models import Case
from wagtail_mentoring.privacy import files

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "uusi@example.org"


@pytest.fixture
def eye(new_page: NewPage) -> Iterator[Eye]:
    eye = Eye(new_page(size=PHONE))
    yield eye
    assert eye.faults == [], "\n".join(eye.faults)


def a_scan() -> bytes:
    """Return the picture of a page with something like a signature."""
    page = Image.new("RGB", (827, 1169), "white")
    ImageDraw.Draw(page).line([(100, 900), (180, 850), (260, 920), (340, 860)], fill="navy", width=5)
    written = io.BytesIO()
    page.save(written, "JPEG")
    return written.getvalue()


def waiting_file(case: Case, person: dict[str, object]) -> SignatureUpload:
    """Return a signed file of a party that the check could not decide: the issued file with more at its end."""
    agreement = current_agreement(case)
    assert agreement is not None
    content = files.read(agreement.document.stored) + b"\n% signed by a program we do not know\n"
    return SignatureUpload.objects.create(
        agreement=agreement,
        party=agreement.parties.get(**person),
        kind="file",
        stored=files.store(case.union, "signed.pdf", content, "application/pdf"),
        based_on=agreement.document,
        report={
            "outcome": "review",
            "code": "unexplained",
            "signer": None,
            "findings": [{"code": "unexplained", "values": {}}],
        },
    )


def waiting_scan(case: Case) -> SignatureUpload:
    """Return the scan of a paper that the mentee has sent."""
    agreement = current_agreement(case)
    assert agreement is not None
    return SignatureUpload.objects.create(
        agreement=agreement,
        party=agreement.parties.get(mentee=case.mentee),
        kind="scan",
        stored=files.store(case.union, "scan.jpg", a_scan(), "image/jpeg"),
    )


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.locator("main form").get_by_role("button", name=button, exact=True).click()


def signed_today(page: Page) -> None:
    """Type today as the date on the paper. No calendar may open over the button below."""
    page.locator("#id_signed_on").fill(timezone.localdate().isoformat())
    expect(page.locator(".xdsoft_datetimepicker:visible")).to_have_count(0)


def follow(page: Page, link: str) -> None:
    with page.expect_navigation():
        page.locator(".mtg-next").get_by_role("link", name=link).click()


def pictures(page: Page) -> list[int]:
    """Return how wide the pictures on the page are, 0 for one that did not come."""
    page.wait_for_function("[...document.querySelectorAll('.mtg-side img')].every(one => one.complete)")
    return list(page.evaluate("[...document.querySelectorAll('.mtg-side img')].map(one => one.naturalWidth)"))


def test_paper_a_file_and_a_new_mentor(new_page: NewPage, eye: Eye, live_server: object) -> None:
    load_default_texts()
    make_agreement_text()
    union = make_union("tek")
    handler = make_handler(union, "sanna")
    field = make_field(union)
    leaving, staying = make_mentor(field, name="Maria Korhonen"), make_mentor(field, name="Jukka Laine")
    case = make_case(
        field, "paired", agreement="out", real_pdf=True, user=handler, mentors=[leaving, staying], name="Amal Example"
    )
    make_mentor(field, name="Uusi Mentori", email=NEW)
    address = f"/admin/mentoring/cases/{case.pk}/"
    page = visit(new_page(handler), address)

    # A mentor has signed a paper; the handler adds the scan.
    follow(page, "Record signatures on paper")
    eye.look(page, "paper", stock=1)
    scan: FilePayload = {"name": "scan.jpg", "mimeType": "image/jpeg", "buffer": a_scan()}
    page.locator("input[name=scan]").set_input_files(scan)
    press(page, "Record the signatures")
    expect(page.locator("main")).to_contain_text("Choose who has signed.")
    expect(page.locator("main")).to_contain_text("Choose the file again")
    eye.look(page, "paper with errors", stock=1)
    page.locator("input[name=scan]").set_input_files(scan)
    page.get_by_role("checkbox", name="Maria Korhonen, mentor").check()
    signed_today(page)
    press(page, "Record the signatures")
    expect(page.locator("#agreement-section")).to_contain_text("On paper")

    # The mentee sent a scan, and the other mentor a signed file that the check could not decide.
    waiting_scan(case)
    copy = waiting_file(case, {"mentor": staying})
    page.reload()
    expect(page.locator("#next-heading")).to_have_text("Look at the signed copy of Amal Example")
    follow(page, "Look at the copy")
    assert all(width > 300 for width in pictures(page)), "both files are shown"
    press(page, "Take it as signature")
    expect(page.locator("main")).to_contain_text("Choose who has signed.")
    eye.look(page, "scan with errors", stock=1)
    page.get_by_role("checkbox", name="Amal Example, mentee").check()
    signed_today(page)
    press(page, "Take it as signature")
    expect(page.locator("#next-heading")).to_have_text("Look at the signed copy of Jukka Laine")
    eye.look(page, "case page with a copy", stock=1)
    follow(page, "Look at the copy")
    expect(page.locator("main")).to_contain_text("wrote more into the file than the signature")
    assert all(width > 300 for width in pictures(page)), "both files are shown"
    eye.look(page, "copy to judge", stock=1)
    press(page, "Take it as signature")
    assert Signature.objects.get(party=copy.party).method == "certificate"
    expect(page.locator("main")).to_contain_text("With signature 1 in the file (PDF)")

    # The mentor who signed on paper leaves; the new one gets a supplement, and signs it on a phone.
    follow(page, "Replace one mentor")
    eye.look(page, "replace a mentor", stock=1)
    page.get_by_role("radio", name="Maria Korhonen", exact=True).check()
    page.get_by_role("radio", name="Uusi Mentori").check()
    page.get_by_role("textbox", name="Why").fill("Has moved abroad")
    press(page, "Replace the mentor")
    expect(page.locator("#next-heading")).to_have_text("Send the supplement to Uusi Mentori")
    follow(page, "Send the supplement")
    press(page, "Send the supplement")
    expect(page.locator("main")).to_contain_text("Supplement, English")
    expect(page.locator("main")).to_contain_text("Has left the pair since")
    eye.look(page, "case page with a supplement", stock=1)

    joined = new_page(size=PHONE, java_script_enabled=False)
    visit(joined, link_in(newest_mail(NEW)))
    joined.get_by_role("button", name="Open my page").click()
    joined.get_by_role("link", name="Go to the agreement").click()
    joined.get_by_role("button", name="Send me a code").click()
    joined.get_by_label("Code from the e-mail").fill(code_in(newest_mail(NEW)))
    joined.get_by_label("Write your full name").fill("Uusi Mentori")
    joined.get_by_label("I have read the agreement").check()
    joined.get_by_role("button", name="Sign the agreement").click()
    assert Signature.objects.filter(party__name="Uusi Mentori").exists(), joined.inner_text("main")
    page.reload()
    expect(page.locator("#next-heading")).not_to_contain_text("signature")
    supplement = agreement_of(case, mentor=case.pairs.get().memberships.last().mentor)
    assert supplement is not None and supplement.is_supplement
    # Both have their signing record by now.
    assert Agreement.objects.filter(case=case, record__isnull=False).count() == 2
    expect(page.locator("main").get_by_text("Signing record (PDF)")).to_have_count(2)


def test_lists_and_texts(new_page: NewPage, eye: Eye, live_server: object) -> None:
    make_agreement_text()
    union = make_union("tek")
    handler = make_handler(union, "sanna")
    case = make_case(make_field(union), "paired", agreement="out", user=handler)
    sign_by_code(case, mentee=case.mentee)
    page = new_page(handler)
    visit(page, "/admin/mentoring/keys/")
    eye.look(page, "keys", stock=1)
    text = make_agreement_text()
    text.pk, text.version, text._state.adding = None, 2, True
    text.save()
    visit(page, f"/admin/mentoring/cases/sign-again/{text.pk}/")
    eye.look(page, "sign again", stock=1)
    page.get_by_role("textbox", name="Why everyone signs again").fill("New rules")
    press(page, "Ask them to sign again")
    expect(page.locator("main")).to_contain_text("1 of 1")
    eye.look(page, "asked", stock=1)
    handler.is_superuser = True
    handler.save()
    visit(page, f"/admin/mentoring/agreement-texts/edit/{text.pk}/")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Look at it as PDF").click()
    assert opened.value.url.endswith(f"/preview/{text.pk}/")
