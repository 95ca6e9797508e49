"""What the handler reads while somebody is asked to take the place of a mentor, and afterwards."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.test_finding import text_of
from tests.desk.volunteers import make_volunteer
from wagtail_mentoring.messages.texts import load_default_texts
from wagtail_mentoring.models import Case, Invitation, Mentee, Mentor, Participation
from wagtail_mentoring.pairing import invitations

pytestmark = pytest.mark.django_db


@pytest.fixture
def annika(case: Case, field: Any) -> Mentor:
    load_default_texts()
    Mentee.objects.filter(name="Amina Yusuf").update(preferred_name="Amina")
    return make_volunteer(field, name="Annika Berg")


def rule(case: Case, asked: bool) -> None:
    Participation.objects.filter(pk=case.participation_id).update(mentee_asked_about_pair=asked)


def ask(case: Case, joining: Mentor, handler: Any) -> Invitation:
    """Ask ``joining`` to take the place of Maria Korhonen."""
    leaving = Mentor.objects.get(name="Maria Korhonen")
    proposal = invitations.propose(case.pk, [joining], handler, one_mentor_reason="Moved away.", replaces=leaving)
    return Invitation.objects.get(proposal=proposal)


def invite_page(admin: Client, case: Case, joining: Mentor) -> str:
    leaving = Mentor.objects.get(name="Maria Korhonen")
    where = reverse("mentoring_desk:invite", args=[case.pk]) + f"?replaces={leaving.pk}&mentor={joining.pk}"
    return text_of(admin.get(where))


def case_page(admin: Client, case: Case) -> str:
    return text_of(admin.get(reverse("mentoring_desk:case", args=[case.pk])))


@pytest.mark.parametrize("asked", [True, False])
def test_what_follows_a_yes_depends_on_whether_the_mentee_is_asked(
    asked: bool, admin: Client, case: Case, annika: Mentor, handler: Any
) -> None:
    rule(case, asked)
    first = "When the answer is yes, Amina gets a mail and is asked about the new mentor."
    page = invite_page(admin, case, annika)
    assert (first in page) == asked
    assert "the new mentor takes the place of Maria Korhonen." in page
    invitation = ask(case, annika, handler)
    page = text_of(admin.get(reverse("mentoring_desk:invitation_yes", args=[case.pk, invitation.pk])))
    assert (first in page) == asked
    assert "the new mentor takes the place of Maria Korhonen" in page
    assert "the agreement, or its supplement, is sent." in page


def test_the_next_step_says_who_is_asked_and_wants_no_signature_of_whoever_leaves(
    admin: Client, case: Case, annika: Mentor, handler: Any
) -> None:
    assert "Maria Korhonen has not signed the agreement" in case_page(admin, case)
    rule(case, True)
    invitation = ask(case, annika, handler)
    card = admin.get(reverse("mentoring_desk:case", args=[case.pk])).context["next"]
    said = [str(check.what) for check in card.checks]
    assert "Maria Korhonen has not signed the agreement" not in said
    assert "Annika Berg is asked to take the place of Maria Korhonen" in said
    assert "Jukka Laine has not signed the agreement" in said
    invitations.answer_yes(invitation.pk)
    card = admin.get(reverse("mentoring_desk:case", args=[case.pk])).context["next"]
    said = [str(check.what) for check in card.checks]
    assert "Amina is asked whether Annika Berg may take the place of Maria Korhonen" in said


def test_the_panel_keeps_the_mentor_who_left(admin: Client, case: Case, annika: Mentor, handler: Any) -> None:
    assert "No earlier pairs." in case_page(admin, case)
    rule(case, False)
    invitations.answer_yes(ask(case, annika, handler).pk)
    page = case_page(admin, case)
    assert "No earlier pairs." not in page
    assert "Mentors who have left this pair" in page
    assert text_of_left(admin, case) == ["Maria Korhonen"]


def text_of_left(admin: Client, case: Case) -> list[str]:
    rows = admin.get(reverse("mentoring_desk:case", args=[case.pk])).context["rows"]
    panel = next(shown.context for row in rows for shown in row if shown.panel.name == "pair")
    assert all(one["from"] and one["until"] for one in panel["left"])
    return [one["name"] for one in panel["left"]]
