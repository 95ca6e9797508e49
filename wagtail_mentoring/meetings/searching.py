"""Finding a time for three: suggesting slots, saying which suit, and fixing one.

``by`` is the mentee or the mentor who acts. Every function locks the case, checks that ``by`` is one of its three now,
and raises :class:`StepRefused` with a sentence, and sentences by field, having changed nothing.
"""

import datetime
from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.cases import facts, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.time_zones import zone_of
from wagtail_mentoring.people.whose import Someone, columns, key_in, key_of
from wagtail_mentoring.programme.dates import clock_time, length, long_day
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.steps import refusal

from .busy import calendar_of
from .models import Meeting, Slot, SlotAnswer, TimeSearch
from .moves import current_pair_id, next_number, refuse_other
from .signals import times_answered, times_suggested
from .slots import MOST_SLOTS, SlotTable, coming_slots, open_search, slots_for
from .whose import acting, people_of, require

__all__ = [
    "SlotTable",
    "answer",
    "change_place",
    "faults_of",
    "fix",
    "slots_for",
    "suggest",
    "take_back",
    "why_not_suggest",
]

#: Nobody knows the own calendar further ahead.
MOST_DAYS = 180
LEAST_MINUTES, MOST_MINUTES = 15, 480
MOST_PLACE = 300

SUGGESTED = "mentoring.times_suggested"


def why_not_suggest(case: Case, by: Someone) -> str:
    """Return why ``by`` cannot suggest times for the next meeting now, ``""`` when it is possible.

    The mentors come first. Once they have suggested something, or the meeting has had a time, anybody of the three may.
    """
    reason = refusal(facts.gather(case), acting(by)(case), "plan_meeting")
    if reason:
        return str(reason)
    number = next_number(case)
    if isinstance(by, Mentor) or Meeting.objects.filter(case=case, number=number).exists():
        return ""
    if TimeSearch.objects.filter(case=case, number=number).exists():
        return ""
    if len(people_of(case)) == 2:
        return _("Your mentor suggests the first times. You will get a message then.")
    return _("Your mentors suggest the first times. You will get a message when they have.")


@transaction.atomic
def suggest(
    case_id: int,
    by: Someone,
    *,
    starts: Sequence[datetime.datetime],
    place: str = "",
    minutes: int | None = None,
) -> TimeSearch:
    """Suggest the moments ``starts`` (aware) for the next meeting; return the search for its time, new or running.

    ``place`` and ``minutes`` replace those of a running search when they are given. Own slots count as suiting, and
    what ``by`` said yes to suits for the new length too; of the others a longer meeting is asked anew (``SlotAnswer``).
    What is wrong with one moment is told as the field ``starts_0``, ``starts_1`` … by its place in ``starts``.
    """
    case = moves.lock(case_id)
    actor = require(case, by)
    reason = why_not_suggest(case, by)
    if reason:
        raise StepRefused(reason)
    place = place.strip()
    _check_frame(starts, place, minutes)
    search, first = _search_for(case, place, minutes)
    _check_starts(case, by, starts, search.minutes, coming_slots(search))
    now = clock.now()
    made = [Slot.objects.create(search=search, starts_at=start, suggested_at=now, **columns(by)) for start in starts]
    SlotAnswer.objects.bulk_create(
        SlotAnswer(slot=slot, suits=True, minutes=search.minutes, answered_at=now, **columns(by)) for slot in made
    )
    SlotAnswer.objects.filter(slot__search=search, suits=True, **columns(by)).update(minutes=search.minutes)
    search.changed_at = now
    search.save(update_fields=["place", "minutes", "changed_at"])
    moves.note(case.pk, SUGGESTED, actor, {"number": search.number, "times": len(made)})
    times_suggested.send(TimeSearch, search=search, case=case, by=by, first=first)
    return search


def faults_of(
    case: Case, by: Someone, starts: Sequence[datetime.datetime], minutes: int | None = None
) -> dict[str, str]:
    """Return what :func:`suggest` would find wrong with the moments ``starts``, by field; nothing is locked or changed.

    For a form in which something else is wrong too, so that all is said at once.
    """
    search = open_search(case)
    if search is not None and (search.number, search.pair_id) != (next_number(case), current_pair_id(case)):
        # It ends with the first suggestion.
        search = None
    lasts = minutes or (search.minutes if search else case.meeting_minutes)
    return _faults(case, by, starts, lasts, coming_slots(search) if search else ())


