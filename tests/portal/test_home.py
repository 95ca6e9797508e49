"""What a private page shows to whom."""

import datetime

import pytest
from django.db import connection
from django.test import Client

from tests.factories import Drive, as_handler, make_case, make_field, make_mentor, make_union, pair_of
from tests.portal.conftest import address
from tests.statistics import tables_read_whole
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.privacy.models import Consent
from wagtail_mentoring.programme.dates import long_day

pytestmark = pytest.mark.django_db
HOME = "/mentoring/p/"
NOTHING = "You do not need to do anything."


def page(client: Client) -> str:
    response = client.get(HOME)
    assert response.status_code == 200
    return response.content.decode()


def test_each_state_has_its_words(opened) -> None:
    expected = {
        "applied": ("We are reading your application", NOTHING, "Now: TEK reads your application"),
        "eligible": ("We are looking for your mentors", NOTHING, "Now: we look for your mentors"),
        "paired": ("Your mentors are found", NOTHING, "Now: you all sign the agreement"),
        "meeting_1": ("You have had your first meeting", "How was it for you?", "Now: you meet"),
        "meeting_3": ("You have had three meetings", "You can meet up to 2 more times.", "You have met 3 times"),
        "meeting_5": ("You have had all five meetings", "about how it ends", "You have met 5 times"),
    }
    for state, sentences in expected.items():
        text = page(opened(make_case(state=state)))
        assert [sentence for sentence in sentences if sentence not in text] == [], state
        assert text.count('aria-current="step"') == 1, state
        assert f"<h1>{sentences[0]}</h1>" in text


def test_the_promised_day_is_kept_or_owned_up_to(opened) -> None:
    now = datetime.datetime(2026, 10, 1, 9, 0, tzinfo=datetime.UTC)
    with clock.at(now):
        case = make_case(opened_at=now - datetime.timedelta(days=3))
        assert "TEK answers by Monday 12 October." in page(opened(case))
    with clock.at(now + datetime.timedelta(days=20)):
        assert "We promised an answer by Monday 12 October, and we are late." in page(opened(case))


def test_a_planned_meeting_is_what_matters(opened) -> None:
    case = make_case(state="paired", agreement="signed")
    starts = datetime.datetime(2030, 11, 12, 15, 0, tzinfo=datetime.UTC)
    moves.move(case.pk, "plan_meeting", as_handler(), {"starts_at": starts, "place": "Oodi, Helsinki"})
    for person in (case.mentee, *pair_of(case)):
        text = page(opened(case, person))
        assert "<h1>Your next meeting: Tuesday 12 November, 17:00</h1>" in text
        assert "<b>Oodi, Helsinki</b> <br>It takes 1.5 hours. Finnish time (Helsinki)." in text
        assert "Oodi, Helsinki" in text and "Theme 1" in text
    assert "tiistai 12. marraskuuta, 17.00</h1>" in page(opened(case, language="fi"))


def test_the_table_shows_who_is_missing(opened) -> None:
    field = make_field()
    alone = make_case(field, "paired", mentors=[make_mentor(field)])
    assert page(opened(make_case(field, "eligible"))).count("mtg-t-free mtg-t-seat") == 2
    assert page(opened(alone)).count("mtg-t-free mtg-t-seat") == 1
    assert "Your mentor is found" in page(opened(alone))
    assert page(opened(make_case(field, "paired"))).count("mtg-t-free") == 0


def test_without_consent_a_mentor_has_no_name(opened) -> None:
    case = make_case(state="paired")
    first, second = pair_of(case)
    for person, hidden in ((case.mentee, (first, second)), (first, (second,)), (second, (first,))):
        text = page(opened(case, person))
        for mentor in hidden:
            for value in (mentor.name, mentor.email, mentor.title, mentor.municipality):
                assert value not in text.replace(case.mentee.municipality, ""), value
    assert page(opened(case)).count("<h3>Your mentor</h3>") == 2
    assert "<h3>The second mentor</h3>" in page(opened(case, first))


