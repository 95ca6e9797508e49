"""The certificate on the private page of a case that has ended."""

import datetime
from typing import Any
from unittest import mock

import pytest
from django.core.files.storage import storages
from django.test import Client

from tests.factories import make_case, make_field, make_mentor, pair_of
from tests.reports.pretend import pretend_certificate
from tests.snapshots import rows
from wagtail_mentoring.documents.errors import WorkerTimedOut
from wagtail_mentoring.meetings.models import Attendance
from wagtail_mentoring.models import Certificate

pytestmark = pytest.mark.django_db
HOME, MAKE, PDF = "/mentoring/p/", "/mentoring/p/certificate/", "/mentoring/p/certificate.pdf"
BUTTON = "Make my certificate"


@pytest.mark.parametrize("kind", ["mentee", "mentor"])
def test_it_is_made_by_a_button_and_then_downloaded(opened: Any, kind: str) -> None:
    case = make_case(state="closed")
    person = case.mentee if kind == "mentee" else pair_of(case)[0]
    client = opened(case, person)
    text = client.get(HOME).content.decode()
    assert BUTTON in text and f'action="{MAKE}"' in text and "in the language of this page: English" in text
    assert PDF not in text and client.get(PDF).status_code == 404
    response = client.get(MAKE)
    assert (response.status_code, response["Location"]) == (302, HOME)
    assert not Certificate.objects.exists(), "a program that follows links makes nothing"
    with pretend_certificate():
        assert client.post(MAKE).url == HOME + "#certificate"
    made = Certificate.objects.get()
    assert (made.mentee or made.mentor) == person and made.issued_by is None
    text = client.get(HOME).content.decode()
    assert f'href="{PDF}"' in text and BUTTON not in text
    response = client.get(PDF)
    assert response.status_code == 200 and response["Content-Type"] == "application/pdf"
    assert "attachment" in response["Content-Disposition"] and case.reference in response["Content-Disposition"]
    wanted = b"participation" if kind == "mentee" else b"thanks"
    assert wanted in response.content
    before = rows()
    client.post(MAKE)
    assert Certificate.objects.count() == 1 and rows() == before


def test_it_is_in_the_language_of_the_page(opened: Any) -> None:
    case = make_case(state="closed")
    client = opened(case, language="fi")
    assert "suomi" in client.get(HOME).content.decode()
    with pretend_certificate():
        client.post(MAKE)
    assert Certificate.objects.get().document.language == "fi"


def test_nobody_gets_that_of_somebody_else(opened: Any) -> None:
    case = make_case(state="closed")
    first, second = pair_of(case)
    with pretend_certificate():
        opened(case).post(MAKE)
        opened(case, first).post(MAKE)
    assert b"participation" in opened(case).get(PDF).content
    assert b"thanks" in opened(case, first).get(PDF).content
    assert opened(case, second).get(PDF).status_code == 404
    assert Client().get(PDF).status_code == Client().post(MAKE).status_code == 403


def test_a_mentor_who_never_came_and_a_case_that_runs_are_offered_none(opened: Any) -> None:
    case, running = make_case(state="closed"), make_case(state="meeting_3")
    unmet = make_case(state="closed", closed_from="paired")
    _first, second = pair_of(case)
    Attendance.objects.filter(mentor=second).update(present=False)
    for which, person, why in (
        (case, second, "No meeting with this person was recorded"),
        (running, running.mentee, "when the mentoring has ended"),
        (unmet, unmet.mentee, "No meeting with this person was recorded"),
    ):
        client = opened(which, person)
        assert BUTTON not in client.get(HOME).content.decode()
        before = rows()
        with pretend_certificate():
            response = client.post(MAKE)
        assert response.status_code == 409 and why in response.content.decode()
        assert rows() == before


def test_when_it_cannot_be_made_one_can_try_again(opened: Any) -> None:
    case = make_case(state="closed")
    client = opened(case)
    fault = WorkerTimedOut("The layout took longer than 30 seconds.")
    with mock.patch("wagtail_mentoring.reports.certificates.make_certificate", side_effect=fault):
        response = client.post(MAKE)
    text = response.content.decode()
    assert response.status_code == 503 and "try again in some minutes" in text and "Try again</button>" in text
    assert "30 seconds" not in text and not Certificate.objects.exists()
    assert BUTTON in client.get(HOME).content.decode()
    with pretend_certificate():
        assert client.post(MAKE).status_code == 302


def test_a_damaged_file_is_not_handed_out(opened: Any) -> None:
    case = make_case(state="closed")
    client = opened(case)
    with pretend_certificate():
        client.post(MAKE)
    stored = Certificate.objects.get().document.stored
    storage = storages["mentoring_private"]
    storage.delete(stored.file)
    assert client.get(PDF).status_code == 503


def test_the_page_of_a_case_that_ended_takes_few_queries(opened: Any, django_assert_max_num_queries: Any) -> None:
    field = make_field()
    case = make_case(field, "closed", closed_from="meeting_5", mentors=[make_mentor(field), make_mentor(field)])
    client = opened(case)
    client.get(HOME)
    with django_assert_max_num_queries(20):
        client.get(HOME)
    assert case.closed_at is not None and case.closed_at > case.opened_at + datetime.timedelta(days=1)
