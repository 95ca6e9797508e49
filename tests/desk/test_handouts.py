"""The guide and the certificates on the case page."""

from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.documents.sheets import text_of
from tests.factories import make_case, make_handler, make_programme, make_supervisor, make_union
from tests.reports.pretend import pretend_certificate
from tests.snapshots import rows
from wagtail_mentoring.documents.errors import WorkerKilled
from wagtail_mentoring.meetings.texts import guide_texts
from wagtail_mentoring.models import Case, Certificate, Mentor, ReadingLogEntry

pytestmark = pytest.mark.django_db


def page_of(case: Case) -> str:
    return reverse("mentoring_desk:case", args=[case.pk])


def make(case: Case) -> str:
    return reverse("mentoring_desk:make_certificate", args=[case.pk])


def guide(case: Case, number: int) -> str:
    return reverse("mentoring_desk:guide", args=[case.pk, number])


def mentors_of(case: Case) -> list[Mentor]:
    return list(Mentor.objects.filter(memberships__pair__case=case).order_by("pk"))


def load_guides() -> None:
    for theme in make_programme().themes.all():
        theme.guides = guide_texts(theme.number)
        theme.save()


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_every_meeting_has_its_guide(admin: Client, field: Any) -> None:
    case = make_case(field, "meeting_1")
    assert guide(case, 1) not in admin.get(page_of(case)).content.decode(), "there is none to read"
    assert admin.get(guide(case, 1)).status_code == 404
    load_guides()
    text = admin.get(page_of(case)).content.decode()
    assert [number for number in range(1, 7) if guide(case, number) in text] == [1, 2, 3, 4, 5]
    response = admin.get(guide(case, 5))
    assert response["Content-Type"] == "application/pdf" and "Agree before you end" in text_of(response.content)
    supervisor = client_of(make_supervisor(case.union))
    with translation.override("en"):
        assert supervisor.get(guide(case, 5)).status_code == 200
    assert client_of(make_handler(make_union("kt"))).get(guide(case, 5)).status_code == 404


def test_a_guide_that_cannot_be_made_says_why(admin: Client, field: Any) -> None:
    load_guides()
    case = make_case(field, "paired")
    with mock.patch("wagtail_mentoring.desk.handouts.guide_pdf", side_effect=WorkerKilled("It was out of memory.")):
        response = admin.get(guide(case, 1), follow=True)
    assert "The guide could not be made: It was out of memory." in response.content.decode()


def test_a_case_that_runs_says_what_will_be_here(admin: Client, field: Any) -> None:
    text = admin.get(page_of(make_case(field, "meeting_2"))).content.decode()
    assert "When the case is closed" in text and "/certificates/" not in text
    text = admin.get(page_of(make_case(field, "closed", closed_from="paired"))).content.decode()
    assert "No meeting was held, so there is nothing to certify." in text and "/certificates/" not in text


def test_the_handler_makes_the_certificate_of_each(admin: Client, handler: Any, field: Any) -> None:
    case = make_case(field, "closed")
    first, second = mentors_of(case)
    assert admin.get(page_of(case)).content.decode().count(f'action="{make(case)}"') == 3
    assert admin.get(make(case)).url == page_of(case)
    with pretend_certificate():
        for key, name in (("mentee", case.mentee.name), (str(first.pk), first.name)):
            text = admin.post(make(case), {"person": key}, follow=True).content.decode()
            assert f"The certificate of {name} is there." in text
    own = Certificate.objects.get(mentee=case.mentee)
    assert own.issued_by == handler and Certificate.objects.get(mentor=first).issued_by == handler
    text = admin.get(page_of(case)).content.decode()
    assert text.count(f'action="{make(case)}"') == 1 and "Certificate made" in text, "in the history too"
    address = reverse("wagtail_mentoring_private_file", args=[own.document.stored_id])
    assert address in text
    assert admin.get(address).content.startswith(b"%PDF")
    assert ReadingLogEntry.objects.filter(case=case, user=handler, what="certificate").count() == 1
    assert client_of(make_handler(make_union("kt"))).get(address).status_code == 404
    assert Client().get(address).status_code in (302, 403)


def test_it_is_in_the_language_of_the_person(admin: Client, field: Any) -> None:
    case = make_case(field, "closed")
    first, _second = mentors_of(case)
    Mentor.objects.filter(pk=first.pk).update(language="sv")
    with pretend_certificate():
        admin.post(make(case), {"person": first.pk})
    assert Certificate.objects.get().document.language == "sv"


@pytest.mark.parametrize("person", ["", "mentee ", "0", "-1", "9999999", "x", "stranger"])
def test_a_person_who_is_not_of_the_case_gets_none(admin: Client, field: Any, person: str) -> None:
    case = make_case(field, "closed")
    if person == "stranger":
        person = str(mentors_of(make_case(field, "closed"))[0].pk)
    before = rows()
    with pretend_certificate():
        text = admin.post(make(case), {"person": person}, follow=True).content.decode()
    assert "There is nothing to certify for this person." in text
    assert rows() == before


def test_who_may_not_move_the_case_makes_none(field: Any) -> None:
    case = make_case(field, "closed")
    supervisor = client_of(make_supervisor(case.union))
    text = supervisor.get(page_of(case)).content.decode()
    assert "Not made yet" in text and make(case) not in text
    others = (supervisor, client_of(make_handler(make_union("kt"))), Client())
    before = rows()
    for client in others:
        with pretend_certificate():
            assert client.post(make(case), {"person": "mentee"}).status_code in (302, 403, 404)
    assert rows() == before


def test_when_it_cannot_be_made_the_handler_reads_why(admin: Client, field: Any) -> None:
    case = make_case(field, "closed")
    fault = WorkerKilled("The process was killed.")
    with mock.patch("wagtail_mentoring.reports.certificates.make_certificate", side_effect=fault):
        text = admin.post(make(case), {"person": "mentee"}, follow=True).content.decode()
    assert "could not be made just now" in text and "The process was killed." in text
    assert not Certificate.objects.exists()


def test_only_so_many_guides_an_hour_for_each_user(admin: Client, field: Any, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LIMIT_RENDER": "1/hour"}
    case = make_case(field, "paired")
    with mock.patch("wagtail_mentoring.desk.handouts.guide_pdf", return_value=mock.Mock(content=b"%PDF")) as made:
        assert [admin.get(guide(case, 1)).status_code for _ in range(2)] == [200, 429]
        assert made.call_count == 1
        assert "Try again in an hour" in admin.get(guide(case, 1)).content.decode()
        assert client_of(make_supervisor(case.union)).get(guide(case, 1)).status_code == 200
