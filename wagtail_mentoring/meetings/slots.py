"""The suggested times of a case as one of the three sees them, and which of them suit everybody."""

import datetime
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.time_zones import zone_of
from wagtail_mentoring.people.whose import Someone, key_in, key_of

from .busy import Calendar, Key, calendar_of
from .models import Slot, TimeSearch
from .slot_words import Answer, sentence
from .whose import Party, parties, people_of, require

#: So many slots at most wait for answers at a time: more is no small table any more.
MOST_SLOTS = 12


@dataclass(frozen=True, slots=True)
class SlotMark:
    """What one of the three says of a slot. ``busy`` is a sentence for the reader alone; of others only "cannot"."""

    party: Party
    answer: Answer
    busy: str = ""


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A slot with everybody's answers, the reader's first. The times are in the reader's time zone.

    ``said``: what the reader has ticked, whatever is in the way by now. ``mine``: the reader may take it back.
    """

    slot: Slot
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    marks: tuple[SlotMark, ...]
    sentence: str
    suits_all: bool
    said: Answer
    mine: bool

    @property
    def pk(self) -> int:
        """The key of the slot."""
        return self.slot.pk

    @property
    def yes(self) -> int:
        """How many can come."""
        return sum(mark.answer == Answer.YES for mark in self.marks)

    @property
    def still_possible(self) -> bool:
        """Whether nobody has said no."""
        return all(mark.answer != Answer.NO for mark in self.marks)


@dataclass(frozen=True, slots=True)
class SlotTable:
    """The search for a time of the next meeting as one of the three sees it. ``search`` is None where there is none.

    ``best``: the slots that suit all. ``nearly``: where none does and none can any more, those that two of three could
    take. ``answered_at``: when the reader last answered. ``length_changed``: the reader has answered about a meeting of
    another length, which says nothing of this one. ``room``: how many slots may be added.
    """

    search: TimeSearch | None
    zone: zoneinfo.ZoneInfo
    parties: tuple[Party, ...]
    rows: tuple[SlotRow, ...] = ()
    answered_at: datetime.datetime | None = None
    length_changed: bool = False

    @property
    def best(self) -> tuple[SlotRow, ...]:
        return tuple(row for row in self.rows if row.suits_all)

    @property
    def nothing_fits(self) -> bool:
        """Whether somebody has said no to every slot, so that other times are needed."""
        return bool(self.rows) and not any(row.still_possible for row in self.rows)

    @property
    def nearly(self) -> tuple[SlotRow, ...]:
        if not self.nothing_fits or len(self.parties) < 3:
            return ()
        return tuple(row for row in self.rows if row.yes and row.yes == len(row.marks) - 1)

    @property
    def waits_for_you(self) -> bool:
        """Whether the reader has not answered about some slot."""
        return any(row.said == Answer.UNKNOWN for row in self.rows)

    @property
    def room(self) -> int:
        return max(0, MOST_SLOTS - len(self.rows))


def open_search(case: Case) -> TimeSearch | None:
    """Return the search for a time that runs on ``case``, or None."""
    return TimeSearch.objects.filter(case=case, ended_at=None).first()


def coming_slots(search: TimeSearch) -> list[Slot]:
    """Return the slots of ``search`` that have not begun yet, the next first, with their answers. Two queries."""
    return list(search.slots.filter(starts_at__gt=clock.now()).prefetch_related("answers").order_by("starts_at", "pk"))


def slots_for(case: Case, person: Someone) -> SlotTable:
    """Return the suggested times of ``case`` as ``person`` sees them. A constant number of queries.

    Raises StepRefused for somebody who is not one of the three now.
    """
    require(case, person)
    three, zone = tuple(parties(case, person)), zone_of(person)
    search = open_search(case)
    if search is None:
        return SlotTable(None, zone, three)
    slots = coming_slots(search)
    calendar = calendar_of(case, [party.person for party in three], [slot.starts_at for slot in slots])
    rows = tuple(_row(slot, search.minutes, three, calendar, zone) for slot in slots)
    me = key_of(person)
    mine = [answer for slot in slots for answer in slot.answers.all() if key_in(answer) == me]
    answered_at = max((answer.answered_at for answer in mine), default=None)
    changed = not all(answer.holds_for(search.minutes) for answer in mine)
    return SlotTable(search, zone, three, rows, answered_at, changed)


def _row(slot: Slot, minutes: int, three: Sequence[Party], calendar: Calendar, zone: zoneinfo.ZoneInfo) -> SlotRow:
    said = answers_of(slot)
    ends_at = slot.starts_at + datetime.timedelta(minutes=minutes)
    marks = []
    for party in three:
        busy = calendar.why_busy(party.person, slot.starts_at, ends_at)
        answer = Answer.NO if busy else said.get(party.key, Answer.UNKNOWN)
        marks.append(SlotMark(party, answer, busy if party.you else ""))
    present = {party.key for party in three}
    you = next(party.key for party in three if party.you)
    return SlotRow(
        slot=slot,
        starts_at=slot.starts_at.astimezone(zone),
        ends_at=ends_at.astimezone(zone),
        marks=tuple(marks),
        sentence=sentence([(mark.party, mark.answer) for mark in marks]),
        suits_all=all(mark.answer == Answer.YES for mark in marks),
        said=said.get(you, Answer.UNKNOWN),
        # Whoever has left the pair cannot take a suggestion back; then anybody may.
        mine=key_in(slot) == you or key_in(slot) not in present,
    )


def answers_of(slot: Slot) -> dict[Key, Answer]:
    """Return what was said of ``slot`` for a meeting as long as it is to be now, by whom."""
    standing = (row for row in slot.answers.all() if row.holds_for(slot.search.minutes))
    return {key_in(row): Answer.YES if row.suits else Answer.NO for row in standing}


def who_cannot(case: Case, slot: Slot, minutes: int, people: Iterable[Someone] = ()) -> list[Someone]:
    """Return those of the three (``people``, when they are known) whom ``slot`` does not suit, or not for sure."""
    people = list(people) or people_of(case)
    calendar, said = calendar_of(case, people, [slot.starts_at]), answers_of(slot)
    ends_at = slot.starts_at + datetime.timedelta(minutes=minutes)
    return [
        person
        for person in people
        if said.get(key_of(person)) != Answer.YES or calendar.why_busy(person, slot.starts_at, ends_at)
    ]
