"""Places: no more than the mentor's own number, and what is said of somebody whose last one this very case holds."""

import pytest

from tests.pairing.asked import eligible, make_mentor, mentors, propose
from wagtail_mentoring.models import Invitation, Place
from wagtail_mentoring.pairing.checking import load_mentors, obstacles
from wagtail_mentoring.pairing.places import take
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


def test_no_more_places_than_the_mentors_own_number() -> None:
    mentor = make_mentor(capacity=1, name="Maria Korhonen")
    propose(eligible(), [mentor])
    # A second question, past every check before the places: the database would have a number left.
    waiting = Invitation.objects.create(proposal=propose(eligible(), mentors()), mentor=mentor)
    with pytest.raises(StepRefused, match="Maria Korhonen has no room now"):
        take(mentor, invitation=waiting)
    assert Place.objects.filter(mentor=mentor).count() == 1
    assert take(mentor, invitation=waiting, most=2).number == 2


def test_whose_last_place_this_case_holds_is_said_to_be_asked_and_no_more() -> None:
    case, mentor = eligible(), make_mentor(capacity=1)
    propose(case, [mentor])
    assert [one.code for one in obstacles(case, load_mentors([mentor]))] == ["asked"]
    assert [one.code for one in obstacles(eligible(), load_mentors([mentor]))] == ["no_room"]
