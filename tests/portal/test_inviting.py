"""An invited mentor reads and answers, over HTTP: what is shown, what is not, and every way it can end."""

import datetime
import re
from typing import Any

import pytest

from tests.factories import make_field, make_handler, make_mentor, make_union
from tests.portal.asking import (
    ASK,
    BREAK,
    PAGE,
    PRIVATE,
    WORDS,
    invitation_of,
    invited,
    make_asked,
    status,
    text,
)
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.compose import compose
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.messages.texts import load_default_texts
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.choices import InvitationStatus, ProposalStatus
from wagtail_mentoring.pairing.models import Invitation
from wagtail_mentoring.people.models import Mentor, MentorConflict
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.setup.texts import load_notices

pytestmark = pytest.mark.django_db


def test_the_mentor_reads_what_may_be_known_and_no_more() -> None:
    field = make_field()
    mentor = make_mentor(
        field, topics=["cv"], times=["evenings"], municipality="tampere", other_languages="French", english="c1"
    )
    proposal = make_asked(mentor, make_mentor(field, name="Erik Exempel"), **WORDS)
    response = invited(invitation_of(proposal)).get(PAGE)
    page = text(response)
    for shown in (
        "mentor a colleague in Tampere?",
        "Engineers, Master",
        "7 years of work",
        "Make my CV and applications better",
        "English B2, Arabic, French",
        "Weekdays after 17",
        "Near Tampere, or online",
        "You can help with what is wished: CV and applications.",
        "You both speak English and French.",
        "These times suit you both: weekdays after 17.",
        "You are in the same place: Tampere.",
        "3 to 5 meetings, each about 1.5 hours.",
        "You share the work with a second mentor.",
    ):
        assert shown in page, shown
    assert not [word for word in (*PRIVATE, "Something else", "Erik", proposal.case.reference) if word in page]
    assert response["Cache-Control"].startswith("no-store") and "noindex" in response["X-Robots-Tag"]


def test_the_area_that_was_looked_for_is_the_mentors_own_words() -> None:
    field = make_field()
    mentor, other = make_mentor(field, speciality="Housing, bridges"), make_mentor(field, speciality="Harbours")
    proposal = make_asked(mentor, other)
    met = [
        {"mentor": mentor.pk, "kind": "area", "phrase": "Housing", "words": ["hydrodynamics"]},
        {"mentor": other.pk, "kind": "area", "phrase": "Harbours", "words": ["ys"]},
    ]
    proposal.why = {"criteria": [{"code": "speciality", "reason": {"met": met}}]}
    proposal.save()
    client = invited(invitation_of(proposal))
    page = text(client.get(PAGE))
    assert "You know an area that is wished: Housing." in page
    assert not [word for word in ("hydrodynamics", "Harbours", "ys.") if word in page]
    Mentor.objects.filter(pk=mentor.pk).update(speciality="Bridges")
    assert "an area that is wished" not in text(client.get(PAGE))


def test_a_hidden_place_stands_nowhere() -> None:
    field = make_field()
    mentor = make_mentor(field, municipality="Tampere")
    proposal = make_asked(mentor, make_mentor(field), **WORDS, hide_municipality=True)
    page = text(invited(invitation_of(proposal)).get(PAGE))
    assert "Tampere" not in page and "Would you like to mentor a colleague?" in page and "We meet online" in page


def test_the_second_mentor_is_shown_with_consent_alone() -> None:
    field = make_field()
    partner = make_mentor(field, name="Erik Exempel", title="Town planner", municipality="Kotka")
    proposal = make_asked(make_mentor(field), partner)
    client = invited(invitation_of(proposal))
    assert "Erik" not in text(client.get(PAGE)) and "Town planner" not in text(client.get(PAGE))
    Consent.objects.create(mentor=partner, kind=ConsentKind.SHOWN_TO_PARTNER, fields=["name", "title"])
    page = text(client.get(PAGE))
    assert "Erik Exempel" in page and "Town planner" in page and "Kotka" not in page


