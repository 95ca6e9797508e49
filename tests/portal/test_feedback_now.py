"""Where the question how it was stands on the home page: after what a meeting waits for, before waiting; never lost."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.factories import as_handler, pair_of
from tests.portal.test_after_meeting import begun, planned
from tests.portal.three import FEEDBACK, HOME, MEETING, RECORD, SUGGEST, TIMES, soon, three
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Feedback
from wagtail_mentoring.meetings.searching import suggest

pytestmark = pytest.mark.django_db


def head(client: Client) -> tuple[str, list[str], list[str]]:
    """Return the head of the home page: its text, the addresses of its buttons, and those of what is second."""
    page = client.get(HOME).content.decode().split("mtg-panel--do")[1].split("mtg-cols")[0]
    links = {name: re.findall(rf'<a class="{name}" href="([^"]*)"', page) for name in ("mtg-btn", "mtg-quiet")}
    return page, links["mtg-btn"], links["mtg-quiet"]


def with_times(case: Case, mentor: Any, *days: int) -> None:
    suggest(case.pk, mentor, starts=[soon(day) for day in days])


def test_who_waits_is_asked_how_it_was(opened: Any) -> None:
    page, main, second = head(opened(three("meeting_1")))
    assert (main, second) == ([FEEDBACK], []) and "How was it for you?" in page
    # What one waits for is said all the same.
    assert "Your mentors suggest the first times." in page and "4 more times" in page


def test_a_mentor_finds_a_time_first(opened: Any) -> None:
    case = three("meeting_1")
    client = opened(case, pair_of(case)[0])
    page, main, second = head(client)
    assert (main, second) == ([SUGGEST], [FEEDBACK]) and "Find a time for meeting 2." in page
    assert client.post(FEEDBACK, {"fit": "good"}).url == FEEDBACK
    assert head(client)[1:] == ([SUGGEST], [])


def test_a_mentor_of_a_pair_that_has_ended_is_asked_at_the_end(opened: Any) -> None:
    case = three("meeting_3")
    maija, erik = pair_of(case)
    client = opened(case, maija)
    moves.move(case.pk, "go_back", as_handler(), {"reason": "No time any more."})
    assert "Tell us" not in client.get(HOME).content.decode()
    assert client.get(FEEDBACK).url == HOME
    moves.move(case.pk, "complete", as_handler(), {"situation": "studies"})
    page = client.get(HOME).content.decode()
    assert f'<a class="mtg-btn" href="{FEEDBACK}">Tell us</a>' in page and "You do not need to do anything" not in page
    page = client.get(FEEDBACK).content.decode()
    assert "How was the mentoring?" in page
    # Nothing on it leads to a page that shows this mentor nothing.
    assert "/p/contact/" not in page and case.mentee.called not in page
    assert client.post(FEEDBACK, {"satisfaction": "4", "again": "yes"}).url == FEEDBACK
    page = client.get(FEEDBACK).content.decode()
    assert "Thank you" in page and "/p/contact/" not in page
    assert Feedback.objects.get(mentor=maija, kind="end").satisfaction == 4
    assert "You do not need to do anything" in client.get(HOME).content.decode()


def test_times_to_tick_come_first(opened: Any) -> None:
    case = three("meeting_1")
    first, second = pair_of(case)
    with_times(case, first, 3, 4)
    for person in (case.mentee, second):
        assert head(opened(case, person))[1:] == ([TIMES], [FEEDBACK])
    # Whoever has ticked waits for the others, and has time for it.
    page, main, rest = head(opened(case, first))
    assert (main, rest) == ([FEEDBACK], []) and "You have ticked your times." in page


def test_a_planned_meeting_does_not_hide_it(opened: Any) -> None:
    case = three("meeting_1")
    planned(case)
    for person in (case.mentee, *pair_of(case)):
        page, main, second = head(opened(case, person))
        assert (main, second) == ([MEETING], [FEEDBACK]) and "<h1>Your next meeting: " in page


def test_a_meeting_that_has_begun(opened: Any) -> None:
    case = three("meeting_1")
    begun(case)
    assert head(opened(case, pair_of(case)[0]))[1:] == ([RECORD], [FEEDBACK])
    page, main, second = head(opened(case))
    assert (main, second) == ([FEEDBACK], []) and "says here that meeting 2 was held" in page


def test_what_a_mentee_may_do_stays_beside_it(opened: Any) -> None:
    case = three("meeting_1")
    with_times(case, pair_of(case)[0], 3)
    case.time_searches.get().slots.all().delete()
    page, main, second = head(opened(case))
    assert (main, second) == ([FEEDBACK], [SUGGEST]) and "You may suggest some too." in page


def test_nothing_is_asked_before_the_first_meeting_or_once_it_is_answered(opened: Any) -> None:
    assert FEEDBACK not in head(opened(three()))[0]
    case = three("meeting_1")
    Feedback.objects.all().delete()
    assert FEEDBACK not in head(opened(case))[0] and FEEDBACK not in head(opened(case, pair_of(case)[0]))[0]
