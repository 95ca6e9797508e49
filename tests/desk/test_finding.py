"""Finding mentors over HTTP: what the suggestions say, filters and pins, and who is looked for by hand."""

import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.volunteers import make_volunteer
from tests.factories import make_case, make_field, make_handler, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.models import Case, Mentor, Participation, Proposal
from wagtail_mentoring.pairing import invitations

pytestmark = pytest.mark.django_db


def at(route: str, case: Case, **question: Any) -> str:
    address = reverse(f"mentoring_desk:{route}", args=[case.pk])
    return f"{address}?{urlencode(question, doseq=True)}" if question else address


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_case_leads_to_the_suggestions(admin: Client, waiting: Case) -> None:
    page = text_of(admin.get(reverse("mentoring_desk:case", args=[waiting.pk])))
    assert f'<a class="button" href="{at("find_mentors", waiting)}">Find mentors</a>' in page
    assert "Nobody is being asked now." in page


def test_what_the_mentors_wrote_of_others_is_read_before_inviting(admin: Client, waiting: Case, maria: Mentor) -> None:
    Mentor.objects.filter(pk=maria.pk).update(conflicts="People at <b>Nokia</b>", partner_wish="Olli Oja")
    for page in (admin.get(at("find_mentors", waiting)), admin.get(at("invite", waiting, mentor=maria.pk))):
        said = text_of(page)
        assert "Maria Korhonen wrote about conflicts: “People at &lt;b&gt;Nokia&lt;/b&gt;”" in said
        assert "Maria Korhonen would like to mentor together with: “Olli Oja”" in said


def test_whoever_did_not_answer_about_a_pair_is_called_first(
    admin: Client, waiting: Case, maria: Mentor, jukka: Mentor, handler: Any
) -> None:
    assert "Call first" not in text_of(admin.get(at("find_mentors", waiting)))
    Participation.objects.filter(pk=waiting.participation_id).update(mentee_asked_about_pair=True)
    made = invitations.propose(waiting.pk, [maria, jukka], handler)
    for asked in made.invitations.all():
        invitations.answer_yes(asked.pk, oriented=True)
    with clock.at(clock.now() + datetime.timedelta(days=30)):
        invitations.expire_mentees_due()
    page = text_of(admin.get(at("find_mentors", waiting)))
    assert "Amina did not answer about Maria Korhonen and Jukka Laine by" in page
    assert "Asked before, both said yes; Amina did not answer by" in page
    assert "Asked before, Maria Korhonen said yes; Amina did not answer by" in page


def test_who_waits_since_today_has_not_waited_for_0_days(admin: Client, waiting: Case) -> None:
    Case.objects.filter(pk=waiting.pk).update(state_since=clock.now())
    page = text_of(admin.get(at("find_mentors", waiting)))
    assert "Waiting since today" in page and "0 days" not in page
    page = text_of(admin.get(reverse("mentoring_desk:case", args=[waiting.pk])))
    assert "In this state since today" in page and "(0 days" not in page
    assert "Waiting since today. The union promises mentors within" in page


def test_what_the_mentee_wishes_of_the_mentors_is_a_note(admin: Client, waiting: Case) -> None:
    assert "Amina wishes:" not in text_of(admin.get(at("find_mentors", waiting)))
    waiting.application.mentor_wish = "somebody <b>patient</b>"
    waiting.application.save()
    page = text_of(admin.get(at("find_mentors", waiting)))
    assert "Amina wishes: “somebody &lt;b&gt;patient&lt;/b&gt;”" in page
    assert "It does not count in the points." in page


