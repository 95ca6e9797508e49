""" "I want to stop" over HTTP: the mentee ends it; a mentor tells the contact person, and it goes on."""

from typing import Any

import pytest

from tests.factories import make_case, make_field, make_mentor
from tests.portal.asking import own, text
from tests.portal.own import STOP
from wagtail_mentoring.cases.models import Case, CaseLogEntry, CaseLogText
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.pairing.leaving import ask_to_leave, wants_to_leave
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
HOME = "/mentoring/p/"


@pytest.mark.parametrize("state", ["applied", "eligible", "paired", "meeting_2"])
def test_a_mentee_stops_without_a_reason(opened: Any, state: str) -> None:
    case = make_case(make_field(), state)
    client = opened(case)
    page = text(client.get(STOP))
    assert "you do not have to say why" in page
    assert ("The 2 meetings that you have had still count." in page) == (state == "meeting_2")
    assert Case.objects.get(pk=case.pk).state == state
    assert client.post(STOP).url == HOME
    after = Case.objects.get(pk=case.pk)
    assert (after.state, after.end_reason) == ("closed", "mentee_withdrew")
    assert client.get(HOME).status_code == 200
    # Again is nothing.
    assert client.get(STOP).url == HOME and client.post(STOP).url == HOME
    assert CaseLogEntry.objects.filter(case=case, action="mentoring.step.withdraw").count() == 1


def test_the_reason_goes_to_the_contact_person_alone(opened: Any) -> None:
    field = make_field()
    mentor = make_mentor(field)
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)])
    client = opened(case)
    response = client.post(STOP, {"reason": "131052-308T"})
    assert response.status_code == 422 and Case.objects.get(pk=case.pk).state == "paired"
    client.post(STOP, {"reason": "I found work"})
    assert CaseLogText.objects.filter(entry__case=case, text="I found work").count() == 1
    assert "found work" not in text(opened(case, mentor).get(HOME))
    assert not OutboxMessage.objects.filter(context__icontains="found work").exists()


def test_a_mentor_tells_the_contact_person_and_it_goes_on(opened: Any) -> None:
    field = make_field()
    mentor, other = make_mentor(field), make_mentor(field)
    case = make_case(field, "meeting_1", mentors=[mentor, other])
    client = opened(case, mentor)
    assert "leave this mentoring" in text(client.get(STOP))
    for _twice in range(2):
        assert client.post(STOP, {"reason": "I move away"}).url == STOP
    assert "Your contact person knows it" in text(client.get(STOP))
    assert Case.objects.get(pk=case.pk).state == "meeting_1" and wants_to_leave(case, mentor)
    assert not wants_to_leave(case, other)
    entry = CaseLogEntry.objects.get(case=case, action="mentoring.mentor_leaves")
    assert entry.actor == "mentor" and entry.text.text == "I move away"
    [mail] = OutboxMessage.objects.filter(event="mentor_leaves")
    assert mail.address == "mentoring@tek.example.org" and "move away" not in str(mail.context)
    assert "leave this mentoring" in text(opened(case, other).get(STOP))
    assert "move away" not in text(opened(case).get(HOME))


def test_who_is_not_in_the_pair_leaves_nothing(opened: Any) -> None:
    field = make_field()
    mentor, stranger = make_mentor(field), make_mentor(field)
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)])
    with pytest.raises(StepRefused):
        ask_to_leave(case.pk, stranger)
    client = opened(case, mentor)
    case.pairs.get(ended_at=None).memberships.filter(mentor=mentor).update(left_at=case.opened_at)
    assert client.get(STOP).url == HOME and client.post(STOP).url == HOME
    assert not OutboxMessage.objects.filter(event="mentor_leaves").exists()
    # The own page is about volunteering, and has a page of its own for that.
    assert own(mentor).get(STOP).status_code == 403
