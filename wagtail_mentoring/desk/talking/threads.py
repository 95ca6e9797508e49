"""The threads of a case with the contact person, as the case page and the page of one thread show them."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_mentoring.messages.conversation.models import Circle, Letter
from wagtail_mentoring.messages.conversation.services import thread_for
from wagtail_mentoring.people.models import Mentee, Mentor
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.users import user_name

from ..dossier import Dossier


@dataclass(frozen=True, slots=True)
class Said:
    """One letter as it is shown. ``state`` says whether it was read; ``new``: it waits for the contact person."""

    who: str
    when: str
    body: str
    ours: bool
    new: bool
    state: str


@dataclass(frozen=True, slots=True)
class Thread:
    """What one person wrote with the contact person. ``here``: the person belongs to the case now."""

    person: Any
    role: str
    here: bool
    address: str
    letters: list[Said] = field(default_factory=list)

    @property
    def new(self) -> int:
        """How many letters nobody has read."""
        return sum(letter.new for letter in self.letters)

    @property
    def last(self) -> list[Said]:
        """The letters that are shown at once: the new ones, and at least the last two."""
        return self.letters[-max(2, self.new) :]

    @property
    def earlier(self) -> list[Said]:
        """The letters before those."""
        return self.letters[: -max(2, self.new)]


def _said(letter: Letter, person: Any) -> Said:
    if letter.from_contact:
        who = user_name(letter.user) or _("The contact person")
        read = _("read %(when)s") % {"when": dates.moment(letter.read_at)} if letter.read_at else _("not read yet")
    else:
        who, read = person.name, "" if letter.read_at else _("new")
    new = not letter.from_contact and letter.read_at is None
    return Said(who, dates.moment(letter.written_at), letter.body, letter.from_contact, new, read)


def threads_of(dossier: Dossier) -> list[Thread]:
    """Return the threads with the mentee, with each mentor of the pair, and with whoever wrote and has left."""
    people: list[Any] = [dossier.mentee, *dossier.mentors]
    present = _present(dossier)
    written: dict[tuple[type, int], list[Letter]] = {}
    for letter in dossier.letters:
        person: Any = letter.mentee or letter.mentor
        key = (type(person), person.pk)
        if key not in written and key not in present:
            people.append(person)
        written.setdefault(key, []).append(letter)
    return [_thread(dossier, person, present, written.get((type(person), person.pk), [])) for person in people]


def correspondent(dossier: Dossier, mentor_pk: int | None) -> Any:
    """Return the mentee for None, or the mentor with that key of the pair or of a thread; None for anybody else."""
    if mentor_pk is None:
        return dossier.mentee
    found = next((mentor for mentor in dossier.mentors if mentor.pk == mentor_pk), None)
    # Whoever has left and wrote may still be answered.
    wrote = Letter.objects.filter(case=dossier.case, circle=Circle.CONTACT, mentor=mentor_pk)
    return found or Mentor.objects.filter(pk__in=wrote.values("mentor")).first()


def thread_of(dossier: Dossier, person: Any) -> Thread:
    """Return the thread with ``person``, who is a :func:`correspondent`, and read no other."""
    letters = list(thread_for(dossier.case, person, Circle.CONTACT))
    return _thread(dossier, person, _present(dossier), letters)


def _present(dossier: Dossier) -> set[tuple[type, int]]:
    return {(type(person), person.pk) for person in (dossier.mentee, *dossier.mentors)}


def _thread(dossier: Dossier, person: Any, present: set[tuple[type, int]], letters: list[Letter]) -> Thread:
    mentee = isinstance(person, Mentee)
    name, more = ("write_mentee", []) if mentee else ("write_mentor", [person.pk])
    return Thread(
        person,
        _("mentee") if mentee else _("mentor"),
        (type(person), person.pk) in present,
        reverse(f"mentoring_desk:{name}", args=[dossier.case.pk, *more]),
        [_said(letter, person) for letter in letters],
    )
