"""What a handler does about those who are being asked: answers by phone, replies, the mentee, one missing."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.test_finding import text_of
from tests.desk.volunteers import make_volunteer
from tests.factories import make_case, make_field, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.messages.texts import load_default_texts
from wagtail_mentoring.models import Case, Invitation, Mentor, MentorConflict, Proposal
from wagtail_mentoring.pairing import invitations

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(field: Any, handler: Any) -> Case:
    """A case whose two mentors are being asked."""
    load_default_texts()
    mentors = [
        make_volunteer(field, name="Maria Korhonen"),
        make_volunteer(field, name="Jukka Laine", oriented_on=None),
    ]
    case = make_case(field, "eligible", name="Amina Yusuf", preferred_name="Amina")
    invitations.propose(case.pk, mentors, handler, fit=86)
    return Case.objects.get(pk=case.pk)


def of(name: str) -> Invitation:
    return Invitation.objects.get(mentor__name=name)


def at(what: str, case: Case, row: Any) -> str:
    return reverse(f"mentoring_desk:{what}", args=[case.pk, row.pk])


def seen(case: Case) -> dict[str, Any]:
    return {"seen": Case.objects.get(pk=case.pk).log_length}


def shown(proposal: Proposal) -> dict[str, str]:
    return {"shown": invitations.mark_of(proposal)}


def status(case: Case) -> str:
    return str(Case.objects.with_asking().get(pk=case.pk).asking)


def page_of(admin: Client, case: Case) -> str:
    return text_of(admin.get(reverse("mentoring_desk:case", args=[case.pk])))


def test_yes_by_phone_from_both_then_the_mentee(
    admin: Client, asked: Case, handler: Any, django_capture_on_commit_callbacks: Any
) -> None:
    assert status(asked) == "mentors"
    admin.post(at("invitation_yes", asked, of("Maria Korhonen")), seen(asked) | {"message": "Gladly."})
    answer = admin.post(at("invitation_yes", asked, of("Jukka Laine")), seen(asked))
    assert "oriented" in answer.context["form"].errors
    assert of("Jukka Laine").status == "asked"
    admin.post(at("invitation_yes", asked, of("Jukka Laine")), seen(asked) | {"oriented": "on"})
    assert Mentor.objects.get(name="Jukka Laine").oriented_on is not None
    assert of("Maria Korhonen").recorded_by == handler and of("Maria Korhonen").answered_by_phone
    assert status(asked) == "mentee"
    page = page_of(admin, asked)
    assert "Said yes to the contact person" in page and "Gladly." in page and "mentee asked" in page
    proposal = Proposal.objects.get()
    answer = admin.post(at("proposal_mentee", asked, proposal), seen(asked))
    assert answer.context["form"].errors["answer"]
    admin.post(
        at("proposal_mentee", asked, proposal), seen(asked) | shown(proposal) | {"answer": "yes", "note": "Good."}
    )
    assert Case.objects.get(pk=asked.pk).state == "paired"
    assert status(asked) == ""


def test_no_by_phone_and_who_could_be_asked_instead(admin: Client, asked: Case, field: Any) -> None:
    others = [make_volunteer(field, name=f"Other {number}") for number in range(4)]
    admin.post(at("invitation_yes", asked, of("Maria Korhonen")), seen(asked))
    no = at("invitation_no", asked, of("Jukka Laine"))
    assert admin.post(no, seen(asked) | {"message": "Kept"}).context["form"].errors["reason"]
    admin.post(no, seen(asked) | {"reason": "no_time", "message": "Moving house."})
    assert status(asked) == "missing"
    page = page_of(admin, asked)
    card = admin.get(reverse("mentoring_desk:case", args=[asked.pk])).context["next"]
    assert [one.kind for one in card.checks if one.what.startswith("Jukka Laine")] == ["miss"]
    assert "one mentor missing" in page and "Moving house." in page
    assert "Who could be asked beside Maria Korhonen" in page
    assert page.count(">Ask Other") == 3
    link = (
        reverse("mentoring_desk:invite", args=[asked.pk]) + f"?mentor={others[0].pk}&beside={Proposal.objects.get().pk}"
    )
    assert admin.get(link).status_code == 200
    assert admin.post(link, seen(asked)).status_code == 302
    assert status(asked) == "mentors"
    assert Invitation.objects.get(mentor=others[0]).proposal == Proposal.objects.get()
    card = admin.get(reverse("mentoring_desk:case", args=[asked.pk])).context["next"]
    kinds = {str(one.what).partition(":")[0]: one.kind for one in card.checks}
    # Whoever is gone and was replaced is neither waited for nor missed.
    assert (kinds["Jukka Laine"], kinds["Other 0"]) == ("gone", "wait")
    assert page_of(admin, asked).count("No longer asked") == 1


def test_going_on_with_one(admin: Client, asked: Case) -> None:
    proposal = Proposal.objects.get()
    where = at("proposal_go_on", asked, proposal)
    assert "no single mentor who said yes" in text_of(admin.get(where))
    admin.post(at("invitation_yes", asked, of("Maria Korhonen")), seen(asked))
    admin.post(at("invitation_no", asked, of("Jukka Laine")), seen(asked) | {"reason": "other"})
    assert admin.post(where, seen(asked)).context["form"].errors["reason"]
    admin.post(where, seen(asked) | {"reason": "Nobody else has room."})
    proposal.refresh_from_db()
    assert proposal.one_mentor_reason == "Nobody else has room." and proposal.mentee_asked_at is not None


def test_who_never_said_yes_was_not_refused_by_the_mentee(admin: Client, asked: Case, field: Any, handler: Any) -> None:
    """One says yes, one says no, a replacement does not answer; with the one who is left the mentee is asked."""
    admin.post(at("invitation_yes", asked, of("Maria Korhonen")), seen(asked))
    admin.post(at("invitation_no", asked, of("Jukka Laine")), seen(asked) | {"reason": "other"})
    proposal = Proposal.objects.get()
    invitations.invite_another(proposal.pk, make_volunteer(field, name="Nimo Abdi"), handler)
    with clock.at(clock.now() + datetime.timedelta(days=8)):
        invitations.expire_due()
    card = admin.get(reverse("mentoring_desk:case", args=[asked.pk])).context["next"]
    kinds = {str(one.what).partition(":")[0]: one.kind for one in card.checks}
    assert (kinds["Jukka Laine"], kinds["Nimo Abdi"]) == ("gone", "miss"), "the one who went last is missed"
    admin.post(at("proposal_go_on", asked, proposal), seen(asked) | {"reason": "Nobody else has room."})
    card = admin.get(reverse("mentoring_desk:case", args=[asked.pk])).context["next"]
    assert [one.kind for one in card.checks if ":" in str(one.what)] == ["ok", "gone", "gone"], "one is enough now"
    data = shown(proposal) | {"answer": "no", "note": "We know each other."}
    admin.post(at("proposal_mentee", asked, proposal), seen(asked) | data)
    page = page_of(admin, asked)
    assert "Amina would rather have others than Maria Korhonen<" in page


def test_a_conflict_told_by_phone_is_kept(admin: Client, asked: Case) -> None:
    admin.post(at("invitation_no", asked, of("Jukka Laine")), seen(asked) | {"reason": "conflict"})
    assert MentorConflict.objects.filter(mentor__name="Jukka Laine", mentee=asked.mentee).exists()


def test_a_pause_in_the_past_is_refused_beside_the_field(admin: Client, asked: Case) -> None:
    data = {"reason": "no_time", "pause_until": "2001-02-03", "message": "Kept words"}
    answer = admin.post(at("invitation_no", asked, of("Jukka Laine")), seen(asked) | data)
    assert answer.context["form"].errors["pause_until"]
    assert "Kept words" in answer.content.decode()
    assert of("Jukka Laine").status == "asked"


def test_nobody_left_to_ask(admin: Client, asked: Case) -> None:
    for name in ("Maria Korhonen", "Jukka Laine"):
        admin.post(at("invitation_no", asked, of(name)), seen(asked) | {"reason": "other"})
    assert status(asked) == "nobody"
    page = page_of(admin, asked)
    assert "nobody is left to ask" in page and "1 earlier question" in page
    listed = admin.get(reverse("mentoring_desk:cases"), {"asking": "nobody"})
    assert asked.reference in listed.content.decode()
    listed = admin.get(reverse("mentoring_desk:cases"), {"asking": ["mentors", "waiting"]})
    assert asked.reference not in listed.content.decode()


def test_nobody_left_who_answered(admin: Client, asked: Case) -> None:
    admin.post(at("invitation_no", asked, of("Maria Korhonen")), seen(asked) | {"reason": "other"})
    with clock.at(clock.now() + datetime.timedelta(days=8)):
        invitations.expire_due()
    assert status(asked) == "nobody"
    assert "Everybody who was asked has said no, or did not answer<" in page_of(admin, asked)


def test_the_mentee_says_no(admin: Client, asked: Case) -> None:
    admin.post(at("invitation_yes", asked, of("Maria Korhonen")), seen(asked))
    admin.post(at("invitation_yes", asked, of("Jukka Laine")), seen(asked) | {"oriented": "on"})
    data = shown(Proposal.objects.get()) | {"answer": "no", "note": "I know one of them."}
    admin.post(at("proposal_mentee", asked, Proposal.objects.get()), seen(asked) | data)
    assert status(asked) == "refused"
    page = page_of(admin, asked)
    assert "Amina would rather have others than Maria Korhonen and Jukka Laine" in page
    assert "I know one of them." in page


def test_the_mentee_does_not_answer(admin: Client, asked: Case) -> None:
    admin.post(at("invitation_yes", asked, of("Maria Korhonen")), seen(asked))
    admin.post(at("invitation_yes", asked, of("Jukka Laine")), seen(asked) | {"oriented": "on"})
    with clock.at(clock.now() + datetime.timedelta(days=4)):
        invitations.remind_mentees_due()
    page = page_of(admin, asked)
    assert "Answer by" in page and "reminded on" in page
    with clock.at(clock.now() + datetime.timedelta(days=8)):
        invitations.expire_mentees_due()
    assert status(asked) == "silent"
    page = page_of(admin, asked)
    assert "Amina has not answered about the pair" in page and "The places of Maria Korhonen and Jukka Laine" in page
    assert "Talk with Amina, then find mentors" in page and "and did not answer." in page
    assert "Record the mentee’s answer" not in page
    listed = admin.get(reverse("mentoring_desk:cases"), {"asking": "silent"})
    assert asked.reference in listed.content.decode() and "mentee did not answer" in text_of(listed)


def test_what_the_mentee_said_about_others_is_not_recorded(
    admin: Client, asked: Case, field: Any, handler: Any
) -> None:
    """A page that was opened before the mentors changed: it asks again, and says about whom."""
    admin.post(at("invitation_yes", asked, of("Maria Korhonen")), seen(asked))
    admin.post(at("invitation_yes", asked, of("Jukka Laine")), seen(asked) | {"oriented": "on"})
    proposal = Proposal.objects.get()
    where, before = at("proposal_mentee", asked, proposal), seen(asked) | shown(proposal)
    assert "What the mentee says about Maria Korhonen, Jukka Laine" in text_of(admin.get(where))
    invitations.answer_no(of("Jukka Laine").pk, reason="other", by=handler)
    other = make_volunteer(field, name="Cecilia Nyberg")
    invitations.answer_yes(invitations.invite_another(proposal.pk, other, handler).pk)
    answer = admin.post(where, before | {"answer": "yes", "note": "Good."})
    assert answer.status_code == 409 and answer.context["form"].errors["answer"]
    page = text_of(answer)
    assert "What the mentee says about Maria Korhonen, Cecilia Nyberg" in page and "Good." in page
    # Also when only the mentors are those of before.
    admin.post(where, seen(asked) | {"shown": before["shown"], "answer": "yes"})
    assert Proposal.objects.get().mentee_answer == ""
    again = answer.context["form"].data
    admin.post(where, {"seen": again["seen"], "shown": again["shown"], "answer": "yes"})
    assert Case.objects.get(pk=asked.pk).state == "paired"


def test_a_mentor_who_said_yes_calls_it_off_while_the_mentee_is_asked(admin: Client, asked: Case) -> None:
    admin.post(at("invitation_yes", asked, of("Maria Korhonen")), seen(asked))
    admin.post(at("invitation_yes", asked, of("Jukka Laine")), seen(asked) | {"oriented": "on"})
    assert status(asked) == "mentee"
    no, yes = (at(what, asked, of("Jukka Laine")) for what in ("invitation_no", "invitation_yes"))
    panel = admin.get(reverse("mentoring_desk:case", args=[asked.pk])).content.decode()
    assert no in panel and yes not in panel
    assert "is not asked any more, but again about the next ones" in text_of(admin.get(no))
    mail = "Amina gets a mail that these mentors are not available after all"
    withdraw = at("proposal_withdraw", asked, Proposal.objects.get())
    assert mail in text_of(admin.get(no)) and mail in text_of(admin.get(withdraw))
    admin.post(no, seen(asked) | {"reason": "other", "message": "Moves to Oulu."})
    assert (of("Jukka Laine").status, of("Jukka Laine").message) == ("no", "Moves to Oulu.")
    assert Proposal.objects.get().mentee_asked_at is None
    page = page_of(admin, asked)
    assert "Who could be asked beside Maria Korhonen" in page
    # Once the pair is made, it is the pair's business.
    admin.post(at("proposal_go_on", asked, Proposal.objects.get()), seen(asked) | {"reason": "Nobody else."})
    admin.post(
        at("proposal_mentee", asked, Proposal.objects.get()),
        seen(asked) | shown(Proposal.objects.get()) | {"answer": "yes"},
    )
    assert Case.objects.get(pk=asked.pk).state == "paired"
    assert (
        admin.post(at("invitation_no", asked, of("Maria Korhonen")), seen(asked) | {"reason": "other"}).status_code
        == 409
    )


def test_a_question_is_answered(admin: Client, asked: Case) -> None:
    invitation = of("Maria Korhonen")
    where = at("invitation_reply", asked, invitation)
    assert "has asked nothing" in text_of(admin.get(where))
    invitations.ask(invitation.pk, "How much <b>time</b>?")
    page = page_of(admin, asked)
    assert "How much &lt;b&gt;time&lt;/b&gt;?" in page and "Answer the mentor’s question" in page
    assert admin.post(where, seen(asked) | {"reply": " "}).context["form"].errors["reply"]
    assert admin.post(where, seen(asked) | {"reply": "Two hours a month."}).status_code == 302
    invitation.refresh_from_db()
    assert invitation.reply == "Two hours a month."
    assert "Two hours a month." in page_of(admin, asked)


def test_a_question_that_waits_for_us_makes_nobody_late(admin: Client, asked: Case) -> None:
    Invitation.objects.update(answer_by=clock.today() - datetime.timedelta(days=1))
    invitations.ask(of("Maria Korhonen").pk, "How much time?")

    def late() -> list[str]:
        rows = admin.get(reverse("mentoring_desk:case", args=[asked.pk])).context["rows"]
        panel = next(shown.context for row in rows for shown in row if shown.panel.name == "asked")
        return [row["mentor"].name for row in panel["current"]["invitations"] if row["late"]]

    assert late() == ["Jukka Laine"]
    assert "the time stands still until you have answered the question" in page_of(admin, asked)
    admin.post(at("invitation_reply", asked, of("Maria Korhonen")), seen(asked) | {"reply": "Two hours a month."})
    assert late() == ["Jukka Laine"], "with the answer the mentor has some days more"
    assert "stands still" not in page_of(admin, asked)


def test_withdrawing_asks_those_who_stand_next(admin: Client, asked: Case, field: Any, handler: Any) -> None:
    invitations.propose(asked.pk, [make_volunteer(field), make_volunteer(field)], handler)
    first, second = Proposal.objects.order_by("order")
    page = page_of(admin, asked)
    assert "Ask them now instead" in page
    where = at("proposal_withdraw", asked, first)
    assert "Those who stand next in line are asked." in text_of(admin.get(where))
    assert admin.post(where, seen(asked)).status_code == 302
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.status, second.status) == ("withdrawn", "open")
    again = admin.post(where, seen(asked))
    assert again.status_code == 409 and "ended already" in text_of(again)


def test_overtaken_by_an_answer(admin: Client, asked: Case) -> None:
    before = seen(asked)
    invitations.answer_no(of("Jukka Laine").pk, reason="other")
    answer = admin.post(at("invitation_yes", asked, of("Jukka Laine")), before | {"oriented": "on"})
    assert answer.status_code == 409 and "is not being asked any more" in text_of(answer)
    answer = admin.post(
        at("invitation_no", asked, of("Jukka Laine")), before | {"reason": "no_time", "message": "Moves <b>soon</b>."}
    )
    assert answer.status_code == 409 and "What you had written" in text_of(answer)
    assert "Moves &lt;b&gt;soon&lt;/b&gt;." in text_of(answer)
    assert "No time now" not in text_of(answer).partition("What you had written")[2].partition("Next:")[0]
    answer = admin.post(at("invitation_yes", asked, of("Maria Korhonen")), before | {"message": "Kept words"})
    assert answer.status_code == 409 and "A mentor said no" in text_of(answer)
    assert "Kept words" in answer.content.decode()
    assert of("Maria Korhonen").status == "asked"


def test_rows_of_another_case_are_not_found(admin: Client, asked: Case, field: Any) -> None:
    other = make_case(field, "eligible")
    assert admin.get(at("invitation_yes", other, of("Maria Korhonen"))).status_code == 404
    assert admin.get(at("proposal_withdraw", other, Proposal.objects.get())).status_code == 404


def test_queries_of_the_case_do_not_grow_with_questions(
    admin: Client, asked: Case, field: Any, handler: Any, django_assert_max_num_queries: Any
) -> None:
    where = reverse("mentoring_desk:case", args=[asked.pk])
    admin.get(where)
    with django_assert_max_num_queries(80) as few:
        admin.get(where)
    for _number in range(5):
        invitations.propose(asked.pk, [make_volunteer(field), make_volunteer(field)], handler)
    with django_assert_max_num_queries(80) as many:
        admin.get(where)
    assert len(many) <= len(few), [query["sql"][:120] for query in many.captured_queries]


def test_my_desk_oldest_first(admin: Client, asked: Case, field: Any, handler: Any) -> None:
    assert "Nothing needs you now" in text_of(admin.get(reverse("mentoring_desk:desk")))
    invitations.ask(of("Maria Korhonen").pk, "When do we begin?")
    other = make_case(field, "eligible", name="Samir Haddad")
    proposal = invitations.propose(other.pk, [make_volunteer(field)], handler, one_mentor_reason="One.")
    invitations.answer_no(proposal.invitations.get().pk, reason="other")
    make_volunteer(field, approved_on=None, signed_up_at=asked.opened_at)
    foreign = make_field(make_union("kt"))
    make_volunteer(foreign, approved_on=None, signed_up_at=asked.opened_at)
    answer = admin.get(reverse("mentoring_desk:desk"))
    rows = [one["row"] for one in answer.context["rows"]]
    assert [row.kind for row in rows] == ["sign_up", "question", "nobody"]
    assert answer.context["heading"].startswith("3 things need you, the oldest for")
    assert [row.name for row in rows] == ["1 new mentor", "Amina Yusuf", "Samir Haddad"]
    only = admin.get(reverse("mentoring_desk:desk"), {"kind": "question"})
    assert [one["row"].kind for one in only.context["rows"]] == ["question"]


def test_my_desk_without_the_cases_of_others(admin: Client, asked: Case, union: Any) -> None:
    from tests.factories import make_handler

    invitations.ask(of("Maria Korhonen").pk, "When do we begin?")
    Case.objects.filter(pk=asked.pk).update(handler=make_handler(union))
    assert not admin.get(reverse("mentoring_desk:desk")).context["rows"]
    assert len(admin.get(reverse("mentoring_desk:desk"), {"all": "1"}).context["rows"]) == 1
