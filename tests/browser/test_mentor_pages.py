"""The pages of people who become and are mentors, in Chromium without JavaScript, and what axe says of each."""

import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import PHONE, axe, too_wide, visit
from tests.factories import make_case, make_field, make_handler, make_mentor, make_union
from tests.portal.asking import invitation_of, make_asked
from wagtail_mentoring import clock
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.models import Invitation
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentor, MentorAbsence, PrivateLink
from wagtail_mentoring.privacy.models import SHOWN_OF_MENTOR, Consent, ConsentKind
from wagtail_mentoring.setup.texts import load_notices

pytestmark = pytest.mark.django_db(transaction=True)
JOIN = "/mentoring/become-a-mentor/mentoring/safa/architects/"
OWN = "/mentoring/p/mentor/"


def open_page(page: Page, link: PrivateLink) -> None:
    visit(page, f"/mentoring/p/{links.token(link)}/")
    page.locator("main form button").click()


def make_pair(language: str = "en") -> tuple[Mentor, Mentor]:
    field = make_field(make_union("safa"), "architects")
    one = make_mentor(
        field,
        name="Maija Meikäläinen",
        capacity=3,
        municipality="Tampere",
        topics=["cv", "networks"],
        times=["evenings"],
        other_languages="French",
        speciality="housing",
        oriented_on=None,
        language=language,
    )
    two = make_mentor(field, name="Erik Exempel", title="Architect", municipality="Tampere", capacity=3)
    for mentor in (one, two):
        for kind in (ConsentKind.SHOWN_TO_MENTEE, ConsentKind.SHOWN_TO_PARTNER):
            Consent.objects.create(mentor=mentor, kind=kind, fields=[*SHOWN_OF_MENTOR, "topics"])
    return one, two


def make_question(*mentors: Mentor, **mentee: Any) -> Any:
    values: dict[str, Any] = {
        "name": "Amina Yusuf",
        "municipality": "Tampere",
        "other_languages": "Arabic, French",
        "answers": {
            "goals": ["cv", "networks"],
            "times": ["evenings", "weekends"],
            "formats": ["in_person", "online"],
            "experience_years": 7,
        },
    }
    return make_asked(*mentors, handler=make_handler(make_union("safa")), **values | mentee)


def test_from_the_form_to_the_receipt_without_javascript(new_page: Callable[..., Page]) -> None:
    load_notices()
    make_field(make_union("safa"), "architects")
    make_field(make_union("safa"), "planners")
    page = new_page(size=PHONE, java_script_enabled=False)
    visit(page, JOIN)
    assert page.get_by_label("Architects").is_checked()
    page.get_by_label("What is your name?").fill("Maija Meikäläinen")
    page.get_by_label("What is your e-mail address?").fill("maija@example.org")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("answers need a change")
    assert page.get_by_label("What is your name?").input_value() == "Maija Meikäläinen"
    page.get_by_role("combobox", name="English").select_option("c1")
    page.get_by_label("We meet online").check()
    page.get_by_label("Weekends").check()
    page.get_by_role("radio", name="2", exact=True).check()
    page.get_by_label("CV, applications and interviews").check()
    page.locator("[name=shown_to_mentee]").first.check()
    page.locator("[name=notice]").check()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answers")
    mentor = Mentor.objects.get()
    assert (mentor.english, mentor.capacity, mentor.approved_on) == ("c1", 2, None)


def test_a_mentor_asks_says_yes_and_the_mentee_agrees_without_javascript(new_page: Callable[..., Page]) -> None:
    load_notices()
    one, two = make_pair()
    proposal = make_question(one, two)
    page = new_page(size=PHONE, java_script_enabled=False)
    open_page(page, links.link_for_invitation(invitation_of(proposal)))
    expect(page.get_by_role("heading", level=1)).to_have_text("Would you like to mentor a colleague in Tampere?")
    page.get_by_text("Ask first").click()
    page.get_by_label("What would you like to know?").fill("Is it somebody of my office?")
    page.get_by_role("button", name="Send my question").click()
    expect(page.locator("#asked")).to_contain_text("Is it somebody of my office?")
    page.get_by_label("Yes, I will mentor").check()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.locator(".mtg-err")).to_contain_text("Read the orientation")
    page.get_by_label("I have read the").check()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, you have said yes")
    invitations.answer_yes(invitation_of(proposal, 1).pk)
    mentee = new_page(size=PHONE, java_script_enabled=False)
    open_page(mentee, links.link_for(proposal.case, mentee=proposal.case.mentee))
    mentee.get_by_role("link", name="See them and answer").click()
    expect(mentee.locator("main")).to_contain_text("Maija Meikäläinen")
    mentee.get_by_label("I would rather have somebody else").check()
    mentee.get_by_role("button", name="Send my answer").click()
    expect(mentee.locator("main")).to_contain_text("You would rather have somebody else")
    proposal.refresh_from_db()
    assert (proposal.status, proposal.mentee_answer) == ("failed", "no")


