"""Real transactions at once, on PostgreSQL: a place is given once, one answer counts, and nobody waits for ever."""

import datetime
import threading
import time
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from tests.factories import as_handler, make_case, make_field, make_handler
from tests.pairing.asked import make_mentor
from tests.postgres.test_races import at_once
from tests.postgres.waiting import until_somebody_waits
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.models import (
    Invitation,
    MentorPair,
    OutboxMessage,
    PairMembership,
    Place,
    PrivateLink,
    Proposal,
)
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.standing import make_standing, partners
from wagtail_mentoring.pairing.volunteering import end_volunteering
from wagtail_mentoring.people import links
from wagtail_mentoring.people.locking import lock_people
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user() -> Any:
    return make_handler()


def eligible(number: int = 1) -> list[Case]:
    field = make_field(mentee_asked_about_pair=False)
    return [make_case(field, state="eligible") for _case in range(number)]


def propose(case: Case, them: list[Mentor], user: Any) -> Proposal:
    return invitations.propose(case.pk, them, user, one_mentor_reason="Nobody else." if len(them) == 1 else "")


def sound(results: list[Any]) -> tuple[list[Any], list[StepRefused]]:
    """Split what happened in won and refused; anything else (a deadlock, a broken constraint) is a fault."""
    refused = [result for result in results if isinstance(result, StepRefused)]
    won = [result for result in results if not isinstance(result, Exception)]
    assert len(won) + len(refused) == len(results), results
    live = Invitation.objects.filter(status__in=["asked", "yes"], proposal__status="open")
    assert set(Place.objects.filter(invitation__isnull=False).values_list("invitation", flat=True)) == set(
        live.values_list("pk", flat=True)
    )
    members = PairMembership.objects.filter(left_at=None, pair__ended_at=None).exclude(pair__case__state="closed")
    assert set(Place.objects.filter(membership__isnull=False).values_list("membership", flat=True)) == set(
        members.values_list("pk", flat=True)
    )
    for case in Case.objects.all():
        assert verify_chain(case) == []
    return won, refused


def test_two_handlers_invite_the_last_place(user: Any) -> None:
    cases = eligible(6)
    mentor = make_mentor(name="Maria Korhonen", capacity=2)
    won, refused = sound(at_once([partial(propose, case, [mentor], user) for case in cases]))
    assert (len(won), len(refused)) == (2, 4)
    assert all("Maria Korhonen has no room now" in str(error) for error in refused)
    assert all(set(error.errors) == {"mentors"} for error in refused)
    assert Place.objects.filter(mentor=mentor).count() == 2
    assert Proposal.objects.count() == 2


def test_two_handlers_propose_for_one_case(user: Any) -> None:
    [case] = eligible()
    groups = [[make_mentor(), make_mentor()] for _pair in range(4)]
    won, refused = sound(at_once([partial(propose, case, them, user) for them in groups]))
    assert (len(won), len(refused)) == (4, 0)
    assert sorted(Proposal.objects.values_list("status", flat=True)) == ["open", "queued", "queued", "queued"]
    assert sorted(Proposal.objects.values_list("order", flat=True)) == [1, 2, 3, 4]


def test_one_case_asks_one_mentor_once(user: Any) -> None:
    [case] = eligible()
    mentor = make_mentor(capacity=3)
    won, refused = sound(at_once([lambda: propose(case, [mentor], user)] * 4))
    assert (len(won), len(refused)) == (1, 3)
    assert all("asked for this case already" in str(error) for error in refused)


@pytest.mark.parametrize("once_more", range(3))
def test_yes_against_the_end_of_the_time(user: Any, once_more: int) -> None:
    [case] = eligible()
    mentor = make_mentor()
    invitation = propose(case, [mentor], user).invitations.get()
    Invitation.objects.update(answer_by=clock.today() - datetime.timedelta(days=1))
    answer, expired = at_once([lambda: invitations.answer_yes(invitation.pk), invitations.expire_due])
    invitation.refresh_from_db()
    case.refresh_from_db()
    if invitation.status == "yes":
        assert (case.state, expired.done, expired.failed) == ("paired", [], [])
    else:
        assert (invitation.status, case.state) == ("expired", "eligible")
        assert isinstance(answer, StepRefused) and "time to answer" in str(answer)
    sound([answer])


