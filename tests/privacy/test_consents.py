"""Consents with values that no form writes: nobody's page breaks, and nothing is shown that was not agreed to."""

from typing import Any

import pytest
from django.db.models import JSONField, Value
from django.test import Client
from django.urls import reverse

from tests.factories import make_case, make_field, make_handler, make_mentor
from tests.portal.asking import open_link, own
from wagtail_mentoring.people import links
from wagtail_mentoring.people.choices import SHOWABLE
from wagtail_mentoring.people.mentors import set_shown
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.own_profile import shown_now
from wagtail_mentoring.people.sheets.values import stored_values
from wagtail_mentoring.privacy.consents import consented
from wagtail_mentoring.privacy.models import NAMES_OF_SHOWN, Consent, ConsentKind

pytestmark = pytest.mark.django_db

#: What could stand in the column, and what of it counts.
ODD: list[tuple[Any, set[str]]] = [
    (["name", "interview_note", "conflicts", "email "], {"name"}),
    ([1, None, ["phone"], {"phone": True}, "title"], {"title"}),
    (["phone", "phone"], {"phone"}),
    ("phone", set()),
    ({"phone": True, "name": "yes"}, set()),
    (None, set()),
    (7, set()),
    (True, set()),
]
SECRETS = {"name": "Orvokki Ahtisaari", "phone": "+358 40 777 0001", "interview_note": "Was tired", "title": "Planner"}


def agreed(fields: Any) -> Mentor:
    mentor = make_mentor(make_field(), **SECRETS)
    for kind in (ConsentKind.SHOWN_TO_MENTEE, ConsentKind.SHOWN_TO_PARTNER):
        consent = Consent.objects.create(mentor=mentor, kind=kind, fields=[])
        # The column holds whatever a script or an older version wrote there.
        Consent.objects.filter(pk=consent.pk).update(fields=Value(fields, JSONField()))
    return mentor


def test_what_a_consent_may_name_has_words() -> None:
    assert tuple(SHOWABLE) == NAMES_OF_SHOWN


@pytest.mark.parametrize(("fields", "counts"), ODD)
def test_only_what_may_be_named_counts(fields: Any, counts: set[str]) -> None:
    mentor = agreed(fields)
    kind = ConsentKind.SHOWN_TO_MENTEE
    assert consented([mentor], kind) == {mentor.pk: frozenset(counts)}
    assert set(stored_values(mentor)["shown_to_mentee"]) == set(shown_now(mentor)["shown_to_mentee"]) == counts
    assert set_shown(mentor, kind, counts) is False
    assert set_shown(mentor, kind, {"municipality"}) is True
    assert consented([mentor], kind) == {mentor.pk: frozenset({"municipality"})}


@pytest.mark.parametrize(("fields", "counts"), ODD)
def test_no_page_breaks_or_shows_more(fields: Any, counts: set[str]) -> None:
    mentor = agreed(fields)
    case = make_case(make_field(), "paired", mentors=[mentor, make_mentor(make_field())])
    pages = [
        open_link(links.link_for(case, mentee=case.mentee)).get("/mentoring/p/"),
        open_link(links.link_for(case, mentor=case.pairs.get().memberships.last().mentor)).get("/mentoring/p/"),
    ]
    for page in pages:
        content = page.content.decode()
        assert page.status_code == 200
        assert {name for name, value in SECRETS.items() if value in content} == counts & set(SECRETS)
    own_page = own(mentor)
    for address in ("/mentoring/p/mentor/", "/mentoring/p/mentor/profile/"):
        assert own_page.get(address).status_code == 200
    admin = Client()
    admin.force_login(make_handler(mentor.union))
    for view in ("inspect", "edit"):
        assert admin.get(reverse(f"mentoring_mentors:{view}", args=[mentor.pk])).status_code == 200
