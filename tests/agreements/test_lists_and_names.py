"""What editors see in the list of agreement texts, and how a copy that somebody sent is called."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_agreement_text, make_case
from wagtail_mentoring import clock
from wagtail_mentoring.agreements import evidence
from wagtail_mentoring.agreements.models import AgreementText, SignatureUpload
from wagtail_mentoring.cases import actors
from wagtail_mentoring.documents.uploads import ScanFound
from wagtail_mentoring.pairing.moves import current_members

pytestmark = pytest.mark.django_db


def test_the_list_says_which_version_counts(admin_client: Client) -> None:
    """For each language and union by itself: the union's own text does not end the one of all."""
    case = make_case(state="paired")
    make_agreement_text()
    now, day = clock.now(), datetime.timedelta(days=1)
    rows = {
        ("en", 2, None): now - day,
        ("en", 3, None): now + day,
        ("fi", 1, None): now - day,
        ("en", 1, case.participation): now - 2 * day,
    }
    for (language, version, of), since in rows.items():
        AgreementText.objects.create(
            language=language, version=version, participation=of, in_force_from=since, body="<p>We agree.</p>"
        )
    answer = admin_client.get(reverse("mentoring_agreementtexts:index"))
    column = next(one for one in answer.context["table"].columns.values() if one.name == "force")
    told = {
        (text.language, text.version, text.participation_id): column.get_value(text).rsplit(" ", 1)[0]
        for text in answer.context["object_list"]
    }
    assert told == {
        ("en", 1, None): "was in force from",
        ("en", 2, None): "in force since",
        ("en", 3, None): "in force from",
        ("fi", 1, None): "in force since",
        ("en", 1, case.participation_id): "in force since",
    }


def test_a_copy_is_named_by_the_role_of_its_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "check_scan", lambda content: ScanFound("image/jpeg", 1, content))
    case = make_case(state="paired", agreement="out")
    mentor: Any = current_members(case)[1].mentor
    evidence.hand_in_scan(case.pk, lambda found: actors.mentor_on(mentor, found), b"a photo")
    assert SignatureUpload.objects.get().stored.name == f"{case.reference}-mentor-2.jpg"