def test_the_heading_answers_and_every_choice_has_its_reasons(
    admin: Client, waiting: Case, maria: Mentor, jukka: Mentor
) -> None:
    answer = admin.get(at("find_mentors", waiting))
    page, choices = text_of(answer), answer.context["choices"]
    assert answer.context["heading"].startswith("Three choices for Amina Yusuf")
    assert "Looked at 2 mentors in" in page
    first = choices[0]
    assert {row["mentor"].pk for row in first.mentors} == {maria.pk, jukka.pk}
    assert sum(row.points for row in first.reasons.rows) == first.points
    assert sum(row.most for row in first.reasons.rows) == 100
    assert all(row.sentence for row in first.reasons.rows)
    assert "Lead developer · Espoo · room for 2 of 2" in page
    assert [choice.single for choice in choices] == [False, True, True]
    assert "One mentor only" in page
    # The third one's reasons are folded, without a script.
    assert [choice.unfolded for choice in choices] == [True, True, False]
    assert page.count("<summary>Show the reasons") == 1


def test_who_is_ruled_out_and_by_what(admin: Client, waiting: Case, maria: Mentor, field: Any) -> None:
    Mentor.objects.filter(pk=maria.pk).update(capacity=1)
    make_case(field, "paired", mentors=[maria, make_volunteer(field, name="Full Too")])
    answer = admin.get(at("find_mentors", waiting))
    assert answer.context["ruled_out_heading"] == "2 of 3 mentors were ruled out"
    assert [(row.code, row.first, row.any) for row in answer.context["ruled_out"]] == [("no_room", 2, 2)]
    assert answer.context["heading"] == "One choice for Amina Yusuf"


def test_nobody_and_why_in_counts(admin: Client, waiting: Case, maria: Mentor, jukka: Mentor) -> None:
    Mentor.objects.filter(pk=maria.pk).update(english="", other_languages="")
    Mentor.objects.filter(pk=jukka.pk).update(paused_until="2099-01-01")
    answer = admin.get(at("find_mentors", waiting))
    assert answer.context["heading"] == "Nobody fits Amina Yusuf now"
    why = answer.context["why_nobody"]
    assert why.startswith("2 mentors in this field: ") and "1 is away or paused" in why
    assert answer.context["helps"]
    assert why in text_of(answer)


def test_a_field_without_mentors_says_so(admin: Client, union: Any, field: Any) -> None:
    case = make_case(make_field(union, "architects"), "eligible")
    answer = admin.get(at("find_mentors", case))
    assert answer.status_code == 200
    assert "no mentors yet" in answer.context["why_nobody"]


def test_filters_by_hand(admin: Client, waiting: Case, maria: Mentor, jukka: Mentor) -> None:
    Mentor.objects.filter(pk=jukka.pk).update(online=False)
    named = admin.get(at("find_mentors", waiting, name="korhonen"))
    assert {row["mentor"].pk for choice in named.context["choices"] for row in choice.mentors} == {maria.pk}
    online = admin.get(at("find_mentors", waiting, way="online"))
    assert {row["mentor"].pk for choice in online.context["choices"] for row in choice.mentors} == {maria.pk}
    nonsense = admin.get(at("find_mentors", waiting, way="by boat", speaks="xx"))
    assert nonsense.status_code == 200 and nonsense.context["form"].errors
    assert len(nonsense.context["choices"]) == 3


def test_pinning_shows_what_changes(admin: Client, waiting: Case, field: Any, jukka: Mentor) -> None:
    make_volunteer(field, name="Pekka Rantanen")
    answer = admin.get(at("find_mentors", waiting, pin=jukka.pk))
    assert answer.context["choices"]
    assert all(any(row["mentor"].pk == jukka.pk for row in choice.mentors) for choice in answer.context["choices"])
    assert "<strong>Jukka Laine</strong> is pinned" in text_of(answer)


@pytest.mark.parametrize("question", [{"pin": "x"}, {"pin": "9" * 30}, {"replaces": "1"}, {"beside": "1"}])
def test_altered_addresses_are_not_found(admin: Client, waiting: Case, question: dict[str, str]) -> None:
    assert admin.get(at("find_mentors", waiting, **question)).status_code == 404


def test_a_mentor_of_another_union_is_not_found(admin: Client, waiting: Case) -> None:
    foreign = make_volunteer(make_field(make_union("kt")), name="Somebody Foreign")
    for name, key in (("find_mentors", "pin"), ("invite", "mentor")):
        answer = admin.get(at(name, waiting, **{key: foreign.pk}))
        assert answer.status_code == 404
    assert "Somebody Foreign" not in admin.get(at("choose_mentors", waiting)).content.decode()


