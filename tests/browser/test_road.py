"""The whole road in Chromium: from the field page to a closed case and back, as visitor, handler, mentee and mentors.

Whoever has no account walks on a phone, without JavaScript. Every page on the way is looked at with axe.
"""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage
from tests.browser.driving import PHONE, visit
from tests.browser.mailbox import code_in, link_in, newest_mail
from tests.browser.road import Calendar, Eye, Site, make_login, small_site
from tests.factories import make_field, make_mentor, make_union
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.models import Case, RoutingRule
from wagtail_mentoring.privacy.models import NoticeKind

pytestmark = pytest.mark.django_db(transaction=True)

FIELD = "masters-in-technology"
MENTEE, FIRST, SECOND = "amal@example.org", "maria@example.org", "jukka@example.org"
PASSWORD = "a-handlers-own-password"


@pytest.fixture
def site(live_server: object) -> Site:
    return small_site()


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    return Calendar(monkeypatch)


@pytest.fixture
def eye(new_page: NewPage) -> Iterator[Eye]:
    """An eye whose findings fail the test, all at once at its end."""
    eye = Eye(new_page(size=PHONE))
    yield eye
    assert eye.faults == [], "\n".join(eye.faults)


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
    box(page, label).fill(text)
    calendar = page.locator(".xdsoft_datetimepicker:visible")
    expect(calendar).to_have_count(1)
    page.keyboard.press("Tab")
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