def test_yes_waits_for_the_other_one_and_then_the_mentee_is_asked() -> None:
    proposal = make_asked()
    first, second = invitation_of(proposal, 0), invitation_of(proposal, 1)
    client = invited(first)
    response = client.post(PAGE, {"answer": "yes", "message": "With pleasure"})
    assert (response.status_code, response.headers["Location"]) == (302, PAGE)
    first.refresh_from_db()
    assert (first.status, first.message) == ("yes", "With pleasure")
    page = text(client.get(PAGE))
    assert "Thank you, you have said yes" in page and "We wait until everybody has answered" in page
    # Twice is once.
    assert client.post(PAGE, {"answer": "yes"}).status_code == 302
    assert status(first) == "yes"
    assert proposal.case.log.filter(action="mentoring.invitation_yes").count() == 1
    invited(second).post(PAGE, {"answer": "yes"})
    assert "Now the mentee says whether it suits" in text(client.get(PAGE))
    proposal.refresh_from_db()
    assert proposal.mentee_asked_at is not None
    # Everybody has said yes: now only the contact person can stop it.
    refused = client.post(PAGE, {"answer": "other"})
    assert refused.status_code == 422 and "write to your contact person now" in text(refused)
    assert status(first) == "yes"


def test_a_pair_that_came_about_is_said_on_the_page() -> None:
    field = make_field(mentee_asked_about_pair=False)
    proposal = make_asked(make_mentor(field))
    client = invited(invitation_of(proposal))
    client.post(PAGE, {"answer": "yes"})
    assert "you are a mentor here now" in text(client.get(PAGE))
    assert Case.objects.get(pk=proposal.case_id).state == "paired"


def test_a_yes_may_become_a_no_while_others_are_asked() -> None:
    proposal = make_asked()
    first = invitation_of(proposal)
    client = invited(first)
    client.post(PAGE, {"answer": "yes"})
    assert "You cannot help after all?" in text(client.get(PAGE))
    assert client.post(PAGE, {"answer": "other"}).status_code == 302
    assert status(first) == "no"
    assert "You have said no, and that is all right" in text(client.get(PAGE))
    # And not back again without the contact person.
    refused = client.post(PAGE, {"answer": "yes"})
    assert refused.status_code == 422 and status(first) == "no"
    assert "If you have changed your mind, write to your contact person." in text(refused)


@pytest.mark.parametrize("reason", ["no_time", "not_my_speciality", "conflict", "other"])
def test_no_with_each_reason(reason: str) -> None:
    proposal = make_asked()
    first = invitation_of(proposal)
    client = invited(first)
    assert client.post(PAGE, {"answer": reason, "message": "Sorry"}).status_code == 302
    first.refresh_from_db()
    assert (first.status, first.no_reason, first.message) == ("no", reason, "Sorry")
    page = text(client.get(PAGE))
    assert ("Do you need a break?" in page) == (reason == "no_time")
    assert MentorConflict.objects.filter(mentor=first.mentor, mentee=proposal.case.mentee).exists() == (
        reason == "conflict"
    )
    # What was said of the mentee is not on the page any more.
    assert "What we know about the mentee" not in page


def test_no_time_offers_a_break() -> None:
    first = invitation_of(make_asked())
    client = invited(first)
    # Nobody is paused who has not said no.
    later = clock.today() + datetime.timedelta(days=90)
    client.post(BREAK, {"until": later.isoformat()})
    assert Mentor.objects.get(pk=first.mentor_id).paused_until is None
    client.post(PAGE, {"answer": "no_time"})
    for wrong in ("", "soon", "2020-01-01", "2099-01-01", clock.today().isoformat()):
        response = client.post(BREAK, {"until": wrong})
        assert response.status_code == 422 and 'id="pause_until_error"' in response.content.decode(), wrong
    assert Mentor.objects.get(pk=first.mentor_id).paused_until is None
    assert client.post(BREAK, {"until": later.isoformat()}).status_code == 302
    assert Mentor.objects.get(pk=first.mentor_id).paused_until == later
    page = text(client.get(PAGE))
    assert "We ask you nothing until" in page and "Do you need a break?" not in page


