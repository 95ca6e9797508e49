"""A mentoring with one mentor: no page and no mail speaks of several mentors, or of three people."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_case, make_field, make_mentor, pair_of
from tests.portal.asking import text
from tests.portal.test_after_meeting import begun, planned
from tests.portal.three import (
    CANCEL,
    CONCERN,
    CONTACT,
    FEEDBACK,
    HOME,
    MEETING,
    MESSAGES,
    NOTES,
    RECORD,
    SUGGEST,
    TIMES,
    soon,
)
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.notes import write
from wagtail_mentoring.meetings.searching import answer, suggest
from wagtail_mentoring.messages.compose import compose
from wagtail_mentoring.messages.conversation.services import raise_concern, write_to_three
from wagtail_mentoring.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db
STOP = f"{HOME}stop/"
SEVERAL = re.compile(
    r"[^.]*\b(?:mentors\b(?! of)|the others\b|other mentor|other two|all three|the three|of three|you three)[^.]*", re.I
)
#: What is said of the union's mentors in general.
GENERAL = ("orientation for mentors", "Mentors are not shown", "other mentors would suit")


def alone(state: str = "paired") -> Case:
    field = make_field()
    mentor = make_mentor(field, capacity=3)
    return make_case(field, state, mentors=[mentor], **({"agreement": "signed"} if state == "paired" else {}))


def several(words: str) -> list[str]:
    """Return the sentences that speak of more than one mentor."""
    return [found for found in SEVERAL.findall(words) if not any(part in found for part in GENERAL)]


def said(client: Client, *addresses: str) -> dict[str, list[str]]:
    found = {}
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, (address, response.get("Location"))
        if wrong := several(text(response)):
            found[address] = wrong
    return found


def test_the_check_finds_what_it_looks_for() -> None:
    assert len(several("Your mentors come. We wait for the others. The other mentor knows it.")) == 3
    assert several("Your mentor comes. We wait for everybody.") == []


@pytest.mark.parametrize("state", ["paired", "meeting_1"])
def test_before_a_time_is_found(opened: Any, state: str) -> None:
    case = alone(state)
    mentee, mentor = opened(case), opened(case, pair_of(case)[0])
    always = (HOME, CONTACT, CONCERN, NOTES, MESSAGES, FEEDBACK, STOP)
    assert said(mentee, *always, TIMES) == {} and said(mentor, *always, SUGGEST) == {}
    assert "Your mentor suggests the first times." in text(mentee.get(TIMES))
    assert "Your mentor never reads it." in text(mentee.get(CONCERN))
    assert "The mentee never reads it." in text(mentor.get(CONCERN))


def test_while_a_time_is_looked_for(opened: Any) -> None:
    case = alone()
    (maija,) = pair_of(case)
    mentee, mentor = opened(case), opened(case, maija)
    suggest(case.pk, maija, starts=[soon(3), soon(4)])
    assert said(mentee, HOME, TIMES, SUGGEST) == {} and said(mentor, HOME, TIMES, SUGGEST) == {}
    answer(case.pk, case.mentee, set())
    for client in (mentee, mentor):
        assert said(client, HOME, TIMES) == {}
        page = text(client.get(TIMES))
        # Of two people there are no two who can while a third cannot.
        assert "No time suits both of you" in page and "Two of you can" not in page


def test_with_a_planned_meeting_and_after_it(opened: Any) -> None:
    case = alone()
    (maija,) = pair_of(case)
    meeting = planned(case)
    mentee, mentor = opened(case), opened(case, maija)
    assert said(mentee, HOME, MEETING, CANCEL) == {} and said(mentor, HOME, MEETING, CANCEL) == {}
    meeting.delete()
    begun(case)
    assert said(mentee, HOME, MEETING) == {} and said(mentor, HOME, RECORD) == {}
    assert "your mentor says here that it was held" in text(mentee.get(MEETING))


def test_what_was_shared_and_a_concern(opened: Any) -> None:
    case = alone("meeting_1")
    (maija,) = pair_of(case)
    note = write(case.pk, maija, 1, "A book", True)
    write_to_three(case.pk, maija, "I am late")
    raise_concern(case.pk, case.mentee, "mentor", "He shouts.")
    mentee, mentor = opened(case), opened(case, maija)
    assert said(mentee, NOTES, MESSAGES, f"{CONCERN}sent/") == {}
    assert said(mentor, NOTES, f"{NOTES}{note.pk}/", MESSAGES) == {}


def test_the_mails_of_a_mentoring_with_one_mentor(opened: Any) -> None:
    case = alone()
    (maija,) = pair_of(case)
    suggest(case.pk, maija, starts=[soon(3)])
    answer(case.pk, case.mentee, {slot.pk for slot in case.time_searches.get().slots.all()})
    planned(case)
    write_to_three(case.pk, maija, "I am late")
    # While mentors are looked for, nobody knows how many it will be.
    since = OutboxMessage.objects.get(case=case, event="paired_mentee").pk
    rows = OutboxMessage.objects.filter(user=None, case=case, pk__gte=since)
    mails = [compose(row, hidden=True) for row in rows]
    told = {row.event for row in OutboxMessage.objects.filter(case=case)}
    assert {"paired_mentee", "times_suggested", "times_answered", "meeting_planned", "letter_three"} <= told
    to_people = [mail for mail in mails if mail.address != case.union.contact_email]
    assert {mail.subject: several(mail.subject + ". " + mail.text) for mail in to_people if several(mail.text)} == {}
    found = compose(OutboxMessage.objects.get(event="paired_mentee"), hidden=True)
    assert "We have found a mentor of your profession for you." in found.text
