"""The one way to move a case: rights, refusals, signals, and what stays when something fails."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    as_handler,
    make_agreement_text,
    make_case,
    make_field,
    make_handler,
    make_mentor,
    make_supervisor,
    make_union,
    pretend_pdf,
)
from tests.snapshots import rows, stored_files
from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case, CaseLogEntry
from wagtail_mentoring.cases.signals import case_moved, case_opened
from wagtail_mentoring.workflows import Role, StepRefused
from wagtail_mentoring.workflows.steps import STEP_NAMES

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return make_case()


@pytest.fixture
def failing_receiver() -> Iterator[list[str]]:
    """A receiver that fails for both signals, as a broken room would."""
    heard: list[str] = []

    def fail(**kwargs: Any) -> None:
        heard.append(kwargs.get("step", "opened"))
        raise RuntimeError("a broken receiver")

    case_moved.connect(fail)
    case_opened.connect(fail)
    yield heard
    case_moved.disconnect(fail)
    case_opened.disconnect(fail)


def refused(case: Case, step: str, make_actor: Any, inputs: dict[str, Any] | None = None, **more: Any) -> StepRefused:
    """Try a step that must be refused, check that no row changed, and return the refusal."""
    before = rows()
    with pytest.raises(StepRefused) as caught:
        moves.move(case.pk, step, make_actor, inputs, **more)
    assert rows() == before
    assert str(caught.value.reason)
    return caught.value


def good(step: str) -> dict[str, Any]:
    return {"accept": {"seen_on": clock.today(), "basis": "residence_permit"}, "refuse": {"reason": "No degree."}}[step]


def test_every_step_has_an_effect() -> None:
    assert set(moves._effects) == set(STEP_NAMES)


def test_an_unknown_step_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        moves.move(make_case().pk, "steal", as_handler())


def test_a_missing_case() -> None:
    with pytest.raises(Case.DoesNotExist):
        moves.move(987654, "accept", as_handler(), good("accept"))


def test_a_failing_receiver_undoes_the_whole_move(case: Case, failing_receiver: list[str]) -> None:
    before = rows()
    with pytest.raises(RuntimeError):
        moves.move(case.pk, "accept", as_handler(), good("accept"))
    assert failing_receiver == ["accept"]
    assert rows() == before


def test_a_failing_receiver_undoes_the_opening(failing_receiver: list[str]) -> None:
    field = make_field()
    before = rows()
    with pytest.raises(RuntimeError):
        make_case(field)
    assert failing_receiver == ["opened"]
    after = rows()
    # The factory made the mentee before it opened the case.
    assert {table for table in after if after[table] != before[table]} == {"wagtail_mentoring_mentee"}


def test_a_failure_after_the_document_was_stored_leaves_no_file() -> None:
    case = make_case(state="paired")
    files = stored_files()

    def fail(**kwargs: Any) -> None:
        raise RuntimeError("a broken receiver")

    case_moved.connect(fail)
    try:
        make_agreement_text()
        with pretend_pdf(), pytest.raises(RuntimeError):
            moves.move(case.pk, "send_agreement", as_handler())
    finally:
        case_moved.disconnect(fail)
    assert stored_files() == files


@pytest.mark.parametrize("who", ["foreign handler", "supervisor", "anonymous", "system", "mentee", "foreign mentee"])
def test_somebody_without_the_right_is_refused(who: str) -> None:
    case, foreign = make_case(), make_case(make_field(make_union("kt")))
    make_actor = {
        "foreign handler": lambda c: actors.user_on(make_handler(make_union("kt")), c),
        "supervisor": lambda c: actors.user_on(make_supervisor(case.union), c),
        "anonymous": lambda c: actors.user_on(AnonymousUser(), c),
        "system": lambda c: actors.SYSTEM,
        "mentee": lambda c: actors.mentee_on(case.mentee, c),
        "foreign mentee": lambda c: actors.mentee_on(foreign.mentee, c),
    }[who]
    actor = make_actor(case)  # makes the user's rows before the picture is taken
    assert "right" in str(refused(case, "accept", lambda c: actor, good("accept")).reason)


def test_a_handler_without_the_model_permission_is_refused() -> None:
    case, user = make_case(), make_handler()
    user.user_permissions.all().delete()
    user = type(user).objects.get(pk=user.pk)
    refused(case, "accept", lambda c: actors.user_on(user, c), good("accept"))


def test_an_inactive_superuser_is_nobody() -> None:
    case, user = make_case(), make_handler(is_superuser=True, is_active=False)
    assert actors.user_on(user, case).roles == frozenset()


def test_a_stale_page_is_refused_and_tells_what_happened() -> None:
    case = make_case()
    seen = case.log_length
    moves.move(case.pk, "accept", as_handler(), good("accept"))
    reason = str(refused(case, "refuse", as_handler(), good("refuse"), seen=seen).reason)
    assert "Found eligible · Applied → Eligible" in reason


def test_a_number_from_the_future_is_refused_in_words() -> None:
    case = make_case()
    reason = str(refused(case, "accept", as_handler(), good("accept"), seen=case.log_length + 1).reason)
    assert ": ." not in reason


def test_a_stale_page_tells_nothing_to_somebody_without_a_right() -> None:
    case = make_case()
    seen = case.log_length
    moves.move(case.pk, "accept", as_handler(), good("accept"))
    stranger = make_handler(make_union("kt"))
    reason = str(refused(case, "refuse", lambda c: actors.user_on(stranger, c), good("refuse"), seen=seen).reason)
    assert "eligible" not in reason.lower()
    assert "right" in reason


def test_a_page_that_is_not_stale_goes_on() -> None:
    case = make_case()
    assert moves.move(case.pk, "accept", as_handler(), good("accept"), seen=case.log_length).state == "eligible"


@pytest.mark.parametrize("situation", ["", "unheard of", None])
@pytest.mark.parametrize("step", ["complete", "end"])
def test_a_situation_that_is_none_is_refused(step: str, situation: Any) -> None:
    case = make_case(state="meeting_3")
    inputs = {"situation": situation, "end_reason": "no_contact"}
    assert "situation" in refused(case, step, as_handler(), inputs).errors


@pytest.mark.parametrize("reason", ["", "completed", "bored", None])
def test_an_end_reason_that_is_none_is_refused(reason: Any) -> None:
    case = make_case(state="meeting_3")
    inputs = {"situation": "studies", "end_reason": reason}
    assert "end_reason" in refused(case, "end", as_handler(), inputs).errors


@pytest.mark.parametrize(
    "step, state", [("refuse", "applied"), ("go_back", "paired"), ("undo_meeting", "meeting_1"), ("reopen", "closed")]
)
@pytest.mark.parametrize("reason", ["", "  \n", None])
def test_a_step_that_wants_a_reason(step: str, state: str, reason: Any) -> None:
    case = make_case(state=state)
    assert "reason" in refused(case, step, as_handler(), {"reason": reason}).errors


def test_closing_stores_two_facts_and_reopening_takes_them_back() -> None:
    case = make_case(state="closed", closed_from="meeting_2")
    assert (case.end_reason, case.situation, case.closed_at is not None) == ("mentee_withdrew", "unknown", True)
    case = moves.move(case.pk, "reopen", as_handler(), {"reason": "The wrong button."})
    case.refresh_from_db()
    assert (case.state, case.end_reason, case.situation, case.closed_at) == ("meeting_2", "", "", None)


def test_a_case_whose_data_are_gone_is_not_reopened() -> None:
    case = make_case(state="closed")
    Case.objects.filter(pk=case.pk).update(anonymised_at=clock.now())
    assert "erased" in str(refused(case, "reopen", as_handler(), {"reason": "x"}).reason)


def test_one_move_takes_a_constant_number_of_queries() -> None:
    def count(case: Case) -> int:
        user = make_handler(case.union)
        with CaptureQueriesContext(connection) as queries:
            moves.move(case.pk, "plan_meeting", lambda c: actors.user_on(user, c), plan)
        return len(queries)

    plan = {"starts_at": clock.now() + datetime.timedelta(days=2)}
    moves.move(make_case(state="paired").pk, "plan_meeting", as_handler(), plan)  # warms content types and the like
    young, old = make_case(state="paired"), make_case(state="meeting_4")
    for _again in range(6):
        moves.note(old.pk, "mentoring.link_sent", actors.SYSTEM)
    for _mentor in range(8):
        make_mentor()
    assert count(young) == count(old)


def test_a_decision_asks_nothing_of_what_comes_only_later() -> None:
    """Before a case is eligible no mentor is asked, and nobody has met: nobody has to look for either."""
    user, today = make_handler(make_field().union), clock.today()
    case = make_case()
    with CaptureQueriesContext(connection) as queries:
        moves.move(case.pk, "accept", lambda found: actors.user_on(user, found), {"seen_on": today, "basis": "refugee"})
    later = ("proposal", "pairmembership", "feedback", "reminder")
    assert [found for query in queries for found in later if f"wagtail_mentoring_{found}" in query["sql"]] == []


def test_every_line_of_the_history_has_its_own_number_of_action() -> None:
    """Wagtail's history shows one line for each uuid and action, and one request has one uuid."""
    from wagtail.log_actions import LogContext

    with LogContext(user=None):
        case = make_case(state="meeting_3")
    uuids = list(CaseLogEntry.objects.filter(case=case).values_list("uuid", flat=True))
    assert None not in uuids
    assert len(set(uuids)) == len(uuids) > 5


