"""Entering mentors who have said yes: a short list with a search, in which nothing typed is lost."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.test_by_hand import many, text
from tests.desk.volunteers import make_volunteer
from tests.factories import make_case
from wagtail_mentoring import clock
from wagtail_mentoring.desk.by_hand import LISTED
from wagtail_mentoring.models import Case, Invitation, Mentor, MentorConflict
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.moves import current_members

pytestmark = pytest.mark.django_db


def at(case: Case, step: str = "pair") -> str:
    return reverse("mentoring_desk:step", args=[case.pk, step])


def picked(answer: Any, name: str = "mentors") -> list[str]:
    """Return the mentors in the list that can be picked."""
    page = answer.content.decode()
    return [
        mentor.name
        for mentor in Mentor.objects.order_by("pk")
        if f'name="{name}" value="{mentor.pk}"' in page
        and " disabled" not in page.split(f'name="{name}" value="{mentor.pk}"')[1].split(">")[0]
    ]


def ticked(answer: Any, mentor: Mentor, name: str = "mentors") -> bool:
    return f'name="{name}" value="{mentor.pk}" checked' in answer.content.decode()


@pytest.mark.parametrize(("step", "state"), [("pair", "eligible"), ("replace_mentor", "paired")])
def test_neither_the_page_nor_its_queries_grow_with_the_mentors(
    step: str, state: str, admin: Client, field: Any, django_assert_max_num_queries: Any
) -> None:
    case = make_case(field, state)
    many(field, 30)
    admin.get(at(case, step))
    with django_assert_max_num_queries(70) as few:
        size = len(admin.get(at(case, step)).content)
    Mentor.objects.filter(name__startswith="Volunteer").update(name="Before")
    many(field, 2000)
    with django_assert_max_num_queries(70) as counted:
        answer = admin.get(at(case, step))
    assert len(counted) <= len(few), [query["sql"][:120] for query in counted.captured_queries]
    assert len(answer.content) < size * 1.2 and len(answer.content) < 80_000, (len(answer.content), size)


def test_the_case_reads_no_mentors_to_count_those_with_room(
    admin: Client, field: Any, django_assert_max_num_queries: Any
) -> None:
    case = make_case(field, "eligible")
    many(field, 1100)
    with django_assert_max_num_queries(80) as counted:
        answer = admin.get(reverse("mentoring_desk:case", args=[case.pk]))
    assert "1100 mentors of this field have room" in text(answer)
    of_field = [one["sql"] for one in counted.captured_queries if "wagtail_mentoring_mentor_fields" in one["sql"]]
    assert not [sql for sql in of_field if "membership_number" in sql.partition(" FROM ")[0]], of_field


def test_a_search_keeps_everything_that_was_typed_and_judges_nothing(admin: Client, field: Any) -> None:
    case = make_case(field, "eligible")
    many(field, LISTED + 8)
    ticked_before = make_volunteer(field, name="Åsa Ticked", experience_years=0)
    make_volunteer(field, name="Öljy Sought", english="", other_languages="")
    assert "Öljy Sought" not in text(admin.get(at(case)))
    typed = {
        "seen": case.log_length,
        "mentors": ticked_before.pk,
        "one_mentor_reason": "Only <one> for now",
        "answered_on": "1.1.2O26",
        "mentee_agrees": "on",
        "mentors_called": "öljy",
        "search": "name",
    }
    answer = admin.post(at(case), typed)
    page = text(answer)
    assert ticked(answer, ticked_before) and picked(answer) == ["Åsa Ticked", "Öljy Sought"]
    assert "Only &lt;one&gt; for now" in page and "1.1.2O26" in page and 'value="öljy"' in page
    assert answer.context["form"]["mentee_agrees"].value() is True
    assert not answer.context["form"].errors and "error-message" not in page
    assert Case.objects.get(pk=case.pk).state == "eligible"
    # All again: the name is forgotten, the tick stays.
    answer = admin.post(at(case), typed | {"search": "all"})
    assert ticked(answer, ticked_before) and 'value="öljy"' not in text(answer)
    # What was wrong with it is said when it is sent, and the search stays too.
    sent = {name: value for name, value in typed.items() if name != "search"}
    answer = admin.post(at(case), sent)
    assert "answered_on" in answer.context["form"].errors and 'value="öljy"' in text(answer)
    assert ticked(answer, ticked_before)


def test_found_by_a_search_and_entered(admin: Client, field: Any) -> None:
    case = make_case(field, "eligible")
    many(field, LISTED + 8)
    first, second = make_volunteer(field, name="Zacharias A"), make_volunteer(field, name="Zacharias B")
    answer = admin.post(at(case), {"seen": case.log_length, "mentors_called": "zacha", "search": "name"})
    assert picked(answer) == ["Zacharias A", "Zacharias B"]
    data = {"seen": answer.context["form"]["seen"].value(), "mentors": [second.pk, first.pk], "mentee_agrees": "on"}
    assert admin.post(at(case), data).status_code == 302
    assert [one.mentor for one in current_members(Case.objects.get(pk=case.pk))] == [second, first]


def test_a_search_on_a_page_that_is_older_than_the_case(admin: Client, field: Any, handler: Any) -> None:
    case = make_case(field, "eligible")
    mentors = [make_volunteer(field), make_volunteer(field)]
    invitations.propose(case.pk, [make_volunteer(field), make_volunteer(field)], handler)
    answer = admin.post(at(case), {"seen": case.log_length, "mentors_called": "x", "search": "name"})
    # The page still carries what it showed first, so that the press says what happened meanwhile.
    assert str(answer.context["form"]["seen"].value()) == str(case.log_length)
    data = {"seen": case.log_length, "mentors": [one.pk for one in mentors], "mentee_agrees": "on"}
    assert admin.post(at(case), data).status_code == 409


@pytest.mark.parametrize("number", [0, 3])
def test_one_or_two_are_entered(number: int, admin: Client, field: Any) -> None:
    case = make_case(field, "eligible")
    mentors = [make_volunteer(field) for _place in range(3)]
    data = {"seen": case.log_length, "mentors": [one.pk for one in mentors[:number]], "mentee_agrees": "on"}
    answer = admin.post(at(case), data)
    said = {0: "Choose two mentors.", 3: "Choose two mentors, or one with a reason."}[number]
    assert answer.context["form"].errors["mentors"] == [said]
    assert [ticked(answer, one) for one in mentors] == [place < number for place in range(3)]


def test_one_where_the_rules_ask_for_two(admin: Client, field: Any) -> None:
    case = make_case(field, "eligible")
    Case.objects.update(one_mentor_allowed=False)
    mentor = make_volunteer(field)
    make_volunteer(field)
    data = {"seen": case.log_length, "mentors": mentor.pk, "mentee_agrees": "on"}
    answer = admin.post(at(case), data)
    assert answer.context["form"].errors["mentors"] == ["The rules of this union ask for two mentors."]


@pytest.mark.parametrize("odd", ["5" * 30, "٣", "²", "x", "1\x00", "-1", ""])
def test_an_odd_number_is_nobody(odd: str, admin: Client, field: Any) -> None:
    case = make_case(field, "eligible")
    make_volunteer(field), make_volunteer(field)
    answer = admin.post(at(case), {"seen": case.log_length, "mentors": odd, "mentee_agrees": "on"})
    assert answer.status_code == 200 and "mentors" in answer.context["form"].errors
    answer = admin.post(at(case), {"seen": case.log_length, "mentors": odd, "mentors_called": odd, "search": "name"})
    assert answer.status_code == 200


def test_what_stands_against_entering_somebody(admin: Client, field: Any, handler: Any) -> None:
    case = make_case(field, "eligible")
    yes, asked = make_volunteer(field, name="Yrsa Yes", capacity=1), make_volunteer(field, name="Aku Asked")
    invitations.propose(case.pk, [yes, asked], handler)
    invitations.answer_yes(Invitation.objects.get(mentor=yes).pk)
    make_volunteer(field, name="Petra Paused", paused_until=clock.today() + datetime.timedelta(days=9))
    make_volunteer(field, name="Olli Unoriented", oriented_on=None)
    linked = make_volunteer(field, name="Kirsi Linked")
    MentorConflict.objects.create(mentor=linked, mentee=case.mentee)
    make_volunteer(field, name="Vera Vietnamese", english="", other_languages="Vietnamese")
    case = Case.objects.get(pk=case.pk)
    answer = admin.get(at(case))
    page = text(answer)
    assert set(picked(answer)) == {"Yrsa Yes", "Aku Asked", "Kirsi Linked", "Vera Vietnamese"}
    # Those who were asked come first, and it is said how far their question has come. Nobody is ticked beforehand.
    places = [page.index(f"<strong>{name}</strong>") for name in ("Yrsa Yes", "Aku Asked", "Vera Vietnamese")]
    assert places == sorted(places) and "Said yes, " in page and not ticked(answer, yes)
    assert "Petra Paused is paused until" in page
    assert "Olli Unoriented has not confirmed the orientation for mentors yet." in page
    # A conflict takes a reason; how they talk does not: the handler has asked them.
    assert page.count("Choosing all the same takes a reason.") == 1
    assert "Vera Vietnamese and the mentee have no language" in page
    # Whose only place is held for this very case can be entered.
    data = {"seen": case.log_length, "mentors": [yes.pk, asked.pk], "mentee_agrees": "on"}
    assert admin.post(at(case), data).status_code == 302
    assert Case.objects.get(pk=case.pk).state == "paired"


def test_who_joins_is_searched_and_judged_beside_who_stays(admin: Client, field: Any) -> None:
    case = make_case(field, "paired")
    leaving, staying = (member.mentor for member in current_members(case))
    many(field, LISTED + 8)
    joining = make_volunteer(field, name="Zacharias New")
    first = admin.get(at(case, "replace_mentor"))
    assert {leaving.name, staying.name}.isdisjoint(picked(first, "joining"))
    typed = {"seen": case.log_length, "leaving": leaving.pk, "reason": "Moves <away>", "joining_called": "zacha"}
    answer = admin.post(at(case, "replace_mentor"), typed | {"search": "name"})
    assert picked(answer, "joining") == ["Zacharias New"] and "Moves &lt;away&gt;" in text(answer)
    assert answer.context["form"]["leaving"].value() == str(leaving.pk)
    both = Mentor.objects.exclude(pk__in=[leaving.pk, staying.pk])[:2]
    answer = admin.post(at(case, "replace_mentor"), typed | {"joining": [one.pk for one in both]})
    assert answer.context["form"].errors["joining"] == ["Choose one mentor."]
    assert admin.post(at(case, "replace_mentor"), typed | {"joining": joining.pk}).status_code == 302
    assert {one.mentor for one in current_members(Case.objects.get(pk=case.pk))} == {staying, joining}
