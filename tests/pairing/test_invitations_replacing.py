"""One mentor of a running pair is replaced by somebody who is asked first."""

import datetime
from typing import Any

import pytest

from tests.factories import Drive, as_handler, make_agreement_text, make_case, pair_of
from tests.factories import pretend_pdf as pretend
from tests.pairing import asked
from tests.pairing.asked import (
    eligible,
    handler,
    heard,
    held,
    make_mentor,
    mentors,
    no,
    propose,
    state,
    status,
    taken,
    told,
    yes,
)
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.people.models import Mentor

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def case() -> Case:
    return eligible(state="meeting_1")


def replace(case: Case, leaving: Any, joining: list[Mentor], **values: Any) -> Any:
    return propose(case, joining, replaces=leaving, **{"one_mentor_reason": "Moved away."} | values)


def test_one_is_asked_and_joins(case: Case, django_capture_on_commit_callbacks: Any) -> None:
    left, stays = pair_of(case)
    new = make_mentor()
    proposal = replace(case, left, [new])
    assert (status(proposal), held(new), pair_of(case)) == ("open", [1], [left, stays])
    with pretend(), django_capture_on_commit_callbacks(execute=True):
        yes(proposal, new)
    assert (status(proposal), state(case), pair_of(case)) == ("accepted", "meeting_1", [stays, new])
    assert (taken(left, stays, new), held(new)) == ([0, 1, 1], [0])
    lines = [action for action in told(case) if action != "record_made"]
    assert lines[-4:] == ["mentors_invited", "invitation_yes", "step.replace_mentor", "step.send_agreement"]
    line = case.log.get(action="mentoring.step.replace_mentor")
    assert (line.data["left"], line.data["joined"], line.text.text) == (left.pk, new.pk, "Moved away.")
    supplement = Agreement.objects.filter(case=case).order_by("-pk")[0]
    assert [party.mentor for party in supplement.parties.all()] == [new]


def test_the_only_mentor_with_room_holds_the_place_for_this_case(case: Case) -> None:
    new = make_mentor()
    proposal = replace(case, pair_of(case)[0], [new])
    yes(proposal, new)
    assert new in pair_of(case)


def test_the_mentee_is_asked_here_too() -> None:
    case = eligible(state="meeting_1", mentee_asked=True)
    left, stays = pair_of(case)
    new = make_mentor()
    proposal = replace(case, left, [new])
    with heard() as signals:
        yes(proposal, new)
    assert (signals[-1], pair_of(case)) == (("mentee_asked", proposal), [left, stays])
    invitations.mentee_answers(proposal.pk, True)
    assert pair_of(case) == [stays, new]


def test_a_meeting_held_meanwhile_calls_nothing_off(case: Case) -> None:
    left, stays = pair_of(case)
    new = make_mentor()
    proposal = replace(case, left, [new])
    drive = Drive(case, clock.now() - 3 * DAY, None, real_pdf=False)
    drive.meet(2)
    assert (status(proposal), held(new)) == ("open", [1])
    moves.move(case.pk, "undo_meeting", as_handler(), {"reason": "Written down by mistake."})
    assert status(proposal) == "open"
    yes(proposal, new)
    assert pair_of(case) == [stays, new]


def test_the_next_who_waits_is_not_asked_when_the_one_before_has_joined(case: Case) -> None:
    left = pair_of(case)[0]
    a, b = mentors()
    first, second = replace(case, left, [a]), replace(case, left, [b])
    assert status(second) == "queued"
    yes(first, a)
    assert (status(second), held(b)) == ("withdrawn", [0])


def test_no_and_the_next_is_asked(case: Case) -> None:
    left, stays = pair_of(case)
    a, b = mentors()
    first, second = replace(case, left, [a]), replace(case, left, [b])
    no(first, a)
    yes(second, b)
    assert pair_of(case) == [stays, b]


@pytest.mark.parametrize("step", ["go_back", "end"])
def test_the_pair_ends_meanwhile(case: Case, step: str) -> None:
    new = make_mentor()
    proposal = replace(case, pair_of(case)[0], [new])
    moves.move(case.pk, step, as_handler(), {"reason": "Poor fit.", "end_reason": "no_contact", "situation": "unknown"})
    assert (status(proposal), held(new)) == ("withdrawn", [0])


def refused(case: Case, leaving: Any, joining: list[Mentor], **values: Any) -> dict[str, Any]:
    user = handler()
    error = asked.refused(lambda: replace(case, leaving, joining, user=user, **values))
    assert str(error.reason)
    return error.errors


def test_who_cannot_leave_or_join(case: Case) -> None:
    left, stays = pair_of(case)
    new = make_mentor()
    Mentor.objects.filter(pk__in=[left.pk, stays.pk]).update(capacity=3)
    assert set(refused(case, make_mentor(), [new])) == {"replaces"}
    assert set(refused(case, left, [stays])) == {"mentors"}
    assert set(refused(case, left, [left])) == {"mentors"}
    assert set(refused(case, left, mentors())) == {"mentors"}
    assert set(refused(case, left, [])) == {"mentors"}
    assert set(refused(case, left, [new], one_mentor_reason=" ")) == {"one_mentor_reason"}
    assert set(refused(eligible(), left, [new])) == {"replaces"}


def test_a_conflict_with_the_one_who_stays_needs_a_reason(case: Case) -> None:
    left, stays = pair_of(case)
    new = make_mentor()
    stays.declared_conflicts.create(other=new)
    assert set(refused(case, left, [new])) == {"override_reason"}
    other = make_mentor()
    left.declared_conflicts.create(other=other)
    replace(case, left, [other])  # nothing is the matter with somebody who has a conflict with the one who leaves


def test_one_change_at_a_time(case: Case) -> None:
    left, stays = pair_of(case)
    a, b = mentors()
    replace(case, left, [a])
    assert refused(case, stays, [b]) == {}


def test_an_agreement_that_was_never_sent_is_sent_to_the_new_pair(django_capture_on_commit_callbacks: Any) -> None:
    make_agreement_text()
    case = eligible(state="paired")
    left, stays = pair_of(case)
    new = make_mentor()
    proposal = replace(case, left, [new])
    with pretend(), django_capture_on_commit_callbacks(execute=True):
        yes(proposal, new)
    names = {party.name for party in Agreement.objects.get(case=case).parties.all()}
    assert names == {case.mentee.name, stays.name, new.name}


def test_pairs_of_other_cases_have_nothing_to_do_with_it(case: Case) -> None:
    other = make_case(state="meeting_1")
    assert set(refused(case, pair_of(other)[0], [make_mentor()])) == {"replaces"}
