"""Inviting over HTTP those who were found, with a reason where a rule asks for one; and choosing them by hand."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.desk.test_finding import at, text_of
from tests.desk.volunteers import make_volunteer
from tests.factories import as_handler, make_case, make_mentor
from wagtail_mentoring.cases import moves
from wagtail_mentoring.messages.texts import load_default_texts
from wagtail_mentoring.models import Case, Invitation, Mentor, Proposal
from wagtail_mentoring.pairing import invitations

pytestmark = pytest.mark.django_db


def test_a_no_is_told_once_before_inviting_all_the_same(
    admin: Client, waiting: Case, maria: Mentor, handler: Any
) -> None:
    made = invitations.propose(waiting.pk, [maria], handler, one_mentor_reason="One.")
    invitations.answer_no(made.invitations.get().pk, reason="no_time")
    page = text_of(admin.get(at("invite", waiting, mentor=maria.pk)))
    assert page.count("said no") == 1


def test_inviting_says_what_happens_and_keeps_why(
    admin: Client,
    waiting: Case,
    maria: Mentor,
    jukka: Mentor,
    handler: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    where = at("invite", waiting, mentor=[maria.pk, jukka.pk])
    shown = admin.get(where)
    page = text_of(shown)
    assert "Maria Korhonen gets a mail in English" in page
    assert "a place is held" in page
    assert "Amina gets a mail and is asked about them" in page
    assert set(shown.context["form"].fields) == {"seen"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin.post(where, {"seen": waiting.log_length})
    assert answer.status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.status == "open" and proposal.created_by == handler
    assert proposal.fit == shown.context["points"] and proposal.why["criteria"]
    assert {one.mentor for one in proposal.invitations.all()} == {maria, jukka}
    assert {address for sent in mail.outbox for address in sent.to} == {maria.email, jukka.email}
    panel = text_of(admin.get(reverse("mentoring_desk:case", args=[waiting.pk])))
    assert "Asked on" in panel and "Why this pair?" in panel and "mentors asked" in panel


def test_one_mentor_needs_a_reason_and_nothing_is_lost(admin: Client, waiting: Case, maria: Mentor) -> None:
    where = at("invite", waiting, mentor=maria.pk)
    answer = admin.post(where, {"seen": waiting.log_length, "one_mentor_reason": "  "})
    assert answer.context["form"].errors["one_mentor_reason"]
    assert not Proposal.objects.exists()
    answer = admin.post(where, {"seen": waiting.log_length, "one_mentor_reason": "Born 131052-308T."})
    assert "Born 131052-308T." in answer.content.decode() and not Proposal.objects.exists()
    admin.post(where, {"seen": waiting.log_length, "one_mentor_reason": "Nobody else is free."})
    assert Proposal.objects.get().one_mentor_reason == "Nobody else is free."


def test_a_stale_page_tells_what_happened(admin: Client, waiting: Case, maria: Mentor) -> None:
    before = waiting.log_length
    moves.note(waiting.pk, "mentoring.corrected", as_handler()(waiting))
    where = at("invite", waiting, mentor=maria.pk)
    answer = admin.post(where, {"seen": before, "one_mentor_reason": "Typed with care."})
    assert answer.status_code == 409
    assert "Data corrected" in text_of(answer) and "Typed with care." in answer.content.decode()
    assert not Proposal.objects.exists()
    again = answer.context["form"]["seen"].value()
    assert admin.post(where, {"seen": again, "one_mentor_reason": "Typed with care."}).status_code == 302


def test_a_rule_is_overridden_with_a_reason(admin: Client, waiting: Case, maria: Mentor, jukka: Mentor) -> None:
    from wagtail_mentoring.models import MentorConflict

    MentorConflict.objects.create(mentor=maria, mentee=waiting.mentee)
    listed = text_of(admin.get(at("choose_mentors", waiting)))
    assert "Maria Korhonen has declared a conflict of interest" in listed
    assert "Asking all the same takes a reason." in listed
    where = at("invite", waiting, mentor=[maria.pk, jukka.pk])
    assert "A rule speaks against this" in text_of(admin.get(where))
    assert admin.post(where, {"seen": waiting.log_length}).context["form"].errors["override_reason"]
    admin.post(where, {"seen": waiting.log_length, "override_reason": "Both want it."})
    assert Proposal.objects.get().override_reason == "Both want it."


def test_below_the_minimum_takes_a_reason(admin: Client, waiting: Case, field: Any, maria: Mentor) -> None:
    field.participation.minimum_fit = 99
    field.participation.save()
    found = admin.get(at("find_mentors", waiting))
    assert not found.context["choices"]
    assert "below the union’s minimum of 99 points" in text_of(found)
    answer = admin.post(
        at("invite", waiting, mentor=maria.pk), {"seen": waiting.log_length, "one_mentor_reason": "Only one."}
    )
    assert answer.context["form"].errors["override_reason"]


def test_who_has_no_room_cannot_be_invited(admin: Client, waiting: Case, field: Any, jukka: Mentor) -> None:
    make_case(field, "paired", mentors=[jukka, make_volunteer(field)])
    page = text_of(admin.get(at("choose_mentors", waiting)))
    assert "Jukka Laine has no room now." in page
    answer = admin.post(at("invite", waiting, mentor=jukka.pk), {"seen": waiting.log_length, "one_mentor_reason": "x"})
    assert answer.status_code == 409 and "Jukka Laine has no room now." in text_of(answer)
    assert not Proposal.objects.exists()


def test_three_are_not_asked_together(admin: Client, waiting: Case, maria: Mentor, jukka: Mentor, field: Any) -> None:
    third = make_volunteer(field)
    answer = admin.get(at("invite", waiting, mentor=[maria.pk, jukka.pk, third.pk]))
    assert answer.status_code == 302 and "/by-hand/?mentor=" in answer.url
    chosen = admin.get(answer.url).context["listing"].rows
    assert sum(row.chosen for row in chosen) == 3


def test_others_come_next(admin: Client, waiting: Case, maria: Mentor, jukka: Mentor, field: Any, handler: Any) -> None:
    invitations.propose(waiting.pk, [maria, jukka], handler)
    other = make_volunteer(field, name="Pekka Rantanen")
    case = Case.objects.get(pk=waiting.pk)
    assert "are being asked now" in text_of(admin.get(at("find_mentors", case)))
    where = at("invite", case, mentor=other.pk)
    page = text_of(admin.get(where))
    assert "Nobody gets a mail now" in page
    assert "Put this mentor next in line" in page and "Invite this mentor" not in page
    found = text_of(admin.get(at("find_mentors", case)))
    assert "next in line" in found and "Invite this" not in found
    admin.post(where, {"seen": case.log_length, "one_mentor_reason": "Nobody else."})
    assert Proposal.objects.get(status="queued").invitations.get().mentor == other
    page = text_of(admin.get(reverse("mentoring_desk:case", args=[case.pk])))
    assert "Asked next, should these say no" in page and "Pekka Rantanen" in page


def test_somebody_in_the_place_of_one_mentor(admin: Client, case: Case, field: Any) -> None:
    load_default_texts()
    new = make_volunteer(field, name="Pekka Rantanen")
    leaving = Mentor.objects.get(name="Jukka Laine")
    page = text_of(admin.get(reverse("mentoring_desk:case", args=[case.pk])))
    where = at("find_mentors", case, replaces=leaving.pk)
    assert where in page
    found = admin.get(where)
    assert [row["mentor"].pk for row in found.context["choices"][0].mentors] == [new.pk]
    invite = found.context["choices"][0].invite
    case = Case.objects.get(pk=case.pk)
    assert "replacing_reason" in admin.post(invite, {"seen": case.log_length}).context["form"].errors
    assert admin.post(invite, {"seen": case.log_length, "replacing_reason": "Moves away."}).status_code == 302
    proposal = Proposal.objects.get()
    assert (proposal.replaces, proposal.one_mentor_reason) == (leaving, "Moves away.")
    page = text_of(admin.get(reverse("mentoring_desk:case", args=[case.pk])))
    assert "to take the place of Jukka Laine" in page and "a new mentor is being asked" in page


def test_by_hand_the_mentee_must_have_agreed(admin: Client, waiting: Case, maria: Mentor, jukka: Mentor) -> None:
    where = reverse("mentoring_desk:step", args=[waiting.pk, "pair"])
    data = {"seen": waiting.log_length, "mentors": [maria.pk, jukka.pk]}
    assert "mentee_agrees" in admin.post(where, data).context["form"].errors
    assert admin.post(where, data | {"mentee_agrees": "on"}).status_code == 302


def test_by_hand_without_asking_the_mentee_where_the_rules_say_so(
    admin: Client, waiting: Case, field: Any, maria: Mentor, jukka: Mentor
) -> None:
    field.participation.mentee_asked_about_pair = False
    field.participation.save()
    where = reverse("mentoring_desk:step", args=[waiting.pk, "pair"])
    assert "mentee_agrees" not in admin.get(where).context["form"].fields
    data = {"seen": waiting.log_length, "mentors": [maria.pk, jukka.pk]}
    assert admin.post(where, data).status_code == 302


def test_by_hand_open_questions_are_withdrawn_and_it_says_so(
    admin: Client, waiting: Case, maria: Mentor, jukka: Mentor, field: Any, handler: Any
) -> None:
    invitations.propose(waiting.pk, [maria, jukka], handler)
    others = [make_volunteer(field), make_volunteer(field)]
    case = Case.objects.get(pk=waiting.pk)
    where = reverse("mentoring_desk:step", args=[case.pk, "pair"])
    assert "The open question to Maria Korhonen and Jukka Laine is withdrawn" in text_of(admin.get(where))
    data = {"seen": case.log_length, "mentors": [others[0].pk, others[1].pk], "mentee_agrees": "on"}
    assert admin.post(where, data).status_code == 302
    assert set(Invitation.objects.values_list("status", flat=True)) == {"withdrawn"}


def test_the_invite_page_asks_for_a_reason_where_no_language_is_shared(
    admin: Client, waiting: Case, maria: Mentor, field: Any
) -> None:
    other = make_mentor(field, name="Jaana Toinen", english="a2")
    where = at("invite", waiting, mentor=[maria.pk, other.pk])
    answer = admin.get(where)
    page = text_of(answer)
    assert "A rule speaks against this:" in page and "override_reason" in answer.content.decode()
    assert "Jaana Toinen has not agreed to be shown to a mentee." in page
    assert "Jaana Toinen and the mentee have no language in which both can talk about work." in page
    seen = {"seen": waiting.log_length}
    admin.post(where, seen)
    assert not Proposal.objects.exists()
    admin.post(where, seen | {"override_reason": "She learns English."})
    assert Proposal.objects.get().override_reason == "She learns English."
