"""The three press at once, on PostgreSQL: one meeting comes of it, and nobody is in two at a time."""

import datetime
from typing import Any

import pytest

from tests.factories import as_handler, make_case, make_field, make_mentor, pair_of
from tests.postgres.test_races import at_once
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.feedback import give, open_for
from wagtail_mentoring.meetings.models import Feedback, Meeting, Slot, SlotAnswer, TimeSearch
from wagtail_mentoring.meetings.searching import answer, fix, suggest, take_back
from wagtail_mentoring.meetings.whose import acting
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime.timedelta(days=1)


def soon(days: int) -> datetime.datetime:
    return (clock.now() + days * DAY).replace(hour=14, minute=0, second=0, microsecond=0)


def agreed(case: Case, *days: int) -> list[int]:
    """Let the three agree on the times so many days from now; return the keys of the slots."""
    first, second = pair_of(case)
    suggest(case.pk, first, starts=[soon(day) for day in days])
    keys = list(Slot.objects.filter(search__case=case).order_by("starts_at").values_list("pk", flat=True))
    for person in (second, case.mentee):
        answer(case.pk, person, set(keys))
    return keys


def lost(results: list[Any]) -> list[StepRefused]:
    """Return those who were refused; anything else that went wrong is a fault."""
    found = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(result, StepRefused) for result in found), found
    return found


def test_the_three_fix_different_times_at_once() -> None:
    case = make_case(state="paired")
    keys = agreed(case, 3, 4, 5)
    people = [case.mentee, *pair_of(case)]
    work = [lambda person=person, key=key: fix(case.pk, person, key) for person, key in zip(people, keys, strict=True)]
    results = at_once(work * 2)
    refused = lost(results)
    assert len(refused) == 5
    assert all("has a time already" in str(refusal.reason) for refusal in refused)
    meeting = Meeting.objects.get(case=case)
    assert (meeting.status, meeting.sequence) == ("planned", 0)
    assert not TimeSearch.objects.filter(ended_at=None).exists()
    case.refresh_from_db()
    assert verify_chain(case) == []


def test_two_cases_of_one_mentor_fix_the_same_hour_at_once() -> None:
    field = make_field()
    shared = make_mentor(field, capacity=3)
    cases = [make_case(field, "paired", mentors=[shared, make_mentor(field)]) for _number in range(3)]
    keys = [agreed(case, 3)[0] for case in cases]
    work = [lambda case=case, key=key: fix(case.pk, case.mentee, key) for case, key in zip(cases, keys, strict=True)]
    refused = lost(at_once(work))
    assert len(refused) == 2
    assert all("does not suit all" in str(refusal.reason) for refusal in refused)
    assert Meeting.objects.count() == 1


def test_a_no_and_the_fixing_at_once() -> None:
    for _again in range(3):
        case = make_case(state="paired")
        (key,) = agreed(case, 3)
        first, second = pair_of(case)
        said, fixed = at_once([lambda: answer(case.pk, second, set()), lambda: fix(case.pk, first, key)])  # noqa: B023
        # Whoever was first is right, and the other reads why.
        assert isinstance(said, StepRefused) != isinstance(fixed, StepRefused), (said, fixed)
        assert Meeting.objects.filter(case=case).exists() == isinstance(said, StepRefused)
        assert SlotAnswer.objects.get(slot=key, mentor=second).suits == isinstance(said, StepRefused)


def test_suggesting_at_once_opens_one_search_with_each_time_once() -> None:
    case = make_case(state="paired")
    first, second = pair_of(case)
    work = [lambda person=person: suggest(case.pk, person, starts=[soon(3)]) for person in (first, second) * 3]
    refused = lost(at_once(work))
    assert len(refused) == 5
    assert all("suggested already" in str(refusal.reason) for refusal in refused)
    assert (TimeSearch.objects.count(), Slot.objects.count(), SlotAnswer.objects.count()) == (1, 1, 1)


def test_never_more_than_twelve_times() -> None:
    case = make_case(state="paired")
    first, second = pair_of(case)
    starts = [[soon(3 + 5 * turn + day) for day in range(5)] for turn in range(4)]
    people = [first, second, first, second]
    work = [lambda w=w, s=s: suggest(case.pk, w, starts=s) for w, s in zip(people, starts, strict=True)]
    assert len(lost(at_once(work))) == 2
    assert Slot.objects.count() == 10


def test_the_same_answer_twice_at_once_is_one_answer() -> None:
    case = make_case(state="paired")
    first, second = pair_of(case)
    suggest(case.pk, first, starts=[soon(3)])
    key = Slot.objects.get().pk
    assert lost(at_once([lambda: answer(case.pk, second, {key})] * 6)) == []
    assert SlotAnswer.objects.filter(mentor=second).count() == 1


def test_taking_back_and_fixing_at_once() -> None:
    for _again in range(3):
        case = make_case(state="paired")
        (key,) = agreed(case, 3)
        first, _second = pair_of(case)
        back, fixed = at_once([lambda: take_back(case.pk, first, key), lambda: fix(case.pk, case.mentee, key)])  # noqa: B023
        assert isinstance(back, StepRefused) != isinstance(fixed, StepRefused), (back, fixed)
        assert Meeting.objects.filter(case=case).exists() == isinstance(back, StepRefused)


def test_a_mentor_is_replaced_while_the_time_is_fixed() -> None:
    for _again in range(3):
        case = make_case(state="paired")
        (key,) = agreed(case, 3)
        first, second = pair_of(case)
        joining = make_mentor(case.field)
        inputs = {"leaving": second, "joining": joining, "reason": "Moved."}
        replaced, fixed = at_once(
            [
                lambda: moves.move(case.pk, "replace_mentor", as_handler(), inputs),  # noqa: B023
                lambda: fix(case.pk, first, key),  # noqa: B023
            ]
        )
        assert isinstance(replaced, Case), replaced
        lost([fixed])
        lines = list(case.log.order_by("sequence").values_list("action", flat=True))
        # Fixed before the new mentor came, or not at all: the new one has said yes to nothing.
        if isinstance(fixed, Case):
            assert lines.index("mentoring.step.plan_meeting") < lines.index("mentoring.step.replace_mentor")
        else:
            assert not Meeting.objects.filter(case=case).exists()


def test_feedback_is_given_once() -> None:
    case = make_case(state="meeting_1")
    question = open_for(case, case.mentee)
    assert question is not None
    work = [lambda fit=fit: give(question.pk, case.mentee, {"fit": fit}) for fit in ("good", "poor") * 3]
    results = at_once(work)
    assert len(lost(results)) == 5
    kept = Feedback.objects.get(pk=question.pk)
    assert kept.fit in [result.fit for result in results if isinstance(result, Feedback)]
    case.refresh_from_db()
    assert verify_chain(case) == []


def test_the_two_mentors_take_back_the_same_meeting_at_once() -> None:
    case = make_case(state="meeting_3")
    work = [
        lambda mentor=mentor: moves.move(
            case.pk, "undo_meeting", acting(mentor), {"number": 3, "reason": "Recorded by mistake."}
        )
        for mentor in pair_of(case)
    ]
    (refused,) = lost(at_once(work))
    assert "Meeting 3 is not the latest one any more." in str(refused.reason)
    assert list(Meeting.objects.filter(case=case).order_by("number").values_list("status", flat=True)) == [
        "held",
        "held",
        "undone",
    ]
