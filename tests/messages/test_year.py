"""A year of 200 cases, day by day: who was reminded when, nobody too often, nothing after the end.

People sign late or never, meet, forget to record, answer or are silent, leave and stop; mentors who are asked do not
answer. What should have been sent is worked out here, from the days on which things happened, without a look at the
product's rows.
"""

import datetime
import itertools
from collections import Counter
from dataclasses import dataclass, field
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.factories import as_handler, make_case, make_handler, make_mentor, pair_of
from tests.messages.many import like, model_case
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, Party, Signature
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings import feedback
from wagtail_mentoring.meetings.models import Feedback, FeedbackKind, Meeting
from wagtail_mentoring.messages import jobs
from wagtail_mentoring.messages.conversation.models import Reminder
from wagtail_mentoring.messages.models import OutboxMessage, OutboxStatus
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.models import Invitation, PairMembership
from wagtail_mentoring.people.models import Mentee, Mentor
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.programme.dates import months_after
from wagtail_mentoring.workflows import Situation

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]

DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)
CASES, DAYS, MOST = 200, 365, 2
#: A day after the year.
NEVER = 1_000
#: The union's intervals in days.
SIGN, TIMES, UNRECORDED, FEEDBACK, IDLE, INVITED, ANSWER_BY = 5, 14, 3, 7, 30, 3, 7
#: So many mentees wait for mentors, and so many people want one mail a day.
WAITING, DAILY = 12, 60
#: Mails that only a reminder brings.
REMINDERS = (
    "signature_reminder",
    "times_reminder",
    "meeting_tomorrow",
    "meeting_unrecorded",
    "feedback_reminder",
    "idle",
    "invitation_reminder",
)


@dataclass
class Question:
    """A mentee for whom two mentors are asked, at noon of a day, and when each of them says no; None: never."""

    case: Case
    mentors: list[Mentor]
    asked: int
    noes: list[int | None]


@dataclass
class Life:
    """What happens in one case, each at noon of a day; reminders go out at six in the morning."""

    case: Case
    people: list[Mentee | Mentor]
    #: On which day each of the three signs; None: never.
    signs: list[int | None]
    #: Meeting by meeting: planned on, held on (at five in the afternoon), recorded on (None: never).
    meetings: list[tuple[int, int, int | None]] = field(default_factory=list)
    ends: int = NEVER
    end: str = ""
    #: On which day the second mentor leaves.
    leaves: int = NEVER
    answers: bool = False
    consent: bool = False

    @property
    def met(self) -> int:
        """On which day meeting 1 was recorded, and the three were asked how it was."""
        recorded = self.meetings[0][2] if self.meetings else None
        return NEVER if recorded is None else recorded

    @property
    def says(self) -> int:
        """On which day the mentee answers that."""
        return self.met + 3 if self.answers and self.met + 3 < self.ends else NEVER

    def happens(self) -> list[int]:
        """On which days of the year before the end a line is written into the history, at noon."""
        days = [*self.signs, self.says]
        for planned, _held, recorded in self.meetings:
            days += [planned, recorded]
        return sorted({day for day in days if day is not None and day < NEVER})


def live(case: Case, random: Random) -> Life:
    """Return a life by chance: in one of eight somebody never signs, some meetings are never recorded."""
    late = [random.choice([1, 2, 3, 4, 6, 8, 12, 20, 40]) for _person in range(3)]
    life = Life(case, [case.mentee, *pair_of(case)], list(late), answers=random.random() < 0.5)
    life.consent = random.random() < 0.5
    if random.random() < 0.125:
        life.signs[random.randrange(3)] = None
        if random.random() < 0.5:
            life.ends, life.end = random.randint(5, 100), "withdraw"
        return life
    day = max(late)
    if random.random() < 0.1:
        life.leaves = day + 1
    for _meeting in range(random.choice([0, 1, 2, 3, 3, 3])):
        planned = day + random.choice([2, 3, 10, 16, 33])
        held = planned + random.choice([2, 5, 9])
        recorded = None if random.random() < 0.1 else held + random.choice([1, 1, 2, 5, 9])
        life.meetings.append((planned, held, recorded))
        if recorded is None:
            break
        day = recorded
    last = max([day, *(held for _planned, held, _recorded in life.meetings)])
    if len(life.meetings) == 3 and life.meetings[-1][2] is not None and random.random() < 0.8:
        life.ends, life.end = last + random.choice([1, 7, 20, 50]), "complete"
    elif random.random() < 0.5:
        life.ends, life.end = last + random.choice([12, 40, 75]), "withdraw"
    return life


