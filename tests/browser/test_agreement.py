"""Signing in the ways that need no code, in Chromium at the size of a phone: in the file, and on paper."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.driving import PHONE, axe, too_wide, visit
from tests.browser.mailbox import link_in, newest_mail
from tests.documents.signatures import authority, person, signed
from tests.factories import as_handler, make_case, make_handler, make_mentor, sign
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Signature, SignatureUpload
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.fingerprints import grouped
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.people import links

pytestmark = pytest.mark.django_db(transaction=True)
NAME, ADDRESS = "Amal Example", "amal@example.org"


@pytest.fixture
def trusted(settings: Any, tmp_path: Path) -> None:
    file = tmp_path / "authority.pem"
    file.write_bytes(authority().pem)
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TRUSTED_CERTIFICATES": [str(file)]}


def make(**more: Any) -> Case:
    return make_case(
        state="paired", agreement="out", name=NAME, email=ADDRESS, real_pdf=True, user=make_handler(), **more
    )


def aside(function: Callable[..., bytes], *arguments: Any) -> bytes:
    """Call in another thread: Playwright keeps an event loop in this one, and so does the signing library."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *arguments).result()


def look(page: Page) -> None:
    """The page as it stands is accessible and fits on the phone."""
    assert axe(page) == []
    assert too_wide(page) == 0


def heading(page: Page) -> Any:
    return expect(page.get_by_role("heading", level=1))


def downloaded(page: Page, way: str) -> bytes:
    with page.expect_download() as waits:
        page.locator(f"#way-{way}").get_by_role("link", name="Download the PDF").click()
    assert waits.value.suggested_filename.endswith(".pdf")
    return Path(waits.value.path()).read_bytes()


def enter(page: Page, case: Case) -> None:
    visit(page, link_in(newest_mail(ADDRESS)))
    page.get_by_role("button", name="Open my page").click()
    page.get_by_role("link", name="Go to the agreement").click()


def test_a_mentee_signs_in_the_file(new_page: Callable[..., Page], trusted: None) -> None:
    case = make()
    document = case.agreements.get().document
    assert grouped(document.sha256) in newest_mail(ADDRESS)
    page = new_page(size=PHONE, java_script_enabled=False)
    enter(page, case)
    page.get_by_text("With your own certificate").click()
    content = downloaded(page, "file")
    # Not the file that was signed but the one from before: told, and nothing lost.
    page.get_by_label("The signed PDF").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    page.get_by_role("button", name="Send the signed file").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no new signature in the file.")
    expect(page.locator("#way-file .mtg-err")).to_contain_text("There is no new signature in the file.")
    expect(page.get_by_role("button", name="Send the signed file")).to_be_visible()
    assert not Signature.objects.exists()
    right = aside(signed, content, person(NAME, authority()))
    page.get_by_label("The signed PDF").set_input_files(
        {"name": "b.pdf", "mimeType": "application/pdf", "buffer": right}
    )
    page.get_by_role("button", name="Send the signed file").click()
    heading(page).to_have_text("Thank you, you have signed")
    expect(page.locator("main")).to_contain_text(
        "Signed by Amal Example. The certificate was issued by Example Population"
    )
    signature = Signature.objects.get()
    assert (signature.method, signature.party.mentee) == ("certificate", case.mentee)
    page.get_by_role("link", name="Go to my page").click()
    expect(page.locator("main")).to_contain_text("You have signed. We wait until everybody has signed")


