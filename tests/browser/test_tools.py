"""The browser tests' own tools notice what they are there for."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NewPage
from tests.browser.driving import PHONE, Problems, axe, too_wide, visit


def test_the_not_found_page_is_accessible_and_fits_a_phone(new_page: NewPage) -> None:
    page = visit(new_page(size=PHONE), "/no-such-page/", status=404)
    assert page.inner_text("h1") == "There is no page at this address"
    assert axe(page) == []
    assert too_wide(page) == 0
    assert visit(new_page(locale="fi"), "/no-such-page/", status=404).get_attribute("html", "lang") == "fi"


def test_an_error_page_is_not_taken_for_the_right_one(page: Page) -> None:
    with pytest.raises(AssertionError, match="answered 404"):
        visit(page, "/no-such-page/")


def test_console_errors_and_requests_to_elsewhere_are_collected(page: Page, problems: Problems) -> None:
    visit(page, "/no-such-page/", status=404)
    page.evaluate("console.error('planted')")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">inline</p>')")
    page.evaluate("fetch('http://127.0.0.1:9/').catch(() => null)")
    problems.expect("planted")
    problems.expect("127.0.0.1:9")
    problems.expect("Content Security Policy")


def test_axe_sees_a_planted_fault(page: Page) -> None:
    visit(page, "/no-such-page/", status=404)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"/static/site/none.png\">')")
    assert any(line.startswith("image-alt (critical)") for line in axe(page))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_sees_what_cannot_be_read_in_either_scheme(new_page: NewPage, scheme: str) -> None:
    page = visit(new_page(color_scheme=scheme), "/no-such-page/", status=404)
    page.evaluate("document.querySelector('h1').style = 'color: #777; background: #666'")
    assert any(line.startswith("color-contrast (serious)") for line in axe(page))


def test_a_logged_in_person_and_a_visitor_are_apart(new_page: NewPage, django_user_model: type) -> None:
    user = django_user_model.objects.create_superuser("admin", "admin@example.org", "password")  # type: ignore[attr-defined]
    assert "/admin/login/" in visit(new_page(), "/admin/").url
    assert visit(new_page(user=user), "/admin/").url.endswith("/admin/")
