"""What people do on the road, a page or a step at a time: the applicant, the mentors, and the handler in the admin."""

import re
from typing import Literal

from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import visit
from tests.browser.mailbox import code_in, link_in, newest_mail
from tests.browser.road import Calendar, Eye

FIELD = "masters-in-technology"
MENTEE, FIRST, SECOND = "amal@example.org", "maria@example.org", "jukka@example.org"
PASSWORD = "a-handlers-own-password"


def heading(page: Page, text: str) -> None:
    expect(page.locator("main h1:not(.w-sr-only), .mtg-title h2").first).to_have_text(text)


def go_on(page: Page, to: str) -> None:
    page.get_by_role("button", name="Save and go on").last.click()
    assert f"/draft/{to}/" in page.url, f"{page.url}: {page.locator('.mtg-sum').all_inner_texts()}"


def apply(page: Page, eye: Eye) -> str:
    """Walk through the seven steps from the field page on; return the reference on the receipt."""
    page.get_by_role("link", name="Apply for mentoring").first.click()
    heading(page, "Before you apply")
    expect(page.locator("main")).to_contain_text("immigration authorities")
    eye.look_without_javascript(page, "start")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Begin my application").click()
    page.get_by_role("button", name="Save and go on").last.click()
    expect(page.locator(".mtg-sum")).to_contain_text("Write your name.")
    eye.look_without_javascript(page, "a step with errors")
    page.get_by_label("What is your name?").fill("Amal Example")
    page.get_by_label("What is your e-mail address?").fill(MENTEE)
    page.get_by_label("Where do you live?").fill("Espoo")
    go_on(page, "profession")
    eye.look_without_javascript(page, "step 2")
    page.get_by_label("What is your profession?").fill("Software engineer")
    page.get_by_label("Master’s degree").check()
    page.get_by_label("Yes, I have finished it").check()
    page.get_by_label("In which year did you finish?").fill("2016")
    page.get_by_label("In which country did you study?").fill("Jordan")
    go_on(page, "work")
    eye.look_without_javascript(page, "step 3")
    page.get_by_label("How many years have you worked").fill("7")
    for language in ("English", "Finnish", "Swedish"):
        page.get_by_label(f"How well do you speak {language}?").select_option("b2")
    go_on(page, "goals")
    eye.look_without_javascript(page, "step 4")
    page.get_by_label("Make my CV and applications better").check()
    go_on(page, "meeting")
    eye.look_without_javascript(page, "step 5")
    page.get_by_label("We meet online").check()
    page.get_by_label("Weekdays after 17").check()
    go_on(page, "right")
    eye.look_without_javascript(page, "step 6")
    page.get_by_label("I have a residence permit").check()
    go_on(page, "check")
    heading(page, "Check your answers")
    expect(page.locator("main")).to_contain_text("Step 7 of 7")
    expect(page.locator("main")).to_contain_text("Software engineer")
    eye.look_without_javascript(page, "review")
    page.get_by_label("I am 18 or older").check()
    page.get_by_role("button", name="Send my application").click()
    heading(page, "We have your application")
    expect(page.locator("main")).to_contain_text(MENTEE)
    eye.look_without_javascript(page, "receipt")
    return page.locator(".mtg-ref").inner_text()


def open_link(page: Page, address: str, eye: Eye | None = None) -> None:
    """Open the private link of the newest mail to ``address``: one click more, which no mail scanner makes."""
    visit(page, link_in(newest_mail(address)))
    heading(page, "Open your page")
    if eye:
        eye.look_without_javascript(page, "open-link")
    page.get_by_role("button", name="Open my page").click()
    assert page.url.endswith("/mentoring/p/")


def sign(page: Page, address: str, name: str, eye: Eye | None = None) -> None:
    """Read the agreement, ask for the code, read it in the mail, sign."""
    page.get_by_role("link", name="Go to the agreement").click()
    heading(page, "Sign the ethics agreement")
    expect(page.locator("main")).to_contain_text("Read the whole agreement")
    if eye:
        eye.look_without_javascript(page, "agreement")
    page.get_by_role("button", name="Send me a code").click()
    if eye:
        eye.look_without_javascript(page, "agreement with code")
    page.get_by_label("Code from the e-mail").fill(code_in(newest_mail(address)))
    page.get_by_label("Write your full name").fill(name)
    page.get_by_label("I have read the agreement").check()
    page.get_by_role("button", name="Sign the agreement").click()
    heading(page, "Thank you, you have signed")
    if eye:
        eye.look_without_javascript(page, "signed")