def test_the_orientation_is_ticked_before_the_first_yes() -> None:
    field = make_field()
    first = invitation_of(make_asked(make_mentor(field, oriented_on=None), make_mentor(field)))
    load_notices()
    client = invited(first)
    form = client.get(PAGE).context["form"]
    address = re.search(r'href="([^"]+)"', str(form["oriented"].label))
    assert address is not None and client.get(address[1]).status_code == 200
    response = client.post(PAGE, {"answer": "yes", "message": "I would love to"})
    assert response.status_code == 422
    assert response.context["form"].errors["oriented"] == ["Read the orientation for mentors and tick the box."]
    assert "I would love to" in response.content.decode() and status(first) == "asked"
    # A no needs no orientation.
    assert not client.get(PAGE).context["form"].errors
    client.post(PAGE, {"answer": "yes", "oriented": "on"})
    assert status(first) == "yes" and Mentor.objects.get(pk=first.mentor_id).oriented_on == clock.today()


def test_a_no_needs_no_orientation() -> None:
    field = make_field()
    first = invitation_of(make_asked(make_mentor(field, oriented_on=None), make_mentor(field)))
    assert invited(first).post(PAGE, {"answer": "other"}).status_code == 302
    assert status(first) == "no" and Mentor.objects.get(pk=first.mentor_id).oriented_on is None


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({}, "answer", "Choose your answer."),
        ({"answer": "perhaps"}, "answer", "Choose one of these answers."),
        ({"answer": "yes", "message": "131052-308T"}, "message", "identity code"),
        ({"answer": "yes", "message": "x" * 2001}, "message", "too long"),
    ],
)
def test_a_wrong_answer_changes_nothing(answers: dict[str, str], field: str, words: str) -> None:
    first = invitation_of(make_asked())
    response = invited(first).post(PAGE, answers)
    assert response.status_code == 422 and words in response.context["form"].errors[field][0]
    assert status(first) == "asked"


def test_a_question_and_its_answer() -> None:
    handler = make_handler()
    first = invitation_of(make_asked(handler=handler))
    client = invited(first)
    empty = client.post(ASK, {"question": " "})
    assert empty.status_code == 422 and "Write your question." in text(empty)
    assert client.post(ASK, {"question": "Is it a colleague of mine?"}).status_code == 302
    assert client.post(ASK, {"question": "Is it a colleague of mine?"}).status_code == 302
    first.refresh_from_db()
    assert first.question == "Is it a colleague of mine?" and first.status == "asked"
    page = text(client.get(PAGE))
    assert "Is it a colleague of mine?" in page and "The contact person answers here" in page
    invitations.reply(first.pk, "No, from another town.", handler)
    assert "No, from another town." in text(client.get(PAGE))
    assert invited(invitation_of(first.proposal, 1)).get(PAGE).content.decode().count("another town") == 0


def test_two_questions_to_one_mentor_are_told_apart() -> None:
    """In the mails by their number, and each page leads to the other one, also after the answer."""
    load_default_texts()
    mentor = make_mentor(make_field(), capacity=3, oriented_on=clock.today())
    first, second = (invitation_of(make_asked(mentor, make_mentor(make_field()))) for _mentee in range(2))
    invitations.ask(second.pk, "Who is it?")
    mails = [compose(row) for row in OutboxMessage.objects.filter(event="invitation", mentor=mentor).order_by("pk")]
    assert "of 2" not in mails[0].subject + mails[0].text and "more than one" not in mails[0].text
    assert mails[1].subject == "Would you mentor a colleague? (2 of 2)"
    assert "more than one person, each in a mail of its own (2 of 2)." in mails[1].text
    with clock.at(clock.now() + datetime.timedelta(days=4)):
        invitations.remind_due()
    reminder = compose(OutboxMessage.objects.get(event="invitation_reminder", mentor=mentor))
    assert reminder.subject.endswith("(1 of 2)"), "the other one waits for our answer and is not reminded of"
    client, to_second = invited(first), f"{PAGE}other/{second.pk}/"
    page = client.get(PAGE)
    assert "We ask you about one more person too" in text(page) and to_second in page.content.decode()
    thanks = text(client.post(PAGE, {"answer": "yes"}, follow=True))
    assert "Thank you, you have said yes" in thanks and "We ask you about one more person too" in thanks
    assert client.get(to_second).status_code == 405
    assert client.post(to_second).headers["Location"] == PAGE
    page = client.get(PAGE)
    assert page.context["visit"].invitation == second
    # The one that is answered is asked no more, but still opens from here while it is open.
    assert "We ask you about" not in text(page)
    assert client.post(f"{PAGE}other/{first.pk}/").status_code == 302
    # Nobody comes by this way to a question to somebody else, nor to one that is over.
    theirs = invitation_of(make_asked())
    assert client.post(f"{PAGE}other/{theirs.pk}/").status_code == 404
    Invitation.objects.filter(pk=second.pk).update(status=InvitationStatus.EXPIRED)
    assert client.post(to_second).status_code == 404