def test_only_the_consented_fields_are_shown_to_the_consented_reader(opened) -> None:
    field = make_field()
    values = {"title": "Bridge designer", "municipality": "Kuopio", "phone": "040 123", "email": "m@example.org"}
    first, second = make_mentor(field, name="Maija Mallikas", **values), make_mentor(field, name="Erik Exempel")
    case = make_case(field, "paired", mentors=[first, second])
    consent = Consent.objects.create(mentor=first, kind="shown_to_mentee", fields=["name", "title"])
    text = page(opened(case))
    assert "Maija Mallikas" in text and "Bridge designer" in text
    assert "Kuopio" not in text and "040 123" not in text and "m@example.org" not in text
    assert "Maija" not in page(opened(case, second))
    Consent.objects.create(mentor=first, kind="shown_to_partner", fields=["name", "email"])
    text = page(opened(case, second))
    assert "Maija Mallikas" in text and "m@example.org" in text and "Bridge designer" not in text
    consent.withdrawn_at = clock.now()
    consent.save()
    assert "Maija" not in page(opened(case))


def test_mentors_see_what_they_need_of_the_mentee(opened) -> None:
    about = {
        "name": "Amina Yusuf",
        "preferred_name": "Amina",
        "municipality": "Tampere",
        "phone": "050 999",
        "email": "amina@example.org",
        "other_languages": "Somali",
        "access_needs": "A step-free place",
        "safe_contact": "Only by mail",
    }
    case = make_case(
        state="paired",
        answers={"goals": ["cv"], "goals_text": "I want to design bridges.", "mentor_wish": "Somebody calm"},
        **about,
    )
    text = page(opened(case, pair_of(case)[0]))
    for shown in (
        "Amina",
        "Engineers",
        "Make my CV and applications better",
        "bridges",
        "English B2, Somali",
        "Tampere",
    ):
        assert shown in text, shown
    for hidden in (
        "Yusuf",
        "050 999",
        "amina@example.org",
        "step-free",
        "Only by mail",
        "residence permit",
        "Somebody calm",
    ):
        assert hidden not in text, hidden
    case.mentee.hide_municipality = True
    case.mentee.save()
    assert "Tampere" not in page(opened(case, pair_of(case)[0]))


def test_a_mentor_of_an_ended_pair_sees_nothing_of_the_mentee(opened) -> None:
    case = make_case(state="meeting_1", name="Amina Yusuf")
    first = pair_of(case)[0]
    client = opened(case, first)
    assert "Amina" in page(client)
    moves.move(case.pk, "go_back", as_handler(), {"reason": "The fit was poor."})
    text = page(client)
    assert "Your part in this mentoring has ended" in text and "Thank you for your time" in text
    assert "Amina" not in text and "poor" not in text
    mentee = page(opened(case))
    assert "stay counted, and you come first in the queue" in mentee and "poor" not in mentee


def test_the_end_has_its_own_words(opened) -> None:
    refused = make_case(state="closed", closed_from="applied")
    text = page(opened(refused))
    assert "We could not accept your application" in text and "The degree is not academic." in text
    assert "TEK could not accept the application" in text
    complete = make_case(state="closed")
    assert "The mentoring is complete" in page(opened(complete))
    mentor = page(opened(complete, pair_of(complete)[0]))
    assert "Thank you for your time and for what you gave." in mentor
    assert complete.mentee.name not in mentor
    for reason, words in {
        "no_mentors": "We did not find mentors for you",
        "ethics_concern": "The mentoring has ended",
        "no_contact": "The mentoring has ended",
    }.items():
        case = make_case(state="eligible")
        Drive(case, clock.now() - datetime.timedelta(days=3), None, False).go(
            "end", end_reason=reason, situation="unknown"
        )
        text = page(opened(case))
        assert f"<h1>{words}</h1>" in text
        assert "oncern" not in text.split("<main")[1].split("<footer")[0]


