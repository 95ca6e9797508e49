"""The pages of the own data in Chromium without JavaScript, at the size of a phone, and what axe says of each."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import DESKTOP, PHONE, axe, too_wide, visit
from tests.browser.mailbox import code_in, newest_mail
from tests.factories import make_case, make_field, make_handler, make_mentor, make_union
from tests.portal.conftest import link_of
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentee, PrivateLink
from wagtail_mentoring.privacy.models import SHOWN_OF_MENTOR, Consent, ConsentKind
from wagtail_mentoring.privacy.reading import record_reading
from wagtail_mentoring.setup.texts import load_notices

pytestmark = pytest.mark.django_db(transaction=True)
DATA = "/mentoring/p/data/"
#: Pages that can be looked at once the codes have been typed.
PAGES = {
    "data": DATA,
    "readers": f"{DATA}readers/",
    "contact": f"{DATA}contact/",
    "saved": f"{DATA}contact/saved/",
    "address": f"{DATA}address/",
    "lost": f"{DATA}address/lost/",
    "changed": f"{DATA}address/changed/",
    "consents": f"{DATA}consents/",
    "calendar": f"{DATA}calendar/",
    "export": f"{DATA}export/",
    "stop": "/mentoring/p/stop/",
}


def shot(page: Page, name: str) -> None:
    """Keep a picture to look at, where SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"own-{name}.png", full_page=True)


def looked_at(page: Page, name: str) -> None:
    """Assert that axe finds nothing and that nothing is wider than the page."""
    assert axe(page) == [], name
    assert not too_wide(page), name
    shot(page, name)


def open_page(page: Page, link: PrivateLink) -> None:
    visit(page, f"/mentoring/p/{links.token(link)}/")
    page.locator("main form button").click()


def type_code(page: Page, address: str) -> None:
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("The code that we sent").fill(code_in(newest_mail(address)))
    page.get_by_role("button", name="Go on").click()


def make_three(language: str = "en") -> tuple[Mentee, PrivateLink, PrivateLink]:
    """Return a mentee of whom much is known, with the links of the mentee and of a mentor."""
    load_notices()
    field = make_field(make_union("safa"), "architects")
    mentors = [make_mentor(field, name="Maija Meikäläinen", phone="040 555 1234"), make_mentor(field)]
    case = make_case(
        field,
        "meeting_2",
        mentors=mentors,
        name="Amina Yusuf",
        email="amina@example.org",
        other_languages="Arabic, French",
        access_needs="A room without stairs",
        hide_municipality=True,
        language=language,
        answers={"goals_text": "I want to work as an architect again. " * 4, "times": ["evenings", "weekends"]},
    )
    for kind in (ConsentKind.NOTICE, ConsentKind.FOLLOW_UP):
        Consent.objects.create(mentee=case.mentee, kind=kind)
    for kind in (ConsentKind.SHOWN_TO_MENTEE, ConsentKind.SHOWN_TO_PARTNER):
        Consent.objects.create(mentor=mentors[0], kind=kind, fields=list(SHOWN_OF_MENTOR))
    record_reading(make_handler(field.union), case.union_id, "access_needs", case.pk)
    links.link_for_calendar(case.mentee)
    return case.mentee, link_of(case, case.mentee), link_of(case, mentors[0])


def test_a_mentee_corrects_the_phone_and_the_address_without_javascript(new_page: Callable[..., Page]) -> None:
    mentee, link, _other = make_three()
    page = new_page(size=PHONE, java_script_enabled=False)
    open_page(page, link)
    page.get_by_role("link", name=re.compile("^Your data")).click()
    page.get_by_role("link", name="Change your contact data").click()
    type_code(page, "amina@example.org")
    page.get_by_label("Phone").fill("12")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("not a whole phone number")
    page.get_by_label("Phone").fill("+358 40 123 4567")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your contact data is saved")
    visit(page, DATA)
    page.get_by_role("link", name="Change your e-mail address").click()
    type_code(page, "amina@example.org")
    page.get_by_label("Your new e-mail address").fill("amina.new@example.org")
    page.get_by_role("button", name="Send a code to it").click()
    page.get_by_label("The code that we sent").fill(code_in(newest_mail("amina.new@example.org")))
    page.get_by_role("button", name="Change my address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your e-mail address is changed")
    mentee.refresh_from_db()
    assert (mentee.phone, mentee.email) == ("+358 40 123 4567", "amina.new@example.org")
    assert "From now on we write to the new one" in newest_mail("amina@example.org")
    page.get_by_role("link", name="Go to my page").click()
    expect(page.get_by_role("link", name=re.compile("^Your data"))).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_on_any_page(new_page: Callable[..., Page], size: dict[str, int]) -> None:
    _mentee, link, mentors_link = make_three()
    page, name = new_page(size=size), "phone" if size == PHONE else "desktop"
    open_page(page, link)
    for number, purpose in enumerate(("contact", "address_old", "export")):
        visit(page, f"{DATA}code/{purpose}/")
        if number == 1:
            looked_at(page, f"{name}-code-ask")
        page.get_by_role("button", name="Send me a code").click()
        if number == 1:
            page.get_by_label("The code that we sent").fill("1")
            page.get_by_role("button", name="Go on").click()
            looked_at(page, f"{name}-code-wrong")
        page.get_by_label("The code that we sent").fill(code_in(newest_mail("amina@example.org")))
        page.get_by_role("button", name="Go on").click()
    for key, address in PAGES.items():
        visit(page, address)
        looked_at(page, f"{name}-{key}")
    visit(page, PAGES["contact"])
    page.get_by_label("Phone").fill("12")
    page.get_by_role("button", name="Save").click()
    looked_at(page, f"{name}-contact-wrong")
    visit(page, PAGES["address"])
    page.get_by_label("Your new e-mail address").fill("amina.new@example.org")
    page.get_by_role("button", name="Send a code to it").click()
    looked_at(page, f"{name}-new-address")
    visit(page, DATA)
    looked_at(page, f"{name}-data-waiting")
    mentor = new_page(size=size)
    open_page(mentor, mentors_link)
    for key in ("data", "readers", "consents", "stop"):
        visit(mentor, PAGES[key])
        looked_at(mentor, f"{name}-mentor-{key}")
    mentor.get_by_role("button", name="Tell the contact person that I want to leave").click()
    looked_at(mentor, f"{name}-mentor-left")
