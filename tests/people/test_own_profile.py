"""What a mentor changes on the own page, as the services write it."""

import pytest

from tests.factories import make_mentor
from wagtail_mentoring.people import own_profile
from wagtail_mentoring.people.mentors import set_shown
from wagtail_mentoring.privacy.models import Consent, ConsentKind

pytestmark = pytest.mark.django_db


def test_consents_say_on_which_page_they_were_given_and_stay_when_nothing_changes() -> None:
    mentor = make_mentor()
    set_shown(mentor, ConsentKind.SHOWN_TO_MENTEE, ["title"])
    own_profile.save(mentor.pk, {}, shown_to_mentee=["title"], shown_to_partner=["name", "title", "name"])
    given = {row.kind: (row.given_how, row.fields) for row in Consent.objects.filter(mentor=mentor)}
    # The same as before: the contact person's row stands. New: the mentor gave it on the page.
    assert given[ConsentKind.SHOWN_TO_MENTEE] == ("handler", ["title"])
    assert given[ConsentKind.SHOWN_TO_PARTNER] == ("form", ["name", "title"])
    own_profile.save(mentor.pk, {}, shown_to_mentee=[], shown_to_partner=["title"])
    assert own_profile.shown_now(mentor) == {"shown_to_mentee": [], "shown_to_partner": ["title"]}
    assert Consent.objects.filter(mentor=mentor, withdrawn_at=None).count() == 1
    assert Consent.objects.filter(mentor=mentor).count() == 3
