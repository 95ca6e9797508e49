"""Writing on the pages of a case: to each other, with the contact person, and concerns.

"By" is the mentee or a mentor of the case as it is now, asked under the case's lock. A mail tells that something was
written and holds only a link; the history of the case gets a line without the text.
"""

import datetime
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors
from wagtail_mentoring.cases.actors import Actor
from wagtail_mentoring.cases.log import save_chain_end
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.moves import lock, record
from wagtail_mentoring.people.models import Mentee
from wagtail_mentoring.people.whose import Someone, columns, of_person
from wagtail_mentoring.programme.models import UnionRole
from wagtail_mentoring.programme.rights import union_roles
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows import CaseState, Role, StepRefused
from wagtail_mentoring.workflows.steps import NOT_YOURS

from ..addressing import Above, above, contact_person, named_as_contact
from . import telling
from .models import Circle, Concern, ConcernAbout, LastRead, Letter

#: Earlier than any letter.
_BEFORE_ALL = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

#: The longest message or concern, in characters.
MOST_CHARACTERS = 5000
#: One person writes at most so many messages in a case within 24 hours.
MOST_A_DAY = 40

#: Lines of the case's history.
WROTE_TO_THREE, WROTE_TO_CONTACT = "mentoring.letter_three", "mentoring.letter_to_contact"
ANSWERED = "mentoring.letter_answered"
CONCERN_RAISED, CONCERN_TAKEN, CONCERN_SETTLED = (
    "mentoring.concern_raised",
    "mentoring.concern_taken",
    "mentoring.concern_settled",
)


@transaction.atomic
def write_to_three(case_id: int, by: Someone, body: str) -> Letter:
    """Write ``body`` to the other two of the case and return the letter; no contact person reads it.

    Raises StepRefused: not of this case, ended, nobody there to read it, empty, too long, too many.
    """
    case, actor = _begin(case_id, by)
    if case.case_state == CaseState.CLOSED:
        raise StepRefused(_("The mentoring has ended. You can write to the contact person."))
    if not actors.current_mentors(case).exists():
        raise StepRefused(_("There is nobody yet who could read it. You can write to the contact person."))
    letter = _write(case, Circle.THREE, by, _text(body))
    _line(case, WROTE_TO_THREE, actor)
    telling.told_three(case, by)
    return letter


@transaction.atomic
def write_to_contact(case_id: int, by: Someone, body: str) -> Letter:
    """Write ``body`` to the contact person, also after the end, and return the letter; the other two do not read it.

    A mentor who has left may go on with a thread, and begin none. Raises StepRefused as :func:`write_to_three`.
    """
    case, actor = _begin(case_id, by, in_thread=True)
    unread = _unread_before(case, by, from_contact=False)
    letter = _write(case, Circle.CONTACT, by, _text(body))
    _line(case, WROTE_TO_CONTACT, actor)
    if not unread:
        telling.told_contact(case)
    return letter


@transaction.atomic
def answer(case_id: int, person: Someone, body: str, user: Any) -> Letter:
    """Write ``body`` to ``person`` as the handler ``user``, who may also begin the thread; return the letter.

    What the person had written counts as read. Raises StepRefused when ``user`` may not handle the case, ``person`` has
    no part in it, or the text is empty or too long.
    """
    case = lock(case_id)
    actor = actors.user_on(user, case)
    if not actor.roles:
        raise StepRefused(NOT_YOURS)
    # Whoever has left may still be answered what they asked, and nobody else who is not of the case.
    if not actors.person_on(person, case).roles and not _thread(case, person).exists():
        raise StepRefused(_("This person has no part in the case."))
    if person.anonymised_at is not None:
        raise StepRefused(_("The data of this person are erased: there is nobody to write to."))
    unread = _unread_before(case, person, from_contact=True)
    letter = _write(case, Circle.CONTACT, person, _text(body), from_contact=True, user=user)
    _thread(case, person).filter(from_contact=False, read_at=None).update(read_at=letter.written_at)
    _line(case, ANSWERED, actor)
    if not unread:
        telling.told_person(case, person)
    return letter


def thread_for(case: Case, person: Someone, circle: str) -> "QuerySet[Letter]":
    """Return what ``person`` reads in ``circle``, the oldest first, with who wrote it: one query.

    In the circle of the three: everything, if the person is the mentee or one of the mentors now, else nothing; but a
    mentor who joined later does not read what was written before, which was written to others, besides own letters.
    With the contact person: the person's own thread.
    """
    found = Letter.objects.select_related("mentee", "mentor", "user").order_by("written_at", "pk")
    if circle == Circle.CONTACT:
        return found.filter(case=case, circle=Circle.CONTACT, **of_person(person))
    if not actors.person_on(person, case).roles:
        return found.none()
    return found.filter(for_three(case, person), case=case)


