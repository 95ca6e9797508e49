"""Mentors in the admin: standing pairs, conflicts, the end with thanks, and the history."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.test_mentors import listed, make_mentor, page, step
from tests.factories import make_case, make_field, make_mentee, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.models import Mentor, MentorConflict, MentorPair
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.standing import make_standing, partner_of
from wagtail_mentoring.people import signals

pytestmark = pytest.mark.django_db


def test_a_standing_pair_is_chosen_and_ended(admin: Client, field: Any) -> None:
    first, second = make_mentor(field, name="First"), make_mentor(field, name="Second")
    stopped = make_mentor(field, name="Gone", ended_on=clock.today())
    content = admin.get(reverse("mentoring_mentor:partner", args=[first.pk])).content.decode()
    assert "Make a standing pair with Second" in content and "Gone stopped volunteering on " in content
    refused = step(admin, "partner", first, {"partner": stopped.pk}, follow=True)
    assert "stopped volunteering" in refused.content.decode() and partner_of(first) is None
    for wrong in ("", "x", first.pk, 10**30, make_mentor(make_field(make_union("kt"))).pk):
        step(admin, "partner", first, {"partner": wrong})
        assert not MentorPair.objects.exists()
    step(admin, "partner", first, {"partner": second.pk})
    assert partner_of(first) == second and "Second" in page(admin, first)
    step(admin, "partner", second, {"end": "1"})
    assert partner_of(first) is None


def test_conflicts_are_searched_noted_once_and_removed(admin: Client, field: Any) -> None:
    mentor, other = make_mentor(field, name="Maria"), make_mentor(field, name="Other Mentor")
    case = make_case(field, name="Amina Yusuf")
    foreign = make_mentee(make_union("kt"), name="Amina Foreign")
    address = reverse("mentoring_mentor:conflicts", args=[mentor.pk])
    for words in ("amina", case.reference, case.mentee.email):
        content = admin.get(address, {"q": words}).content.decode()
        assert "Note a conflict with Amina Yusuf" in content and "Amina Foreign" not in content
    for sent in ({"other": other.pk}, {"mentee": case.mentee.pk}, {"other": other.pk}):
        assert step(admin, "conflicts", mentor, sent).status_code == 302
    step(admin, "conflicts", other, {"other": mentor.pk})
    assert MentorConflict.objects.count() == 2
    for wrong in ({"other": mentor.pk}, {"mentee": foreign.pk}, {}, {"other": "x"}, {"remove": "y"}):
        step(admin, "conflicts", mentor, wrong)
    assert MentorConflict.objects.count() == 2
    assert "Other Mentor" in page(admin, mentor) and "Maria" in page(admin, other)
    row = MentorConflict.objects.get(other__isnull=False)
    # Not from the page of somebody whom it does not concern.
    step(admin, "conflicts", make_mentor(field), {"remove": row.pk})
    assert MentorConflict.objects.count() == 2
    step(admin, "conflicts", other, {"remove": row.pk})
    assert MentorConflict.objects.count() == 1


def test_partners_have_no_conflict(admin: Client, field: Any) -> None:
    first, second = make_mentor(field), make_mentor(field)
    make_standing(first, second, None)
    answer = step(admin, "conflicts", first, {"other": second.pk}, follow=True)
    assert "standing pair. End it first" in answer.content.decode() and not MentorConflict.objects.exists()


def test_the_end_shows_what_it_leaves_and_may_be_taken_back(admin: Client, field: Any, handler: Any) -> None:
    mentor = make_mentor(field, name="Maria", capacity=3)
    partner = make_mentor(field, name="Jukka")
    make_standing(mentor, partner, None)
    running = make_case(field, "paired", mentors=[mentor])
    closed = make_case(field, "closed", closed_from="paired", mentors=[mentor])
    asked = make_case(field, "eligible")
    invitations.propose(asked.pk, [mentor], handler, one_mentor_reason="Nobody else.")
    thanked: list[Mentor] = []

    def hear(sender: Any, mentor: Mentor, **kwargs: Any) -> None:
        thanked.append(mentor)

    signals.mentor_thanked.connect(hear)
    try:
        content = admin.get(reverse("mentoring_mentor:end", args=[mentor.pk])).content.decode()
        assert running.reference in content and asked.reference in content and closed.reference not in content
        assert "The standing pair with Jukka ends." in content
        answer = step(admin, "end", mentor, follow=True)
    finally:
        signals.mentor_thanked.disconnect(hear)
    mentor.refresh_from_db()
    assert mentor.ended_on == clock.today() and thanked == [mentor] and partner_of(partner) is None
    assert f"Now find somebody in the place of Maria for: {running.reference}." in answer.content.decode()
    assert mentor.invitations.get().status == "no"
    # The pair of the running case stays until somebody else is found.
    assert running.pairs.get().memberships.get().left_at is None
    assert listed(admin, state="ended") == ["Maria"]
    assert "already" in str(step(admin, "end", mentor).context["form"].errors)
    step(admin, "back", mentor)
    mentor.refresh_from_db()
    assert mentor.ended_on is None and step(admin, "back", mentor).status_code == 200


def test_the_history_shows_cases_meetings_and_answers_without_a_mentees_name(
    admin: Client, field: Any, handler: Any
) -> None:
    mentor = make_mentor(field, capacity=3)
    held = make_case(field, "meeting_2", mentors=[mentor], name="Amina Yusuf", access_needs="Wheelchair")
    asked = make_case(field, "eligible", name="Bilal Hassan")
    invitations.propose(asked.pk, [mentor], handler, one_mentor_reason="Nobody else.")
    answer = admin.get(reverse("mentoring_mentors:inspect", args=[mentor.pk]))
    content = answer.content.decode()
    assert [(row["reference"], row["held"]) for row in answer.context["cases"]] == [(held.reference, 2)]
    assert [(row["reference"], row["answer"]) for row in answer.context["invitations"]] == [(asked.reference, "Asked")]
    assert "Amina" not in content and "Bilal" not in content and "Wheelchair" not in content


def test_who_had_a_part_is_not_deleted_and_a_standing_pair_is_no_part(admin: Client, field: Any, handler: Any) -> None:
    asked, paired, partner = make_mentor(field), make_mentor(field), make_mentor(field)
    make_standing(paired, partner, None)
    case = make_case(field, "eligible")
    invitations.propose(case.pk, [asked], handler, one_mentor_reason="Nobody else.")
    for mentor in (asked, paired):
        admin.post(reverse("mentoring_mentors:delete", args=[mentor.pk]))
    assert set(Mentor.objects.all()) == {asked, partner} and not MentorPair.objects.filter(case=None).exists()
