"""Reopening a case: what the form says of its mentors' room."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import as_handler, make_case
from wagtail_mentoring.cases import moves
from wagtail_mentoring.models import Mentor, PairMembership
from wagtail_mentoring.pairing import invitations

pytestmark = pytest.mark.django_db


def test_the_form_says_whose_room_is_exceeded(admin: Client, field: Any, handler: Any) -> None:
    case = make_case(field, "meeting_1")
    mentors = [row.mentor for row in PairMembership.objects.filter(pair__case=case)]
    moves.move(case.pk, "end", as_handler(handler), {"end_reason": "moved_away", "situation": "unknown"})
    form = reverse("mentoring_desk:step", args=[case.pk, "reopen"])
    Mentor.objects.filter(pk__in=[mentor.pk for mentor in mentors]).update(capacity=1)
    assert "has no room by the profile" not in admin.get(form).content.decode()
    busy = mentors[0]
    invitations.propose(
        make_case(field, "eligible").pk, [busy], handler, one_mentor_reason="Alone.", override_reason="Knows the field."
    )
    page = admin.get(form).content.decode()
    said = "has no room by the profile: with this one there are 2 mentees, and room for 1."
    assert f"{busy.name} {said}" in page and page.count(said) == 1