@pytest.mark.parametrize("once_more", range(3))
def test_the_mentees_yes_against_the_end_of_the_time_twice(user: Any, once_more: int) -> None:
    case = make_case(make_field(mentee_asked_about_pair=True), state="eligible")
    mentor = make_mentor()
    proposal = propose(case, [mentor], user)
    invitations.answer_yes(proposal.invitations.get().pk)
    Proposal.objects.update(mentee_answer_by=clock.today() - datetime.timedelta(days=1))
    answer, *ended = at_once(
        [lambda: invitations.mentee_answers(proposal.pk, True), *[invitations.expire_mentees_due] * 2]
    )
    proposal.refresh_from_db()
    case.refresh_from_db()
    assert [one.failed for one in ended] == [[], []]
    if proposal.status == "accepted":
        assert (case.state, [one.done for one in ended]) == ("paired", [[], []])
    else:
        assert (proposal.mentee_silent, case.state) == (True, "eligible")
        assert sorted(one.done for one in ended) == [[], [proposal.pk]]
        assert isinstance(answer, StepRefused) and "not open any more" in str(answer)
        assert OutboxMessage.objects.filter(event="pair_over").count() == 1
    sound([answer])


def test_yes_against_calling_it_off(user: Any) -> None:
    [case] = eligible()
    proposal = propose(case, [make_mentor()], user)
    invitation = proposal.invitations.get()
    results = at_once([lambda: invitations.answer_yes(invitation.pk), lambda: invitations.withdraw(proposal.pk, user)])
    won, refused = sound(results)
    assert (len(won), len(refused)) == (1, 1)
    case.refresh_from_db()
    proposal.refresh_from_db()
    assert (proposal.status, case.state) in {("accepted", "paired"), ("withdrawn", "eligible")}


def test_two_yeses_at_once_make_one_pair(user: Any) -> None:
    for case in eligible(3):
        proposal = propose(case, [make_mentor(), make_mentor()], user)
        pks = list(proposal.invitations.values_list("pk", flat=True)) * 2
        won, refused = sound(at_once([partial(invitations.answer_yes, pk) for pk in pks]))
        assert refused == []
        case.refresh_from_db()
        assert (case.state, MentorPair.objects.filter(case=case).count()) == ("paired", 1)
        assert PairMembership.objects.filter(pair__case=case).count() == 2
        assert case.log.filter(action="mentoring.invitation_yes").count() == 2


def test_paired_by_hand_against_yes(user: Any) -> None:
    for case in eligible(3):
        asked, other = make_mentor(), make_mentor()
        invitation = propose(case, [asked], user).invitations.get()
        inputs = {"first": other, "one_mentor_reason": "Nobody else."}
        results = at_once(
            [
                partial(invitations.answer_yes, invitation.pk),
                partial(moves.move, case.pk, "pair", as_handler(user), inputs),
            ]
        )
        won, refused = sound(results)
        assert (len(won), len(refused)) == (1, 1)
        assert PairMembership.objects.filter(pair__case=case).count() == 1


def test_yes_and_no_of_one_mentor_at_once(user: Any) -> None:
    [case] = eligible()
    proposal = propose(case, [make_mentor(), make_mentor()], user)
    pk = proposal.invitations.order_by("pk")[0].pk
    won, refused = sound(
        at_once([lambda: invitations.answer_yes(pk), lambda: invitations.answer_no(pk, reason="other")])
    )
    assert len(won) + len(refused) == 2
    assert Invitation.objects.get(pk=pk).status == "no", "a yes may be taken back, a no not"


