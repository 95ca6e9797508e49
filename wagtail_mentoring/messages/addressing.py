"""To whom the mails of a case go: its mentee, its mentors, and who looks after it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people import links
from wagtail_mentoring.people.finding import folded
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.whose import Someone, key_in, key_of
from wagtail_mentoring.programme.models import Union, UnionRole
from wagtail_mentoring.programme.users import user_name

from .models import OutboxMessage, OutboxStatus
from .outbox import put

#: A mail with one of these has not left yet.
NOT_GONE = (OutboxStatus.WAITING, OutboxStatus.HELD)


def to_mentee(event: str, case: Case, **context: Any) -> OutboxMessage:
    """Write a mail with the private link to the case's mentee."""
    return put(event, to=case.mentee, case=case, link=links.link_for(case, mentee=case.mentee), context=context)


def to_mentor(event: str, case: Case, mentor: Mentor, **context: Any) -> OutboxMessage:
    """Write a mail with the mentor's own private link to one of the case's mentors."""
    return put(event, to=mentor, case=case, link=links.link_for(case, mentor=mentor), context=context)


def to_person(event: str, case: Case, person: Someone, **context: Any) -> OutboxMessage:
    """Write a mail with the own private link to the case's mentee or to one of its mentors."""
    if isinstance(person, Mentor):
        return to_mentor(event, case, person, **context)
    return to_mentee(event, case, **context)


def to_others(event: str, case: Case, by: Someone | None, **context: Any) -> None:
    """Write a mail to the mentee and the current mentors, without ``by``.

    Whoever has one about the same that has not left yet gets no second one.
    """
    pending = OutboxMessage.objects.filter(case=case, event=event, status__in=NOT_GONE)
    waiting = {key_in(row) for row in pending.only("mentee", "mentor")}
    for person in (case.mentee, *current_mentors(case)):
        if person != by and key_of(person) not in waiting:
            to_person(event, case, person, **context)


def to_all(event: str, case: Case, **context: Any) -> list[OutboxMessage]:
    """Write a mail to the mentee and to every current mentor, each with the own link."""
    rows = [to_mentee(event, case, **context)]
    return rows + [to_mentor(event, case, mentor, **context) for mentor in current_mentors(case)]


def contacts(union: Union) -> Iterator[Any]:
    """Yield where mails to the union go: its contact address, else the users who handle its cases."""
    if union.contact_email:
        yield union.contact_email
        return
    yield from _granted(union, UnionRole.HANDLER)


def to_contacts(event: str, case: Case, **context: Any) -> None:
    """Write a mail about a case to the union."""
    for contact in contacts(case.union):
        put(event, to=contact, case=case, context=context)


class Above(StrEnum):
    """Who reads a concern about a contact person."""

    SUPERVISORS = "supervisors"
    ADMINISTRATORS = "administrators"
    NOBODY = ""


def contacts_by_name(union: Union) -> list[Any]:
    """Return the users whom ``union`` names as its contact person: by the name that pages show, or by the address.

    Of those who read its cases, everybody with that name. An address that several users share is a mailbox, and
    nobody's own.
    """
    users = get_user_model()._default_manager.filter(is_active=True)
    found = []
    if name := folded(union.contact_name):
        theirs = users.filter(Q(groups__mentoring_union_permissions__union=union) | Q(is_superuser=True)).distinct()
        found = [user for user in theirs.order_by("pk") if folded(user_name(user)) == name]
    if union.contact_email:
        mailed = list(users.filter(email__iexact=union.contact_email).order_by("pk")[:2])
        found += [user for user in mailed if len(mailed) == 1 and user not in found]
    return found


def contact_person(case: Case) -> Any:
    """Return the user who is the contact person of ``case``; None where that is no single user.

    The handler; for a case that nobody has taken, whom the union names.
    """
    if case.handler is not None:
        return case.handler
    return next(iter(contacts_by_name(case.union)), None)


def named_as_contact(user: Any) -> list[int]:
    """Return the keys of the unions that name ``user`` as their contact person (:func:`contacts_by_name`)."""
    name, email = folded(user_name(user)), folded(user.email)
    unions = Union.objects.exclude(contact_name="", contact_email="").order_by("pk")
    may = [one for one in unions if name == folded(one.contact_name) or email and email == folded(one.contact_email)]
    return [one.pk for one in may if user in contacts_by_name(one)]


def supervisors(union: Union) -> list[Any]:
    """Return the supervisors of ``union`` who can be reached by mail and may open cases."""
    granted = _granted(union, UnionRole.SUPERVISOR)
    return [user for user in granted if user.has_perm("wagtail_mentoring.view_case")]


def above(union: Union, concerned: Any) -> tuple[Above, list[Any]]:
    """Return who deals with a concern about the contact person ``concerned`` of ``union``, and gets a mail about it.

    The union's supervisors who may open it; where there is nobody else, whoever looks after the whole site. Never
    ``concerned``, nor whom the union names as its contact person: the pages call both so. Coordinators see no person's
    data, and handlers are colleagues of that person: neither of them.
    """
    not_these = {user.pk for user in (concerned, *contacts_by_name(union)) if user is not None}
    if found := [user for user in supervisors(union) if user.pk not in not_these]:
        return Above.SUPERVISORS, found
    users = get_user_model()._default_manager.filter(is_active=True, is_superuser=True).exclude(email="")
    if found := [user for user in users.order_by("pk") if user.pk not in not_these]:
        return Above.ADMINISTRATORS, found
    return Above.NOBODY, []


def _granted(union: Union, role: UnionRole) -> Any:
    users = get_user_model()._default_manager.filter(is_active=True).exclude(email="")
    granted = {
        "groups__mentoring_union_permissions__union": union,
        "groups__mentoring_union_permissions__role": role,
    }
    return users.filter(**granted).order_by("pk").distinct()
