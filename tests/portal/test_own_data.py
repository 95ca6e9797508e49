"""The own data over HTTP: who sees it, what is changed after a code, and what a link alone does not do."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_case, make_field, make_handler, make_mentor, pair_of
from tests.portal.asking import invitation_of, invited, make_asked, own, text
from tests.portal.conftest import address as page_of
from tests.portal.own import (
    ADDRESS,
    CODE,
    CONSENTS,
    CONTACT,
    DATA,
    EXPORT,
    LOST,
    NEW_ADDRESS,
    READERS,
    newest_code,
    step_up,
    wrong,
)
from tests.portal.three import three
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import CaseLogEntry
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentee, Mentor, MentorLogEntry, OneTimeCode
from wagtail_mentoring.privacy.declared import UNION, Reader
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.privacy.reading import record_reading

pytestmark = pytest.mark.django_db

ANSWERS = {
    "preferred_name": "Xanthe",
    "phone": "040 123 4567",
    "municipality": "Turku",
    "hide_municipality": "on",
    "safe_contact": "Only by text",
    "language": "fi",
    "time_zone": "Europe/Stockholm",
    "daily_digest": "on",
}


def actions(case: Any) -> list[str]:
    return list(CaseLogEntry.objects.filter(case=case).order_by("sequence").values_list("action", flat=True))


def test_everybody_with_a_page_has_the_page_of_the_own_data(opened: Any) -> None:
    field = make_field()
    mentors = [make_mentor(field), make_mentor(field)]
    case = make_case(field, "paired", mentors=mentors, name="Xanthippe Salonen")
    for client, home in (
        (opened(case), "/mentoring/p/"),
        (opened(case, mentors[0]), "/mentoring/p/"),
        (own(mentors[1]), "/mentoring/p/mentor/"),
    ):
        assert DATA in client.get(home).content.decode()
        page = client.get(DATA)
        assert page.status_code == 200 and "no-store" in page["Cache-Control"]
        assert f'href="{home}"' in page.content.decode()
    # The page of an invitation opens none of it.
    asked = invitation_of(make_asked())
    assert invited(asked).get(DATA).status_code == 403
    assert Client().get(DATA).status_code == 403


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_every_page_is_there_in_every_language(opened: Any, language: str) -> None:
    case = make_case(make_field(), "paired", agreement="signed")
    client = opened(case, language=language)
    for purpose in ("contact", "export", "address_old"):
        assert client.get(CODE(purpose)).status_code == 200
        step_up(client, purpose)
    for address in (DATA, READERS, CONTACT, f"{CONTACT}saved/", ADDRESS, LOST, CONSENTS, EXPORT, f"{ADDRESS}changed/"):
        page = client.get(address)
        assert page.status_code == 200 and f'lang="{language}"' in page.content.decode(), address


def test_a_link_alone_changes_and_downloads_nothing(opened: Any) -> None:
    case = make_case(make_field(), "paired")
    client = opened(case)
    before = Mentee.objects.values().get(pk=case.mentee_id)
    for address, purpose in (
        (CONTACT, "contact"),
        (ADDRESS, "address_old"),
        (EXPORT, "export"),
        (f"{DATA}export.json", "export"),
        (f"{DATA}export.pdf", "export"),
    ):
        response = client.get(address)
        assert response.status_code == 302 and response.url == CODE(purpose), address
    assert client.post(CONTACT, ANSWERS).status_code == 403
    assert client.post(ADDRESS, {"email": "new@example.org"}).url == CODE("address_old")
    assert client.get(NEW_ADDRESS).url == DATA and client.post(NEW_ADDRESS, {"code": "000000"}).url == DATA
    assert Mentee.objects.values().get(pk=case.mentee_id) == before
    assert not OneTimeCode.objects.exists()


def test_the_contact_data_is_corrected_after_a_code(opened: Any) -> None:
    case = make_case(make_field(), "paired", name="Xanthippe Salonen", email="x@example.org")
    client = opened(case)
    step_up(client, "contact")
    first = client.get(CONTACT).context["form"]
    assert first["municipality"].value() == "Vantaa" and "name" not in first.fields and "email" not in first.fields
    assert client.post(CONTACT, ANSWERS | {"name": "X", "email": "evil@example.org"}).url == f"{CONTACT}saved/"
    person = Mentee.objects.get(pk=case.mentee_id)
    for name in ("preferred_name", "phone", "municipality", "safe_contact", "language", "time_zone"):
        assert getattr(person, name) == ANSWERS[name]
    assert person.hide_municipality and person.daily_digest
    assert (person.name, person.email) == ("Xanthippe Salonen", "x@example.org")
    entry = CaseLogEntry.objects.filter(case=case).order_by("-sequence").first()
    assert entry is not None and entry.action == "mentoring.corrected" and entry.actor == "mentee"
    assert "phone" in entry.data["fields"] and "040" not in str(entry.data)
    # Saved twice it is changed once.
    length = len(actions(case))
    client.post(CONTACT, ANSWERS)
    assert len(actions(case)) == length


def test_a_mentor_corrects_it_too(opened: Any) -> None:
    mentor = make_mentor(municipality="Espoo")
    client = own(mentor)
    step_up(client, "contact")
    form = client.get(CONTACT).context["form"]
    assert not {"municipality", "hide_municipality", "safe_contact"} & set(form.fields)
    assert client.post(CONTACT, ANSWERS | {"access_needs": "x", "approved_on": ""}).status_code == 302
    after = Mentor.objects.get(pk=mentor.pk)
    assert (after.phone, after.municipality, after.daily_digest) == ("040 123 4567", "Espoo", True)
    assert MentorLogEntry.objects.filter(mentor=mentor, action="mentoring.own_contact").count() == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone", "12"),
        ("language", "de"),
        ("time_zone", "Europe/Atlantis"),
        ("safe_contact", "131052-308T"),
        ("preferred_name", "www.example.org"),
        ("municipality", "a" * 101),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(opened: Any, name: str, value: str) -> None:
    case = make_case(make_field(), "paired")
    client = opened(case)
    step_up(client, "contact")
    before = Mentee.objects.values().get(pk=case.mentee_id)
    response = client.post(CONTACT, ANSWERS | {name: value})
    assert response.status_code == 422 and name in response.context["form"].errors
    page = response.content.decode()
    assert "Xanthe" in page if name != "preferred_name" else "040 123 4567" in page
    assert Mentee.objects.values().get(pk=case.mentee_id) == before


def test_a_code_counts_for_ten_minutes_and_what_was_typed_stays(opened: Any) -> None:
    case = make_case(make_field(), "paired")
    client = opened(case)
    step_up(client, "contact")
    with clock.at(clock.now() + datetime.timedelta(minutes=9)):
        assert client.get(CONTACT).status_code == 200
    with clock.at(clock.now() + datetime.timedelta(minutes=11)):
        assert client.get(CONTACT).url == CODE("contact")
        response = client.post(CONTACT, ANSWERS)
        assert response.status_code == 403
        assert "The ten minutes are over" in text(response) and "Only by text" in response.content.decode()
        assert Mentee.objects.get(pk=case.mentee_id).phone == ""
        step_up(client, "contact")
        assert client.post(CONTACT, ANSWERS).status_code == 302


def test_a_code_is_for_one_purpose(opened: Any) -> None:
    client = opened(make_case(make_field(), "paired"))
    step_up(client, "contact")
    assert client.get(EXPORT).url == CODE("export") and client.get(ADDRESS).url == CODE("address_old")
    client.post(CODE("export"))
    code, _row = newest_code()
    # A code for the export opens nothing else.
    assert client.post(CODE("address_old"), {"code": code}).status_code == 422
    assert client.get(CODE("anything")).status_code == 404
    assert client.post(CODE("sign")).status_code == 404


def test_a_code_is_guessed_five_times_at_most(opened: Any) -> None:
    client = opened(make_case(make_field(), "paired"))
    client.post(CODE("export"))
    code, _row = newest_code()
    for _try in range(5):
        response = client.post(CODE("export"), {"code": wrong(code)})
        assert response.status_code == 422
    response = client.post(CODE("export"), {"code": code})
    assert response.status_code == 422 and "too many wrong tries" in text(response)
    assert client.get(EXPORT).url == CODE("export")


def test_a_code_is_not_replayed_nor_used_by_another_link(opened: Any) -> None:
    field = make_field()
    case, other = make_case(field, "paired"), make_case(field, "paired")
    client, stranger = opened(case), opened(other)
    client.post(CODE("export"))
    code, row = newest_code()
    assert row.mentee_id == case.mentee_id and row.address == case.mentee.email
    assert stranger.post(CODE("export"), {"code": code}).status_code == 422
    assert client.post(CODE("export"), {"code": code}).url == EXPORT
    assert opened(case).post(CODE("export"), {"code": code}).status_code == 422
    # What was lifted on one device is not lifted on another with the same link.
    assert opened(case).get(EXPORT).url == CODE("export")


def test_it_ends_with_the_page(opened: Any) -> None:
    field = make_field()
    mentor = make_mentor(field)
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)])
    client = opened(case, mentor)
    step_up(client, "export")
    client.post(f"/mentoring/p/{links.token(links.link_for_mentor(mentor))}/")
    assert client.get(EXPORT).url == CODE("export")
    step_up(client, "export")
    links.renew(links.link_for_mentor(mentor))
    assert client.get(EXPORT).status_code == 403


def test_codes_are_not_sent_without_end(opened: Any, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LIMIT_CODE": "2/hour"}
    client = opened(make_case(make_field(), "paired"))
    assert [client.post(CODE("contact")).status_code for _try in range(3)] == [302, 302, 429]
    assert OutboxMessage.objects.filter(event="code_data").count() == 2


def test_the_page_says_who_reads_what(opened: Any) -> None:
    field = make_field()
    case = make_case(field, "paired", municipality="Tampere", hide_municipality=True, access_needs="A quiet room")
    record_reading(make_handler(field.union), case.union_id, "access_needs", case.pk)
    response = opened(case).get(READERS)
    circles = {row: circle.readers for circle in response.context["circles"] for row in circle.rows}
    by_label = {label: readers for (label, _value), readers in circles.items()}
    assert by_label["Municipality"] == by_label["Access needs"] == (Reader.CONTACTS,) and by_label["E-mail"] == UNION
    assert Reader.MENTORS in by_label["Name"] and by_label["E-mail"] == UNION
    page = text(response)
    assert "A quiet room" in page and "Sanna Lindqvist" in page and "immigration authorities" in page


def test_the_page_asks_the_same_number_of_questions_however_much_there_is(
    opened: Any, django_assert_max_num_queries: Any
) -> None:
    field = make_field()
    few = make_case(field, "paired", agreement="signed")
    many = make_case(field, "meeting_3")
    for number in range(30):
        Consent.objects.create(mentee=many.mentee, kind=ConsentKind.FOLLOW_UP, given_at=clock.now())
        record_reading(make_handler(field.union, f"h{number}"), many.union_id, "cv", many.pk)
    client = opened(few)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(READERS).status_code == 200
    number = len(asked)
    client = opened(many)
    with django_assert_max_num_queries(number + 2):
        assert client.get(READERS).status_code == 200


def test_a_consent_is_taken_back(opened: Any) -> None:
    case = make_case(make_field(), "paired")
    for kind in (ConsentKind.NOTICE, ConsentKind.FOLLOW_UP, ConsentKind.FOLLOW_UP):
        Consent.objects.create(mentee=case.mentee, kind=kind)
    client = opened(case)
    page = text(client.get(CONSENTS))
    assert page.count("Take this back") == 1 and "Has read the privacy notice" in page
    assert client.get(f"{CONSENTS}follow_up/").status_code == 405
    for _twice in range(2):
        assert client.post(f"{CONSENTS}follow_up/").url == CONSENTS
    assert Consent.objects.filter(kind="follow_up", withdrawn_at=None).count() == 0
    assert Consent.objects.filter(kind="notice", withdrawn_at=None).count() == 1
    assert actions(case).count("mentoring.consent_withdrawn") == 1
    for kind in ("notice", "adult", "anything"):
        assert client.post(f"{CONSENTS}{kind}/").status_code == 404


def test_a_mentor_who_takes_it_back_is_shown_no_more(opened: Any) -> None:
    field = make_field()
    mentor = make_mentor(field, name="Maija Meikäläinen", shown=["name", "title"])
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)])
    assert "Maija" in text(opened(case).get("/mentoring/p/"))
    client = own(mentor)
    assert "Name, Title" in text(client.get(CONSENTS))
    client.post(f"{CONSENTS}shown_to_mentee/")
    assert "Maija" not in text(opened(case).get("/mentoring/p/"))
    assert MentorLogEntry.objects.filter(mentor=mentor, action="mentoring.own_consent").count() == 1


def test_the_address_of_a_calendar_opens_no_page(client: Client) -> None:
    case = make_case()
    token = links.token(links.link_for_calendar(case.mentee))
    for response in (client.get(f"/mentoring/p/{token}/"), client.post(f"/mentoring/p/{token}/")):
        assert response.status_code == 403
    assert client.get("/mentoring/p/").status_code == 403


SENT: list[tuple[str, str]] = []


def by_sms(number: str, words: str) -> None:
    SENT.append((number, words))


def lost_sms(number: str, words: str) -> None:
    raise OSError("no network")


def test_a_code_comes_by_sms_where_the_site_sends_them(opened: Any, settings: Any) -> None:
    case = make_case(make_field(), "paired", phone="040 123 4567")
    client = opened(case)
    assert "SMS" not in text(client.get(CODE("contact")))
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SMS_BACKEND": "tests.portal.test_own_data.by_sms"}
    SENT.clear()
    assert "Send it by SMS" in text(client.get(CODE("contact")))
    # The address must prove itself: there is no other way to it.
    assert "SMS" not in text(client.get(CODE("address_old")))
    client.post(CODE("address_old"), {"by": "sms"})
    assert SENT == [] and newest_code()[1].address == case.mentee.email
    response = client.post(CODE("contact"), {"by": "sms"})
    [(number, words)] = SENT
    assert number == "+358401234567" and "ends with 567" in text(client.get(response.url))
    code = "".join(sign for sign in words if sign.isdigit())[-6:]
    assert client.post(CODE("contact"), {"code": code}).url == CONTACT
    assert not OutboxMessage.objects.filter(body__contains=code).exists()


def test_what_is_said_of_a_wrong_code_fits_an_sms_too(opened: Any, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SMS_BACKEND": "tests.portal.test_own_data.by_sms"}
    client = opened(make_case(make_field(), "paired", phone="040 123 4567"))
    early = client.post(CODE("contact"), {"code": "000000"})
    assert "Ask for a code first" in str(early.context["form"].errors)
    sent = client.post(CODE("contact"), {"by": "sms"}).url
    code = "".join(sign for sign in SENT[-1][1] if sign.isdigit())[-6:]
    late = client.post(sent, {"code": wrong(code)})
    assert "the newest message" in str(late.context["form"].errors)
    for response in (early, late):
        assert response.status_code == 422 and "mail" not in str(response.context["form"].errors)


def test_an_sms_that_does_not_leave_is_said(opened: Any, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SMS_BACKEND": "tests.portal.test_own_data.lost_sms"}
    client = opened(make_case(make_field(), "paired", phone="040 123 4567"))
    response = client.post(CODE("contact"), {"by": "sms"})
    assert response.status_code == 503 and "could not be sent" in text(response)
    assert not OneTimeCode.objects.exists()


def test_an_sms_that_does_not_leave_takes_no_code_away_that_came_by_mail(opened: Any, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SMS_BACKEND": "tests.portal.test_own_data.lost_sms"}
    client = opened(make_case(make_field(), "paired", phone="040 123 4567"))
    client.post(CODE("contact"))
    ((by_mail, _row), before) = newest_code(), OneTimeCode.objects.get().expires_at
    assert client.post(CODE("contact"), {"by": "sms"}).status_code == 503
    assert OneTimeCode.objects.get().expires_at == before
    assert client.post(CODE("contact"), {"code": by_mail}).url == CONTACT


def test_codes_are_counted_by_person_and_not_by_link(settings: Any) -> None:
    """Somebody who holds three links of a mentor is mailed, and may guess, no more codes than with one."""
    settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"LIMIT_CODE": "3/hour"}
    case = three()
    mentor, other = pair_of(case)
    on_case, on_own, partner = Client(), own(mentor), Client()
    assert on_case.post(page_of(case, mentor)).status_code == 302
    assert partner.post(page_of(case, other)).status_code == 302
    assert [on_case.post(CODE("export")).status_code for _ in range(2)] == [302, 302]
    assert [on_own.post(CODE("export")).status_code for _ in range(2)] == [302, 429]
    assert on_case.post(CODE("contact")).status_code == 429 and on_case.post(CODE("address_old")).status_code == 429
    # A mentee with the same key in another table, and the other mentor, are other people.
    assert partner.post(CODE("export")).status_code == 302


@pytest.mark.parametrize("path", ["notes/99999/", "document/99999/", "calendar/x.ics", "data/code/nothing/"])
def test_what_is_not_found_on_a_private_page_is_kept_nowhere_either(opened: Any, path: str) -> None:
    answer = opened(three()).get(f"/mentoring/p/{path}")
    assert answer.status_code == 404
    assert "no-store" in answer["Cache-Control"] and answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_of_the_ten_minutes_a_page_tells_only_after_the_code(opened: Any) -> None:
    client = opened(make_case(make_field(), "paired"))
    assert "10 minutes" not in text(client.get(CODE("contact")))
    client.post(CODE("contact"))
    assert "10 minutes" not in text(client.get(CODE("contact")))
    step_up(client, "contact")
    assert "10 minutes" in text(client.get(CONTACT))
    step_up(client, "export")
    assert "10 minutes" in text(client.get(EXPORT))
