"""The private pages in Chromium: from the mail to the signature without JavaScript, and what axe says of each page."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import PHONE, axe, too_wide, visit
from tests.browser.mailbox import code_in, link_in, newest_mail
from tests.factories import as_handler, make_case, make_field, make_mentor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.people import links

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_mail_to_the_signature_without_javascript(new_page: Callable[..., Page]) -> None:
    case = make_case(state="paired", agreement="out", name="Amina Yusuf", email="amina@example.org", real_pdf=True)
    page = new_page(size=PHONE, java_script_enabled=False)
    visit(page, link_in(newest_mail("amina@example.org")))
    page.get_by_role("button", name="Open my page").click()
    page.get_by_role("link", name="Go to the agreement").click()
    page.get_by_role("button", name="Send me a code").click()
    code = code_in(newest_mail("amina@example.org"))
    page.get_by_label("Code from the e-mail").fill(code)
    page.get_by_label("Write your full name").fill("Amina")
    page.get_by_label("I have read the agreement").check()
    page.get_by_role("button", name="Sign the agreement").click()
    expect(page.locator(".mtg-err")).to_contain_text("Write your name as it stands in the agreement: Amina Yusuf")
    assert page.get_by_label("Code from the e-mail").input_value() == code
    page.get_by_label("Write your full name").fill("Amina Yusuf")
    # Enter signs; it does not send another code.
    page.get_by_label("Write your full name").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, you have signed")
    case.refresh_from_db()
    assert case.log.filter(action="mentoring.step.sign").count() == 1
    page.get_by_role("link", name="Go to my page").click()
    page.get_by_role("button", name="Leave this device").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have left")
    assert visit(page, "/mentoring/p/", status=403)


@pytest.mark.parametrize("look", [{"size": PHONE}, {"color_scheme": "dark"}, {"locale": "fi"}, {"locale": "sv"}])
def test_every_private_page_is_accessible(new_page: Callable[..., Page], look: dict[str, Any]) -> None:
    field = make_field(make_union("safa"), "architects")
    both = [make_mentor(field, capacity=3), make_mentor(field, capacity=3)]
    language = look.get("locale", "en")
    people = []
    for state in ("applied", "eligible", "meeting_2"):
        people.append((case := make_case(field, state, mentors=both), case.mentee))
    starts = clock.now() + datetime.timedelta(days=9)
    moves.move(case.pk, "plan_meeting", as_handler(), {"starts_at": starts, "place": "Oodi"})
    people.append((case, both[0]))
    people.append((make_case(field, "closed", closed_from="applied"), None))
    signing = make_case(field, "paired", mentors=both, agreement="out")
    people.append((signing, both[1]))
    page = new_page(**look)
    found: list[str] = []

    def look_at(name: str) -> None:
        found.extend(f"{name}: {fault}" for fault in axe(page))
        if too_wide(page):
            found.append(f"{name}: {too_wide(page)} pixels too wide")

    for case, person in people:
        person = person or case.mentee
        type(person).objects.filter(pk=person.pk).update(language=language)
        link = links.link_for(case, **{"mentor" if person in both else "mentee": person})
        visit(page, f"/mentoring/p/{links.token(link)}/")
        look_at("open")
        page.locator("main form button").click()
        look_at(f"{case.state} {type(person).__name__}")
        assert page.locator("html").get_attribute("lang") == language
    visit(page, "/mentoring/p/agreement/")
    look_at("agreement")
    page.locator("#way-here button").click()
    look_at("code")
    page.locator("#way-here button.mtg-btn").click()
    assert page.locator(".mtg-err").count() == 3
    look_at("errors")
    page.locator(".mtg-leave button").click()
    look_at("left")
    visit(page, "/mentoring/p/x/", status=403)
    look_at("refused")
    page.fill("[name=email]", "somebody@example.org")
    page.locator("main form button").click()
    look_at("sent")
    assert found == [], "\n".join(found)
