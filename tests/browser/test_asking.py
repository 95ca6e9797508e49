"""Mentors are asked and answer by their own pages, in Chromium: one case from a suggestion, and a queue of thirty."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.driving import PHONE, visit
from tests.browser.mailbox import link_in, newest_mail
from tests.browser.road import Calendar
from tests.desk.volunteers import make_volunteer
from tests.factories import make_agreement_text, make_case, make_field, make_handler, make_union, pretend_pdf
from tests.pairing.queues import make_waiting, make_willing
from wagtail_mentoring.messages.texts import load_default_texts
from wagtail_mentoring.models import Case, Invitation, Mentee, Place, Proposal
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.setup.texts import load_notices

pytestmark = pytest.mark.django_db(transaction=True)

AMINA, CONTACT = "amina@example.org", "mentoring@tek.example.org"
YES, NO = "Yes, I will mentor", "No, I have no time now"


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    return Calendar(monkeypatch)


@pytest.fixture
def field() -> Iterator[Any]:
    """A field of a union whose mentees are asked about the pair."""
    load_default_texts()
    load_notices()
    make_agreement_text()
    with pretend_pdf():
        yield make_field(make_union("tek"))


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def open_mail(page: Page, address: str) -> Page:
    """Open the page to which the newest mail to ``address`` leads."""
    visit(page, link_in(newest_mail(address)))
    page.get_by_role("button", name="Open my page").click()
    return page


def answer(page: Page, address: str, choice: str) -> None:
    """Answer the invitation in the newest mail to ``address``."""
    open_mail(page, address)
    page.get_by_label(choice).check()
    page.get_by_role("button", name="Send my answer").click()
    heading(page, "Thank you, you have said yes" if choice == YES else "Thank you for your answer")


def choose(page: Page, choice: str) -> None:
    """Answer, as the mentee whose page is open, the question about the mentors."""
    page.get_by_role("link", name="See them and answer").click()
    page.get_by_label(choice).check()
    page.get_by_role("button", name="Send my answer").click()


def press(page: Page, button: str | re.Pattern[str]) -> None:
    with page.expect_navigation(timeout=60_000):
        page.locator("main").get_by_role("button", name=button).first.click(timeout=60_000)


def follow(page: Page, link: str, where: str = "main") -> None:
    with page.expect_navigation():
        page.locator(where).locator("a", has_text=link).first.click()


def subjects(address: str) -> list[str]:
    return [message.subject for message in mail.outbox if message.to == [address]]


def test_mentors_accept_decline_and_let_expire_until_the_mentee_agrees(
    new_page: NewPage, field: Any, calendar: Calendar
) -> None:
    good = {"topics": ["cv", "networks"], "times": ["evenings"]}
    make_volunteer(field, name="Maria Korhonen", email="maria@example.org", **good)
    make_volunteer(field, name="Jukka Laine", email="jukka@example.org", **good)
    make_volunteer(field, name="Tuula Niemi", email="tuula@example.org")
    make_volunteer(field, name="Risto Heino", email="risto@example.org")
    answers = {"goals": ["cv", "networks"], "times": ["evenings"]}
    case = make_case(field, "eligible", name="Amina Yusuf", preferred_name="Amina", email=AMINA, answers=answers)
    desk = visit(new_page(make_handler(field.union, "sanna")), f"/admin/mentoring/cases/{case.pk}/")
    person = new_page(size=PHONE, java_script_enabled=False)

    # From the card of the best suggestion.
    follow(desk, "Find mentors", ".mtg-next")
    best = desk.locator("section.mtg-next")
    expect(best).to_contain_text("Maria Korhonen")
    expect(best).to_contain_text("Jukka Laine")
    follow(desk, "Invite", "section.mtg-next")
    press(desk, "Invite this pair")
    expect(desk.locator("#asked-section")).to_contain_text("Jukka Laine")

    # One accepts, one declines: the next candidates stand on the case at once.
    answer(person, "maria@example.org", YES)
    expect(person.locator("main")).to_contain_text("We wait until everybody has answered.")
    answer(person, "jukka@example.org", NO)
    assert "One mentor is missing" in subjects(CONTACT)[-1]
    desk.reload()
    expect(desk.locator(".mtg-next").first).to_contain_text("together with Maria Korhonen")
    row = desk.locator("#asked-section li", has_text="of 100 points").first
    expect(row).to_contain_text(re.compile("Tuula Niemi|Risto Heino"))
    third = "tuula" if "Tuula" in row.inner_text() else "risto"
    with desk.expect_navigation():
        row.locator("a.button").click()
    press(desk, "Invite this mentor")

    # The third is reminded, and lets it expire; coming late, she reads so in kind words.
    calendar.forward(days=4)
    call_command("mentoring_due", verbosity=0)
    assert subjects(f"{third}@example.org")[-1] == "A reminder: would you mentor a colleague?"
    late = link_in(newest_mail(f"{third}@example.org"))
    calendar.forward(days=5)
    call_command("mentoring_due", verbosity=0)
    visit(person, late)
    person.get_by_role("button", name="Open my page").click()
    heading(person, "The time to answer is over")
    assert Place.objects.count() == 1

    # The fourth is suggested at once, says yes, and the mentee is asked.
    desk.reload()
    fourth = "risto" if third == "tuula" else "tuula"
    row = desk.locator("#asked-section li", has_text="of 100 points").first
    expect(row).to_contain_text(fourth.capitalize())
    with desk.expect_navigation():
        row.locator("a.button").click()
    press(desk, "Invite this mentor")
    assert "A question about your mentoring" not in subjects(AMINA)
    answer(person, f"{fourth}@example.org", YES)
    open_mail(person, AMINA)
    heading(person, "Your mentors have said yes: do they suit you?")
    expect(person.locator("main")).to_contain_text("Please answer by")
    choose(person, "Yes, these mentors suit me")
    expect(person.locator("main")).to_contain_text("Read and sign the agreement")

    # The pair is made, and the agreement has gone out to all three.
    desk.reload()
    expect(desk.locator(".mtg-title")).to_contain_text("Paired")
    assert Case.objects.get(pk=case.pk).state == "paired"
    for address in (AMINA, "maria@example.org", f"{fourth}@example.org"):
        assert "agreement" in newest_mail(address)
    assert "agreement" not in newest_mail("jukka@example.org") + newest_mail(f"{third}@example.org")


def test_a_queue_of_thirty_whose_mentors_and_mentees_answer_by_their_pages(
    new_page: NewPage, field: Any, calendar: Calendar
) -> None:
    for number in range(30):
        case = make_waiting(field, days=40 - number, name=f"Person {number + 1:02}")
        Mentee.objects.filter(pk=case.mentee_id).update(email=f"person{number + 1:02}@example.org")
    for number in range(60):
        make_willing(field, name=f"Mentor {number + 1:02}")
    desk = visit(new_page(make_handler(field.union, "sanna")), "/admin/mentoring/plans/")
    press(desk, "Make a plan for 30 people")
    expect(desk.locator("#header-title")).to_have_text("30 of 30 waiting people get mentors")
    with desk.expect_navigation(timeout=90_000):
        desk.locator("#approve").click(timeout=90_000)
    proposals = list(Proposal.objects.order_by("case__state_since"))
    assert (len(proposals), Invitation.objects.filter(status="asked").count()) == (30, 60)

    person = new_page(size=PHONE, java_script_enabled=False)

    def mentors_say(proposal: Proposal, *choices: str) -> None:
        asked = Mentor.objects.filter(invitations__proposal=proposal).order_by("pk")
        for mentor, choice in zip(asked, choices, strict=True):
            answer(person, mentor.email, choice)

    agrees, refuses, silent, half, nobody = proposals[:5]
    for proposal in (agrees, refuses, silent):
        mentors_say(proposal, YES, YES)
    mentors_say(half, YES, NO)
    mentors_say(nobody, NO, NO)
    choose(open_mail(person, agrees.case.mentee.email), "Yes, these mentors suit me")
    expect(person.locator("main")).to_contain_text("agreement")
    choose(open_mail(person, refuses.case.mentee.email), "I would rather have somebody else")
    expect(person.locator("main")).to_contain_text("That is all right")

    # The others let the time go by: 25 pairs of mentors, and the mentee who was asked.
    calendar.forward(days=9)
    call_command("mentoring_due", verbosity=0)
    open_mail(person, silent.case.mentee.email)
    expect(person.locator("main")).to_contain_text("You did not answer in time")
    statuses = list(Invitation.objects.values_list("status", flat=True))
    assert {one: statuses.count(one) for one in set(statuses)} == {"yes": 3, "no": 3, "withdrawn": 4, "expired": 50}
    # Places: the pair that was made, and the one who waits for somebody beside.
    assert Place.objects.count() == 3
    assert list(Case.objects.filter(state="paired")) == [agrees.case]
    found = Case.objects.with_asking().filter(pk__in=[one.case_id for one in (refuses, silent, half, nobody)])
    assert {case.mentee.name: case.asking for case in found} == {
        refuses.case.mentee.name: "refused",
        silent.case.mentee.name: "silent",
        half.case.mentee.name: "missing",
        nobody.case.mentee.name: "nobody",
    }
    visit(desk, "/admin/mentoring/desk/")
    for told in ("The mentee has not answered about the pair.", "The mentee said no.", "One mentor missing."):
        expect(desk.get_by_text(told).first).to_be_visible()