def test_from_the_field_page_to_a_closed_case(site: Site, new_page: NewPage, calendar: Calendar, eye: Eye) -> None:
    field = site.fields[FIELD]
    address = site.publish(FIELD)
    make_login(field.union, "handler-tek", PASSWORD)
    make_mentor(field, name="Maria Korhonen", email=FIRST)

    # A visitor reads, and applies.
    mentee = new_page(size=PHONE, java_script_enabled=False)
    visit(mentee, site.page.url)
    eye.look_without_javascript(mentee, "programme page")
    mentee.get_by_label("What is your profession or degree?").fill("engineer")
    mentee.get_by_role("button", name="Find my field").click()
    mentee.locator("section[aria-labelledby=found]").get_by_role("link").first.click()
    assert mentee.url.endswith(address)
    eye.look_without_javascript(mentee, "field page")
    reference = apply(mentee, eye)
    assert reference.startswith("TEK-")
    open_link(mentee, MENTEE, eye)
    heading(mentee, "We are reading your application")
    eye.look_without_javascript(mentee, "private page, applied")

    # The handler finds the case and decides.
    handler = new_page()
    log_in(handler, "handler-tek")
    register_mentor(handler, "Jukka Laine", SECOND, calendar)
    find_case(handler, "Amal Example", eye)
    state(handler, "Applied")
    expect(handler.locator(".mtg-sub").first).to_contain_text(reference)
    eye.look(handler, "case page", stock=1)
    step(handler, "Accept: the applicant is eligible")
    eye.look(handler, "form of a step", stock=1)
    handler.get_by_role("radio", name="Residence permit").check()
    type_in(handler, "Seen on", calendar.day())
    press(handler, "Record: eligible")
    state(handler, "Eligible")
    assert "mentor" in newest_mail(MENTEE)

    # The pair, and the agreement.
    calendar.forward(days=2)
    step(handler, "Enter a pair that has said yes")
    for label, name in (("First mentor", "Maria Korhonen"), ("Second mentor", "Jukka Laine")):
        choice = box(handler, label, "combobox")
        value = choice.locator("option", has_text=name).get_attribute("value")
        choice.select_option(value)
    handler.get_by_role("checkbox", name="has been asked about these mentors and agrees").check()
    press(handler, "Choose this pair")
    state(handler, "Paired")
    reason = not_possible(handler, "Record meeting 1")
    step(handler, "Send the agreement")
    assert force(handler, "record_meeting") == 409
    expect(handler.locator("main")).to_contain_text(reason)
    expect(handler.locator("main")).to_contain_text("nothing has been changed")
    eye.look(handler, "not possible now", stock=1)
    step(handler, "Send the agreement", ".mtg-card")
    press(handler, "Send the agreement")
    reason = not_possible(handler, "Record meeting 1")
    for name in ("Amal Example", "Maria Korhonen", "Jukka Laine"):
        assert name in reason

    # Three people sign, each from the own mail on the own phone.
    mentors = [new_page(size=PHONE, java_script_enabled=False) for _mentor in (FIRST, SECOND)]
    open_link(mentee, MENTEE)
    heading(mentee, "Read and sign the agreement")
    eye.look_without_javascript(mentee, "private page, agreement out")
    sign(mentee, MENTEE, "Amal Example", eye)
    expect(mentee.locator("main")).to_contain_text("We wait for the others")
    for page, email, name in zip(mentors, (FIRST, SECOND), ("Maria Korhonen", "Jukka Laine"), strict=True):
        open_link(page, email)
        sign(page, email, name)
    expect(mentors[1].locator("main")).to_contain_text("Everybody has signed. You can now meet.")
    mentors[1].get_by_role("link", name="Go to my page").click()
    expect(mentors[1].locator("main")).to_contain_text("Amal Example")
    eye.look_without_javascript(mentors[1], "private page of a mentor")
    answer = mentee.request.get("/mentoring/p/agreement/pdf/")
    assert answer.ok and answer.body().startswith(b"%PDF-")

    # Meeting 1 is planned, held, and recorded as it was planned.
    handler.reload()
    step(handler, "Plan meeting 1")
    type_in(handler, "Day and time", f"{calendar.day(3)} 17:00")
    box(handler, "Place or link").fill("Oodi, 2nd floor")
    press(handler, "Save the time and tell everyone")
    visit(mentee, "/mentoring/p/")
    expect(mentee.locator("main")).to_contain_text("Your next meeting is on")
    expect(mentee.locator("main")).to_contain_text("Oodi, 2nd floor")
    eye.look_without_javascript(mentee, "private page, meeting planned")
    calendar.forward(days=4)
    handler.reload()
    expect(handler.locator("#next-heading")).to_have_text("Record meeting 1")
    record(handler, 1)
    done(handler)
    state(handler, "Meeting 1")
    assert "1" in not_possible(handler, "Close as completed")

    # Meeting 2 nobody planned here. Meeting 3 was held before the planned time.
    calendar.forward(days=8)
    record(handler, 2, f"{calendar.day(-1)} 18:00")
    done(handler)
    step(handler, "Plan meeting 3")
    type_in(handler, "Day and time", f"{calendar.day(9)} 17:00")
    press(handler, "Save the time and tell everyone")
    calendar.forward(days=5)
    record(handler, 3)
    expect(handler.locator("main")).to_contain_text(
        "The time is in the future. A meeting is recorded after it was held."
    )
    expect(handler.get_by_role("checkbox", name="Jukka Laine", exact=True)).to_be_checked()
    type_in(handler, "Day and time", f"{calendar.day(-1)} 17:00")
    press(handler, "Record meeting 3")
    state(handler, "Meeting 3")

    # Closed; the mentee, long logged out, asks for a new link and reads how it ended.
    step(handler, "Close as completed")
    handler.get_by_role("radio", name="A job in the mentee’s own field").check()
    press(handler, "Close the case")
    state(handler, "Closed")
    expect(handler.locator(".mtg-next")).to_contain_text("A job in the mentee’s own field")
    eye.look(handler, "closed case", stock=1)
    visit(mentee, "/mentoring/p/", status=403)
    eye.look_without_javascript(mentee, "session over")
    visit(mentee, "/mentoring/p/new-link/")
    eye.look_without_javascript(mentee, "new link")
    mentee.get_by_label("Your e-mail address").fill(MENTEE)
    mentee.locator("main form button").click()
    eye.look_without_javascript(mentee, "new link sent")
    open_link(mentee, MENTEE)
    heading(mentee, "The mentoring is complete")
    eye.look_without_javascript(mentee, "private page, closed")

    # It was not the end.
    step(handler, "Reopen")
    press(handler, "Reopen the case")
    expect(handler.locator("main form")).to_contain_text("Say why")
    box(handler, "Why").fill("They want to meet once more.")
    press(handler, "Reopen the case")
    state(handler, "Meeting 3")
    expect(handler.locator("main")).to_contain_text("They want to meet once more.")
    visit(mentee, "/mentoring/p/")
    expect(mentee.locator("main h1")).not_to_have_text("The mentoring is complete")
    case = Case.objects.get(reference=reference)
    assert verify_chain(case) == []
    assert case.situation == ""


