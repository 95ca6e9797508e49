"""What happens without anybody pressing a button: each job does what is due, once; one that fails stops no other."""

import datetime
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model

from tests.days import noon
from tests.factories import make_case, make_field, make_handler, make_mentor, make_union
from tests.setup.rows import row_counts
from wagtail_mentoring import clock, due
from wagtail_mentoring.messages.models import OutboxMessage, OutboxStatus
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.choices import InvitationStatus, PlanStatus
from wagtail_mentoring.pairing.models import Invitation, PairingPlan, PlanRow, Proposal
from wagtail_mentoring.people import jobs as people_jobs
from wagtail_mentoring.people.checking import is_due
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.signals import mentor_check_due
from wagtail_mentoring.programme.dates import months_after

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_three_in_the_morning() -> Iterator[None]:
    """Before the hour of the daily mails, which are due on every later one."""
    with clock.at(noon(0) - datetime.timedelta(hours=9)):
        yield


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("mentoring_due", *arguments, stdout=out)
    return out.getvalue()


def state() -> list[Any]:
    """Return what a dry run must not touch."""
    models: list[type[Model]] = [Invitation, Mentor, PairingPlan, PlanRow, OutboxMessage, Proposal]
    return [row_counts(), *(list(model._default_manager.order_by("pk").values()) for model in models)]


def asked_one() -> Invitation:
    """Return the open invitation of one mentor for a case."""
    field = make_field()
    case = make_case(field, state="eligible")
    proposal = invitations.propose(
        case.pk, [make_mentor(field)], make_handler(field.union), one_mentor_reason="One.", override_reason="Fits."
    )
    return proposal.invitations.get()


def test_every_room_has_registered_its_jobs() -> None:
    names = [job.name for job in due.jobs()]
    assert names == [
        "expire-invitations",
        "expire-mentees",
        "remind-mentors",
        "remind-mentees",
        "ask-follow-ups",
        "ask-mentors",
        "end-old-plans",
        "wipe-plan-inputs",
        "make-records",
        "remind-signature",
        "remind-times",
        "remind-tomorrow",
        "remind-unrecorded",
        "remind-feedback",
        "remind-follow-up",
        "remind-idle",
        "sweep-files",
        "daily-mails",
        "deliver-mails",
    ]


def test_invitations_are_reminded_and_ended_once() -> None:
    one = asked_one()
    OutboxMessage.objects.all().delete()
    with clock.at(clock.now() + 3 * DAY):
        told = run("--dry-run")
        assert f"Mentors to remind: 1.\n  {one.proposal.case.reference}\n" in told
        assert OutboxMessage.objects.count() == 0
        assert "Mentors reminded: 1." in run()
        assert "reminded" not in run()
    with clock.at(clock.now() + 8 * DAY):
        assert "Invitations to end: 1." in run("--dry-run")
        one.refresh_from_db()
        assert one.status == InvitationStatus.ASKED
        assert "Invitations ended: 1." in run()
        assert "Invitations" not in run()
    one.refresh_from_db()
    assert one.status == InvitationStatus.EXPIRED
    sent = list(OutboxMessage.objects.order_by("pk").values_list("event", "status"))
    assert sent == [
        ("invitation_reminder", OutboxStatus.SENT),
        ("invitation_expired", OutboxStatus.SENT),
        ("proposal_failed", OutboxStatus.SENT),
    ]


def test_mentees_are_reminded_and_their_questions_ended_once() -> None:
    one = asked_one()
    invitations.answer_yes(one.pk)
    OutboxMessage.objects.all().delete()
    with clock.at(clock.now() + 3 * DAY):
        told = run("--dry-run")
        assert f"Mentees to remind: 1.\n  {one.proposal.case.reference}\n" in told
        assert OutboxMessage.objects.count() == 0
        assert "Mentees reminded: 1." in run()
        assert "reminded" not in run()
    with clock.at(clock.now() + 8 * DAY):
        before = state()
        assert f"Questions to mentees to end: 1.\n  {one.proposal.case.reference}\n" in run("--dry-run")
        assert state() == before
        assert "Questions to mentees ended: 1." in run()
        assert "Questions" not in run()
    assert list(OutboxMessage.objects.order_by("pk").values_list("event", flat=True)) == [
        "pair_reminder",
        "pair_over",
        "invitation_withdrawn",
        "pair_silent",
    ]