def box(page: Page, label: str, role: Literal["textbox", "combobox"] = "textbox") -> Locator:
    """Return the field of that label in the admin, where a star marks what is required."""
    return page.get_by_role(role, name=re.compile(rf"^{re.escape(label)}\*?$"))


def log_in(page: Page, username: str) -> None:
    """Log in through Wagtail's own form."""
    visit(page, "/admin/")
    box(page, "Username").fill(username)
    box(page, "Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")


def find_case(page: Page, name: str, eye: Eye) -> None:
    """Find a case as a handler does: Mentoring → Cases, the name."""
    page.get_by_role("button", name="Mentoring").click()
    page.get_by_role("link", name="Cases", exact=True).click()
    expect(page).to_have_title(re.compile("Cases"))
    eye.look(page, "list of cases", stock=1)
    page.get_by_role("link", name=name).click()
    heading(page, name)


def type_in(page: Page, label: str, text: str) -> None:
    """Fill a field with a calendar, and put the calendar away: it opens a moment after the field is entered."""
    field = box(page, label)
    field.fill(text)
    calendar = page.locator(".xdsoft_datetimepicker:visible")
    expect(calendar).to_have_count(1)
    # Not by Tab: the next field may have a calendar too.
    field.press("Escape")
    field.blur()
    expect(calendar).to_have_count(0)


def press(page: Page, button: str) -> None:
    """Press the button of a step's form."""
    with page.expect_navigation():
        page.locator("main form").get_by_role("button", name=button).click()


def step(page: Page, label: str, card: str = ".mtg-next") -> None:
    """Follow the button of a step on the case page."""
    with page.expect_navigation():
        page.locator(card).get_by_role("link", name=label).click()


def state(page: Page, label: str) -> None:
    expect(page.locator(".mtg-title .w-status")).to_have_text(label)


def not_possible(page: Page, label: str) -> str:
    """Return the reason that stands beside a greyed step."""
    row = page.locator(".mtg-blocked", has_text=label)
    expect(row.get_by_role("link")).to_have_attribute("aria-disabled", "true")
    reason = row.locator("span").inner_text()
    assert reason
    return reason


def force(page: Page, name: str) -> int:
    """Send the form that is open to the address of another step, as a page left open does; return the status."""
    with page.expect_navigation() as sent:
        page.evaluate(
            "name => { const form = document.querySelector('main form[method=post]');"
            " form.action = form.action.replace(/[a-z_]+\\/$/, name + '/'); form.noValidate = true; form.submit(); }",
            name,
        )
    return int(sent.value.status)


def record(page: Page, number: int, when: str = "") -> None:
    step(page, f"Record meeting {number}")
    if when:
        type_in(page, "Day and time", when)
    page.get_by_role("checkbox", name="Amal Example was there").check()
    for name in ("Maria Korhonen", "Jukka Laine"):
        page.get_by_role("checkbox", name=name, exact=True).check()
    press(page, f"Record meeting {number}")


def done(page: Page) -> None:
    expect(page.get_by_role("status")).to_contain_text(": done.")


def register_mentor(page: Page, name: str, email: str, calendar: Calendar) -> None:
    """Write a mentor down who phoned: in the list of mentors, without leaving the admin."""
    page.get_by_role("button", name="Mentoring").click()
    page.get_by_role("link", name="Mentors", exact=True).click()
    page.get_by_role("link", name="Register a mentor").first.click()
    box(page, "Name").fill(name)
    box(page, "E-mail").fill(email)
    page.get_by_role("checkbox", name="Masters in Technology").check()
    type_in(page, "Membership confirmed on", calendar.day())
    type_in(page, "Orientation acknowledged on", calendar.day())
    page.get_by_label("English", exact=True).select_option("b2")
    box(page, "Municipality").fill("Espoo")
    for consent in ("shown_to_mentee", "shown_to_partner"):
        for shown in page.locator(f"[name={consent}]").all()[:4]:
            shown.check()
    press(page, "Register the mentor")
    expect(page.get_by_role("status")).to_contain_text(name)
    assert "privacy" in newest_mail(email).casefold()
