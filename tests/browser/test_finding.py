"""A handler finds two mentors, asks them, and pairs a case from the suggestions: in Chromium, from end to end."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.driving import DESKTOP, PHONE, visit
from tests.browser.road import Eye
from tests.desk.volunteers import make_volunteer
from tests.factories import make_agreement_text, make_case, make_field, make_handler, make_union, pretend_pdf
from wagtail_mentoring.messages.texts import load_default_texts
from wagtail_mentoring.models import Case, Proposal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eye(new_page: NewPage) -> Iterator[Eye]:
    eye = Eye(new_page(size=PHONE))
    yield eye
    assert eye.faults == [], "\n".join(eye.faults)


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.locator("main form").get_by_role("button", name=button, exact=True).click()


def follow(page: Page, link: str, where: str = "main") -> None:
    with page.expect_navigation():
        page.locator(where).locator("a", has_text=link).first.click()


def test_from_the_suggestions_to_a_pair(new_page: NewPage, eye: Eye) -> None:
    load_default_texts()
    make_agreement_text()
    union = make_union("tek")
    handler = make_handler(union, "sanna")
    field = make_field(union)
    make_volunteer(field, name="Maria Korhonen", topics=["cv", "networks"], times=["evenings"], capacity=2)
    make_volunteer(field, name="Jukka Laine", topics=["labour_market"], times=["evenings"], oriented_on=None)
    make_volunteer(field, name="Tuula Niemi", municipality="Oulu", in_person=False)
    make_volunteer(field, name="Risto Heino", paused_until="2099-01-01")
    case = make_case(field, "eligible", name="Amina Yusuf", preferred_name="Amina")
    page = visit(new_page(handler, size=DESKTOP), f"/admin/mentoring/cases/{case.pk}/")
    eye.look(page, "case, nobody asked", stock=1)

    # Who fits, and why: answered by the heading and the first card.
    follow(page, "Find mentors", ".mtg-next")
    expect(page.locator("#header-title")).to_contain_text("choices for Amina Yusuf")
    first = page.locator("section.mtg-next")
    expect(first).to_contain_text("Best fit")
    expect(first).to_contain_text("Maria Korhonen")
    expect(first.locator("table")).to_be_visible()
    expect(page.locator("aside.mtg-card").first).to_contain_text("1 of 4 mentors were ruled out")
    folded = page.locator("section.mtg-card").nth(2)
    expect(folded.locator("table")).to_be_hidden()
    folded.locator("summary").click()
    expect(folded.locator("table")).to_be_visible()
    eye.look(page, "suggestions", stock=1)
    page.get_by_label("Name contains").fill("Jukka")
    press(page, "Filter")
    expect(page.locator("#header-title")).to_have_text("One choice for Amina Yusuf")
    follow(page, "Show all again")
    page.set_viewport_size(PHONE)
    eye.look(page, "suggestions on a phone", stock=1)
    page.set_viewport_size(DESKTOP)

    # By hand: the two of them, whatever their points.
    follow(page, "Choose mentors by hand")
    eye.look(page, "by hand", stock=1)
    page.get_by_role("checkbox", name="Maria Korhonen").check()
    page.get_by_role("checkbox", name="Jukka Laine").check()
    press(page, "Go on")
    expect(page.locator("main")).to_contain_text("Jukka Laine gets a mail in English")
    eye.look(page, "invite", stock=1)
    press(page, "Invite this pair")
    expect(page.locator("#asked-section")).to_contain_text("Maria Korhonen")
    eye.look(page, "case, mentors asked", stock=1)

    # Both say yes on the phone; the first time the orientation is asked for.
    follow(page, "Said yes by phone: Maria Korhonen")
    press(page, "Record: yes")
    follow(page, "Said yes by phone: Jukka Laine")
    eye.look(page, "yes by phone", stock=1)
    page.get_by_role("checkbox", name="The mentor has gone through the orientation").check()
    press(page, "Record: yes")
    expect(page.locator(".mtg-next")).to_contain_text("Amina is being asked about the mentors")
    eye.look(page, "case, mentee asked", stock=1)
    follow(page, "Record the mentee’s answer", ".mtg-next")
    page.get_by_role("radio", name="Agrees to these mentors").check()
    with pretend_pdf():
        press(page, "Record the answer")
    expect(page.locator(".mtg-title")).to_contain_text("Paired")
    assert Case.objects.get(pk=case.pk).state == "paired"
    assert Proposal.objects.get().status == "accepted"
    expect(page.locator("main")).to_contain_text("Why this pair?")
    visit(page, "/admin/mentoring/desk/")
    eye.look(page, "my desk", stock=1)


def test_my_desk_from_the_home_page(new_page: NewPage, eye: Eye) -> None:
    union = make_union("tek")
    field = make_field(union)
    page = visit(new_page(make_handler(union, "sanna"), size=DESKTOP), "/admin/mentoring/desk/")
    expect(page.get_by_role("heading", name="You are done")).to_be_visible()
    eye.look(page, "my desk, nothing to do", stock=1)
    case = make_case(field, name="Samir Haddad")
    make_case(field, "eligible", name="Amina Yusuf")
    visit(page, "/admin/")
    follow(page, "2 things need you")
    eye.look(page, "my desk", stock=1)
    page.set_viewport_size(PHONE)
    eye.look(page, "my desk on a phone", stock=1)
    page.set_viewport_size(DESKTOP)
    follow(page, "Read and decide")
    assert page.url.endswith(f"/cases/{case.pk}/")