class Year:
    """Two hundred cases whose agreement goes out on the first day, and a clock."""

    def __init__(self) -> None:
        random = Random(7)
        # Over both changes of the clocks.
        self.start = timezone.make_aware(datetime.datetime(2026, 1, 5, 6))
        with clock.at(self.start - HOUR):
            one = model_case()
            cases = [one, *like(one, CASES - 1)]
            self.lives = [live(Case.objects.select_related("mentee").get(pk=case.pk), random) for case in cases]
            self.records = dict(Agreement.objects.values_list("case", "record"))
            Meeting.objects.all().delete()
            Signature.objects.all().delete()
            Agreement.objects.update(record=None, issued_at=clock.now())
            Case.objects.update(state_since=clock.now(), log_at=clock.now())
            OutboxMessage.objects.all().delete()
            Consent.objects.bulk_create(
                Consent(mentee=life.case.mentee, kind=ConsentKind.FOLLOW_UP) for life in self.lives if life.consent
            )
            for person in [life.people[number % 3] for number, life in enumerate(self.lives[:DAILY])]:
                person.daily_digest = True
                person.save(update_fields=["daily_digest"])
            self.user = make_handler(one.union)
            # Without an address: what the desk tells contact persons each morning is looked at elsewhere.
            self.user.email = ""
            self.user.save(update_fields=["email"])
            self.questions = [self.question(one, random) for _question in range(WAITING)]

    def question(self, one: Case, random: Random) -> Question:
        asked = random.randrange(DAYS)
        noes = [random.choice([None, asked + 1, asked + 3, asked + 6]) for _mentor in range(2)]
        return Question(make_case(one.field, "eligible"), [make_mentor(one.field) for _no in noes], asked, noes)

    def morning(self, day: int) -> datetime.datetime:
        return self.start + day * DAY

    def noon(self, day: int) -> datetime.datetime:
        return self.start + day * DAY + 6 * HOUR

    def pass_by(self) -> None:
        """Let the year pass, and see every thirty days that a second run changes nothing."""
        for day in range(DAYS):
            with clock.at(self.morning(day)):
                call_command("mentoring_due", stdout=StringIO())
                if day % 30 == 10:
                    before = _written()
                    call_command("mentoring_due", stdout=StringIO())
                    assert _written() == before
            with clock.at(self.noon(day)):
                for life in self.lives:
                    self.live_on(life, day)
                for question in self.questions:
                    self.ask_on(question, day)

    def ask_on(self, question: Question, day: int) -> None:
        if day == question.asked:
            invitations.propose(question.case.pk, question.mentors, self.user, override_reason="They fit.")
        for mentor, no in zip(question.mentors, question.noes, strict=True):
            if day == no:
                asked = Invitation.objects.get(proposal__case=question.case, mentor=mentor)
                invitations.answer_no(asked.pk, reason="other")

    def live_on(self, life: Life, day: int) -> None:
        pk = life.case.pk
        if day in life.signs:
            parties = Party.objects.filter(agreement__case=pk)
            for person, on in zip(life.people, life.signs, strict=True):
                if on == day:
                    who = {"mentee": person} if isinstance(person, Mentee) else {"mentor": person}
                    Signature.objects.create(party=parties.get(**who), method="typed", signed_at=clock.now())
                    moves.note(pk, "mentoring.link_sent", actors.SYSTEM)
            if None not in life.signs and day == max(on or 0 for on in life.signs):
                Agreement.objects.filter(case=pk).update(record=self.records[pk])
        if day == life.leaves:
            left = PairMembership.objects.filter(pair__case=pk, mentor=life.people[2].pk)
            assert left.update(left_at=clock.now()) == 1
            # As every step with which somebody leaves does.
            Feedback.objects.filter(case=pk, mentor=life.people[2].pk, given_at=None).delete()
        for number, (planned, held, recorded) in enumerate(life.meetings, start=1):
            starts_at = self.noon(held) + 5 * HOUR
            if day == planned:
                moves.move(pk, "plan_meeting", as_handler(), {"starts_at": starts_at, "place": "Library"})
            if day == recorded:
                there = {"mentee_present": True, "mentors_present": pair_of(life.case)}
                moves.move(pk, "record_meeting", as_handler(), {"number": number, "starts_at": starts_at, **there})
            if number == 1 and day == life.says:
                asked = Feedback.objects.filter(case=pk, kind=FeedbackKind.FIRST, mentee=life.case.mentee).first()
                if asked is not None:
                    feedback.give(asked.pk, life.case.mentee, {"fit": "good"})
        if day == life.ends and life.end == "complete":
            moves.move(pk, "complete", as_handler(), {"situation": Situation.STUDIES.value})
        elif day == life.ends:
            moves.move(pk, "withdraw", lambda case: actors.mentee_on(case.mentee, case), {})

    def day_of(self, moment: datetime.datetime) -> int:
        return (timezone.localdate(moment) - timezone.localdate(self.start)).days


def _written() -> list[Any]:
    reminders = Reminder.objects.order_by("pk").values_list("pk", "times", "last_at")
    return [list(OutboxMessage.objects.order_by("pk").values_list("pk", "status")), list(reminders)]


def _sent_at_once() -> dict[str, int]:
    """Deliver without laying out thousands of mails: what is looked at here is who gets one, and when."""
    return {"sent": OutboxMessage.objects.filter(status=OutboxStatus.WAITING).update(status=OutboxStatus.SENT)}


Told = Counter[tuple[int | None, str, str, int]]


