"""Concerns in Chromium: a mentee tells the union and the supervisors, who take them up and settle them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.driving import DESKTOP, PHONE, axe, too_wide, visit
from tests.browser.road import Eye
from tests.factories import make_handler, make_supervisor, pair_of
from tests.portal.conftest import address
from tests.portal.three import CONCERN, three
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.conversation.models import Concern

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/mentoring/concerns/"
ABOUT_MENTOR = "Erik is late each time, and then he is angry with me. I do not want to meet him alone any more."
ABOUT_CONTACT = "I have written four times since September. Nobody answers."
#: Set it to a folder, and every screen leaves its picture there, light, dark and as on a phone.
PICTURES = os.environ.get("MENTORING_PICTURES", "")


@pytest.fixture
def eye(new_page: NewPage) -> Iterator[Eye]:
    eye = Eye(new_page(size=PHONE))
    yield eye
    assert eye.faults == [], "\n".join(eye.faults)


def picture(page: Page, name: str) -> None:
    """Leave pictures of the page where the tests were asked for them."""
    if not PICTURES:
        return
    for variant, size, scheme in (("light", DESKTOP, "light"), ("dark", DESKTOP, "dark"), ("phone", PHONE, "light")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        if size is PHONE:
            # The menu folds when the page is opened, not when the window shrinks.
            page.add_style_tag(content=".sidebar{display:none}.wrapper{margin:0!important;padding:0!important}")
        page.screenshot(path=Path(PICTURES) / f"{name}-{variant}.png", full_page=True)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")


def tell(page: Page, about: str, body: str) -> None:
    """Raise a concern on the private page that is open; ``about`` is a value of ConcernAbout."""
    visit(page, CONCERN)
    page.locator(f"input[name=about][value={about}]").check()
    page.get_by_label("What happened?").fill(body)
    with page.expect_navigation():
        page.locator("main form").get_by_role("button", name="Send").click()
    expect(page.locator("h1")).to_have_text("We have got it")


def test_concerns_are_taken_up_and_settled(new_page: NewPage, eye: Eye) -> None:
    case = three("meeting_1")
    handler = make_handler(case.union, "sanna")
    Case.objects.filter(pk=case.pk).update(handler=handler)
    supervisor = make_supervisor(case.union, "helena", first_name="Helena", last_name="Virtanen")
    of_supervisor = new_page(supervisor)

    # Nothing yet: the screen says what will come.
    visit(of_supervisor, LIST)
    expect(of_supervisor.locator("main")).to_contain_text("No concern is open")
    eye.look(of_supervisor, "no concern", stock=1)
    picture(of_supervisor, "none")

    # The mentee tells both, and reads before who reads which.
    amal = new_page(size=PHONE)
    visit(amal, address(case, case.mentee))
    with amal.expect_navigation():
        amal.locator("main form button").click()
    visit(amal, CONCERN)
    expect(amal.locator("main")).to_contain_text("The supervisor reads it, and the contact person does not.")
    eye.look(amal, "raise a concern")
    tell(amal, "mentor", ABOUT_MENTOR)
    expect(amal.locator("main")).to_contain_text("The contact persons of TEK read it")
    tell(amal, "contact", ABOUT_CONTACT)
    expect(amal.locator("main")).to_contain_text("The contact person does not read it.")
    of_mentor, of_contact = (Concern.objects.get(about=about) for about in ("mentor", "contact"))

    # The supervisor: the list, the concern, with the keyboard alone, and the words that it needs.
    of_supervisor.reload()
    expect(of_supervisor.locator("#header-title").last).to_have_text("1 concern is open")
    row = of_supervisor.locator("#open-section tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Amal Haddad")
    expect(row).to_contain_text("The contact person")
    eye.look(of_supervisor, "concerns of the supervisor", stock=1)
    picture(of_supervisor, "list")
    row.get_by_role("link").first.focus()
    with of_supervisor.expect_navigation():
        of_supervisor.keyboard.press("Enter")
    main = of_supervisor.locator("main")
    expect(main).to_contain_text(ABOUT_CONTACT)
    expect(main).to_contain_text("Only the supervisors of the union read it.")
    eye.look(of_supervisor, "one concern", stock=1)
    picture(of_supervisor, "one")
    with of_supervisor.expect_navigation():
        main.get_by_role("button", name="I take it up").click()
    expect(main).to_contain_text("Taken up by Helena Virtanen")
    expect(main.get_by_role("button", name="I take it up")).to_have_count(0)
    picture(of_supervisor, "taken")
    settle = of_supervisor.get_by_role("button", name="Settle the concern")
    with of_supervisor.expect_navigation():
        settle.click()
    expect(main).to_contain_text("Write what was done.")
    eye.look(of_supervisor, "settle with errors", stock=1)
    picture(of_supervisor, "errors")
    outcome = of_supervisor.get_by_role("textbox", name="What was done")
    outcome.fill("Another colleague answers from today on. I have called Amal.")
    with of_supervisor.expect_navigation():
        settle.click()
    expect(main).to_contain_text("The concern is settled.")
    expect(main).to_contain_text("No concern is open")
    eye.look(of_supervisor, "settled concerns", stock=1)
    picture(of_supervisor, "settled")
    with of_supervisor.expect_navigation():
        main.get_by_role("link", name="Amal Haddad").click()
    expect(main).to_contain_text("Another colleague answers from today on.")
    expect(main).to_contain_text("Taken up by Helena Virtanen")
    expect(of_supervisor.get_by_role("button", name="Settle the concern")).to_have_count(0)
    eye.look(of_supervisor, "a settled concern", stock=1)
    picture(of_supervisor, "done")

    # The handler it was about learns of the other one alone.
    of_handler = new_page(handler)
    visit(of_handler, f"{LIST}{of_contact.pk}/", status=404)
    visit(of_handler, LIST)
    expect(of_handler.locator("#open-section tbody tr")).to_have_count(1)
    expect(of_handler.locator("main")).to_contain_text("A mentor")
    visit(of_handler, f"{LIST}{of_mentor.pk}/")
    expect(of_handler.locator("main")).to_contain_text(ABOUT_MENTOR)
    picture(of_handler, "handler")
    visit(of_supervisor, f"{LIST}{of_mentor.pk}/", status=404)

    # The mentee reads how far each is, and the pair nothing of either.
    visit(amal, CONCERN)
    expect(amal.locator("main")).to_contain_text("It has been dealt with.")
    expect(amal.locator("main")).to_contain_text("Sent. Nobody has taken it up yet.")
    maija = new_page(size=PHONE)
    visit(maija, address(case, pair_of(case)[0]))
    with maija.expect_navigation():
        maija.locator("main form button").click()
    expect(maija.locator("main")).not_to_contain_text("oncern")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_screens_in_both_schemes(new_page: NewPage, scheme: str) -> None:
    case = three("meeting_1")
    supervisor = make_supervisor(case.union, "helena")
    open_one = Concern.objects.create(case=case, mentee=case.mentee, about="contact", body=ABOUT_CONTACT)
    page = new_page(supervisor, color_scheme=scheme)
    for where in (LIST, f"{LIST}{open_one.pk}/"):
        visit(page, where)
        assert [fault for fault in axe(page) if "color-contrast" in fault] == []
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert too_wide(page) == 0, where
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
