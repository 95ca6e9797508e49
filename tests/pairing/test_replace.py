"""One mentor of a pair is replaced: who may join, who may leave, and what is written."""

import datetime
from typing import Any

import pytest

from tests.factories import as_handler, make_case, make_field, make_handler, make_mentor, make_union, pair_of
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.models import MentorConflict
from wagtail_mentoring.pairing.models import PairMembership
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def case() -> Case:
    return make_case(state="meeting_1")


@pytest.fixture
def free() -> Mentor:
    return make_mentor()


def replace(case: Case, leaving: Mentor | None, joining: Mentor | None, user: Any = None, **inputs: Any) -> Case:
    given = {"leaving": leaving, "joining": joining, "reason": "Moved away."} | inputs
    return moves.move(case.pk, "replace_mentor", as_handler(user), given)


def errors_of(case: Case, leaving: Mentor | None, joining: Mentor | None, **inputs: Any) -> dict[str, Any]:
    before = rows()
    with pytest.raises(StepRefused) as caught:
        replace(case, leaving, joining, **inputs)
    assert rows() == before
    return caught.value.errors


def test_one_leaves_and_another_joins_the_same_pair(case: Case, free: Mentor) -> None:
    left, stays = pair_of(case)
    user, said_yes = make_handler(case.union), clock.today() - DAY
    moved = replace(case, left, free, user, answered_on=said_yes)
    assert moved.state == "meeting_1" and moved.pairs.count() == 1
    assert pair_of(moved) == [stays, free]
    joined = PairMembership.objects.get(mentor=free)
    assert (joined.answered_on, joined.answered_by_phone, joined.recorded_by) == (said_yes, True, user)
    gone = PairMembership.objects.get(mentor=left)
    assert gone.left_at == joined.joined_at
    line = case.log.order_by("-sequence")[0]
    assert (line.action, line.data["left"], line.data["joined"]) == ("mentoring.step.replace_mentor", left.pk, free.pk)
    assert "text_hash" in line.data, "the reason stands beside the chain"


def test_without_a_date_the_yes_is_of_today(case: Case, free: Mentor) -> None:
    replace(case, pair_of(case)[0], free)
    assert PairMembership.objects.get(mentor=free).answered_on == clock.today()


def test_a_yes_that_is_to_come(case: Case, free: Mentor) -> None:
    assert set(errors_of(case, pair_of(case)[0], free, answered_on=clock.today() + DAY)) == {"answered_on"}


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_asked_for(case: Case, free: Mentor, reason: str) -> None:
    assert set(errors_of(case, pair_of(case)[0], free, reason=reason)) == {"reason"}


def test_nobody_leaves_or_joins(case: Case, free: Mentor) -> None:
    assert set(errors_of(case, None, free)) == {"leaving"}
    assert set(errors_of(case, pair_of(case)[0], None)) == {"joining"}


def test_only_a_mentor_of_this_pair_leaves(case: Case, free: Mentor) -> None:
    other = pair_of(make_case(state="meeting_1"))[0]
    for stranger in (make_mentor(), other):
        assert set(errors_of(case, stranger, free)) == {"leaving"}
    left = pair_of(case)[0]
    replace(case, left, free)
    assert set(errors_of(case, left, make_mentor())) == {"leaving"}, "who has left once"


def test_a_mentor_of_this_pair_does_not_join_it(case: Case, free: Mentor) -> None:
    left, stays = pair_of(case)
    for joining in (left, stays):
        # There is room for more, so that nothing but the pair itself stands against it.
        Mentor.objects.filter(pk=joining.pk).update(capacity=2)
        assert set(errors_of(case, left, joining)) == {"joining"}


def foreign() -> Mentor:
    return make_mentor(make_field(make_union("kt")))


def foreign_with_our_field() -> Mentor:
    """A mistake in the data: the mentor of another union is listed for this union's field."""
    mentor = foreign()
    mentor.fields.add(make_field())
    return mentor


def without_room() -> Mentor:
    mentor = make_mentor()
    make_case(state="meeting_1", mentors=[mentor, make_mentor()])
    return mentor


UNSUITABLE = {
    "without room": without_room,
    "of another union": foreign,
    "of another union, listed here": foreign_with_our_field,
    "of another profession": lambda: make_mentor(make_field(slug="chemists")),
    "not confirmed": lambda: make_mentor(membership_confirmed_on=None),
    "paused": lambda: make_mentor(paused_until=clock.today()),
    "ended": lambda: make_mentor(ended_on=clock.today()),
    "gone": lambda: make_mentor(anonymised_at=clock.now()),
}


@pytest.mark.parametrize("why", UNSUITABLE)
def test_an_unsuitable_mentor_does_not_join(case: Case, free: Mentor, why: str) -> None:
    """Somebody else is free, so that the step itself is possible."""
    assert set(errors_of(case, pair_of(case)[0], UNSUITABLE[why]())) == {"joining"}


def test_who_left_before_comes_back_for_a_reason_only(case: Case, free: Mentor) -> None:
    left, stays = pair_of(case)
    replace(case, left, free)
    assert set(errors_of(case, free, left)) == {"override_reason"}
    case = replace(case, free, left, override_reason="Is back in Finland.")
    assert set(pair_of(case)) == {stays, left}
    assert case.log.latest("sequence").text.text == "Moved away.\nIs back in Finland."


def test_two_in_conflict_are_no_pair_by_replacing_either(case: Case, free: Mentor) -> None:
    left, stays = pair_of(case)
    MentorConflict.objects.create(mentor=stays, other=free)
    errors = errors_of(case, left, free)
    assert set(errors) == {"override_reason"} and "with each other" in str(errors["override_reason"])
    # Nothing stands against the one in whose place the other comes.
    assert set(pair_of(replace(case, stays, free))) == {left, free}
