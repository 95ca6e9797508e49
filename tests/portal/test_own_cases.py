"""The mentorings of a mentor's own page: what each waits for, and the ways from the page of a case and to it."""

import datetime
from typing import Any

import pytest

from tests.factories import make_case, make_field, make_mentor, pair_of
from tests.portal.asking import OWN, invitation_of, make_asked, open_link, own, text
from tests.portal.test_own_page import AWAY, PROFILE
from tests.portal.three import soon, three
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Party
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings import searching
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.portal.overview import overview
from wagtail_mentoring.portal.own_cases import own_cases
from wagtail_mentoring.portal.session import Visit

pytestmark = pytest.mark.django_db


def test_the_ways_to_cases_and_questions_are_the_own_ones() -> None:
    field = make_field()
    mentor, other = make_mentor(field, capacity=3), make_mentor(field, capacity=3)
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)], name="Amina Yusuf")
    foreign = make_case(field, "paired", mentors=[other, make_mentor(field)])
    mine = invitation_of(make_asked(mentor, make_mentor(field)))
    theirs = invitation_of(make_asked(other, make_mentor(field)))
    client = own(mentor)
    page = text(client.get(OWN))
    assert "Amina" in page and f"Open {case.reference}" in page and foreign.reference not in page
    assert "You have a question to answer" in page and "Please answer by" in page
    for address in (f"{OWN}case/{foreign.reference}/", f"{OWN}case/x/", f"{OWN}invitation/{theirs.pk}/"):
        assert client.post(address).status_code == 404
    assert client.get(f"{OWN}case/{case.reference}/").status_code == 405
    assert client.post(f"{OWN}case/{case.reference}/", follow=True).redirect_chain == [("/mentoring/p/", 302)]
    # Now the page of the case is open, and no longer the own one.
    assert client.get("/mentoring/p/").status_code == 200 and client.get(OWN).status_code == 403
    client = own(mentor)
    assert client.post(f"{OWN}invitation/{mine.pk}/").headers["Location"] == "/mentoring/p/invitation/"
    assert client.get("/mentoring/p/invitation/").status_code == 200


@pytest.mark.parametrize(
    ("agreement", "task"),
    [
        ("none", ""),
        ("out", "Read and sign the agreement"),
        ("signed", "Find a time for meeting 1."),
    ],
)
def test_the_head_takes_up_what_a_mentoring_waits_for(agreement: str, task: str) -> None:
    field = make_field()
    mentor = make_mentor(field)
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)], agreement=agreement, name="Amina Yusuf")
    client = own(mentor)
    page = client.get(OWN).content.decode()
    now = page.split("mtg-panel--do")[1].split("mtg-cols")[0]
    if not task:
        assert "You do not need to do anything." in now
        return
    assert "One of your mentorings waits for you" in now and f"<b>{task}</b>" in now and "Amina" in now
    assert "You do not need to do anything." not in page and f"/p/mentor/case/{case.reference}/" in now
    assert page.split("mtg-cols")[1].count(task) == 1


def tasks_and_heads(case: Case, mentor: Mentor) -> tuple[str, Any]:
    [one] = [found for found in own_cases(mentor) if found.reference == case.reference]
    link = links.link_for(case, mentor=mentor)
    shown = overview(Visit(link, Case.objects.get(pk=case.pk), mentor))
    assert shown is not None
    return one.task, shown.where


