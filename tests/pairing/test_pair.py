"""Choosing a pair: room, pauses, other unions, one mentor, and what a rematch keeps."""

import datetime
from typing import Any

import pytest

from tests.factories import Drive, as_handler, make_case, make_field, make_handler, make_mentor, make_union
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.cases import facts, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.models import MentorConflict, MentorPair
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.mentors import available_for, with_load
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


def pair(case: Case, **inputs: Any) -> Case:
    return moves.move(case.pk, "pair", as_handler(), inputs)


def errors_of(case: Case, **inputs: Any) -> dict[str, Any]:
    before = rows()
    with pytest.raises(StepRefused) as caught:
        pair(case, **inputs)
    assert rows() == before
    return caught.value.errors


@pytest.fixture
def case() -> Case:
    return make_case(state="eligible")


@pytest.fixture
def free() -> Mentor:
    return make_mentor()


def test_two_mentors(case: Case, free: Mentor) -> None:
    second = make_mentor()
    paired = pair(case, first=free, second=second)
    assert paired.state == "paired"
    assert [member.mentor for member in current_members(paired)] == [free, second]


def test_a_mentor_twice(case: Case, free: Mentor) -> None:
    assert "second" in errors_of(case, first=free, second=Mentor.objects.get(pk=free.pk))


def test_nobody(case: Case, free: Mentor) -> None:
    assert "first" in errors_of(case)


@pytest.mark.parametrize("reason", [{}, {"one_mentor_reason": None}, {"one_mentor_reason": "  "}])
def test_one_mentor_needs_a_reason(case: Case, free: Mentor, reason: dict[str, Any]) -> None:
    assert "one_mentor_reason" in errors_of(case, first=free, **reason)
    assert "one_mentor_reason" in errors_of(case, first=free, one_mentor_reason=" ")
    paired = pair(case, first=free, one_mentor_reason="Nobody else speaks Dari.")
    assert paired.pairs.get().one_mentor_reason == "Nobody else speaks Dari."


def test_one_mentor_where_two_are_asked_for() -> None:
    case = make_case(make_field(one_mentor_allowed=False), state="eligible")
    first = make_mentor()
    with pytest.raises(StepRefused, match="there are not two now"):
        pair(case, first=first, one_mentor_reason="x")
    make_mentor()
    assert "second" in errors_of(case, first=first, one_mentor_reason="x")


def make_foreign() -> Mentor:
    return make_mentor(make_field(make_union("kt")))


def make_foreign_with_our_field() -> Mentor:
    """A mistake in the data: the mentor of another union is listed for this union's field."""
    mentor = make_foreign()
    mentor.fields.add(make_field())
    return mentor


UNSUITABLE = {
    "of another union": make_foreign,
    "of another union, listed here": make_foreign_with_our_field,
    "of another profession": lambda: make_mentor(make_field(slug="chemists")),
    "not confirmed": lambda: make_mentor(membership_confirmed_on=None),
    "paused": lambda: make_mentor(paused_until=clock.today()),
    "ended": lambda: make_mentor(ended_on=clock.today()),
    "gone": lambda: make_mentor(anonymised_at=clock.now()),
}


@pytest.mark.parametrize("why", UNSUITABLE)
@pytest.mark.parametrize("place", ["first", "second"])
def test_an_unsuitable_mentor(case: Case, free: Mentor, why: str, place: str) -> None:
    mentor = UNSUITABLE[why]()
    assert mentor not in available_for(case.field)
    other = "second" if place == "first" else "first"
    assert set(errors_of(case, **{place: mentor, other: free})) == {place}


def test_a_pause_and_an_end_that_are_over_or_to_come(case: Case) -> None:
    day = datetime.timedelta(days=1)
    back, leaving = make_mentor(paused_until=clock.today() - day), make_mentor(ended_on=clock.today() + day)
    assert pair(case, first=back, second=leaving).state == "paired"


def test_a_mentor_without_room(case: Case, free: Mentor) -> None:
    make_case(state="meeting_1", mentors=[free, make_mentor()])
    assert with_load(Mentor.objects.filter(pk=free.pk)).get().load == 1
    assert "first" in errors_of(case, first=free, second=make_mentor())


