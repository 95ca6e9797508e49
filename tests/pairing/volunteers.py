"""Mentors as the matching needs them in the database: with consent, and with what a test says."""

import datetime
from typing import Any

from tests.factories import make_mentor
from wagtail_mentoring import clock
from wagtail_mentoring.models import Mentor
from wagtail_mentoring.pairing.models import MentorPair, PairMembership
from wagtail_mentoring.people.models import MentorAbsence
from wagtail_mentoring.privacy.models import SHOWN_OF_MENTOR


def volunteer(*args: Any, **values: Any) -> Mentor:
    """Return a mentor who has agreed to be shown to a mentee."""
    return make_mentor(*args, shown=SHOWN_OF_MENTOR, **values)


def standing_pair(*mentors: Mentor) -> MentorPair:
    """Return a standing pair of two mentors."""
    pair = MentorPair.objects.create(union=mentors[0].union)
    PairMembership.objects.bulk_create(PairMembership(pair=pair, mentor=mentor) for mentor in mentors)
    return pair


def away_from_now(mentor: Mentor, days: int) -> None:
    today = clock.today()
    MentorAbsence.objects.create(mentor=mentor, first_day=today, last_day=today + datetime.timedelta(days=days))