def test_opposite_orders_of_mentors_do_not_wait_for_ever(user: Any) -> None:
    cases = eligible(6)
    first, second = make_mentor(capacity=3), make_mentor(capacity=3)
    ways = [[first, second], [second, first]] * 3
    work = [partial(propose, case, way, user) for case, way in zip(cases, ways, strict=True)]
    won, refused = sound(at_once(work))
    assert (len(won), len(refused)) == (3, 3)


def test_the_next_in_line_of_several_cases_at_once(user: Any) -> None:
    """Each answer opens the next proposal, in the opposite order of mentors, and none has to wait for ever."""
    a, b, c = (make_mentor(capacity=3) for _mentor in range(3))
    asked = []
    for number, case in enumerate(eligible(6)):
        asked.append(propose(case, [make_mentor()], user).invitations.get().pk)
        line = [[a, b], [c]] if number % 2 else [[c], [b, a]]
        for them in line:
            propose(case, them, user)
    work = [partial(invitations.answer_no, pk, reason="other") for pk in asked]
    won, refused = sound(at_once(work))
    assert (len(won), refused) == (6, [])
    assert Proposal.objects.filter(status="open").count() == 6


def test_a_link_to_a_mentor_made_meanwhile_does_not_lock_out() -> None:
    """A row that points at mentors is written while another transaction holds them, crosswise."""
    first, second = make_mentor(capacity=3), make_mentor(capacity=3)
    case = make_case(state="eligible")
    met = threading.Barrier(2)

    def lock_both() -> None:
        with transaction.atomic():
            lock_people(mentors=[first.pk])
            met.wait(10)
            # The database looks at what the new rows point at when the other commits, one after the other.
            time.sleep(0.5)
            lock_people(mentors=[second.pk])

    def make_links() -> None:
        with transaction.atomic():
            links.link_for(case, mentor=second)
            links.link_for(case, mentor=first)
            met.wait(10)

    assert at_once([lock_both, make_links]) == [None, None]
    assert PrivateLink.objects.filter(case=case, mentor__in=[first, second]).count() == 2


@pytest.mark.parametrize("once_more", range(3))
def test_both_partners_stop_at_once(user: Any, once_more: int) -> None:
    pairs = [(make_mentor(), make_mentor()) for _pair in range(3)]
    for first, second in pairs:
        make_standing(first, second, user)
    everybody = [mentor for pair in pairs for mentor in reversed(pair)]
    results = at_once([partial(end_volunteering, mentor.pk, user) for mentor in everybody])
    assert not [result for result in results if isinstance(result, Exception)], results
    assert not Mentor.objects.filter(ended_on=None).exists() and partners([one.pk for one in everybody]) == {}


@pytest.mark.parametrize("once_more", range(3))
def test_one_partner_stops_while_the_two_are_invited(user: Any, once_more: int) -> None:
    cases = eligible(3)
    pairs = [[make_mentor(shown=["name"]), make_mentor(shown=["name"])] for _case in cases]
    for first, second in pairs:
        make_standing(first, second, user)
    work: list[Any] = [partial(end_volunteering, second.pk, user) for _first, second in pairs]
    work += [partial(propose, case, pair, user) for case, pair in zip(cases, pairs, strict=True)]
    sound(at_once(work))
    for first, second in pairs:
        assert partners([first.pk, second.pk]) == {}
        # Whoever was invited in the moment before is out of it again.
        assert not Place.objects.filter(mentor=second).exists()


def test_the_partner_with_the_lower_key_is_locked_first(user: Any) -> None:
    """Somebody holds the first partner and then wants the second, who stops meanwhile: nobody waits for ever."""
    first, second = make_mentor(), make_mentor()
    make_standing(first, second, user)
    held, stopping = threading.Event(), threading.Event()

    def invites() -> None:
        with transaction.atomic():
            lock_people(mentors=[first.pk])
            held.set()
            assert stopping.wait(20)
            until_somebody_waits()
            lock_people(mentors=[second.pk])

    def stops() -> Any:
        assert held.wait(20)
        stopping.set()
        return end_volunteering(second.pk, user)

    results = at_once([invites, stops])
    assert not [result for result in results if isinstance(result, Exception)], results