def _check_frame(starts: Sequence[datetime.datetime], place: str, minutes: int | None) -> None:
    if not starts:
        message = _("Suggest at least one time.")
        raise StepRefused(message, {"starts_0": message})
    if minutes is not None and not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        message = _("A meeting takes between %(least)d and %(most)d minutes.")
        message %= {"least": LEAST_MINUTES, "most": MOST_MINUTES}
        raise StepRefused(message, {"minutes": message})
    if len(place) > MOST_PLACE:
        message = _("The place is too long. Use at most %(most)d characters.") % {"most": MOST_PLACE}
        raise StepRefused(message, {"place": message})


def _search_for(case: Case, place: str, minutes: int | None) -> tuple[TimeSearch, bool]:
    """Return the search for the next meeting with what is new of it, not saved if it runs, and whether it is new."""
    number, pair_id = next_number(case), current_pair_id(case)
    search = open_search(case)
    if search is not None and (search.number, search.pair_id) == (number, pair_id):
        search.place, search.minutes = place or search.place, minutes or search.minutes
        return search, False
    if search is not None:
        search.ended_at = clock.now()
        search.save(update_fields=["ended_at"])
    planned = Meeting.objects.planned_of(case)
    made = TimeSearch.objects.create(
        case=case,
        pair_id=pair_id,
        number=number,
        # Whoever moves a meeting usually means the same place.
        place=place or (planned.place if planned else ""),
        minutes=minutes or (planned.minutes if planned else case.meeting_minutes),
        begun_at=clock.now(),
        changed_at=clock.now(),
    )
    return made, True


def _check_starts(
    case: Case, by: Someone, starts: Sequence[datetime.datetime], minutes: int, there: Sequence[Slot]
) -> None:
    """Refuse moments that are past, too far, double, or at which ``by`` cannot come; all faults at once, by place."""
    if errors := _faults(case, by, starts, minutes, there):
        raise StepRefused(next(iter(errors.values())), errors)


def _faults(
    case: Case, by: Someone, starts: Sequence[datetime.datetime], minutes: int, there: Sequence[Slot]
) -> dict[str, str]:
    room = MOST_SLOTS - len(there)
    if len(starts) > room:
        message = ngettext(
            "There is room for %(room)d more time. Take one back, or suggest fewer.",
            "There is room for %(room)d more times. Take one back, or suggest fewer.",
            max(room, 0),
        ) % {"room": max(room, 0)}
        return {f"starts_{max(room, 0)}": message}
    now, taken = clock.now(), {slot.starts_at for slot in there}
    calendar, lasts = calendar_of(case, [by], starts), datetime.timedelta(minutes=minutes)
    errors: dict[str, str] = {}
    for place, start in enumerate(starts):
        if start <= now:
            fault = _("This time is in the past.")
        elif start > now + datetime.timedelta(days=MOST_DAYS):
            fault = _("This time is more than %(days)d days away.") % {"days": MOST_DAYS}
        elif start in taken:
            fault = _("This time is suggested already.")
        else:
            fault = calendar.why_busy(by, start, start + lasts)
        if fault:
            errors[f"starts_{place}"] = fault
        taken.add(start)
    return errors


def _running(case: Case, by: Someone) -> TimeSearch:
    """Return the search that runs on ``case``. Raises StepRefused with what became of it where there is none."""
    search = open_search(case)
    if search is not None:
        return search
    planned = Meeting.objects.planned_of(case)
    if planned is None:
        raise StepRefused(_("No times are suggested any more. Look at the page again."))
    with timezone.override(zone_of(by)):
        when = {"day": long_day(planned.starts_at), "time": clock_time(planned.starts_at)}
    raise StepRefused(_("The meeting has a time already: %(day)s at %(time)s.") % when)


def _refuse_other_length(search: TimeSearch, minutes: int | None) -> None:
    """Refuse where the page showed another length than the meeting is to have now; None: no page."""
    if minutes is not None and minutes != search.minutes:
        message = _("The meeting takes %(length)s now. Look at the times again.")
        raise StepRefused(message % {"length": length(search.minutes)})