def test_expired_withdrawn_and_queued_are_said_kindly() -> None:
    proposal = make_asked(**WORDS)
    first = invitation_of(proposal)
    client = invited(first)
    for value, words in (
        (InvitationStatus.EXPIRED, "The time to answer is over"),
        (InvitationStatus.WITHDRAWN, "You are not needed here any more"),
        (InvitationStatus.QUEUED, "There is nothing to answer yet"),
    ):
        Invitation.objects.filter(pk=first.pk).update(status=value)
        page = text(client.get(PAGE))
        assert words in page and "What we know about the mentee" not in page
        for answer in ("yes", "other"):
            response = client.post(PAGE, {"answer": answer})
            assert status(first) == value
            assert answer != "yes" or response.status_code == 422
        refused = client.post(ASK, {"question": "Still?"})
        assert refused.status_code == 422
        assert not Invitation.objects.get(pk=first.pk).question


def test_a_day_that_has_passed_may_still_be_answered() -> None:
    first = invitation_of(make_asked())
    Invitation.objects.filter(pk=first.pk).update(answer_by=clock.today() - datetime.timedelta(days=1))
    client = invited(first)
    assert "You can still answer" in text(client.get(PAGE))
    client.post(PAGE, {"answer": "yes"})
    assert status(first) == "yes"


def test_a_case_that_closed_withdraws_the_question() -> None:
    proposal = make_asked()
    client = invited(invitation_of(proposal))
    invitations.withdraw(proposal.pk, make_handler())
    assert "not needed here any more" in text(client.get(PAGE))
    assert client.post(PAGE, {"answer": "yes"}).status_code == 422
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.WITHDRAWN


def test_the_page_takes_as_many_queries_whatever_is_shown(django_assert_max_num_queries: Any) -> None:
    field = make_field(make_union("kt"), "teachers")
    partner = make_mentor(field)
    Consent.objects.create(mentor=partner, kind=ConsentKind.SHOWN_TO_PARTNER, fields=["name", "title", "topics"])
    mentor = make_mentor(field, topics=["cv", "networks"], times=["evenings", "weekends"])
    client = invited(invitation_of(make_asked(mentor, partner, handler=make_handler(make_union("kt")), **WORDS)))
    client.get(PAGE)
    with django_assert_max_num_queries(10):
        client.get(PAGE)


def test_what_only_the_mentee_wrote_is_not_shown_as_a_language_or_a_place() -> None:
    words = WORDS | {"other_languages": "Arabic, I can write Klingon since 2015", "municipality": "At my sister Noor’s"}
    mentor = make_mentor(make_field(), name="Maija", municipality="At my sister Noor’s")
    page = text(invited(invitation_of(make_asked(mentor, **words))).get(PAGE))
    assert "English B2, Arabic, Another language" in page
    assert "Klingon" not in page and "2015" not in page and "Noor" not in page
    # A known municipality by its own name, without what stands beside it.
    words = WORDS | {"municipality": "Tampere (at the shelter in Hatanpää)"}
    page = text(invited(invitation_of(make_asked(make_mentor(make_field(), name="Erik"), **words))).get(PAGE))
    assert "Near Tampere, or online" in page and "shelter" not in page
