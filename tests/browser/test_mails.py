"""Every mail as a phone shows it: nothing is wider than the screen, light and dark can be read."""

from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from playwright.sync_api import Browser

from tests.browser.conftest import NewPage
from tests.browser.driving import PHONE, axe, too_wide, visit
from tests.factories import make_field, make_union
from wagtail_mentoring.messages.models import MailEvent, MailText
from wagtail_mentoring.messages.preview import sample
from wagtail_mentoring.messages.texts import LANGUAGES, shipped

pytestmark = pytest.mark.django_db(transaction=True)

#: Mails whose parts are all of those that there are: button, box, heading, long values; each is audited by axe.
AUDITED = ("agreement_out", "meeting_planned", "daily", "daily_handler", "code", "concern_supervisor")


def samples(language: str) -> dict[str, str]:
    """Return every mail in ``language`` as HTML, by its event, with an invented person."""
    make_field(make_union("tek", names={"en": "Academic Engineers and Architects in Finland"}))
    found = {}
    for event in MailEvent.values:
        wording = shipped(language)[event]
        text = MailText(event=event, language=language, subject=wording.subject, body=wording.body)
        found[event] = sample(text, "editor@example.org").html
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mail_is_wider_than_a_phone(chromium: Browser, language: str) -> None:
    context = chromium.new_context(viewport=PHONE, color_scheme="dark")  # type: ignore[arg-type]
    page = context.new_page()
    wide = {}
    for event, html in samples(language).items():
        page.set_content(html)
        if over := too_wide(page):
            wide[event] = over
    context.close()
    assert wide == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_mails_can_be_read_by_everybody(chromium: Browser, scheme: str, tmp_path: Path) -> None:
    found = samples("en")
    context = chromium.new_context(viewport=PHONE, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    faults = {}
    for event in AUDITED:
        file = tmp_path / f"{event}.html"
        file.write_text(found[event], encoding="utf-8")
        page.goto(file.as_uri())
        # A mail is no page of a site: it has neither landmarks nor a main part.
        if wrong := [fault for fault in axe(page) if not fault.startswith(("region", "landmark"))]:
            faults[event] = wrong
    context.close()
    assert faults == {}


def test_nothing_is_cut_or_covered_where_a_text_is_changed(new_page: NewPage) -> None:
    wording = shipped("en")["address_asked"]
    text = MailText.objects.create(event="address_asked", language="en", subject=wording.subject, body=wording.body)
    admin = get_user_model().objects.create_superuser("ada", email="ada@example.org")
    page = new_page(admin, size={"width": 1200, "height": 900})
    visit(page, reverse("mentoring_mailtexts:edit", args=[text.pk]))
    content = page.locator(".content").bounding_box()
    assert content is not None
    for name in ("event", "language", "participation", "subject", "body"):
        box = page.locator(f"#id_{name}").bounding_box()
        assert box is not None and box["x"] + box["width"] <= content["x"] + content["width"] - 40, name
    button = page.locator(".w-minimap__collapse-all").bounding_box()
    assert button is not None
    # The words of the title, line by line.
    ends = page.locator("#header-title span").evaluate("title => [...title.getClientRects()].map(line => line.right)")
    assert len(ends) > 1 and max(ends) < button["x"]
