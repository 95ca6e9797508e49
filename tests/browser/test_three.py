"""Three people in three browsers find a time, one moves it, one declines; their calendar files read back each time."""

import datetime
from collections.abc import Callable
from email import message_from_bytes
from typing import Any

import pytest
import vobject
from django.core import mail
from playwright.sync_api import Page, expect

from tests.browser.driving import PHONE, axe, too_wide, visit
from tests.factories import as_handler, pair_of
from tests.portal.conftest import address
from tests.portal.three import (
    CANCEL,
    CONCERN,
    CONTACT,
    FEEDBACK,
    HOME,
    MEETING,
    MESSAGES,
    NOTES,
    PLACE,
    RECORD,
    SUGGEST,
    TIMES,
    UNDO,
    soon,
    three,
)
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings import notes
from wagtail_mentoring.meetings.models import Meeting, Slot
from wagtail_mentoring.meetings.searching import answer, suggest
from wagtail_mentoring.messages.conversation import services

pytestmark = pytest.mark.django_db(transaction=True)

NewPage = Callable[..., Page]


def open_page(page: Page, case: Case, person: object) -> Page:
    """Open the private page of ``person`` with the link and the click."""
    visit(page, address(case, person))
    page.get_by_role("button", name="Open my page").click()
    return page


def files() -> dict[str, tuple[str, Any]]:
    """Return by receiver method and event of the calendar files that have come since, and forget the mails."""
    found = {}
    for message in mail.outbox:
        for part in message_from_bytes(message.message().as_bytes()).walk():
            if part.get_content_type() == "text/calendar" and part.get_filename():
                read = vobject.readOne(part.get_payload(decode=True).decode())
                found[message.to[0]] = (read.method.value, read.vevent)
    mail.outbox.clear()
    return found


def fill_times(page: Page, *moments: datetime.datetime) -> None:
    """Type times into the form of suggestions."""
    for row, moment in enumerate(moments):
        page.locator(f"[name=day_{row}]").fill(f"{moment:%Y-%m-%d}")
        page.locator(f"[name=time_{row}]").fill(f"{moment:%H:%M}")


def tick(page: Page, *rows: int) -> None:
    """Tick the own boxes in ``rows`` of the table, and save."""
    for row in rows:
        page.locator(".mtg-slots input[type=checkbox]").nth(row).check()
    page.get_by_role("button", name="Save my times").click()


THREE = {"amal@example.org", "maija@example.org", "erik@example.org"}


def test_three_people_find_a_time_one_moves_it_and_one_declines(new_page: NewPage) -> None:
    case = three()
    maija, erik = pair_of(case)
    # Two on cheap phones without JavaScript, one at a desk.
    phone = {"size": PHONE, "java_script_enabled": False}
    of_amal, of_maija, of_erik = new_page(**phone), new_page(), new_page(**phone)
    for page, person in ((of_amal, case.mentee), (of_maija, maija), (of_erik, erik)):
        open_page(page, case, person)
    mail.outbox.clear()

    # Maija suggests, Erik and Amal tick, Amal books.
    of_maija.get_by_role("link", name="Suggest times").click()
    fill_times(of_maija, soon(3), soon(4, 17), soon(5, 9))
    of_maija.get_by_label("Where do you meet?").fill("Library Oodi")
    of_maija.get_by_role("button", name="Send", exact=True).click()
    expect(of_maija.get_by_role("heading", level=1)).to_have_text("Find a time for three")
    assert {message.to[0] for message in mail.outbox} == THREE - {"maija@example.org"}
    mail.outbox.clear()
    visit(of_erik, HOME)
    of_erik.get_by_role("link", name="Tick your times").click()
    tick(of_erik, 1, 2)
    expect(of_erik.locator(".mtg-saved")).to_contain_text("Saved")
    visit(of_amal, TIMES)
    expect(of_amal.locator("tbody tr").nth(0)).to_contain_text("Erik cannot")
    tick(of_amal, 1)
    expect(of_amal.locator(".is-all")).to_contain_text("All three can")
    of_amal.get_by_role("button", name="Book this time").click()
    expect(of_amal.locator("main")).to_contain_text("Library Oodi")
    booked = files()
    assert set(booked) == THREE
    assert {method for method, _event in booked.values()} == {"REQUEST"}
    assert {event.dtstart.value for _method, event in booked.values()} == {soon(4, 17)}
    uid = booked["erik@example.org"][1].uid.value
    assert [str(event.summary.value) for _method, event in booked.values()] == ["Mentoring meeting 1"] * 3

    # Erik moves it: he suggests another time; when the others can, Maija books it.
    visit(of_erik, HOME)
    of_erik.get_by_role("link", name="Open the meeting").first.click()
    of_erik.get_by_role("link", name="Find another time").click()
    fill_times(of_erik, soon(6, 18))
    of_erik.get_by_role("button", name="Send", exact=True).click()
    expect(of_erik.locator("main")).to_contain_text("It stays until another one is booked.")
    for page in (of_amal, of_maija):
        visit(page, HOME)
        expect(page.locator("main")).to_contain_text("Other times are suggested for it.")
        page.get_by_role("link", name="Tick your times").click()
        tick(page, 0)
    of_maija.get_by_role("button", name="Book this time").click()
    moved = files()
    assert set(moved) == THREE and {event.dtstart.value for _method, event in moved.values()} == {soon(6, 18)}
    for receiver, (method, event) in moved.items():
        before = booked[receiver][1]
        assert (method, event.uid.value) == ("REQUEST", uid)
        assert int(event.sequence.value) > int(before.sequence.value)

    # Amal cannot come: the meeting leaves all calendars, and another time is looked for.
    visit(of_amal, MEETING)
    of_amal.get_by_role("link", name="Cancel this meeting").click()
    of_amal.get_by_role("button", name="Cancel the meeting").click()
    expect(of_amal.locator("main")).to_contain_text("No time yet")
    cancelled = files()
    assert {method for method, _event in cancelled.values()} == {"CANCEL"} and set(cancelled) == THREE
    for receiver, (_method, event) in cancelled.items():
        assert event.uid.value == uid
        assert int(event.sequence.value) > int(moved[receiver][1].sequence.value)
    assert Meeting.objects.get().status == "cancelled"

    # New times: Amal can at none of them, and the page says who can and invites other times.
    visit(of_maija, SUGGEST)
    fill_times(of_maija, soon(8), soon(9))
    of_maija.get_by_role("button", name="Send", exact=True).click()
    expect(of_maija.get_by_role("heading", level=1)).to_have_text("Find a time for three")
    visit(of_erik, TIMES)
    tick(of_erik, 0)
    expect(of_erik.locator(".mtg-saved")).to_contain_text("Saved")
    visit(of_amal, TIMES)
    tick(of_amal)
    expect(of_amal.locator(".mtg-panel--do")).to_contain_text("No time suits all three of you")
    expect(of_amal.locator(".mtg-panel--do")).to_contain_text("Only the mentors can")
    of_amal.get_by_role("link", name="Suggest other times").click()
    fill_times(of_amal, soon(10, 12))
    of_amal.get_by_role("button", name="Send", exact=True).click()
    expect(of_amal.locator("tbody tr")).to_have_count(3)


