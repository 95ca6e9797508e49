"""Standing pairs: who may be one, once each, and that they end."""

import datetime
from typing import Any

import pytest

from tests.factories import make_field, make_handler, make_mentor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.models import Mentor, MentorLogEntry, MentorPair, PairMembership
from wagtail_mentoring.pairing.mentor_states import with_state
from wagtail_mentoring.pairing.standing import (
    end_standing,
    forget_standing,
    make_standing,
    partner_of,
    partners,
    standing_pair_of,
)
from wagtail_mentoring.people.mentors import declare_conflict
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


def test_a_standing_pair_is_made_and_ended() -> None:
    first, second, third = make_mentor(), make_mentor(), make_mentor()
    user = make_handler()
    pair = make_standing(second, first, user)
    assert (pair.case, pair.ended_at, pair.union, pair.created_by) == (None, None, first.union, user)
    assert partners([first.pk, second.pk, third.pk]) == {first.pk: second.pk, second.pk: first.pk}
    assert partner_of(first) == second and partner_of(third) is None
    assert standing_pair_of(second) == pair
    # It takes no place of anybody.
    assert [mentor.load for mentor in with_state(Mentor.objects.all())] == [0, 0, 0]
    assert end_standing(pair, user) and not end_standing(pair, user)
    assert partner_of(first) is None
    assert PairMembership.objects.filter(pair=pair, left_at__isnull=False).count() == 2
    # Both may begin anew, with each other or with somebody else.
    make_standing(first, second, user)
    assert MentorLogEntry.objects.filter(mentor=first, action="mentoring.mentor_partner", user=user).count() == 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ended_on": datetime.date(2020, 1, 1)}, "stopped volunteering"),
        ({"approved_on": None}, "waits for approval"),
        ({"membership_confirmed_on": None}, "not confirmed"),
    ],
)
def test_somebody_who_is_no_mentor_now_is_refused_with_words(change: dict[str, Any], told: str) -> None:
    first, second = make_mentor(), make_mentor(name="Partner", **change)
    for one, two in ((first, second), (second, first)):
        with pytest.raises(StepRefused, match=told) as refused:
            make_standing(one, two, None)
        assert "partner" in refused.value.errors
    assert not MentorPair.objects.exists()


def test_what_else_two_mentors_need() -> None:
    first, second, third = make_mentor(), make_mentor(), make_mentor()
    architect = make_mentor(make_field(slug="architects"))
    foreign = make_mentor(make_field(make_union("kt")))
    for other, told in ((first, "two different"), (architect, "in common"), (foreign, "different unions")):
        with pytest.raises(StepRefused, match=told):
            make_standing(first, other, None)
    conflict, _made = declare_conflict(second, other=first)
    with pytest.raises(StepRefused, match="conflict"):
        make_standing(first, second, None)
    conflict.delete()
    make_standing(first, second, None)
    for one, two, told in (
        (first, third, "in a standing pair already"),
        (third, second, "in a standing pair already"),
        (second, first, "already"),
    ):
        with pytest.raises(StepRefused, match=told):
            make_standing(one, two, None)


def test_a_change_a_moment_ago_counts() -> None:
    """The rows in the caller's hands are old; those under the lock decide."""
    first, second = make_mentor(), make_mentor()
    Mentor.objects.filter(pk=second.pk).update(ended_on=clock.today())
    with pytest.raises(StepRefused, match="stopped volunteering"):
        make_standing(first, second, None)


def test_the_pair_of_a_case_is_not_ended_here_and_a_deleted_mentor_leaves_no_pair() -> None:
    from tests.factories import make_case

    case = make_case(state="paired")
    with pytest.raises(ValueError, match="not a standing one"):
        end_standing(case.pairs.get())
    first, second = make_mentor(), make_mentor()
    make_standing(first, second, None)
    forget_standing(first)
    first.delete()
    assert not MentorPair.objects.filter(case=None).exists() and case.pairs.exists()