def expected(year: Year) -> Told:
    """Return by case, event and address on which days a reminder should have been written."""
    told: Told = Counter()
    for life in year.lives:
        pk = life.case.pk

        def tell(event: str, person: Any, day: int, until: int | None, pk: int = pk, life: Life = life) -> None:
            """Until: the day at whose noon it was done; the morning of that day it was not."""
            if day < DAYS and day <= life.ends and (until is None or day <= until):
                told[pk, event, getattr(person, "email", person), day] += 1

        for person, on in zip(life.people, life.signs, strict=True):
            for day in (SIGN, 2 * SIGN):
                tell("signature_reminder", person, day, on)
        for _planned, held, recorded in life.meetings:
            for place, person in enumerate(life.people):
                stays = life.leaves if place == 2 else None
                tell("meeting_tomorrow", person, held, stays)
                for day in (held + UNRECORDED + 1, held + 2 * UNRECORDED + 1):
                    if place and (stays is None or day <= stays):
                        tell("meeting_unrecorded", person, day, recorded)
        # All have signed, or the last meeting was recorded: at noon, so that it is a morning more.
        since = NEVER if None in life.signs else max(on or 0 for on in life.signs)
        for planned, _held, recorded in [*life.meetings, (NEVER, NEVER, NEVER)]:
            for place, person in enumerate(life.people):
                for day in (since + TIMES + 1, since + 2 * TIMES + 1):
                    if place < 2 or day <= life.leaves:
                        tell("times_reminder", person, day, planned)
            since = NEVER if recorded is None else recorded
        for place, person in enumerate(life.people):
            for day in (life.met + FEEDBACK + 1, life.met + 2 * FEEDBACK + 1):
                # Who was not there is not asked: the second mentor leaves before the first meeting, or stays.
                if place < 2 or life.leaves > DAYS:
                    tell("feedback_reminder", person, day, NEVER if place else life.says)
        for last, following in itertools.pairwise([-1, *life.happens(), NEVER]):
            for day in (last + IDLE + 1, last + 2 * IDLE + 1):
                tell("idle", "mentoring@tek.example.org", day, following)
        after = months_after(year.noon(life.ends), 3) if life.ends < DAYS else None
        held_one = any(recorded is not None for _planned, _held, recorded in life.meetings)
        if after is not None and held_one and life.consent:
            day = (after - timezone.localdate(year.start)).days
            if day < DAYS:
                told[pk, "follow_up", life.case.mentee.email, day] += 1
    for question in year.questions:
        for mentor, no in zip(question.mentors, question.noes, strict=True):
            for event, days in (("invitation_reminder", INVITED), ("invitation_expired", ANSWER_BY + 1)):
                day = question.asked + days
                if day < DAYS and (no is None or day <= no):
                    told[question.case.pk, event, mentor.email, day] += 1
    return told


def daily_mails(year: Year) -> Told:
    """Return by address on which days somebody should have got the daily mail: the morning after something was held."""
    held = OutboxMessage.objects.filter(status=OutboxStatus.HELD)
    days = {(row.address, year.day_of(row.created_at + 13 * HOUR)) for row in held}
    return Counter({(0, "daily", address, day): 1 for address, day in days if day < DAYS})


def test_a_year(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**getattr(settings, "WAGTAIL_MENTORING", {}), "DAILY_HOUR": 6}
    monkeypatch.setattr(jobs, "deliver_waiting", _sent_at_once)
    year = Year()
    year.pass_by()
    rows = list(OutboxMessage.objects.order_by("pk"))
    by_kind: Told = Counter((row.case_id, row.event, row.address, year.day_of(row.created_at)) for row in rows)
    should = expected(year)
    kinds = {*REMINDERS, "follow_up", "invitation_expired"}
    # How long a mentee waits for mentors is told on the desk.
    waiting = {(question.case.pk, "idle") for question in year.questions}
    was = Counter({one: number for one, number in by_kind.items() if one[1] in kinds and one[:2] not in waiting})
    assert was == should, (sorted(was - should)[:10], sorted(should - was)[:10])
    daily: Told = Counter({(0, *one[1:]): number for one, number in by_kind.items() if one[1] == "daily"})
    assert daily == daily_mails(year), (sorted(daily - daily_mails(year))[:10], sorted(daily_mails(year) - daily)[:10])
    assert len({row.event for row in rows if row.digest_id}) > 3
    # There was something of everything.
    assert kinds | {"closed", "mentee_withdrew", "daily"} <= {row.event for row in rows}

    # Nobody too often of one thing.
    assert max(Reminder.objects.values_list("times", flat=True)) == MOST
    again = Counter(
        (row.case_id, row.event, row.address, row.context.get("number"))
        for row in rows
        if row.event in REMINDERS and row.event != "idle"
    )
    assert max(again.values()) == MOST
    # Nobody twice on one day.
    assert all(number == 1 for (_case, event, _to, _day), number in by_kind.items() if event in REMINDERS)

    lives = {life.case.pk: life for life in year.lives}
    for row in rows:
        life = lives.get(row.case_id)
        if life is None:
            continue
        if row.created_at > year.noon(life.ends):
            assert row.event == "follow_up" and row.mentee_id and life.consent, (row.event, row.created_at)
        if row.mentor_id == life.people[2].pk:
            assert row.created_at <= year.noon(life.leaves), (row.event, row.created_at)
