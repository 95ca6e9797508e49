"""A queue of thirty in Chromium: planned, looked at, changed, approved; then mentors accept, decline and let expire."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.driving import PHONE, visit
from tests.browser.road import Eye
from tests.factories import make_agreement_text, make_field, make_handler, make_union, pretend_pdf
from tests.pairing.queues import make_waiting, make_willing
from wagtail_mentoring import clock
from wagtail_mentoring.messages.texts import load_default_texts
from wagtail_mentoring.models import Case
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.choices import PlanStatus
from wagtail_mentoring.pairing.models import Invitation, PairingPlan, Place, Proposal
from wagtail_mentoring.pairing.plan_result import mentors_of

pytestmark = pytest.mark.django_db(transaction=True)

PLANS = "/admin/mentoring/plans/"


@pytest.fixture
def handler() -> Iterator[Any]:
    """The handler of a union in which thirty wait, two of them for somebody whom the union does not have."""
    make_agreement_text()
    load_default_texts()
    union = make_union()
    field, other = make_field(union, mentee_asked_about_pair=False), make_field(union, "architects")
    goals = ["cv", "networks", "labour_market", "culture"]
    for number in range(28):
        answers = {"goals": goals[number % 3 : number % 3 + 2]}
        make_waiting(field, days=40 - number, name=f"Person {number + 1:02}", answers=answers)
    make_waiting(field, days=44, name="Bao Tran", english="a2", other_languages="Vietnamese")
    make_waiting(other, days=43, name="Rania Aziz")
    for number in range(36):
        make_willing(
            field, name=f"Mentor {number + 1:02}", topics=goals[number % 3 : number % 3 + 2], capacity=1 + number % 2
        )
    with pretend_pdf():
        yield make_handler(union, "sanna")


@pytest.fixture
def eye(new_page: NewPage) -> Iterator[Eye]:
    eye = Eye(new_page(size=PHONE))
    yield eye
    assert eye.faults == [], "\n".join(eye.faults)


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def test_a_queue_of_thirty_is_paired_by_plan(new_page: NewPage, eye: Eye, handler: Any) -> None:
    page = visit(new_page(user=handler), PLANS)
    expect(page.locator("#header-title")).to_have_text("30 people wait for mentors")
    eye.look(page, "who waits", stock=1)
    press(page, "Make a plan for 30 people")
    expect(page.locator("#header-title")).to_have_text("28 of 30 waiting people get mentors")
    expect(page.get_by_text("Proven: no other plan serves more")).to_be_visible()
    expect(page.get_by_text("2 people without mentors")).to_be_visible()
    eye.look(page, "the plan", stock=1)
    address = page.url

    # Why these, in words; and others by hand.
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("Why, and others.*Person 01")).click()
    expect(page.locator("#header-title")).to_contain_text("Proposed for Person 01")
    expect(page.get_by_text("Goals and topics")).to_be_visible()
    eye.look(page, "why, and others", stock=1)
    page.get_by_role("link", name="Back to the plan").click()

    # The numbers on the buttons follow the ticks.
    approve = page.locator("#approve")
    expect(approve).to_have_text(re.compile(r"Approve 28 and invite \d+ mentors"))
    page.get_by_label("Lock: Person 02").check()
    page.get_by_label("Lock: Person 03").check()
    expect(page.locator("#again")).to_have_text("Keep 2 locked, solve 28 again")
    kept = PairingPlan.objects.get().rows.get(case__mentee__name="Person 02")
    press(page, "Keep 2 locked, solve 28 again")
    expect(page.get_by_text("What is different from the plan before")).to_be_visible()
    again = PairingPlan.objects.get().rows.get(case__mentee__name="Person 02")
    assert (again.first_id, again.second_id, again.locked) == (kept.first_id, kept.second_id, True)
    eye.look(page, "solved again", stock=1)

    # Three are left out for now, and one mentor pauses meanwhile.
    for name in ("Person 26", "Person 27", "Person 28"):
        page.get_by_label(f"Invite: {name}").uncheck()
    rows = PairingPlan.objects.get().rows.filter(status="proposed")
    left = rows.exclude(case__mentee__name__in=["Person 26", "Person 27", "Person 28"])
    mentors = {mentor for row in left for mentor in mentors_of(row)}
    expect(approve).to_have_text(f"Approve 25 and invite {len(mentors)} mentors")
    # The box above the button says the same, and the ticks are kept by the server already.
    told = page.locator("#told")
    expect(told).to_contain_text(f"When you press “Approve 25 and invite {len(mentors)} mentors”")
    expect(told).to_contain_text("Mentors are asked for 25 people")
    page.reload()
    expect(page.get_by_label("Invite: Person 27")).not_to_be_checked()
    expect(told).to_contain_text("Mentors are asked for 25 people")
    # One with a single place, so that one row alone is stale.
    stale = left.select_related("first").filter(first__capacity=1)[0]
    assert stale.first is not None
    stale.first.paused_until = clock.today() + datetime.timedelta(days=30)
    stale.first.save()
    # Fifty mails are written: longer than a page may take.
    with page.expect_navigation(timeout=90_000):
        approve.click(timeout=90_000)
    expect(page.get_by_text("the mentors of 24 people were invited. 1 row was held back")).to_be_visible()
    expect(page.get_by_text("is paused or away now.")).to_be_visible()
    eye.look(page, "held back", stock=1)
    assert Proposal.objects.count() == 24
    assert Place.objects.count() == Invitation.objects.filter(status="asked").count()

    # What was held back and left out gets mentors in a second round.
    with page.expect_navigation():
        page.locator("#again").click()
    expect(page.locator("#header-title")).to_have_text("24 people invited, 4 proposed, 2 without mentors")
    with page.expect_navigation(timeout=90_000):
        page.locator("#approve").click(timeout=90_000)
    assert Proposal.objects.count() == 28
    assert address == page.url

    answer_all()
    visit(page, address)
    eye.look(page, "answered", stock=1)


def answer_all() -> None:
    """Of every six people the mentors of four accept, of one they decline, and of one they let it expire."""
    expected = {"paired": 0, "eligible": 0}
    for number, proposal in enumerate(Proposal.objects.order_by("pk")):
        asked = list(proposal.invitations.filter(status="asked"))
        if number % 6 < 4:
            for invitation in asked:
                invitations.answer_yes(invitation.pk)
            expected["paired"] += 1
        else:
            if number % 6 == 4:
                for invitation in asked:
                    invitations.answer_no(invitation.pk, reason="no_time")
            expected["eligible"] += 1
    with clock.at(clock.now() + datetime.timedelta(days=20)):
        invitations.expire_due()
    states = list(Case.objects.exclude(mentee__name__in=["Bao Tran", "Rania Aziz"]).values_list("state", flat=True))
    assert {state: states.count(state) for state in expected} == expected
    assert set(Invitation.objects.values_list("status", flat=True)) == {"yes", "no", "expired"}
    # Places: one for each mentor who said yes, and none for anybody else.
    assert Place.objects.count() == Invitation.objects.filter(status="yes").count()


def test_a_plan_on_a_phone(new_page: NewPage, eye: Eye, handler: Any) -> None:
    page = visit(new_page(user=handler, size=PHONE), PLANS)
    press(page, "Make a plan for 30 people")
    expect(page.locator("#header-title")).to_have_text("28 of 30 waiting people get mentors")
    eye.look(page, "the plan on a phone", stock=1)
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("Choose by hand.*Bao Tran")).click()
    expect(page.locator("#header-title")).to_have_text("Nobody is proposed for Bao Tran")
    eye.look(page, "nobody, on a phone", stock=1)


def test_without_javascript_nothing_that_was_ticked_is_lost(new_page: NewPage, handler: Any) -> None:
    # On a desktop: on a phone Wagtail's own sidebar lies over every page until its script has run.
    page = visit(new_page(user=handler, java_script_enabled=False), PLANS)
    press(page, "Make a plan for 30 people")
    expect(page.locator("#header-title")).to_have_text("28 of 30 waiting people get mentors")
    page.get_by_label("Invite: Person 01").uncheck()
    with page.expect_navigation():
        page.locator("#approve").click()
    # The button could not follow: it asks once more, with the numbers as they are now.
    expect(page.get_by_text("You have ticked 27 people. Nothing was sent.")).to_be_visible()
    assert not Proposal.objects.exists()
    with page.expect_navigation(timeout=90_000):
        page.locator("#approve").click(timeout=90_000)
    expect(page.get_by_text("the mentors of 27 people were invited")).to_be_visible()
    assert Proposal.objects.count() == 27


def test_a_plan_under_way_looks_again_by_itself(new_page: NewPage, eye: Eye, handler: Any) -> None:
    plan = PairingPlan.objects.create(
        union=make_union(), status=PlanStatus.RUNNING, stage="solving", progress=40, alive_at=clock.now(), round=1
    )
    page = visit(new_page(user=handler, java_script_enabled=True), f"{PLANS}{plan.pk}/")
    expect(page.locator("#header-title")).to_have_text("The plan is being made")
    expect(page.get_by_role("progressbar")).to_be_visible()
    eye.look(page, "under way", stock=1)
    PairingPlan.objects.update(status=PlanStatus.FAILED, error="ValueError: no such thing")
    expect(page.locator("#header-title")).to_have_text("The plan could not be made", timeout=10_000)
    eye.look(page, "failed", stock=1)


def test_choosing_by_hand_by_name_in_a_plan(new_page: NewPage, eye: Eye, handler: Any) -> None:
    page = visit(new_page(user=handler), PLANS)
    press(page, "Make a plan for 30 people")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("Why, and others.*Person 05")).click()
    row = page.url
    make_willing(Case.objects.get(mentee__name="Person 05").field, name="Mentor 37")
    ticked = page.get_by_role("checkbox", checked=True)
    while ticked.count():
        ticked.first.uncheck()
    page.get_by_label("Name contains").fill("mentor 37")
    with page.expect_navigation():
        page.get_by_role("button", name="Search").click()
    page.get_by_role("checkbox", name="Mentor 37").check()
    page.get_by_label("Name contains").fill("Mentor 0")
    with page.expect_navigation():
        page.get_by_role("button", name="Search").click()
    # What was ticked before the search is still there, and still ticked.
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    eye.look(page, "by hand, by name", stock=1)
    press(page, "Go on")
    expect(page.locator("#header-title")).to_have_text("Propose Mentor 37 for Person 05")
    press(page, "Propose this mentor and lock")
    expect(page.get_by_text("Choose a second mentor, or say why there is only one.")).to_be_visible()
    eye.look(page, "why one mentor", stock=1)
    page.get_by_label("Why one mentor").fill("The mentee asked for one.")
    press(page, "Propose this mentor and lock")
    expect(page.get_by_text("Chosen by hand", exact=True)).to_be_visible()
    expect(page.get_by_text("One mentor, chosen by hand: The mentee asked for one.")).to_be_visible()
    assert row != page.url
    assert not Proposal.objects.exists()


def test_when_the_numbers_cannot_be_counted_the_box_says_so(new_page: NewPage, handler: Any, problems: Any) -> None:
    page = visit(new_page(user=handler), PLANS)
    press(page, "Make a plan for 30 people")
    expect(page.get_by_role("button", name="Count again")).to_be_hidden()
    page.route(re.compile(PLANS + r"\d+/$"), lambda route: route.abort())
    page.get_by_label("Invite: Person 01").uncheck()
    expect(page.locator("#told")).to_contain_text("The numbers could not be counted just now.")
    expect(page.get_by_role("button", name="Count again")).to_be_visible()
    page.unroute_all()
    press(page, "Count again")
    expect(page.locator("#approve")).to_have_text(re.compile("Approve 27 and invite"))
    expect(page.get_by_label("Invite: Person 01")).not_to_be_checked()