def test_the_table_works_with_the_keyboard(new_page: NewPage) -> None:
    case = three()
    suggest(case.pk, pair_of(case)[0], starts=[soon(3), soon(4)], place="Oodi")
    page = open_page(new_page(), case, case.mentee)
    visit(page, TIMES)
    boxes = page.locator(".mtg-slots input[type=checkbox]")
    boxes.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".mtg-saved")).to_contain_text("Saved")
    assert boxes.first.is_checked() and not boxes.nth(1).is_checked()
    for row in range(2):
        box = page.locator(".mtg-slots label").nth(row).bounding_box()
        assert box is not None and box["width"] >= 44 and box["height"] >= 44


@pytest.mark.parametrize("look", [{"size": PHONE}, {"color_scheme": "dark"}, {"size": PHONE, "locale": "fi"}])
def test_every_page_of_a_case_is_accessible(new_page: NewPage, look: dict[str, Any]) -> None:
    case = three()
    maija, erik = pair_of(case)
    if "locale" in look:
        for person in (case.mentee, maija):
            type(person).objects.filter(pk=person.pk).update(language="fi")
    found: list[str] = []
    pages = {}
    for name, person in (("mentee", case.mentee), ("mentor", maija)):
        page = pages[name] = new_page(**look)
        visit(page, address(case, person))
        page.locator("main form button").click()

    def look_at(who: str, where: str) -> None:
        page = pages[who]
        visit(page, where)
        assert page.url.split("/mentoring/p/")[1].split("?")[0] == where.split("/p/")[1], (who, where, page.url)
        found.extend(f"{who} {where}: {fault}" for fault in axe(page))
        if too_wide(page):
            found.append(f"{who} {where}: {too_wide(page)} pixels too wide")

    look_at("mentee", TIMES)
    look_at("mentor", SUGGEST)
    pages["mentor"].locator("main form .mtg-btn").click()
    found.extend(f"errors: {fault}" for fault in axe(pages["mentor"]))
    if too_wide(pages["mentor"]):
        found.append("errors: too wide")
    suggest(case.pk, maija, starts=[soon(3), soon(4), soon(5)], place="Oodi")
    slots = [slot.pk for slot in Slot.objects.order_by("starts_at")]
    look_at("mentee", TIMES)
    answer(case.pk, erik, slots[:2])
    answer(case.pk, case.mentee, slots[1:])
    look_at("mentor", TIMES)
    moves.move(case.pk, "plan_meeting", as_handler(), {"starts_at": soon(), "place": "Oodi"})
    for where in (HOME, MEETING, PLACE, CANCEL):
        look_at("mentee", where)
    began = clock.now() - datetime.timedelta(hours=4)
    Meeting.objects.update(starts_at=began)
    look_at("mentor", RECORD)
    inputs = {"number": 1, "starts_at": began, "mentee_present": True, "mentors_present": [maija, erik]}
    moves.move(case.pk, "record_meeting", as_handler(), inputs)
    services.write_to_three(case.pk, maija, "I am late.")
    services.raise_concern(case.pk, case.mentee, "other", "Something.")
    note = notes.write(case.pk, case.mentee, 1, "Ask more.", True)
    for where in (HOME, FEEDBACK, MESSAGES, CONTACT, CONCERN, f"{CONCERN}sent/", NOTES, f"{NOTES}{note.pk}/"):
        look_at("mentee", where)
    for where in (HOME, UNDO, RECORD, CONCERN, NOTES):
        look_at("mentor", where)
    assert found == []
