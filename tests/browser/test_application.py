"""The application in Chromium without JavaScript: every page is accessible and fits a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.applications.walking import engineers, rule
from tests.browser.conftest import NewPage
from tests.browser.driving import DESKTOP, PHONE, axe, too_wide, visit
from tests.factories import make_field, make_union, make_user
from wagtail_mentoring.models import Case, IntakeEntry

VARIANTS: list[dict[str, Any]] = [
    {"size": DESKTOP},
    {"size": PHONE, "color_scheme": "dark", "locale": "fi"},
]


def sound(page: Page) -> None:
    """Nothing that axe finds, and nothing that makes a person scroll sideways."""
    assert axe(page) == [], page.url
    assert too_wide(page) == 0, page.url


def at(page: Page) -> str:
    """Return the page's address without the place on it, which browsers keep when they are sent on."""
    return page.url.split("#")[0]


def press(page: Page) -> None:
    page.click("button.mtg-btn")
    sound(page)


def about(page: Page) -> None:
    page.fill("[name=name]", "Amal Example")
    page.fill("[name=email]", "amal@example.org")
    page.fill("[name=municipality]", "Tampere")


@pytest.mark.parametrize("variant", VARIANTS, ids=["desktop", "phone-dark-fi"])
def test_from_the_field_page_to_the_receipt(new_page: NewPage, transactional_db: None, variant: dict[str, Any]) -> None:
    engineers()
    kt = make_field(make_union("kt"), "municipal-engineers")
    rule(["engineer"], kt, degree=["bachelor"], sectors=["municipal"], reason="KT is for municipalities.")
    page = visit(new_page(**variant), "/mentoring/apply/mentoring/tek/engineers/")
    sound(page)
    press(page)  # the tick is missing
    page.check("[name=read]")
    press(page)
    press(page)  # all is missing; the summary has the focus
    assert page.evaluate("document.activeElement.className") == "mtg-sum"
    page.click(".mtg-sum a >> nth=0")
    assert page.evaluate("document.activeElement.name") == "name"
    about(page)
    page.press("[name=municipality]", "Enter")  # the Enter key goes on, and not back
    assert at(page).endswith("/profession/")
    sound(page)
    page.fill("[name=profession]", "Engineer")
    page.check("[name=degree_level][value=bachelor]")
    page.check("[name=degree_status][value=completed]")
    page.fill("[name=degree_year]", "2016")
    page.fill("[name=degree_country]", "Jordan")
    page.press("[name=degree_country]", "Enter")
    assert at(page).endswith("/sector/")
    sound(page)
    page.check("[name=sector][value=municipal]")
    press(page)
    assert at(page).endswith("/union/")
    page.check(f"[name=choice][value='{kt.pk}']")
    press(page)
    page.fill("[name=experience_years]", "7")
    for language in ("english", "finnish", "swedish"):
        page.select_option(f"[name={language}]", "b2")
    page.click("button[value=back]")
    assert at(page).endswith("/union/")
    page.click("button.mtg-btn")
    assert page.input_value("[name=experience_years]") == "7", "going back loses nothing"
    press(page)
    page.check("[name=goals][value=cv]")
    press(page)
    page.check("[name=formats][value=online]")
    page.check("[name=times][value=evenings]")
    press(page)
    page.check("[name=basis][value=residence_permit]")
    press(page)
    page.check("[name=adult]")
    press(page)
    case = Case.objects.get()
    assert case.reference in page.inner_text("main") and case.field == kt


def test_it_needs_no_javascript_and_is_resumed_elsewhere(new_page: NewPage, transactional_db: None) -> None:
    from wagtail_mentoring.models import PrivateLink
    from wagtail_mentoring.people import links

    engineers()
    page = visit(new_page(java_script_enabled=False), "/mentoring/apply/mentoring/")
    page.check("[name=read]")
    page.click("button.mtg-btn")
    about(page)
    page.click("button[value=stop]")
    assert page.input_value("[name=email]") == "amal@example.org"
    page.click("button.mtg-btn")
    address = f"/mentoring/apply/resume/{links.token(PrivateLink.objects.get())}/"
    other = visit(new_page(size=PHONE), address)
    sound(other)
    press(other)
    assert other.url.endswith("/profession/")


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"size": PHONE}], ids=["light", "dark", "phone"])
def test_the_intake_queue_in_the_admin(new_page: NewPage, transactional_db: None, options: dict[str, Any]) -> None:
    field = engineers()
    entry = IntakeEntry.objects.create(
        programme=field.participation.programme,
        reason="no_union",
        name="Amal Example",
        email="amal@example.org",
        profession="Engineer",
        answers={
            "name": "Amal Example",
            "hide_municipality": False,
            "municipality": "Tampere",
            "degree_level": "bachelor",
        },
    )
    page = visit(
        new_page(make_user("clerk", ("view_intakeentry", "change_intakeentry")), **options), "/admin/mentoring/intake/"
    )
    assert "Amal Example" in page.inner_text("main")
    # What stock Wagtail listings have themselves.
    assert [line for line in axe(page) if not line.startswith("landmark-unique")] == []
    visit(page, f"/admin/mentoring/intake/{entry.pk}/")
    assert [line for line in axe(page) if not line.startswith("landmark-unique")] == []
    page.select_option("[name=field]", str(field.pk))
    page.click("text=Send to this union")
    page.wait_for_url("**/intake/")
    assert Case.objects.get().field == field