@pytest.mark.parametrize("state", ["applied", "paired", "closed"])
def test_not_when_nobody_is_looked_for(state: str, admin: Client, field: Any) -> None:
    mentor = make_volunteer(field)
    case = make_case(field, state)
    for name in ("find_mentors", "choose_mentors"):
        answer = admin.get(at(name, case))
        assert answer.status_code == 200 and answer.context["reason"]
    answer = admin.post(at("invite", case, mentor=mentor.pk), {"seen": case.log_length, "one_mentor_reason": "x"})
    assert answer.status_code == 409
    assert not Proposal.objects.exists()


def test_queries_do_not_grow_with_mentors(
    admin: Client, waiting: Case, field: Any, django_assert_max_num_queries: Any
) -> None:
    names = ("find_mentors", "choose_mentors")
    few = {}
    for _number in range(3):
        make_volunteer(field)
    for name in names:
        admin.get(at(name, waiting))
        with django_assert_max_num_queries(60) as counted:
            admin.get(at(name, waiting))
        few[name] = len(counted)
    for _number in range(45):
        make_volunteer(field)
    for name in names:
        with django_assert_max_num_queries(60) as counted:
            admin.get(at(name, waiting))
        assert len(counted) <= few[name], [query["sql"][:120] for query in counted.captured_queries]


@pytest.mark.parametrize("odd", ["5" * 30, "5" * 5000, "٣", "²", "x", "1\x00"])
def test_odd_numbers_are_no_mentors(admin: Client, waiting: Case, odd: str) -> None:
    for question in ({"mentor": odd}, {"replaces": odd}, {"beside": odd}):
        assert admin.get(at("choose_mentors", waiting, **question)).status_code == 404
    assert admin.get(at("find_mentors", waiting, pin=odd)).status_code == 404


def test_a_name_with_a_sign_that_no_text_may_hold_is_looked_for_without_it(
    admin: Client, waiting: Case, maria: Mentor
) -> None:
    answer = admin.get(at("choose_mentors", waiting, name="\x00maria"))
    assert [row.mentor.pk for row in answer.context["listing"].rows] == [maria.pk]


def test_who_is_asked_is_not_offered_again(admin: Client, waiting: Case, maria: Mentor, jukka: Mentor) -> None:
    invitations.propose(waiting.pk, [maria, jukka], make_handler(waiting.union))
    answer = admin.get(at("find_mentors", waiting))
    page = text_of(answer)
    assert not answer.context["choices"] and "Maria Korhonen and Jukka Laine are being asked now" in page
    assert [(row.code, row.first) for row in answer.context["ruled_out"]] == [("asked", 2)]
    assert "Being asked for this case now" in page


def test_a_pinned_mentor_without_room_has_no_button(
    admin: Client, waiting: Case, field: Any, maria: Mentor, jukka: Mentor
) -> None:
    Mentor.objects.filter(pk=jukka.pk).update(capacity=1)
    make_case(field, "paired", mentors=[jukka, make_volunteer(field, name="Full Too")])
    answer = admin.get(at("find_mentors", waiting, pin=jukka.pk))
    assert answer.context["choices"] and not any(choice.invite for choice in answer.context["choices"])
    page = text_of(answer)
    assert "Cannot be invited now" in page and "stands: no room now." in page and "Invite this" not in page


def test_a_filter_that_leaves_out_everybody(admin: Client, waiting: Case, maria: Mentor, jukka: Mentor) -> None:
    answer = admin.get(at("find_mentors", waiting, name="zzz"))
    page = text_of(answer)
    assert answer.context["heading"] == "Nobody of this name is possible for Amina Yusuf"
    assert "2 others are possible." in page and "What would help" not in page and "One more mentor" not in page
    assert f'href="{at("find_mentors", waiting)}"' in answer.content.decode()