def for_three(case: Case, person: Someone) -> Q:
    """Return which letters of ``case`` in the circle of the three are ``person``'s to read, being one of them."""
    if isinstance(person, Mentee):
        return Q(circle=Circle.THREE)
    # By the query names of the room beside: since when the mentor has been in the pair.
    pair = case.pairs.filter(ended_at=None, memberships__mentor=person, memberships__left_at=None)
    joined = Subquery(pair.order_by().values("memberships__joined_at")[:1])
    return Q(circle=Circle.THREE) & (Q(mentor=person) | Q(written_at__gte=joined))


def new_for_three(case: Case, person: Someone) -> Q:
    """Return which letters of :func:`for_three` others have written since ``person`` last read them: no query."""
    read = LastRead.objects.filter(case=case, **of_person(person)).values("until")
    new = Q(written_at__gt=Coalesce(Subquery(read), Value(_BEFORE_ALL, output_field=DateTimeField())))
    return for_three(case, person) & new & ~Q(**of_person(person))


def mark_three_read(case: Case, person: Someone, until: datetime.datetime) -> None:
    """Note that ``person`` has read what the three have written until the moment ``until``."""
    found = LastRead.objects.filter(case=case, **of_person(person))
    if not found.update(until=Greatest("until", until)):
        # The same person may open the page twice at the same moment.
        LastRead.objects.bulk_create([LastRead(case=case, until=until, **of_person(person))], ignore_conflicts=True)


@transaction.atomic
def mark_read(case: Case, person: Someone, *, user: Any = None) -> int:
    """Note that the other side of the person's thread with the contact person was read, and return how many letters.

    ``user`` is the handler who read what the person had written; without one the person has read what the contact
    person had written. A user who may not handle the case changes nothing.
    """
    if user is not None and not actors.user_on(user, case).roles:
        return 0
    unread = _thread(case, person).filter(from_contact=user is None, read_at=None)
    return int(unread.update(read_at=clock.now()))


@transaction.atomic
def raise_concern(case_id: int, by: Someone, about: str, body: str) -> Concern:
    """Raise a concern and return it. The pair never reads it.

    ``about`` is a value of ConcernAbout. One about the contact person is told to the supervisors of the union only
    (without any, to the administrators), and stands in no history that a contact person reads. Raises StepRefused with
    errors beside ``about``, also where nobody but the contact person could read it, and ``body``.
    """
    case, actor = _begin(case_id, by)
    if about not in ConcernAbout.values:
        message = _("Say whom or what it is about.")
        raise StepRefused(message, {"about": message})
    concerned = contact_person(case) if about == ConcernAbout.CONTACT else None
    if about == ConcernAbout.CONTACT and above(case.union, concerned)[0] == Above.NOBODY:
        message = _("Nobody but the contact person could read it here now. Write or call %(union)s.") % {
            "union": case.union.short
        }
        raise StepRefused(message, {"about": message})
    concern = Concern.objects.create(
        case=case, about=about, concerned=concerned, body=_text(body), raised_at=clock.now(), **of_person(by)
    )
    if about != ConcernAbout.CONTACT:
        _line(case, CONCERN_RAISED, actor)
    telling.told_concern(concern, case)
    return concern


def may_deal_with(user: Any, concern: Concern) -> bool:
    """Return whether ``user`` may read and settle ``concern``: whether it is among :func:`concerns_for`."""
    return concerns_for(user).filter(pk=concern.pk).exists()


def supervised(user: Any) -> list[int]:
    """Return the keys of the unions of which ``user`` is a supervisor."""
    return [pk for pk, roles in union_roles(user).items() if UnionRole.SUPERVISOR in roles]


def concerns_for(user: Any) -> "QuerySet[Concern]":
    """Return every concern that ``user`` may read and settle, with its case and who raised it, the oldest first.

    The one rule for the list, the page, the desk and each step. Handlers deal with the concerns of their unions, and
    supervisors with those about a contact person; where somebody is both, nobody with one about themselves.
    """
    found = Concern.objects.select_related("case__union", "mentee", "mentor", "taken_by").order_by("raised_at", "pk")
    if not user.is_active:
        return found.none()
    about_contact = Q(about=ConcernAbout.CONTACT)
    if user.is_superuser:
        return found.exclude(about_contact & _about(user))
    handled = [pk for pk, mine in union_roles(user).items() if UnionRole.HANDLER in mine]
    if not user.has_perm("wagtail_mentoring.change_case"):
        handled = []
    theirs = ~about_contact & Q(case__union__in=handled)
    if not (unions := supervised(user)):
        return found.filter(theirs)
    return found.filter(theirs | about_contact & Q(case__union__in=unions) & ~_about(user))


def _about(user: Any) -> Q:
    """Return which concerns about a contact person are, or may be, about ``user``.

    Those that were about ``user`` when they were raised, for good; those of cases that ``user`` handles by now; and
    those of unions whose pages name ``user``. Who has taken one up, and then the case, deals with it to the end.
    """
    handles = Q(case__handler=user.pk) & ~Q(taken_by=user.pk, concerned__isnull=False)
    return Q(concerned=user.pk) | handles | Q(case__union__in=named_as_contact(user))