@transaction.atomic
def answer(
    case_id: int,
    by: Someone,
    suiting: Collection[int],
    shown: Collection[int] | None = None,
    *,
    minutes: int | None = None,
) -> TimeSearch:
    """Write which slots suit ``by``: those whose keys are in ``suiting``; the others do not.

    ``shown``: the keys of the slots that the page showed. One that was suggested since is then left unanswered, and one
    that was taken back since is nobody's loss. None: all of the search. ``minutes``: the length that the page showed;
    another one by now is refused. May be called again with other answers.
    """
    case = moves.lock(case_id)
    require(case, by)
    search = _running(case, by)
    _refuse_other_length(search, minutes)
    slots = {slot.pk: slot for slot in coming_slots(search)}
    answered = [slot for pk, slot in slots.items() if shown is None or pk in shown]
    if not answered:
        raise StepRefused(_("These times are not suggested any more. Look at the page again."))
    me, now = key_of(by), clock.now()
    for slot in answered:
        suits = slot.pk in suiting
        mine = next((row for row in slot.answers.all() if key_in(row) == me), None)
        if mine is None:
            SlotAnswer.objects.create(slot=slot, suits=suits, minutes=search.minutes, answered_at=now, **columns(by))
        else:
            mine.suits, mine.minutes, mine.answered_at = suits, search.minutes, now
            mine.save(update_fields=["suits", "minutes", "answered_at"])
    search.changed_at = now
    search.save(update_fields=["changed_at"])
    times_answered.send(TimeSearch, search=search, case=case, by=by)
    return search


@transaction.atomic
def take_back(case_id: int, by: Someone, slot_id: int) -> None:
    """Take back a slot that ``by`` suggested, or somebody who has left since. Its answers go with it."""
    case = moves.lock(case_id)
    require(case, by)
    search = _running(case, by)
    slot = search.slots.filter(pk=slot_id).first()
    if slot is None:
        raise StepRefused(_("This time is not suggested any more."))
    owner = key_in(slot)
    if owner != key_of(by) and owner in {key_of(person) for person in people_of(case)}:
        raise StepRefused(_("Only the person who suggested this time can take it back."))
    slot.delete()
    search.changed_at = clock.now()
    search.save(update_fields=["changed_at"])


@transaction.atomic
def fix(case_id: int, by: Someone, slot_id: int, *, place: str | None = None, minutes: int | None = None) -> Case:
    """Fix the next meeting at a slot that suits all who are in the pair now, and the mentee; or move it there.

    ``place`` and ``minutes``: where the meeting is and how long, as the page showed it; another place or length by now
    is refused. The move ``plan_meeting`` judges whether the slot suits all, under the lock.
    """
    case = moves.lock(case_id)
    require(case, by)
    search = _running(case, by)
    slot = search.slots.filter(pk=slot_id).first()
    if slot is None:
        raise StepRefused(_("This time is not suggested any more."))
    if place is not None and place != search.place:
        raise StepRefused(_("The place has changed meanwhile. Look at it before you fix the time."))
    _refuse_other_length(search, minutes)
    inputs = {"slot": slot, "starts_at": slot.starts_at, "minutes": search.minutes, "place": search.place}
    return moves.move(case.pk, "plan_meeting", acting(by), inputs)


@transaction.atomic
def change_place(case_id: int, by: Someone, place: str, *, shown: str = "") -> Case:
    """Change the place of the planned meeting, whose time stays: the three have agreed on that.

    ``shown``: the meeting's stamp on the page; another one by now is refused. The same place again is no change, of
    which nobody is told.
    """
    case = moves.lock(case_id)
    require(case, by)
    place = place.strip()
    if not place or len(place) > MOST_PLACE:
        message = _("Give a place or a link of at most %(most)d characters.") % {"most": MOST_PLACE}
        raise StepRefused(message, {"place": message})
    planned = Meeting.objects.planned_of(case)
    if planned is None:
        raise StepRefused(_("No meeting is planned."))
    refuse_other(planned, shown)
    if place == planned.place:
        return case
    inputs = {"starts_at": planned.starts_at, "minutes": planned.minutes, "place": place, "theme": planned.theme}
    return moves.move(case.pk, "plan_meeting", acting(by), inputs)
