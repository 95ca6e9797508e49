"""The guides to the meetings on the private page: listed, read and printed, by those who meet."""

from typing import Any
from unittest import mock

import pytest
from django.test import Client

from tests.documents.sheets import text_of
from tests.factories import as_handler, make_case, make_field, make_programme, pair_of
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.errors import WorkerKilled
from wagtail_mentoring.meetings.texts import guide_text, guide_texts

pytestmark = pytest.mark.django_db
HOME = "/mentoring/p/"


@pytest.fixture(autouse=True)
def guides(db: None) -> None:
    for theme in make_programme().themes.all():
        theme.guides = guide_texts(theme.number)
        theme.save()


def guide(number: int) -> str:
    return f"/mentoring/p/guide/{number}/"


def listed(client: Client) -> list[int]:
    text = client.get(HOME).content.decode()
    return [number for number in range(1, 7) if f'href="{guide(number)}"' in text]


def test_they_are_listed_once_there_are_people_to_meet(opened: Any) -> None:
    for state, expected in {
        "applied": [],
        "eligible": [],
        "paired": [1, 2, 3, 4, 5],
        "meeting_2": [1, 2, 3, 4, 5],
        "closed": [1, 2, 3],  # those to meetings that were held
    }.items():
        case = make_case(state=state)
        assert listed(opened(case)) == expected, state
        if state not in ("applied", "eligible"):
            assert listed(opened(case, pair_of(case)[0])) == expected, state


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_mentee_and_mentor_read_the_same_in_their_language(opened: Any, language: str) -> None:
    case = make_case(state="paired")
    for person in (case.mentee, pair_of(case)[1]):
        response = opened(case, person, language).get(guide(4))
        text = response.content.decode()
        assert response.status_code == 200
        assert guide_text(4, language).strip() in text
        assert f'lang="{language}"><h1>' in text
        assert "no-store" in response["Cache-Control"] and "<script" not in text and " style=" not in text
        for other in (3, 5):
            assert f'href="{guide(other)}"' in text


def test_it_is_printed_in_the_language_of_the_page(opened: Any) -> None:
    case = make_case(state="paired")
    response = opened(case, language="fi").get("/mentoring/p/guide/1.pdf")
    assert response.status_code == 200 and response["Content-Type"] == "application/pdf"
    words = text_of(response.content)
    assert "Ennen tapaamista" in words and case.mentee.name not in words


def test_there_is_none_beyond_the_meetings_of_the_case(opened: Any) -> None:
    client = opened(make_case(make_field(max_meetings=3), "paired"))
    assert listed(client) == [1, 2, 3]
    for number in (0, 4, 99):
        assert client.get(guide(number)).status_code == 404
        assert client.get(f"/mentoring/p/guide/{number}.pdf").status_code == 404
    assert client.post(guide(1)).status_code == 405


def test_it_is_read_by_nobody_who_does_not_meet(opened: Any) -> None:
    case = make_case(state="meeting_1")
    first = pair_of(case)[0]
    client = opened(case, first)
    moves.move(case.pk, "go_back", as_handler(), {"reason": "The fit was poor."})
    assert client.get(guide(1)).status_code == 404
    assert client.get("/mentoring/p/guide/1.pdf").status_code == 404
    assert opened(case).get(guide(1)).status_code == 200
    erased = make_case(state="closed")
    client = opened(erased)
    Case.objects.filter(pk=erased.pk).update(anonymised_at=clock.now())
    assert client.get(guide(1)).status_code == 404
    assert Client().get(guide(1)).status_code == 403


def test_when_it_cannot_be_printed_it_can_be_read(opened: Any) -> None:
    client = opened(make_case(state="paired"))
    with mock.patch("wagtail_mentoring.portal.guides.guide_pdf", side_effect=WorkerKilled("It was too large.")):
        response = client.get("/mentoring/p/guide/2.pdf")
    assert response.status_code == 503
    text = response.content.decode()
    assert "The PDF cannot be made now" in text and f'href="{guide(2)}"' in text and "too large" not in text


def test_only_so_many_pdfs_an_hour_for_each_link(opened: Any, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LIMIT_RENDER": "2/hour"}
    case = make_case(state="paired")
    client = opened(case)
    with mock.patch("wagtail_mentoring.portal.guides.guide_pdf", return_value=mock.Mock(content=b"%PDF")) as made:
        assert [client.get("/mentoring/p/guide/2.pdf").status_code for _ in range(3)] == [200, 200, 429]
        response = client.get("/mentoring/p/guide/2.pdf")
        assert made.call_count == 2
        assert opened(case, pair_of(case)[0]).get("/mentoring/p/guide/2.pdf").status_code == 200
    text = response.content.decode()
    assert "too often. Try again in an hour" in text and f'href="{guide(2)}"' in text
    assert client.get(guide(2)).status_code == 200, "it can be read all the same"