def test_a_place_is_free_again_after_the_case_is_closed(case: Case, free: Mentor) -> None:
    make_case(state="closed", closed_from="meeting_1", mentors=[free, make_mentor()])
    assert pair(case, first=free, second=make_mentor()).state == "paired"


def test_two_mentees_at_once_where_the_mentor_takes_two(case: Case) -> None:
    mentor = make_mentor(capacity=2)
    make_case(state="paired", mentors=[mentor, make_mentor()])
    assert mentor in available_for(case.field)
    pair(case, first=mentor, second=make_mentor())
    assert with_load(Mentor.objects.filter(pk=mentor.pk)).get().load == 2
    assert mentor not in available_for(case.field)


def test_a_date_of_the_answer_that_is_to_come(case: Case, free: Mentor) -> None:
    tomorrow = clock.today() + datetime.timedelta(days=1)
    assert "answered_on" in errors_of(case, first=free, second=make_mentor(), answered_on=tomorrow)


def test_a_rematch_keeps_the_meetings_and_comes_first_in_the_queue() -> None:
    waiting = make_case(state="eligible", opened_at=clock.now() - datetime.timedelta(days=300))
    case = make_case(state="meeting_2")
    case = moves.move(case.pk, "go_back", as_handler(), {"reason": "One mentor moved abroad."})
    assert (case.state, facts.gather(case).meetings_held) == ("eligible", 2)
    assert list(Case.objects.waiting()) == [case, waiting]
    first, second = make_mentor(), make_mentor()
    case = pair(case, first=first, second=second)
    assert case.state == "meeting_2"
    assert MentorPair.objects.filter(case=case).count() == 2
    known = facts.gather(case)
    assert (known.agreement_out, known.mentors) == (False, 2)
    with pytest.raises(StepRefused, match="agreement has not been sent"):
        moves.move(case.pk, "record_meeting", as_handler(), {"number": 3, "starts_at": clock.now()})
    drive = Drive(case, clock.now() - datetime.timedelta(days=6), None, real_pdf=False)
    drive.agreement()
    drive.meet(3)
    assert drive.case.state == "meeting_3"


# What needs a reason, by hand as with an invitation


def test_a_conflict_or_a_mentor_of_before_takes_a_reason_by_hand_too() -> None:
    case = make_case(state="meeting_2", mentors=(before := [make_mentor(), make_mentor()]))
    moves.move(case.pk, "go_back", as_handler(), {"reason": "Poor fit."})
    partial, foe, friend, free = (make_mentor() for _mentor in range(4))
    MentorConflict.objects.create(mentor=partial, mentee=case.mentee)
    MentorConflict.objects.create(mentor=foe, other=friend)
    for first, second, words in (
        (before[0], free, "was this mentee’s mentor before"),
        (partial, free, "conflict of interest with the mentee"),
        (foe, friend, "conflict of interest with each other"),
    ):
        for reason in ({}, {"override_reason": None}, {"override_reason": "  "}):
            errors = errors_of(case, first=first, second=second, **reason)
            assert set(errors) == {"override_reason"} and words in str(errors["override_reason"])
    case = pair(case, first=before[0], second=partial, override_reason="Both want it.")
    assert (case.state, case.log.latest("sequence").text.text) == ("meeting_2", "Both want it.")


def test_a_no_for_this_case_takes_a_reason_and_a_needless_one_is_not_kept(case: Case, free: Mentor) -> None:
    unwilling, second = make_mentor(shown=["name"]), make_mentor(shown=["name"])
    made = invitations.propose(case.pk, [unwilling, second], make_handler())
    invitations.answer_no(made.invitations.get(mentor=unwilling).pk, reason="other")
    assert set(errors_of(case, first=unwilling, second=second)) == {"override_reason"}
    case = pair(case, first=free, second=second, override_reason="No need.")
    assert case.state == "paired" and not hasattr(case.log.latest("sequence"), "text")