def test_the_task_in_the_list_is_the_one_of_the_page_of_the_case() -> None:
    case = three()
    maija, erik = pair_of(case)
    for mentor in (maija, erik):
        task, where = tasks_and_heads(case, mentor)
        assert task == where.first == "Find a time for meeting 1."
    search = searching.suggest(case.pk, maija, starts=[soon(3), soon(4)])
    assert tasks_and_heads(case, maija)[0] == "" and "do not need" in tasks_and_heads(case, maija)[1].first
    task, where = tasks_and_heads(case, erik)
    assert task == where.title == "Which times suit you for meeting 1?"
    both = list(search.slots.all())
    searching.answer(case.pk, erik, suiting=[])
    for mentor in (maija, erik):
        task, where = tasks_and_heads(case, mentor)
        assert task == where.title == "No time suits all of you yet"
    searching.answer(case.pk, erik, suiting=[both[0].pk])
    assert tasks_and_heads(case, maija)[0] == tasks_and_heads(case, erik)[0] == ""
    searching.answer(case.pk, case.mentee, suiting=[both[0].pk])
    for mentor in (maija, erik):
        task, where = tasks_and_heads(case, mentor)
        assert task == where.title == "A time suits all three of you"
    searching.fix(case.pk, maija, both[0].pk)
    assert tasks_and_heads(case, maija)[0] == ""
    case.meetings.update(starts_at=clock.now() - datetime.timedelta(hours=2))
    task, where = tasks_and_heads(case, erik)
    assert task == where.title == "How did meeting 1 go?"


def test_a_copy_that_waits_and_a_no_are_no_task() -> None:
    case = three("paired", agreement="out")
    maija = pair_of(case)[0]
    assert tasks_and_heads(case, maija)[0] == tasks_and_heads(case, maija)[1].title == "Read and sign the agreement"
    Party.objects.filter(mentor=maija).update(declined_at=clock.now())
    assert tasks_and_heads(case, maija)[0] == "" and "do not want" in tasks_and_heads(case, maija)[1].title


def test_from_the_page_of_a_case_to_the_own_page_and_its_parts() -> None:
    case = three()
    maija, _erik = pair_of(case)
    to_own, home = "/mentoring/p/own-page/", "/mentoring/p/"
    client = open_link(links.link_for(case, mentor=maija))
    page = client.get(home).content.decode()
    for part in ("", "profile", "away"):
        assert f'name="to" value="{part}"' in page
    assert client.get(to_own).status_code == 405
    # Whoever types the address finds the way there.
    refused = client.get(PROFILE)
    assert (
        refused.status_code == 403
        and to_own in refused.content.decode()
        and 'value="profile"' in refused.content.decode()
    )
    for part, where in (("", OWN), ("profile", PROFILE), ("away", AWAY), ("//evil.example", OWN)):
        client = open_link(links.link_for(case, mentor=maija))
        assert client.post(to_own, {"to": part}).headers["Location"] == where
        shown = client.get(where)
        assert shown.status_code == 200 and client.get(home).status_code == 403
    mentee = open_link(links.link_for(case, mentee=case.mentee))
    assert mentee.post(to_own).status_code == 404 and to_own not in mentee.get(home).content.decode()
    assert to_own not in mentee.get(OWN).content.decode()


def test_a_revoked_link_of_the_own_page_stays_shut_on_the_way_from_a_case() -> None:
    case = three()
    maija = pair_of(case)[0]
    links.revoke(links.link_for_mentor(maija))
    client = open_link(links.link_for(case, mentor=maija))
    client.post("/mentoring/p/own-page/")
    assert client.get(OWN).status_code == 403


def test_another_mentoring_is_named_with_what_it_waits_for() -> None:
    field = make_field()
    mentor = make_mentor(field, capacity=2)
    here = make_case(field, "paired", mentors=[mentor, make_mentor(field)], name="Amina Yusuf")
    make_case(field, "paired", mentors=[mentor, make_mentor(field)], agreement="out", name="Farid Noor")
    page = text(open_link(links.link_for(here, mentor=mentor)).get("/mentoring/p/"))
    others = page.split("Your other mentorings")[1]
    assert "Farid" in others and "Read and sign the agreement" in others


def test_a_revoked_link_of_a_case_is_not_opened_by_way_of_the_own_page() -> None:
    field = make_field()
    mentor = make_mentor(field)
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)])
    links.revoke(links.link_for(case, mentor=mentor))
    client = own(mentor)
    client.post(f"{OWN}case/{case.reference}/")
    assert client.get("/mentoring/p/").status_code == 403
