"""The whole road in Chromium: from the field page to a closed case and back, as visitor, handler, mentee and mentors.

Whoever has no account walks on a phone, without JavaScript. Every page on the way is looked at with axe.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.driving import PHONE, visit
from tests.browser.mailbox import link_in, newest_mail
from tests.browser.road import Calendar, Eye, Site, make_login, small_site
from tests.browser.steps import (
    FIELD,
    FIRST,
    MENTEE,
    PASSWORD,
    SECOND,
    apply,
    box,
    done,
    find_case,
    force,
    go_on,
    heading,
    log_in,
    not_possible,
    open_link,
    press,
    record,
    register_mentor,
    sign,
    state,
    step,
    type_in,
)
from tests.factories import make_field, make_mentor, make_union
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.models import Case, RoutingRule
from wagtail_mentoring.privacy.models import NoticeKind

pytestmark = pytest.mark.django_db(transaction=True)


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
    step(handler, "Enter mentors who have said yes")
    for name in ("Maria Korhonen", "Jukka Laine"):
        box(handler, "Name contains").fill(name)
        press(handler, "Search")
        handler.get_by_role("checkbox", name=name).check()
    handler.get_by_role("checkbox", name="has been asked about these mentors and agrees").check()
    press(handler, "Enter mentors who have said yes")
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
    expect(mentee.locator("main")).to_contain_text("Your next meeting:")
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
    # In the dark scheme it looks at colours (tests/browser/test_tools.py plants one in each scheme).
    assert [line[:30] for line in eye.faults] == ["spoilt, light: image-alt (crit"]
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