def test_a_mentee_signs_on_paper(new_page: Callable[..., Page]) -> None:
    case = make()
    page = new_page(size=PHONE, java_script_enabled=False)
    enter(page, case)
    page.get_by_text("On paper", exact=True).click()
    assert downloaded(page, "paper").startswith(b"%PDF-")
    page.get_by_role("button", name="Send the paper").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the scan or photo of the signed paper.")
    photo = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(photo, "JPEG")
    scan = {"name": "IMG_0417.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    page.get_by_label("Scan or photo of the signed paper").set_input_files(scan)
    page.get_by_role("button", name="Send the paper").click()
    expect(page.get_by_role("heading", name="Your signed copy has arrived")).to_be_visible()
    upload = SignatureUpload.objects.get()
    assert OutboxMessage.objects.filter(event="copy_waits").count() == 1
    moves.move(
        case.pk, "reject_signature", as_handler(make_handler()), {"upload": upload, "reason": "It is too dark."}
    )  # fmt: skip
    visit(page, link_in(newest_mail(ADDRESS)))
    page.get_by_role("button", name="Open my page").click()
    expect(page.locator("main")).to_contain_text("We could not take the copy that you sent.")
    page.get_by_role("link", name="Go to the agreement").click()
    expect(page.locator("main")).to_contain_text("It is too dark.")
    page.get_by_text("On paper", exact=True).click()
    page.get_by_label("Scan or photo of the signed paper").set_input_files(scan)
    page.get_by_role("button", name="Send the paper").click()
    inputs = {
        "upload": SignatureUpload.objects.get(status="waiting"),
        "parties": list(case.agreements.get().parties.all()),
        "signed_on": clock.today(),
    }
    moves.move(case.pk, "confirm_signature", as_handler(make_handler()), inputs)
    visit(page, "/mentoring/p/agreement/")
    expect(page.get_by_text("On paper, confirmed by the contact person")).to_have_count(3)
    # The record was made at once, for everybody.
    page.get_by_role("link", name="My page").click()
    with page.expect_download() as waits:
        page.get_by_role("link", name="Signing record (PDF)").click()
    assert Path(waits.value.path()).read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("look_as", [{"size": PHONE}, {"color_scheme": "dark"}])
def test_every_state_of_the_agreement_is_accessible(new_page: Callable[..., Page], look_as: dict[str, Any]) -> None:
    case = make()
    page = new_page(**look_as)
    enter(page, case)
    for way in ("file", "paper"):
        page.locator(f"#way-{way} > summary").click()
        look(page)
        page.locator(f"#way-{way} form button").click()
        expect(page.locator(".mtg-sum")).to_be_focused()
        look(page)
    page.get_by_role("link", name="I do not want to sign").click()
    look(page)
    page.get_by_role("button", name="I do not want to sign").click()
    expect(page.get_by_role("heading", name="You have said that you do not want to sign")).to_be_visible()
    look(page)
    page.locator("#way-file > summary").click()
    strange = aside(signed, downloaded(page, "file"), person(NAME))
    page.get_by_label("The signed PDF").set_input_files(
        {"name": "s.pdf", "mimeType": "application/pdf", "buffer": strange}
    )
    page.get_by_role("button", name="Send the signed file").click()
    expect(page.get_by_role("heading", name="Your signed copy has arrived")).to_be_visible()
    look(page)
    user = make_handler()
    moves.move(case.pk, "confirm_signature", as_handler(user), {"upload": SignatureUpload.objects.get()})
    visit(page, "/mentoring/p/agreement/signed/")
    look(page)
    leaving, stays = (member.mentor for member in case.pairs.get().memberships.order_by("pk"))
    new = make_mentor(email="nea@example.org")
    sign(case, mentor=stays)
    inputs = {"leaving": leaving, "joining": new, "reason": "Moved away."}
    moves.move(case.pk, "replace_mentor", as_handler(user), inputs)
    moves.move(case.pk, "send_agreement", as_handler(user))
    other = new_page(**look_as)
    visit(other, f"/mentoring/p/{links.token(links.link_for(case, mentor=new))}/")
    other.get_by_role("button", name="Open my page").click()
    look(other)
    other.get_by_role("link", name="Go to the agreement").click()
    heading(other).to_have_text("Sign the supplement to the agreement")
    other.get_by_text("Fingerprints of the files").click()
    look(other)
    other.get_by_role("link", name="Check a document").first.click()
    expect(other.locator("main input[type=file]")).to_be_visible()
