"""The demo: it loads once, everything that is said of it is true, and its histories verify."""

import io
import json
from collections import Counter
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client

from tests.factories import make_union, pretend_pdf
from tests.setup.rows import row_counts
from wagtail_mentoring import clock
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.models import (
    Case,
    CaseLogEntry,
    IntakeEntry,
    Mentor,
    MentorPair,
    OutboxMessage,
    Participation,
    ProfessionalField,
    Signature,
    Union,
)
from wagtail_mentoring.pairing.gather import waiting
from wagtail_mentoring.pairing.models import Invitation, Proposal
from wagtail_mentoring.pairing.suggestions import suggest
from wagtail_mentoring.people.jobs import to_be_asked
from wagtail_mentoring.people.models import MentorAbsence, MentorConflict
from wagtail_mentoring.programme.models import Area
from wagtail_mentoring.programme.routing import route
from wagtail_mentoring.setup.demo import living
from wagtail_mentoring.setup.packaged import packaged
from wagtail_mentoring.workflows import CaseState

pytestmark = pytest.mark.django_db


def demo(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mentoring_demo", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.timeout(600)  # loading takes a minute, and more while other tests run beside it
def test_the_demo(client: Client) -> None:
    """One test for the whole, because of the loading."""
    assert "admin" in demo()
    histories_verify()
    every_kind_of_case_is_there()
    many_wait_and_mentors_are_asked()
    unions_are_the_programmes_own()
    told = json.loads(demo("--describe"))
    what_is_told_is_true(told, client)
    counts = row_counts()
    assert "there already" in demo()
    assert row_counts() == counts


def histories_verify() -> None:
    assert [fault for case in Case.objects.all() for fault in verify_chain(case)] == []
    assert CaseLogEntry.objects.count() > 200
    assert set(OutboxMessage.objects.values_list("status", flat=True)) == {"sent"}
    moments = list(CaseLogEntry.objects.order_by("pk").values_list("timestamp", flat=True))
    assert moments == sorted(moments), "histories follow the order of time"
    assert (moments[-1] - moments[0]).days > 300
    for mail in OutboxMessage.objects.all():
        assert mail.sent_at == mail.created_at, "mails leave at their own time"


def every_kind_of_case_is_there() -> None:
    states = Counter(Case.objects.values_list("state", flat=True))
    assert set(states) == {state.value for state in CaseState}
    assert Case.objects.count() == 75
    assert 100 <= Mentor.objects.count() <= 115
    assert set(Case.objects.exclude(end_reason="").values_list("end_reason", flat=True)) >= {
        "completed",
        "not_eligible",
        "mentee_withdrew",
        "moved_away",
    }
    actions = set(CaseLogEntry.objects.values_list("action", flat=True))
    assert {"mentoring.step.reopen", "mentoring.step.go_back", "mentoring.step.plan_meeting"} <= actions
    assert Case.objects.filter(pairs__ended_at__isnull=False, pairs__isnull=False).filter(
        pairs__ended_at__isnull=True, state="meeting_2"
    ), "a case with new mentors"
    assert set(Case.objects.values_list("language", flat=True)) == {"en", "fi", "sv"}
    assert Signature.objects.exclude(code=None).count() == Signature.objects.count() > 40
    assert set(IntakeEntry.objects.values_list("reason", flat=True)) == {"paused", "no_union"}
    assert not Case.objects.filter(application__isnull=True).exists()


def many_wait_and_mentors_are_asked() -> None:
    tek = Union.objects.get(slug="tek")
    queue = list(waiting(tek))
    assert len(queue) == 29, "enough for a plan"
    found = [suggest(case, limit=1) for case in queue]
    assert sum(bool(one.options) and len(one.options[0].mentors) == 2 for one in found) >= 20
    assert any(not one.options and one.helps for one in found), "somebody for whom nobody is found, and what would help"
    stages = {proposal.case.mentee.name: proposal for proposal in Proposal.objects.all()}
    assert len(stages) == 4
    assert {invitation.status for invitation in Invitation.objects.all()} == {"asked", "yes", "no"}
    assert Proposal.objects.filter(mentee_asked_at__isnull=False, status="open").count() == 1
    assert Proposal.objects.filter(status="failed").count() == 1
    assert Invitation.objects.exclude(question="").count() == 1
    mentors = Mentor.objects.filter(union=tek)
    assert mentors.filter(approved_on=None).count() == 3
    # For the others, their profile holds.
    assert 3 <= len(to_be_asked()) <= 8
    assert mentors.filter(paused_until__gt=clock.today()).count() >= 2
    assert MentorAbsence.objects.count() == MentorConflict.objects.count() == 3
    assert MentorPair.objects.filter(case=None, ended_at=None).count() == 2
    spoken = " ".join(mentors.values_list("other_languages", flat=True))
    for language in ("Arabic", "Russian", "Ukrainian", "Dari", "Somali", "French", "Spanish"):
        assert language in spoken
    assert set(OutboxMessage.objects.values_list("event", flat=True)) >= {
        "invitation",
        "invitation_no",
        "invitation_question",
        "mentor_signed_up",
        "new_mentor",
        "pair_asked",
        "proposal_failed",
    }


def unions_are_the_programmes_own() -> None:
    assert (Union.objects.count(), ProfessionalField.objects.count()) == (15, 31)
    assert Participation.objects.filter(asylum_seekers_may_apply=True).exists()
    assert Participation.objects.filter(one_mentor_allowed=False).get().union.slug == "safa"
    assert Participation.objects.filter(max_meetings=3).exists()
    assert ProfessionalField.objects.get(intake_open=False).intake_note.keys() == {"en", "fi", "sv"}
    programme = Participation.objects.all()[0].programme
    assert [union.slug for union in route(programme, "Engineer", "master").unions] == ["tek"]


def what_is_told_is_true(told: dict, client: Client) -> None:
    assert [union["slug"] for union in told["unions"]] == list(Union.objects.values_list("slug", flat=True))
    assert len(told["field_pages"]) == 31
    assert len(told["cases"]) == Case.objects.count()
    for path in ["/", *told["field_pages"]]:
        assert client.get(path).status_code == 200, path
    roles = {login["role"] for login in told["logins"]}
    assert roles == {"editor", "handler", "supervisor", "coordinator", "superuser"}
    for login in told["logins"]:
        user = authenticate(username=login["username"], password=login["password"])
        assert user is not None, login
        assert user.has_perm("wagtailadmin.access_admin"), login
    handler = next(login for login in told["logins"] if login["role"] == "handler")
    client.login(username=handler["username"], password=handler["password"])
    assert client.get(told["cases_list"]).status_code == 200
    for case in told["cases"]:
        expected = 200 if case["union"] == handler["union"] else 404
        assert client.get(case["address"]).status_code == expected, case
    client.logout()
    assert {link["role"] for link in told["private_links"]} == {"mentee", "mentor"}
    closed = {case["reference"] for case in told["cases"] if case["state"] == "closed"}
    assert {offer["for"] for offer in told["certificates"]} == {"mentee", "mentor"}
    assert len(told["certificates"]) > 10 and {offer["case"] for offer in told["certificates"]} <= closed
    first = told["certificates"][0]
    assert client.post(first["address"]).status_code == 302
    assert b"Make my certificate" in client.get("/mentoring/p/").content
    asking = {one["what"]: one for one in told["asking"]}
    assert set(asking) == {"mentors_asked", "mentee_asked", "question", "failed"}
    assert [link["role"] for link in asking["mentee_asked"]["links"]] == ["mentor", "mentor", "mentee"]
    assert {link["status"] for link in asking["mentors_asked"]["links"]} == {"yes", "asked"}
    for one in told["asking"]:
        assert client.get(one["links"][-1]["address"]).status_code == 200, one
    assert [one["union"] for one in told["sign_ups"]] == ["tek"] * 3
    assert told["mentor_pages"] and client.get(told["mentor_pages"][0]).status_code == 200
    for link in told["private_links"][:6]:
        assert client.get(link["address"]).status_code == 200, link


def test_interrupted_it_leaves_nothing_and_loads_the_next_time() -> None:
    counts = row_counts()
    broken = mock.patch.object(living, "_meet", side_effect=RuntimeError("pulled the plug"))
    with pretend_pdf(), broken, pytest.raises(RuntimeError, match="pulled the plug"):
        demo()
    assert row_counts() == counts
    with pytest.raises(CommandError, match="not loaded"):
        demo("--describe")


def test_it_is_refused_beside_data_of_ones_own() -> None:
    make_union("ours")
    with pytest.raises(CommandError, match="empty database"):
        demo()
    assert Union.objects.get().slug == "ours"


def test_it_is_refused_on_a_site_that_is_no_demonstration(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "DEMO": False}
    with pytest.raises(CommandError, match="DEMO"):
        demo()
    assert not Union.objects.exists()


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("union", packaged("unions"), ids=lambda union: union["slug"])
def test_every_unions_colours_are_readable(union: dict) -> None:
    assert contrast(union["accent"], "#ffffff") >= 7
    assert contrast(union["accent"], union["accent_soft"]) >= 7
    assert contrast(union["accent_dark"], union["accent_dark_soft"]) >= 7


def test_every_profession_has_a_name_in_each_language_and_a_text_of_its_own() -> None:
    rows = packaged("fields")
    assert len({row["lead"] for row in rows}) == len({row["work"] for row in rows}) == 31
    for language in ("en", "fi", "sv"):
        assert len({row["names"][language] for row in rows}) == 31
    assert all(len(row["topics"]) >= 4 and len(row["lead"]) <= 400 for row in rows)


def test_every_profession_stands_under_a_heading() -> None:
    assert {row["area"] for row in packaged("fields")} == set(Area.values) - {Area.OTHER}