def test_a_line_written_by_wagtail_itself_keeps_the_chain() -> None:
    """A stock view of Wagtail calls ``log()`` with an instance that may be old and is saved by nobody afterwards."""
    from wagtail.log_actions import log

    case = make_case()
    old = Case.objects.get(pk=case.pk)
    moves.move(case.pk, "accept", as_handler(), good("accept"))
    user = make_handler()
    log(old, "wagtail.edit", user=user, content_changed=True)
    log(old, "wagtail.edit", user=user, content_changed=True)
    case.refresh_from_db()
    assert verify_chain(case) == []
    assert case.log.count() == 4
    moves.move(case.pk, "end", as_handler(), {"end_reason": "no_contact", "situation": "unknown"})


def test_references_count_up_for_each_union_and_year() -> None:
    field, other = make_field(), make_field(make_union("kt"))
    moment = datetime.datetime(2027, 1, 2, 12, tzinfo=datetime.UTC)
    references = [make_case(each, opened_at=moment).reference for each in (field, other, field)]
    references.append(make_case(field, opened_at=moment - datetime.timedelta(days=5)).reference)
    assert references == ["TEK-2027-0001", "KT-2027-0001", "TEK-2027-0002", "TEK-2026-0001"]


def test_mentee_and_field_of_different_unions() -> None:
    mentee = make_case(make_field(make_union("kt"))).mentee
    with pytest.raises(ValueError, match="another union"):
        moves.open_case(mentee, make_field(), actors.Actor(frozenset({Role.MENTEE}), mentee=mentee))


def test_rules_are_frozen_when_the_case_opens() -> None:
    field = make_field(min_meetings=2, max_meetings=4)
    case = make_case(field)
    make_field(min_meetings=1, max_meetings=1)
    case.refresh_from_db()
    assert (case.min_meetings, case.max_meetings, len(case.themes)) == (2, 4, 4)