def test_a_dry_run_changes_nothing_at_all() -> None:
    asked_one()
    old = clock.now() - 400 * DAY
    mentor = make_mentor(approved_on=old.date())
    plan(old)
    plan(old, status=PlanStatus.ENDED)
    with clock.at(clock.now() + 8 * DAY):
        before = state()
        told = run("--dry-run")
        assert state() == before
    for line in (
        "Invitations to end: 1.",
        "Mentors to ask whether their profile is still true: 1.",
        "Unfinished plans to delete: 1.",
        "Plans whose inputs are to be wiped: 2.",
        "Mails to deliver: ",
    ):
        assert line in told
    assert mentor.name not in told, "the log of cron names nobody"


def plan(made: datetime.datetime, status: str = PlanStatus.READY, **values: Any) -> PairingPlan:
    return PairingPlan.objects.create(
        union=make_union(), created_at=made, status=status, inputs={"facts": [1]}, result={"served": 1}, **values
    )


def test_old_plans_go_and_what_invited_somebody_stays() -> None:
    now = clock.now()
    case, other = make_case(state="eligible"), make_case(state="eligible")
    forgotten, fresh = plan(now - 31 * DAY), plan(now - 29 * DAY)
    solved_again = plan(now - 31 * DAY, alive_at=now - 2 * DAY)
    used = plan(now - 31 * DAY)
    PlanRow.objects.create(plan=used, case=case, status="approved")
    PlanRow.objects.create(plan=used, case=other)
    assert "Unfinished plans deleted: 2." in run()
    assert set(PairingPlan.objects.all()) == {fresh, solved_again, used}
    used.refresh_from_db()
    assert (used.status, used.round, used.inputs) == (PlanStatus.ENDED, 2, {"facts": [1]})
    assert [row.case for row in used.rows.all()] == [case]
    assert "plans" not in run()
    assert not PairingPlan.objects.filter(pk=forgotten.pk).exists()


def test_the_inputs_of_plans_of_long_ago_are_wiped_and_the_result_stays() -> None:
    old = plan(clock.now() - 366 * DAY, status=PlanStatus.ENDED)
    young = plan(clock.now() - 300 * DAY, status=PlanStatus.ENDED)
    assert "Plans whose inputs were wiped: 1." in run()
    assert "wiped" not in run()
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.inputs, old.result, young.inputs) == ({}, {"served": 1}, {"facts": [1]})


def test_mentors_are_asked_once_again_after_a_month_and_then_a_year_later() -> None:
    mentor = make_mentor(approved_on=clock.today(), email="m@example.org")
    start = clock.now()
    written = []
    for days in range(0, 800, 5):
        with clock.at(start + days * DAY):
            before = OutboxMessage.objects.filter(event="mentor_check").count()
            people_jobs.ask_mentors(False)
            people_jobs.ask_mentors(False)
            if OutboxMessage.objects.filter(event="mentor_check").count() > before:
                written.append(days)
    assert len(written) == 3, written
    assert (
        written[0] in range(365, 371) and written[1] - written[0] == 30 and written[2] - written[1] in range(365, 371)
    )
    mentor.refresh_from_db()
    assert mentor.check_asked_on is not None


def test_who_was_asked_by_another_run_meanwhile_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    mentor = make_mentor(make_field(mentor_check_months=12), approved_on=clock.today() - 400 * DAY, email="m@x.example")
    found = people_jobs.to_be_asked()
    assert found == [mentor.pk]
    Mentor.objects.filter(pk=mentor.pk).update(check_asked_on=clock.today())
    monkeypatch.setattr(people_jobs, "to_be_asked", lambda: found)
    people_jobs.ask_mentors(False)
    assert not OutboxMessage.objects.filter(event="mentor_check").exists()