def test_a_mentor_says_no_and_takes_a_break_without_javascript(new_page: Callable[..., Page]) -> None:
    one, two = make_pair()
    proposal = make_question(one, two)
    page = new_page(size=PHONE, java_script_enabled=False)
    open_page(page, links.link_for_mentor(one))
    page.get_by_role("button", name="Read and answer").click()
    page.get_by_label("No, I have no time now").check()
    page.get_by_role("button", name="Send my answer").click()
    until = clock.today() + datetime.timedelta(days=100)
    page.get_by_label("Until which day").fill(until.isoformat())
    page.get_by_role("button", name="Ask me nothing until then").click()
    expect(page.locator("main")).to_contain_text("We ask you nothing until")
    one.refresh_from_db()
    assert one.paused_until == until and invitation_of(proposal).status == "no"


def test_a_mentor_keeps_the_own_page_true_without_javascript(new_page: Callable[..., Page]) -> None:
    load_notices()
    one, _two = make_pair()
    page = new_page(size=PHONE, java_script_enabled=False)
    open_page(page, links.link_for_mentor(one))
    page.get_by_role("link", name="Read the orientation").click()
    page.get_by_role("button", name="I have read the orientation").click()
    page.get_by_role("button", name="Yes, all is still true").click()
    page.get_by_role("link", name="Change something").click()
    page.get_by_label("Weekends").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Change breaks and days away").click()
    day = clock.today() + datetime.timedelta(days=10)
    page.get_by_label("First day away").fill(day.isoformat())
    page.get_by_label("Last day away").fill(day.isoformat())
    page.get_by_role("button", name="Add these days").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("main")).to_contain_text("None yet.")
    page.get_by_role("link", name="Your page").click()
    page.get_by_role("link", name="I want to stop volunteering").click()
    page.get_by_role("button", name="Tell the contact person").click()
    expect(page.locator("main")).to_contain_text("You have told us")
    one.refresh_from_db()
    assert one.oriented_on == one.checked_on == clock.today() and one.times == ["evenings", "weekends"]


@pytest.mark.parametrize("look", [{}, {"size": PHONE}, {"color_scheme": "dark"}, {"locale": "fi"}, {"locale": "sv"}])
def test_every_page_of_mentors_is_accessible(new_page: Callable[..., Page], look: dict[str, Any]) -> None:
    load_notices()
    one, two = make_pair(look.get("locale", "en"))
    page = new_page(**look)
    found: list[str] = []
    # SHOTS=folder leaves a picture of every page, to look at.
    shots = os.environ.get("SHOTS")

    def look_at(name: str) -> None:
        found.extend(f"{name}: {fault}" for fault in axe(page))
        if too_wide(page):
            found.append(f"{name}: {too_wide(page)} pixels too wide")
        if shots:
            variant = "-".join(str(part["width"] if isinstance(part, dict) else part) for part in look.values())
            page.screenshot(path=Path(shots) / f"{name}-{variant or '1200'}.png", full_page=True)

    visit(page, "/mentoring/become-a-mentor/mentoring/")
    look_at("unions")
    visit(page, JOIN)
    look_at("join")
    page.locator("main form button.mtg-btn").click()
    look_at("join-errors")
    page.fill("[name=name]", "Maija")
    page.fill("[name=email]", "new@example.org")
    page.select_option("[name=english]", "b2")
    for box in ("ways][value=online", "times][value=weekends", "capacity][value='1'", "topics][value=cv", "notice"):
        page.check(f"[name={box}]")
    page.locator("main form button.mtg-btn").click()
    look_at("join-sent")

    proposal = make_question(one, two)
    first = invitation_of(proposal)
    open_page(page, links.link_for_invitation(first))
    look_at("invitation")
    page.check("[name=answer][value=yes]")
    page.locator("#answer button").click()
    look_at("invitation-errors")
    invitations.ask(first.pk, "Is it somebody of my office?")
    invitations.answer_yes(first.pk, oriented=True)
    visit(page, "/mentoring/p/invitation/")
    look_at("invitation-yes")
    for state in ("expired", "withdrawn", "no"):
        Invitation.objects.filter(pk=first.pk).update(status=state, no_reason="no_time")
        visit(page, "/mentoring/p/invitation/")
        look_at(f"invitation-{state}")
    Invitation.objects.filter(pk=first.pk).update(status="yes", no_reason="")
    mentee = proposal.case.mentee
    type(mentee).objects.filter(pk=mentee.pk).update(language=look.get("locale", "en"))
    open_page(page, links.link_for(proposal.case, mentee=mentee))
    look_at("mentee-mentors-asked")
    invitations.answer_yes(invitation_of(proposal, 1).pk)
    visit(page, "/mentoring/p/")
    look_at("mentee-to-choose")
    visit(page, "/mentoring/p/mentors/")
    look_at("pair")
    page.locator("#answer button").click()
    look_at("pair-errors")

    one.refresh_from_db()
    make_question(one, two)
    make_case(make_field(make_union("safa"), "architects"), "paired", mentors=[one, two], name="Samir Haddad")
    MentorAbsence.objects.create(
        mentor=one, first_day=clock.today(), last_day=clock.today() + datetime.timedelta(days=9)
    )
    open_page(page, links.link_for_mentor(one))
    look_at("mentor")
    for name in ("profile", "away", "stop", "orientation"):
        visit(page, f"{OWN}{name}/")
        look_at(f"mentor-{name}")
    visit(page, f"{OWN}away/")
    page.locator("button[value=add]").click()
    look_at("mentor-away-errors")
    Mentor.objects.filter(pk=one.pk).update(approved_on=None)
    visit(page, OWN)
    look_at("mentor-waiting")
    assert found == [], "\n".join(found)
