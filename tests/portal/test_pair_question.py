"""The mentee is asked about the mentors who have said yes, over HTTP."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_case, make_field, make_handler, make_mentor, pretend_pdf
from tests.portal.asking import PAIR, invitation_of, make_asked, open_link
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.compose import compose
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.models import PairMembership, Proposal
from wagtail_mentoring.people import links
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.programme.dates import on_day

pytestmark = pytest.mark.django_db

HOME = "/mentoring/p/"
DAY = datetime.timedelta(days=1)


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def mentee_of(proposal: Proposal) -> Client:
    return open_link(links.link_for(proposal.case, mentee=proposal.case.mentee))


def all_say_yes(proposal: Proposal) -> None:
    for number in range(proposal.invitations.count()):
        invitations.answer_yes(invitation_of(proposal, number).pk)


def say(client: Client, **answers: str) -> Any:
    """Open the page, and send the answer with what the page hides."""
    hidden = re.search(r'name="shown" value="([^"]*)"', client.get(PAIR).content.decode())
    return client.post(PAIR, {"shown": hidden[1] if hidden else ""} | answers)


@pytest.fixture
def proposal() -> Proposal:
    field = make_field()
    first = make_mentor(
        field, name="Maija Meikäläinen", title="Architect", municipality="Tampere", phone="040 1", email="m@x.example"
    )
    shown = ["name", "title", "email", "phone"]
    Consent.objects.create(mentor=first, kind=ConsentKind.SHOWN_TO_MENTEE, fields=shown)
    return make_asked(first, make_mentor(field, name="Erik Exempel", title="Town planner"), name="Amina Yusuf")


def test_while_mentors_are_asked_the_page_says_so(proposal: Proposal) -> None:
    client = mentee_of(proposal)
    page = text(client.get(HOME))
    assert "We have asked mentors" in page and "Now: we have asked mentors" in page
    assert "Maija" not in page and "Erik" not in page
    # There is nothing to answer yet.
    assert client.get(PAIR).headers["Location"] == HOME
    assert client.post(PAIR, {"answer": "yes"}).headers["Location"] == HOME
    assert Proposal.objects.get(pk=proposal.pk).mentee_answer == ""


def test_the_mentee_is_asked_and_sees_what_was_consented_to(proposal: Proposal) -> None:
    all_say_yes(proposal)
    client = mentee_of(proposal)
    page = text(client.get(HOME))
    assert "Your mentors have said yes: do they suit you?" in page and "See them and answer" in page
    assert "Now: you say who suits you" in page
    page = text(client.get(PAIR))
    assert "Maija Meikäläinen" in page and "Architect" in page and "Your mentor" in page
    assert not [word for word in ("Erik", "Town planner", "Tampere", "m@x.example", "040 1") if word in page]


def test_the_days_of_waiting_are_not_those_of_the_mentee(proposal: Proposal) -> None:
    Case.objects.filter(pk=proposal.case_id).update(state_since=clock.now() - 25 * DAY)
    client = mentee_of(proposal)
    assert "25 days so far" in text(client.get(HOME))
    all_say_yes(proposal)
    page = text(client.get(HOME))
    assert "Now: you say who suits you" in page and "so far" not in page


def test_yes_makes_the_pair(proposal: Proposal) -> None:
    all_say_yes(proposal)
    client = mentee_of(proposal)
    with pretend_pdf():
        assert say(client, answer="yes").headers["Location"] == HOME
        assert say(client, answer="yes").headers["Location"] == HOME
    case = Case.objects.get(pk=proposal.case_id)
    assert case.state == "paired" and case.log.filter(action="mentoring.step.pair").count() == 1
    assert "We have found your mentors" in text(client.get(HOME)) or "agreement" in text(client.get(HOME))
    assert client.get(PAIR).headers["Location"] == HOME


def test_no_looks_on_and_the_note_is_for_the_contact_person(proposal: Proposal) -> None:
    all_say_yes(proposal)
    client = mentee_of(proposal)
    assert say(client, answer="no", note="I know Erik").headers["Location"] == HOME
    proposal.refresh_from_db()
    assert (proposal.mentee_answer, proposal.mentee_note, proposal.status) == ("no", "I know Erik", "failed")
    page = text(client.get(HOME))
    assert "You would rather have somebody else. That is all right" in page and "We are looking" in page
    mentor = open_link(links.link_for_invitation(invitation_of(proposal)))
    assert "I know Erik" not in text(mentor.get("/mentoring/p/invitation/"))
    # Double post.
    assert client.post(PAIR, {"answer": "no"}).headers["Location"] == HOME


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "Choose your answer."),
        ({"answer": "x"}, "Choose one of"),
        ({"answer": "no", "note": "131052-308T"}, "code"),
    ],
)
def test_a_wrong_answer_changes_nothing(proposal: Proposal, answers: dict[str, str], words: str) -> None:
    all_say_yes(proposal)
    response = say(mentee_of(proposal), **answers)
    assert response.status_code == 422 and words in text(response)
    assert Proposal.objects.get(pk=proposal.pk).mentee_answer == ""


def test_a_yes_to_mentors_who_were_never_shown_is_refused(proposal: Proposal) -> None:
    all_say_yes(proposal)
    client, handler = mentee_of(proposal), make_handler()
    old = re.search(r'name="shown" value="([^"]*)"', client.get(PAIR).content.decode())
    assert old
    invitations.answer_no(invitation_of(proposal, 1).pk, reason="other", by=handler)
    other = make_mentor(make_field(), name="Cecilia Nyberg")
    Consent.objects.create(mentor=other, kind=ConsentKind.SHOWN_TO_MENTEE, fields=["name"])
    invitations.answer_yes(invitations.invite_another(proposal.pk, other, handler).pk)
    for sent in ({"shown": old[1]}, {}):
        response = client.post(PAIR, {"answer": "yes", "note": "Thank you!"} | sent)
        page = text(response)
        assert response.status_code == 422 and "The mentors have changed since this page was opened" in page
        assert "Cecilia Nyberg" in page and "Thank you!" in page and "checked" not in response.content.decode()
        assert Proposal.objects.get(pk=proposal.pk).mentee_answer == ""
    with pretend_pdf():
        assert say(client, answer="yes").headers["Location"] == HOME
    assert Case.objects.get(pk=proposal.case_id).state == "paired"


def test_a_faulty_answer_does_not_take_up_others(proposal: Proposal) -> None:
    all_say_yes(proposal)
    response = mentee_of(proposal).post(PAIR, {"shown": "what was shown"})
    assert 'name="shown" value="what was shown"' in response.content.decode()


def test_nobody_else_answers_for_the_mentee(proposal: Proposal) -> None:
    all_say_yes(proposal)
    field = make_field()
    stranger = make_case(field, "eligible")
    client = open_link(links.link_for(stranger, mentee=stranger.mentee))
    assert client.get(PAIR).headers["Location"] == HOME
    assert client.post(PAIR, {"answer": "yes", "proposal": proposal.pk}).headers["Location"] == HOME
    assert Client().post(PAIR, {"answer": "yes"}).status_code == 403
    guarded = Client(enforce_csrf_checks=True)
    guarded.cookies.update(mentee_of(proposal).cookies)
    assert guarded.post(PAIR, {"answer": "yes"}).status_code == 403
    assert Proposal.objects.get(pk=proposal.pk).mentee_answer == ""


def test_the_mentee_is_asked_about_a_mentor_who_joins_and_mentors_are_not() -> None:
    field = make_field()
    staying, leaving, joining = (make_mentor(field, capacity=2, shown=["name"]) for _number in range(3))
    case = make_case(field, "paired", mentors=[staying, leaving])
    made = invitations.propose(case.pk, [joining], make_handler(), one_mentor_reason="Moves away", replaces=leaving)
    all_say_yes(made)
    client = mentee_of(made)
    assert "A mentor has said yes: does this mentor suit you?" in text(client.get(HOME))
    assert "Does this mentor suit you?" in text(client.get(PAIR))
    mentor = open_link(links.link_for(case, mentor=staying))
    assert "suit you" not in text(mentor.get(HOME))
    assert mentor.get(PAIR).headers["Location"] == HOME
    assert mentor.post(PAIR, {"answer": "yes"}).headers["Location"] == HOME
    assert Proposal.objects.get(pk=made.pk).mentee_answer == ""


def test_more_proposals_take_no_more_queries(proposal: Proposal, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = mentee_of(proposal)
    counts = []
    for _time in range(2):
        client.get(HOME)
        with CaptureQueriesContext(connection) as queries:
            client.get(HOME)
        counts.append(len(queries))
        invitations.withdraw(proposal.pk, make_handler())
        field = make_field()
        them = [make_mentor(field, shown=["name"]), make_mentor(field, shown=["name"])]
        invitations.propose(proposal.case_id, them, make_handler())
    assert counts[0] == counts[1]


def test_a_replacement_says_who_stops_who_would_come_and_who_stays() -> None:
    field = make_field()
    leaving, staying, joining = (
        make_mentor(field, name="Maija Meikäläinen", shown=["name"]),
        make_mentor(field, name="Erik Exempel"),
        make_mentor(field, name="Sofia Lind", shown=["name"]),
    )
    case = make_case(field, "meeting_1", mentors=[leaving, staying])
    handler = make_handler(field.union)
    proposal = invitations.propose(case.pk, [joining], handler, replaces=leaving, one_mentor_reason="Away.")
    invitations.answer_yes(proposal.invitations.get().pk)
    client = mentee_of(proposal)
    for address in (HOME, PAIR):
        page = text(client.get(address))
        assert f"One of your mentors, {leaving.called}, stops." in page, address
        # The one who stays has not agreed to be named.
        assert f"{joining.called} would take the place. Your other mentor stays." in page and "Erik" not in page
    row = OutboxMessage.objects.get(event="pair_asked")
    for language, stays in (("en", "Your other mentor stays."), ("fi", ""), ("sv", "")):
        row.language = language
        mail = compose(row)
        assert "before we begin" not in mail.text + mail.subject and stays in mail.text
        assert not any(name in mail.text for name in ("Maija", "Erik", "Sofia"))


def test_the_mentee_reads_until_when_to_answer(proposal: Proposal) -> None:
    all_say_yes(proposal)
    client, until = mentee_of(proposal), Proposal.objects.get(pk=proposal.pk).mentee_answer_by
    assert until is not None
    for address in (HOME, PAIR):
        assert f"Please answer by {on_day(until)}" in text(client.get(address)).replace(" .", ".")
    with clock.at(clock.now() + 8 * DAY):
        # Nothing has ended the question yet: it can be answered still.
        client = mentee_of(proposal)
        for address in (HOME, PAIR):
            page = text(client.get(address))
            assert "Please answer by" not in page and ("suit you" in page)


def test_the_page_says_truly_that_the_pair_is_not_available(proposal: Proposal) -> None:
    all_say_yes(proposal)
    client, handler = mentee_of(proposal), make_handler()
    invitations.answer_no(invitation_of(proposal).pk, reason="other", by=handler)
    over = "This pair is not available after all. We are looking for another one."
    page = text(client.get(HOME))
    assert over in page and "Maija" not in page and "suit you" not in page
    # Nobody is being asked while the contact person looks for somebody.
    assert "ave asked mentors" not in page and "some days to answer" not in page
    assert "We are looking for your mentors" in page and "Now: we look for your mentors" in page
    # Another mentor says yes: the mentee is asked anew, and then nothing is over.
    other = make_mentor(make_field(), name="Cecilia Nyberg", shown=["name"])
    invitations.answer_yes(invitations.invite_another(proposal.pk, other, handler).pk)
    page = text(client.get(HOME))
    assert over not in page and "do they suit you?" in page
    invitations.withdraw(proposal.pk, handler)
    page = text(client.get(HOME))
    assert over in page and "We are looking for your mentors" in page


def test_who_did_not_answer_reads_so_until_others_have_said_yes(proposal: Proposal) -> None:
    all_say_yes(proposal)
    with clock.at(clock.now() + 8 * DAY):
        invitations.expire_mentees_due()
        client = mentee_of(proposal)
        told = "You did not answer in time, so the mentors do not wait any longer. We are looking for others."
        assert told in text(client.get(HOME))
        field = make_field()
        them = [make_mentor(field, shown=["name"]), make_mentor(field, shown=["name"])]
        again = invitations.propose(proposal.case_id, them, make_handler())
        page = text(client.get(HOME))
        assert told in page and "We have asked mentors" in page
        all_say_yes(again)
        assert told not in text(client.get(HOME))
        with pretend_pdf():
            say(client, answer="yes")
        assert told not in text(client.get(HOME))


def test_after_a_rematch_the_page_says_nothing_of_what_was_before(proposal: Proposal) -> None:
    all_say_yes(proposal)
    invitations.withdraw(proposal.pk, make_handler())
    Case.objects.filter(pk=proposal.case_id).update(state_since=clock.now() + DAY)
    assert "not available" not in text(mentee_of(proposal).get(HOME))
    Proposal.objects.update(mentee_answer="no", status="failed")
    assert "You would rather have somebody else" not in text(mentee_of(proposal).get(HOME))


def test_a_replacement_that_falls_through_is_told_as_long_as_the_other_is_there() -> None:
    field = make_field()
    leaving, staying, joining = (make_mentor(field, shown=["name"], capacity=2) for _mentor in range(3))
    case = make_case(field, "meeting_1", mentors=[leaving, staying])
    handler = make_handler(field.union)
    proposal = invitations.propose(case.pk, [joining], handler, replaces=leaving, one_mentor_reason="Away.")
    all_say_yes(proposal)
    invitations.withdraw(proposal.pk, handler)
    over = "This mentor is not available after all. We are looking for another one."
    assert over in text(mentee_of(proposal).get(HOME))
    mentor = open_link(links.link_for(case, mentor=staying))
    assert over not in text(mentor.get(HOME))
    PairMembership.objects.filter(mentor=leaving).update(left_at=clock.now())
    assert over not in text(mentee_of(proposal).get(HOME))
