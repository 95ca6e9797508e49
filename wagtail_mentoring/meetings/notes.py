"""Notes on meetings: private, or shared among the three. No contact person reads them."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.whose import Someone, columns, key_in, key_of, of_person
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.states import PAIR_STATES

from .models import Note
from .moves import next_number
from .signals import note_shared
from .whose import parties, require

MOST_BODY = 5000


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note as one of the three reads it. ``author`` is the name that the reader may see, "" of the own one."""

    note: Note
    author: str
    mine: bool


@transaction.atomic
def write(case_id: int, by: Someone, number: int, body: str, shared: bool, note_id: int | None = None) -> Note:
    """Write a note of ``by`` on meeting ``number``, or change the own one ``note_id``; return it.

    ``shared``: the other two read it too. One that was shared can be made private again; the others may have read it.
    Raises StepRefused: somebody else's case or note, an ended case, no text or too much, a meeting that is not near.
    """
    case = moves.lock(case_id)
    require(case, by)
    if case.case_state not in PAIR_STATES:
        raise StepRefused(_("Notes can be written while the mentoring goes on."))
    body = body.strip()
    if not body:
        message = _("Write something first.")
        raise StepRefused(message, {"body": message})
    if len(body) > MOST_BODY:
        message = _("The note is too long. Use at most %(most)d characters.") % {"most": MOST_BODY}
        raise StepRefused(message, {"body": message})
    if not 1 <= number <= min(next_number(case), case.max_meetings):
        message = _("There is no such meeting yet.")
        raise StepRefused(message, {"number": message})
    note = _own(case, by, note_id) if note_id is not None else Note(case=case, written_at=clock.now(), **columns(by))
    # The others are told of what they have not seen: not of a note that was opened and saved as it was.
    news = shared and (not note.shared or note.body != body)
    note.number, note.body, note.shared, note.changed_at = number, body, shared, clock.now()
    note.save()
    if news:
        note_shared.send(Note, note=note, case=case, by=by)
    return note


@transaction.atomic
def delete(case_id: int, by: Someone, note_id: int) -> None:
    """Delete the own note ``note_id``, also after the end. Raises StepRefused when it is not ``by``'s."""
    case = moves.lock(case_id)
    require(case, by)
    _own(case, by, note_id).delete()


def _own(case: Case, by: Someone, note_id: int) -> Note:
    note = Note.objects.filter(case=case, pk=note_id).first()
    if note is None or key_in(note) != key_of(by):
        raise StepRefused(_("This note is not there any more."))
    return note


def notes_for(case: Case, person: Someone, number: int | None = None) -> list[NoteRow]:
    """Return the own notes of ``person``, and what others have shared; on meeting ``number`` only, when it is given.

    A mentor who joined later does not read what was shared before: it was shared with others. Raises StepRefused for
    somebody who is not one of the three now. A constant number of queries.
    """
    require(case, person)
    names = {party.key: party.name for party in parties(case, person)}
    theirs = Q(shared=True)
    if isinstance(person, Mentor):
        # By the query names of the room beside: since when the mentor has been in the pair.
        joined = case.pairs.filter(ended_at=None, memberships__mentor=person, memberships__left_at=None).values_list(
            "memberships__joined_at", flat=True
        )
        theirs &= Q(changed_at__gte=joined.get())
    notes = Note.objects.filter(Q(**of_person(person)) | theirs, case=case)
    if number is not None:
        notes = notes.filter(number=number)
    rows = []
    for note in notes.order_by("number", "pk"):
        mine = key_in(note) == key_of(person)
        rows.append(NoteRow(note, "" if mine else names.get(key_in(note), _("A mentor before")), mine))
    return rows
