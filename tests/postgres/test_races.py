"""Several people at once, on PostgreSQL: exactly one wins, and the others read why."""

import datetime
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from tests.factories import as_handler, make_case, make_field, make_mentee, make_mentor, make_union
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.models import PairMembership
from wagtail_mentoring.workflows import Role, StepRefused

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work: list[Callable[[], Any]]) -> list[Any]:
    """Run all functions at the same moment, each on a connection of its own; return results or exceptions in order."""
    results: list[Any] = [None] * len(work)
    barrier = threading.Barrier(len(work))

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(20)
            results[place] = work[place]()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
        assert not thread.is_alive(), "a thread waits for ever"
    return results


def won_and_lost(results: list[Any]) -> tuple[list[Case], list[StepRefused]]:
    won = [result for result in results if isinstance(result, Case)]
    lost = [result for result in results if isinstance(result, StepRefused)]
    assert len(won) + len(lost) == len(results), results
    return won, lost


def test_eight_people_press_the_same_button() -> None:
    case = make_case()
    inputs = {"seen_on": clock.today(), "basis": "residence_permit"}
    results = at_once([lambda: moves.move(case.pk, "accept", as_handler(), inputs)] * 8)
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 7)
    assert all("Eligible" in str(refusal.reason) for refusal in lost)
    case.refresh_from_db()
    assert (case.state, case.log_length, case.decisions.count()) == ("eligible", 2, 1)
    assert verify_chain(case) == []


def test_eight_people_press_different_buttons_on_one_page() -> None:
    case = make_case()
    seen = case.log_length
    steps: list[tuple[str, dict[str, Any]]] = [
        ("accept", {"seen_on": clock.today(), "basis": "residence_permit"}),
        ("refuse", {"reason": "No degree."}),
        ("end", {"end_reason": "duplicate", "situation": "unknown"}),
        ("end", {"end_reason": "no_contact", "situation": "unknown"}),
    ] * 2
    results = at_once(
        [lambda step=step: moves.move(case.pk, step[0], as_handler(), step[1], seen=seen) for step in steps]  # type: ignore[misc]
    )
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 7)
    assert all("Meanwhile this happened" in str(refusal.reason) for refusal in lost)
    case.refresh_from_db()
    assert verify_chain(case) == []


def test_the_last_free_mentor_goes_to_one_case() -> None:
    cases = [make_case(state="eligible") for _number in range(4)]
    mentor = make_mentor()
    inputs = {"first": mentor, "one_mentor_reason": "Nobody else has room."}
    results = at_once([lambda case=case: moves.move(case.pk, "pair", as_handler(), inputs) for case in cases])  # type: ignore[misc]
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 3)
    assert PairMembership.objects.filter(mentor=mentor).count() == 1
    assert sorted(Case.objects.values_list("state", flat=True)) == ["eligible"] * 3 + ["paired"]


def test_crosswise_chosen_mentors_do_not_lock_each_other_out() -> None:
    cases = [make_case(state="eligible") for _number in range(6)]
    first, second = make_mentor(capacity=3), make_mentor(capacity=3)
    ways = [{"first": first, "second": second}, {"first": second, "second": first}] * 3
    results = at_once(
        [
            lambda case=case, way=way: moves.move(case.pk, "pair", as_handler(), way)  # type: ignore[misc]
            for case, way in zip(cases, ways, strict=True)
        ]
    )
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (3, 3)


def test_references_are_unique_and_without_gaps() -> None:
    fields = [make_field(), make_field(make_union("kt"))]
    mentees = [[make_mentee(field.union) for _number in range(8)] for field in fields]

    def open_one(field: Any, mentee: Any, fails: bool) -> str:
        def complete(case: Case) -> None:
            if fails:
                raise RuntimeError("the application cannot be written")

        actor = actors.Actor(frozenset({Role.MENTEE}), mentee=mentee)
        return moves.open_case(mentee, field, actor, complete=complete).reference

    work = [
        lambda field=field, mentee=mentee, fails=number in (2, 5): open_one(field, mentee, fails)  # type: ignore[misc]
        for field, group in zip(fields, mentees, strict=True)
        for number, mentee in enumerate(group)
    ]
    results = at_once(work)
    assert sum(isinstance(result, RuntimeError) for result in results) == 4
    for code in ("TEK", "KT"):
        numbers = sorted(
            int(match[1]) for result in results if (match := re.fullmatch(rf"{code}-\d{{4}}-(\d{{4}})", str(result)))
        )
        assert numbers == list(range(1, 7)), "an application that failed left a gap, or two have one number"


KILLED = """
import os, sys, time
import django
django.setup()
from django.db import connection
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import Actor
from wagtail_mentoring.cases.signals import case_moved
from wagtail_mentoring.workflows import Role

def stop(**kwargs):
    print("in the middle", flush=True)
    time.sleep(60)

case_moved.connect(stop)
inputs = {"seen_on": clock.today(), "basis": "residence_permit"}
moves.move(int(sys.argv[1]), "accept", lambda case: Actor(frozenset({Role.HANDLER})), inputs)
"""


def test_a_process_killed_in_mid_move_leaves_nothing() -> None:
    case = make_case()
    before = rows()
    database = settings.DATABASES["default"]
    address = f"postgresql://{database['USER']}@/{connection.settings_dict['NAME']}?host={database['HOST']}"
    environment = os.environ | {
        "MENTORING_DB": address,
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "PYTHONPATH": str(settings.BASE_DIR) if hasattr(settings, "BASE_DIR") else os.getcwd(),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(case.pk)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "in the middle"
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    process.stdout.close()
    # The server notices, rolls back and lets the row go; until then this waits for the lock.
    started = time.monotonic()
    after = moves.move(case.pk, "end", as_handler(), {"end_reason": "duplicate", "situation": "unknown"})
    assert time.monotonic() - started < 20
    assert after.log_length == 2
    assert before["wagtail_mentoring_eligibilitydecision"] == rows()["wagtail_mentoring_eligibilitydecision"] == []
    assert verify_chain(after) == []


def test_a_line_by_wagtail_and_a_move_at_once_keep_the_chain() -> None:
    from wagtail.log_actions import log

    case = make_case(state="paired")
    plan = {"starts_at": clock.now() + datetime.timedelta(days=3)}
    at_once(
        [lambda: log(Case.objects.get(pk=case.pk), "wagtail.edit")] * 4
        + [lambda: moves.move(case.pk, "plan_meeting", as_handler(), plan)] * 4
    )
    case.refresh_from_db()
    assert verify_chain(case) == []
    assert case.log.count() == case.log_length == 3 + 8