def test_an_erased_case_says_so(opened) -> None:
    case = make_case(state="closed", name="Amina Yusuf")
    client = opened(case)
    Case.objects.filter(pk=case.pk).update(anonymised_at=clock.now())
    text = page(client)
    assert "The data have been erased" in text and "Amina" not in text


def test_a_mentor_goes_from_one_case_to_the_other(opened) -> None:
    field = make_field()
    both, third = make_mentor(field, capacity=2), make_mentor(field)
    first = make_case(field, "paired", mentors=[both, make_mentor(field)])
    second = make_case(field, "paired", mentors=[both, make_mentor(field)])
    strange = make_case(field, "paired", mentors=[third, make_mentor(field)])
    client = opened(first, both)
    text = page(client)
    assert second.reference in text and strange.reference not in text
    assert client.post(f"/mentoring/p/case/{strange.reference}/").status_code == 404
    assert client.get(f"/mentoring/p/case/{second.reference}/").status_code == 405
    assert client.post(f"/mentoring/p/case/{second.reference}/").url == HOME
    assert f"Your reference: {second.reference}" in page(client)
    assert opened(first).post(f"/mentoring/p/case/{second.reference}/").status_code == 404


@pytest.mark.parametrize(("person", "number"), [("mentee", 17), ("mentor", 18)])
def test_the_number_of_queries_does_not_grow(opened, django_assert_max_num_queries, person: str, number: int) -> None:
    case = make_case(state="meeting_5")
    client = opened(case, case.mentee if person == "mentee" else pair_of(case)[0])
    client.get(HOME)
    with django_assert_max_num_queries(number):
        client.get(HOME)


def test_it_is_kept_nowhere_and_needs_no_script(opened) -> None:
    case = make_case(make_field(make_union("safa"), "architects"), "paired")
    response = opened(case).get(HOME)
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    text = response.content.decode()
    assert 'data-mtg-union="safa"' in text
    assert "<script" not in text and " style=" not in text and "onclick" not in text


def test_the_other_addresses_need_an_open_page(client: Client) -> None:
    case = make_case(state="paired")
    for method, where in (("get", HOME), ("post", f"/mentoring/p/case/{case.reference}/")):
        assert getattr(client, method)(where).status_code == 403
    assert client.get(address(case, case.mentee)).status_code == 200


def test_mentors_read_who_else_sees_what_stands_there(opened) -> None:
    field = make_field()
    case, alone = make_case(field, "paired"), make_case(field, "paired", mentors=[make_mentor(field)])
    assert "Besides the union, only you and the other mentor see this." in page(opened(case, pair_of(case)[0]))
    assert "Besides the union, only you see this." in page(opened(alone, pair_of(alone)[0]))


def test_the_steps_do_not_run_backwards_with_new_mentors(opened) -> None:
    field = make_field()
    case = make_case(field, "meeting_1")
    first = page(opened(case))
    assert "New mentors since" not in first and "New mentor since" not in first
    moves.move(case.pk, "go_back", as_handler(), {"reason": "Both have moved away."})
    Drive(Case.objects.get(pk=case.pk), clock.now(), None, real_pdf=False).pair(
        [make_mentor(field), make_mentor(field)]
    )
    assert f"New mentors since {long_day(clock.now())}" in page(opened(case))
    assert "New mentor" not in page(opened(case, pair_of(case)[0]))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks for SQLite's plan")
@pytest.mark.parametrize("person", ["mentee", "mentor"])
def test_nothing_is_read_that_is_not_of_the_case(opened, person: str) -> None:
    """However many cases, letters and documents there are: each query finds its rows by an index."""
    case = make_case(state="meeting_2")
    client = opened(case, case.mentee if person == "mentee" else pair_of(case)[0])
    assert tables_read_whole(lambda: client.get(HOME)) == []