@transaction.atomic
def take_up(concern_id: int, user: Any) -> Concern:
    """Note that ``user`` has read the concern and deals with it; return it. Raises StepRefused.

    Taking it up a second time by the same person changes nothing; by another one it is refused with the name.
    """
    concern = _locked_concern(concern_id, user)
    if concern.closed_at is not None:
        raise StepRefused(_("This concern is settled already."))
    if concern.taken_by_id == user.pk:
        return concern
    if concern.taken_by_id is not None:
        raise StepRefused(_("%(name)s deals with it already.") % {"name": user_name(concern.taken_by)})
    concern.taken_at, concern.taken_by = clock.now(), user
    concern.save(update_fields=["taken_at", "taken_by"])
    _line_of_concern(concern, CONCERN_TAKEN, user)
    return concern


@transaction.atomic
def settle(concern_id: int, user: Any, outcome: str) -> Concern:
    """Note that the concern has been dealt with, and how (``outcome``); return it. Raises StepRefused."""
    concern = _locked_concern(concern_id, user)
    if concern.closed_at is not None:
        raise StepRefused(_("This concern is settled already."))
    outcome = _text(outcome, field="outcome", empty=_("Write what was done."))
    moment = clock.now()
    concern.outcome, concern.closed_at = outcome, moment
    concern.taken_at, concern.taken_by = concern.taken_at or moment, concern.taken_by or user
    concern.save(update_fields=["outcome", "closed_at", "taken_at", "taken_by"])
    _line_of_concern(concern, CONCERN_SETTLED, user)
    return concern


def has_thread(case: Case, person: Someone) -> bool:
    """Return whether ``person`` has written with the contact person, and neither's data are erased. One query."""
    return case.anonymised_at is None and person.anonymised_at is None and _thread(case, person).exists()


def _begin(case_id: int, by: Someone, *, in_thread: bool = False) -> tuple[Case, Actor]:
    """Lock the case; return it and ``by`` acting on it. Raises StepRefused for somebody who is not of it now.

    ``in_thread``: whoever has left is heard too, with a thread of the own.
    """
    case = lock(case_id)
    actor = actors.person_on(by, case)
    if not actor.roles and in_thread and has_thread(case, by):
        actor = Actor(frozenset({Role.MENTEE if isinstance(by, Mentee) else Role.MENTOR}), **columns(by))
    if not actor.roles:
        raise StepRefused(NOT_YOURS)
    since = clock.now() - datetime.timedelta(hours=24)
    written = Letter.objects.filter(case=case, from_contact=False, written_at__gt=since, **of_person(by)).count()
    written += Concern.objects.filter(case=case, raised_at__gt=since, **of_person(by)).count()
    if written >= MOST_A_DAY:
        raise StepRefused(_("You have written very many messages today. Go on tomorrow, or call the contact person."))
    return case, actor


def _thread(case: Case, person: Someone) -> "QuerySet[Letter]":
    return Letter.objects.filter(case=case, circle=Circle.CONTACT, **of_person(person))


def _unread_before(case: Case, person: Someone, *, from_contact: bool) -> bool:
    """Return whether one side has been told within a day already that something waits, and has not read it yet."""
    since = clock.now() - datetime.timedelta(hours=24)
    told = _thread(case, person).filter(from_contact=from_contact, read_at=None, written_at__gt=since)
    return told.exists()


def _text(body: str, *, field: str = "body", empty: str = "") -> str:
    """Return ``body`` without spaces around it. Raises StepRefused, beside ``field``, when empty or too long."""
    body = (body or "").replace("\r\n", "\n").strip()
    message = ""
    if not body:
        message = empty or _("Write something first.")
    elif len(body) > MOST_CHARACTERS:
        message = _("This is too long by %(over)s characters. Make it shorter, or send it in two parts.") % {
            "over": len(body) - MOST_CHARACTERS
        }
    if message:
        raise StepRefused(message, {field: message})
    return body


def _write(case: Case, circle: Circle, person: Someone, body: str, **columns: Any) -> Letter:
    return Letter.objects.create(
        case=case, circle=circle, body=body, written_at=clock.now(), **of_person(person), **columns
    )


def _line(case: Case, action: str, actor: Actor) -> None:
    """Write a line to the history of the locked case, without text and without a name."""
    record(case, action, actor)
    save_chain_end(case)


def _locked_concern(concern_id: int, user: Any) -> Concern:
    """Lock the concern's case, and return the concern as it is then. Raises StepRefused for one who may not read it."""
    found = Concern.objects.filter(pk=concern_id).values_list("case_id", flat=True).first()
    if found is not None:
        lock(found)
    concern = Concern.objects.select_related("case", "taken_by").filter(pk=concern_id).first()
    if concern is None or not may_deal_with(user, concern):
        raise StepRefused(NOT_YOURS)
    return concern


def _line_of_concern(concern: Concern, action: str, user: Any) -> None:
    if concern.about == ConcernAbout.CONTACT:
        return
    _line(lock(concern.case_id), action, Actor(frozenset({Role.HANDLER}), user=user))
