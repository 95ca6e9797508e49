"""The public pages in Chromium: accessible, not too wide, under the strict policy, and without JavaScript."""

from typing import Any

import pytest

from tests.browser.driving import DESKTOP, PHONE, axe, too_wide, visit
from tests.factories import make_field, make_programme, make_union
from tests.pages.site import make_field_page, make_programme_page
from wagtail_mentoring.models import Profession, RoutingRule
from wagtail_mentoring.programme.models import Area

BODY = [
    ("heading", "Work in Finland"),
    ("paragraph", "<p>Offices are <b>small</b>.</p><ul><li>One</li></ul>"),
    ("steps", {"heading": "Steps", "steps": [{"title": "First", "text": "Do it"}]}),
    ("question", {"question": "Why?", "answer": "<p>Therefore</p>"}),
    ("quote", {"text": "It helped me.", "who": "Amal, architect (made-up)"}),
]


@pytest.fixture
def addresses(live_server: Any) -> dict[str, str]:
    """A small site: an open field, a paused one, and a rule that joins them."""
    union = make_union("safa", accent="#1e4a8c", accent_soft="#e9eff8", accent_dark="#a9c8fb")
    architects = make_field(union, "architects")
    paused = make_field(make_union("tek"), "technology")
    paused.intake_open, paused.intake_note = False, {"en": "Open again in February."}
    paused.save()
    Profession.objects.update(area=Area.TECHNOLOGY)
    rule = RoutingRule.objects.create(programme=make_programme(), words=["architect"])
    rule.unions.add(union, make_union("tek"))
    programme = make_programme_page(body=BODY)
    return {
        "programme": programme.url,
        "found": f"{programme.url}?q=architect",
        "nothing": f"{programme.url}?q=astronaut",
        "field": make_field_page(architects, body=BODY).url,
        "paused": make_field_page(paused).url,
        "text": "/mentoring/texts/privacy_notice/safa/",
        "texts": "/mentoring/texts/never_tell/",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_accessible(addresses: dict[str, str], new_page: Any, size: Any, scheme: str) -> None:
    page = new_page(size=size, color_scheme=scheme)
    for name, address in addresses.items():
        visit(page, address)
        assert axe(page) == [], name
        assert too_wide(page) == 0, name


def test_find_a_field_and_change_the_language_without_javascript(addresses: dict[str, str], new_page: Any) -> None:
    page = new_page(size=PHONE, java_script_enabled=False)
    visit(page, addresses["programme"])
    page.get_by_label("What is your profession or degree?").fill("architect")
    page.get_by_role("button", name="Find my field").click()
    assert page.url.endswith("?q=architect#found")
    page.locator("section[aria-labelledby=found] a").first.click()
    assert page.url.endswith(addresses["field"])
    page.get_by_role("button", name="Suomi").click()
    assert page.url.endswith(addresses["field"])
    assert page.locator("html").get_attribute("lang") == "fi"
    assert page.get_by_text("Aihe 1").count() == 1


def test_the_unions_colour_is_that_of_its_button(addresses: dict[str, str], new_page: Any) -> None:
    page = new_page()
    visit(page, addresses["field"])
    colour = page.locator(".mtg-btn").first.evaluate("e => getComputedStyle(e).backgroundColor")
    assert colour == "rgb(30, 74, 140)"


def test_an_editor_sees_the_page_with_the_userbar(addresses: dict[str, str], new_page: Any, admin_user: Any) -> None:
    page = new_page(user=admin_user)
    visit(page, addresses["field"])
    assert page.locator("wagtail-userbar").count() == 1
