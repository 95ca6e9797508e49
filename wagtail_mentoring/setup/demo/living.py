"""Lives the stories: every step through the one way to move a case, at its own time."""

import dataclasses
import datetime
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from django.utils import timezone

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.parties import current_agreement
from wagtail_mentoring.agreements.signing import CODE_PURPOSE
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.mentors import available_for
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.people import codes, links
from wagtail_mentoring.people.models import Mentee, Mentor
from wagtail_mentoring.programme.models import ProfessionalField, Programme

from .applying import apply
from .stories import Story

REASONS = {
    "refuse": "You wrote that you live in another country now. The programme needs a residence permit in Finland. "
    "You can apply again when you have moved.",
    "back": "One mentor has moved to work abroad, and the other cannot go on alone.",
    "reopen": "She answered: her e-mail address had changed. She still wants a mentor.",
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
    elif step == "sign":
        for number, who in enumerate(("mentee", "first", "second") if more[0] == "all" else more):
            evening = at_hour(max(age - number, 0), life.random, 17, 21)
            happen(evening, lambda who=who: _sign(life, who))  # type: ignore[misc]
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
    elif step == "send":
        _move(life, "send_agreement")
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


def _sign(life: Life, who: str) -> None:
    """The mentee, or one of the mentors, signs by the own link with the code from the mail."""
    case = life.opened
    mentors = [member.mentor for member in current_members(case)]
    place = {"mentee": None, "first": 0, "second": 1}[who]
    if place is not None and place >= len(mentors):
        return
    mentor: Mentor | None = None if place is None else mentors[place]
    mentee: Mentee | None = case.mentee if place is None else None
    link = links.link_for(case, mentee=mentee, mentor=mentor)
    link.opened_at = clock.now()
    link.save(update_fields=["opened_at"])
    _code, digits = codes.issue(link, CODE_PURPOSE)
    agreement = current_agreement(case)
    if agreement is None:
        raise LookupError(f"{case.reference} has no agreement to sign.")
    life.case = moves.move(
        case.pk,
        "sign",
        lambda found: actors.mentor_on(mentor, found) if mentor else actors.mentee_on(found.mentee, found),
        {
            "typed_name": (mentor or case.mentee).name,
            "agreed": True,
            "code": codes.check(link, CODE_PURPOSE, digits),
            "link": link,
            "shown_sha256": agreement.document.sha256,
        },
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