def test_only_those_who_can_answer_are_asked() -> None:
    long_ago = clock.today() - 400 * DAY
    field = make_field(mentor_check_months=12)
    expected = make_mentor(field, approved_on=long_ago)
    make_mentor(field, approved_on=long_ago, checked_on=clock.today() - 30 * DAY)
    make_mentor(field, approved_on=long_ago, ended_on=clock.today())
    make_mentor(field, approved_on=None, checked_on=long_ago)
    make_mentor(field, approved_on=long_ago, anonymised_at=clock.now(), email="")
    make_mentor(field, approved_on=long_ago, check_asked_on=clock.today() - 29 * DAY)
    later = make_mentor(field, approved_on=long_ago, ended_on=clock.today() + DAY)
    assert people_jobs.to_be_asked() == [expected.pk, later.pk]
    make_field(mentor_check_months=24)
    assert people_jobs.to_be_asked() == []


def test_who_to_ask_takes_few_queries(django_assert_num_queries: Any) -> None:
    for _number in range(5):
        make_mentor(approved_on=clock.today() - 400 * DAY)
    with django_assert_num_queries(2):
        assert len(people_jobs.to_be_asked()) == 5


def test_one_mentor_who_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    long_ago = clock.today() - 400 * DAY
    first, second = make_mentor(approved_on=long_ago), make_mentor(approved_on=long_ago)

    def fail(sender: Any, mentor: Mentor, **kwargs: Any) -> None:
        if mentor == first:
            raise RuntimeError("no")

    mentor_check_due.connect(fail)
    try:
        with pytest.raises(CommandError, match="ask-mentors"):
            run()
    finally:
        mentor_check_due.disconnect(fail)
    asked = dict(Mentor.objects.values_list("pk", "check_asked_on"))
    assert asked == {first.pk: None, second.pk: clock.today()}
    assert OutboxMessage.objects.get(event="mentor_check").mentor == second
    run()
    assert OutboxMessage.objects.filter(event="mentor_check").count() == 2


def test_a_job_that_fails_stops_no_other_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    one = asked_one()

    def broken(dry_run: bool) -> due.Told:
        raise RuntimeError("broken")

    monkeypatch.setitem(due._jobs, "broken", due.Job("broken", 1, broken))
    out = StringIO()
    with clock.at(clock.now() + 8 * DAY), pytest.raises(CommandError, match="broken"):
        call_command("mentoring_due", stdout=out)
    assert "Invitations ended: 1." in out.getvalue() and "Sent " in out.getvalue()
    one.refresh_from_db()
    assert one.status == InvitationStatus.EXPIRED


def test_another_room_adds_a_job_by_registering_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "_jobs", dict(due._jobs))

    @due.job("remind-meetings", order=150)
    def meetings(dry_run: bool) -> due.Told:
        return due.counted("Meetings to remind of" if dry_run else "Reminded of meetings", 2, failed=1)

    assert [job.name for job in due.jobs()].index("remind-meetings") == 4
    out = StringIO()
    with pytest.raises(CommandError, match="remind-meetings"):
        call_command("mentoring_due", stdout=out)
    assert "Reminded of meetings: 2, failed: 1." in out.getvalue()


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-11-15", 2, "2027-01-15"),
        ("2026-12-01", 12, "2027-12-01"),
    ],
)
def test_months_have_their_own_lengths(day: str, months: int, later: str) -> None:
    assert months_after(datetime.date.fromisoformat(day), months) == datetime.date.fromisoformat(later)


def test_a_mentor_without_any_day_is_not_asked() -> None:
    assert not is_due(Mentor(), 12, datetime.date(2026, 1, 1))
