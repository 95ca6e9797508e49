"""Lives the stories: every step through the one way to move a case, at its own time."""

import dataclasses
import datetime
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from django.utils import timezone

from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.mentors import available_for
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.programme.models import ProfessionalField, Programme

from . import agreeing, asking
from .applying import apply
from .stories import Story

REASONS = {
    "refuse": "You wrote that you live in another country now. The programme needs a residence permit in Finland. "
    "You can apply again when you have moved.",
    "back": "One mentor has moved to work abroad, and the other cannot go on alone.",
    "reopen": "She answered: her e-mail address had changed. She still wants a mentor.",
    "again": "The text now says how pictures are handled. Please read it and sign once more.",
    "replace": "She has moved to another town for work, and found a colleague to go on in her place.",
    "pair": "There is only one mentor of this field now, and the applicant does not want to wait.",
}
PLACES = ("Main library, room 3", "Video call, the link comes by mail", "Café Aalto", "The union’s office, 2nd floor")


@dataclass(slots=True)
class Life:
    """One story under way: who it is about, and the case once there is one."""

    story: Story
    number: int
    field: ProfessionalField | None
    handler: Any
    random: Random
    case: Case | None = None
    earlier: set[int] = dataclasses.field(default_factory=set)

    @property
    def opened(self) -> Case:
        if self.case is None:
            raise LookupError("This person has not applied yet.")
        return self.case


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a time. ``do`` is called with the clock set to it."""

    at: datetime.datetime
    do: Callable[[], None]


def at_hour(age: int, random: Random, first: int = 8, last: int = 20) -> datetime.datetime:
    """Return a time of the day ``age`` days ago (before today: positive), never later than now."""
    today = timezone.localtime().replace(hour=random.randint(first, last), minute=random.choice((0, 12, 25, 40, 55)))
    moment = today.replace(second=0, microsecond=0) - datetime.timedelta(days=age)
    return min(moment, timezone.now() - datetime.timedelta(minutes=10)) if age >= 0 else moment


def on_a_weekday(moment: datetime.datetime) -> datetime.datetime:
    """Return ``moment``, or the same hour of the Friday before when it falls on a weekend."""
    return moment - datetime.timedelta(days=max(timezone.localtime(moment).weekday() - 4, 0))


def events(programme: Programme, life: Life) -> list[Event]:
    """Return what happens in one life, in order."""
    found: list[Event] = []

    def happen(moment: datetime.datetime, do: Callable[[], None]) -> None:
        # Each after the one before it, also where two fall on one day.
        earliest = found[-1].at + datetime.timedelta(minutes=7) if found else moment
        found.append(Event(max(moment, earliest), do))

    for part in life.story.steps.split():
        step, age, *more = part.split(":")
        _plan(programme, life, step, int(age), more, happen)
    return found


def _plan(
    programme: Programme,
    life: Life,
    step: str,
    age: int,
    more: list[str],
    happen: Callable[[datetime.datetime, Callable[[], None]], None],
) -> None:
    office = on_a_weekday(at_hour(age, life.random, 9, 15))
    if step == "apply":
        happen(at_hour(age, life.random), lambda: _apply(programme, life))
    elif step in agreeing.WAYS:
        way = agreeing.WAYS[step]
        for number, who in enumerate(("mentee", "first", "second") if more[0] == "all" else more):
            evening = at_hour(max(age - number, 0), life.random, 17, 21)
            happen(evening, lambda who=who: _answer(life, way, who))  # type: ignore[misc]
    elif step in asking.ANSWERS:
        evening = at_hour(age, life.random, 17, 21)
        happen(evening, lambda: asking.answer(life.opened, step, *more))
    elif step == "plan":
        starts_at = at_hour(int(more[0]), life.random, 16, 18)
        happen(office, lambda: _plan_meeting(life, starts_at))
    elif step == "meet":
        starts_at = at_hour(age, life.random, 16, 18)
        happen(at_hour(age - 1, life.random, 9, 15), lambda: _meet(life, starts_at))
    else:
        happen(office, lambda: _decide(life, step, more))


def _apply(programme: Programme, life: Life) -> None:
    life.case = apply(programme, life.field, life.story, life.number, life.random).case


def _move(life: Life, step: str, **inputs: Any) -> None:
    life.case = moves.move(life.opened.pk, step, lambda case: actors.user_on(life.handler, case), inputs)


def _decide(life: Life, step: str, more: list[str]) -> None:
    if step == "accept":
        basis = life.opened.application.basis
        _move(life, "accept", seen_on=clock.today(), basis=basis)
        _take_on(life)
    elif step == "refuse":
        _move(life, "refuse", reason=REASONS["refuse"])
    elif step == "pair":
        _pair(life)
    elif step == "invite":
        asking.invite(life.opened, life.handler)
    elif step == "send":
        _move(life, "send_agreement")
    elif step == "again":
        _move(life, "reissue", reason=REASONS["again"])
    elif step == "replace":
        _replace(life)
    elif step == "back":
        life.earlier |= {member.mentor_id for member in current_members(life.opened)}
        _move(life, "go_back", reason=REASONS["back"])
    elif step == "complete":
        _move(life, "complete", situation=more[0])
    elif step == "end":
        _move(life, "end", end_reason=more[0], situation=more[1])
    elif step == "reopen":
        _move(life, "reopen", reason=REASONS["reopen"])
    else:
        raise ValueError(f"The stories know no step “{step}”.")


def _take_on(life: Life) -> None:
    """The handler who accepts takes the case on."""
    case = life.opened
    Case.objects.filter(pk=case.pk).update(handler=life.handler)
    moves.note(case.pk, "mentoring.assigned", actors.user_on(life.handler, case), {"handler": life.handler.pk})


def _pair(life: Life) -> None:
    free = [mentor for mentor in available_for(life.opened.field).order_by("pk") if mentor.pk not in life.earlier]
    first, second = (*free[:2], None, None)[:2]
    _move(
        life,
        "pair",
        first=first,
        second=second,
        one_mentor_reason="" if second else REASONS["pair"],
        answered_on=clock.today(),
    )


def _answer(life: Life, way: agreeing.Way, who: str) -> None:
    """Let the mentee, or one of the mentors, answer the agreement in one way."""
    mentors = [member.mentor for member in current_members(life.opened)]
    place = {"mentee": None, "first": 0, "second": 1}[who]
    if place is None:
        way(life.opened, None)
    elif place < len(mentors):
        way(life.opened, mentors[place])
    life.case = Case.objects.get(pk=life.opened.pk)


def _replace(life: Life) -> None:
    """The first mentor leaves, and another one joins."""
    leaving = current_members(life.opened)[0].mentor
    joining = available_for(life.opened.field).exclude(pk__in=life.earlier).exclude(pk=leaving.pk).order_by("pk")[0]
    _move(
        life, "replace_mentor", leaving=leaving, joining=joining, reason=REASONS["replace"], answered_on=clock.today()
    )


def _plan_meeting(life: Life, starts_at: datetime.datetime) -> None:
    _move(life, "plan_meeting", starts_at=starts_at, place=life.random.choice(PLACES))


def _meet(life: Life, starts_at: datetime.datetime) -> None:
    case = life.opened
    held = case.meetings.filter(status="held").count()
    _move(
        life,
        "record_meeting",
        number=held + 1,
        starts_at=starts_at,
        place=life.random.choice(PLACES),
        mentee_present=True,
        mentors_present=[member.mentor for member in current_members(case)],
    )