def test_the_eye_sees_what_a_person_without_javascript_sees(site: Site, new_page: NewPage, eye: Eye) -> None:
    page = visit(new_page(size=PHONE, java_script_enabled=False), site.page.url)
    colour = "getComputedStyle(document.querySelector('.mtg-btn')).backgroundColor"
    eye.look_without_javascript(page, "as it is")
    assert eye.faults == []
    assert eye.twin.evaluate(colour) == page.evaluate(colour)
    image = '<img src="/static/site/none.png">'
    page.evaluate("image => document.querySelector('main').insertAdjacentHTML('beforeend', image)", image)
    eye.look_without_javascript(page, "spoilt")
    assert [line[:30] for line in eye.faults] == ["spoilt, light: image-alt (crit", "spoilt, dark: image-alt (criti"]
    eye.faults.clear()


def test_the_public_texts_and_a_page_that_is_not_there(site: Site, new_page: NewPage, eye: Eye) -> None:
    page = new_page(size=PHONE)
    for kind in NoticeKind:
        visit(page, f"/mentoring/texts/{kind}/")
        eye.look(page, kind)
    for address, status in (("/nothing/", 404), ("/mentoring/p/x/", 403), ("/mentoring/apply/draft/about/", 404)):
        visit(page, address, status)
        eye.look(page, address)


def test_an_applicant_who_phoned(site: Site, new_page: NewPage, calendar: Calendar, eye: Eye) -> None:
    make_login(site.fields[FIELD].union, "handler-tek", PASSWORD)
    page = new_page()
    log_in(page, "handler-tek")
    page.get_by_role("button", name="Mentoring").click()
    page.get_by_role("link", name="Cases", exact=True).click()
    page.get_by_role("link", name="Register an applicant").first.click()
    eye.look(page, "register an applicant", stock=1)
    page.get_by_role("radio", name="By telephone").check()
    box(page, "Professional field", "combobox").select_option(str(site.fields[FIELD].pk))
    box(page, "Name").fill("Farid Rahimi")
    box(page, "E-mail").fill("farid@example.org")
    page.get_by_role("radio", name="suomi").check()
    page.get_by_label("Master’s degree").check()
    page.get_by_role("radio", name="Yes", exact=True).check()
    box(page, "English", "combobox").select_option("b2")
    press(page, "Open the case")
    expect(page.locator("main")).to_contain_text("Ask whether the person is 18 or older.")
    assert box(page, "Name").input_value() == "Farid Rahimi"
    page.get_by_role("checkbox", name="The person is 18 or older").check()
    press(page, "Open the case")
    heading(page, "Farid Rahimi")
    state(page, "Applied")
    expect(page.locator("main")).to_contain_text("Registered by the contact person")
    person = new_page(size=PHONE, java_script_enabled=False)
    visit(person, link_in(newest_mail("farid@example.org")))
    expect(person.locator("html")).to_have_attribute("lang", "fi")


def engineer_from_the_programme_page(page: Page, site: Site) -> None:
    """Apply without a field, as an engineer with a bachelor's degree in a company, up to what follows the sector."""
    visit(page, site.page.url)
    page.get_by_role("link", name="My profession is not here").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Begin my application").click()
    page.get_by_label("What is your name?").fill("Amal Example")
    page.get_by_label("What is your e-mail address?").fill(MENTEE)
    page.get_by_label("Where do you live?").fill("Espoo")
    go_on(page, "profession")
    page.get_by_label("What is your profession?").fill("Engineer")
    page.get_by_label("Bachelor’s degree").check()
    page.get_by_label("Yes, I have finished it").check()
    page.get_by_label("In which year did you finish?").fill("2016")
    page.get_by_label("In which country did you study?").fill("Jordan")
    go_on(page, "sector")
    page.get_by_label("A company").check()
    page.get_by_role("button", name="Save and go on").last.click()


def test_a_third_engineering_union_by_rows_alone(site: Site, new_page: NewPage, eye: Eye) -> None:
    """Nothing but rows, and the applicant for whom no union was found is led to the new one."""
    site.publish(FIELD)
    before = new_page(size=PHONE, java_script_enabled=False)
    engineer_from_the_programme_page(before, site)
    heading(before, "We do not find a union for you yet")
    eye.look_without_javascript(before, "no union")

    third = make_field(make_union("bet", short="BET"), "engineers-in-companies")
    rule = RoutingRule.objects.create(
        programme=site.page.programme,
        sort_order=1,
        words=["engineer"],
        degree_levels=["bachelor"],
        sectors=["private"],
        reasons={"en": "BET is for engineers in companies."},
    )
    rule.unions.add(third.union)
    rule.professions.add(third.profession)
    after = new_page(size=PHONE, java_script_enabled=False)
    engineer_from_the_programme_page(after, site)
    assert "/draft/work/" in after.url
    expect(after.locator("header")).to_contain_text("BET")
