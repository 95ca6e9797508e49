"""The intake queue in the admin: who sees it, what is shown, and how an application gets to a union."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.applications.walking import begin, engineers, fill, notices, post, send
from tests.factories import make_field, make_handler, make_supervisor, make_union, make_user
from wagtail_mentoring.applications.services import AlreadyRouted, route_entry
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.models import Case, IntakeEntry, ProfessionalField

pytestmark = pytest.mark.django_db

QUEUE_RIGHTS = ("view_intakeentry", "change_intakeentry")


@pytest.fixture
def entry(client: Client) -> IntakeEntry:
    engineers(asylum_seekers_may_apply=True)
    begin(client)
    post(client, "about", phone="040 123 4567", hide_municipality="on", safe_contact="only by text message")
    post(client, "profession", degree_level="bachelor")
    post(client, "union", {"choice": "queue"})
    fill(client, "work", "goals", "meeting")
    post(client, "right", basis="asylum_seeker")
    assert send(client, follow_up="on").status_code == 302
    return IntakeEntry.objects.get()


def admin(user: Any) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def addresses(entry: IntakeEntry) -> list[str]:
    return [
        reverse("mentoring_intake"),
        reverse("mentoring_intake_results"),
        reverse("mentoring_intake_entry", args=[entry.pk]),
    ]


def test_only_who_was_granted_the_queue_sees_it(entry: IntakeEntry) -> None:
    strangers = [make_handler(), make_supervisor(), make_user("nobody"), make_user("half", ("change_intakeentry",))]
    for user in strangers:
        for address in addresses(entry):
            answer = admin(user).get(address)
            assert answer.status_code == 404 and b"Amal" not in answer.content, (user, address)
        assert admin(user).post(addresses(entry)[2], {"field": "1"}).status_code == 404
        assert b"Intake queue" not in admin(user).get("/admin/").content
    assert Client().get(addresses(entry)[0]).status_code == 302
    assert not Case.objects.exists()


def test_the_queue_and_one_application(entry: IntakeEntry) -> None:
    browser = admin(make_user("clerk", QUEUE_RIGHTS))
    for address in addresses(entry):
        answer = browser.get(address)
        assert answer.status_code == 200 and "Amal Example" in answer.content.decode(), address
    page = answer.content.decode()
    for shown in ("amal@example.org", "Software engineer", "Bachelor’s degree", "B2 – I can talk about my work"):
        assert shown in page
    # Special categories, and what was to be hidden, are for the union alone.
    for hidden in ("asylum", "A place without stairs", "Tampere", "only by text"):
        assert hidden not in page
    assert "Intake queue" in browser.get("/admin/").content.decode()


def test_who_may_only_look_cannot_route(entry: IntakeEntry) -> None:
    browser = admin(make_user("reader", ("view_intakeentry",)))
    page = browser.get(addresses(entry)[2]).content.decode()
    assert "Send to this union" not in page
    assert browser.post(addresses(entry)[2], {"field": ProfessionalField.objects.first().pk}).status_code == 404
    assert not Case.objects.exists()


def test_routed_to_a_union_it_is_a_case_like_any_other(entry: IntakeEntry) -> None:
    kt = make_field(make_union("kt"), "municipal-engineers")
    user = make_user("clerk", QUEUE_RIGHTS)
    browser = admin(user)
    address = addresses(entry)[2]
    answer = browser.post(address, {"field": ""})
    assert answer.status_code == 200 and "Choose the field in which the case is opened." in answer.content.decode()
    assert browser.post(address, {"field": "99999"}).status_code == 200
    answer = browser.post(address, {"field": kt.pk}, follow=True)
    case = Case.objects.get()
    assert f"has got the application as case {case.reference}" in answer.content.decode()
    assert case.union == kt.union and case.application.basis == "asylum_seeker" and case.application.channel == "intake"
    assert case.mentee.hide_municipality and case.mentee.access_needs == "A place without stairs"
    assert case.application.mentor_wish == "Somebody patient"
    kinds = {row.kind for row in case.mentee.consents.all()}
    assert kinds == {"notice", "adult", "follow_up", "intake_queue", "other_union"}
    first = case.log.get()
    assert first.user == user and first.data["from_queue"] == entry.pk and verify_chain(case) == []
    entry.refresh_from_db()
    assert entry.case == case and entry.routed_by == user and entry.answers == {}
    assert "Send to this union" not in browser.get(address).content.decode()
    again = browser.post(address, {"field": kt.pk}, follow=True)
    assert "Somebody has routed this application meanwhile." in again.content.decode()
    with pytest.raises(AlreadyRouted):
        route_entry(entry, kt, user)
    assert Case.objects.count() == 1


def test_an_empty_queue_says_what_will_appear() -> None:
    page = admin(make_user("clerk", QUEUE_RIGHTS)).get(reverse("mentoring_intake")).content.decode()
    assert "Nothing waits here" in page


def test_the_list_takes_a_constant_number_of_queries(entry: IntakeEntry, django_assert_max_num_queries: Any) -> None:
    browser = admin(make_user("clerk", QUEUE_RIGHTS))
    for number in range(15):
        IntakeEntry.objects.create(
            programme=entry.programme, reason="no_union", name=f"N{number}", email="n@example.org"
        )
    browser.get(reverse("mentoring_intake_results"))
    with django_assert_max_num_queries(12):
        browser.get(reverse("mentoring_intake_results"))


def test_the_check_names_a_missing_text(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check", databases=["default"])
    assert "wagtail_mentoring.W101" in capsys.readouterr().err
    notices()
    call_command("check", databases=["default"])
    assert "wagtail_mentoring.W101" not in capsys.readouterr().err
