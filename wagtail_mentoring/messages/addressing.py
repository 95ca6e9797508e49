"""To whom the mails of a case go: its mentee, its mentors, and who looks after it."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model

from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme.models import Union, UnionRole

from .models import OutboxMessage
from .outbox import put


def to_mentee(event: str, case: Case, **context: Any) -> OutboxMessage:
    """Write a mail with the private link to the case's mentee."""
    return put(event, to=case.mentee, case=case, link=links.link_for(case, mentee=case.mentee), context=context)


def to_mentor(event: str, case: Case, mentor: Mentor, **context: Any) -> OutboxMessage:
    """Write a mail with the mentor's own private link to one of the case's mentors."""
    return put(event, to=mentor, case=case, link=links.link_for(case, mentor=mentor), context=context)


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


def supervisors(case: Case) -> list[Any]:
    """Return who deals with what the contact person of ``case`` must not: the union's supervisors, without its handler.

    Where there is nobody, whoever looks after the whole site, again without the handler.
    """
    above = get_user_model()._default_manager.filter(is_active=True, is_superuser=True).exclude(email="")
    for users in (_granted(case.union, UnionRole.SUPERVISOR), above.order_by("pk")):
        found = [user for user in users if user.pk != case.handler_id]
        if found:
            return found
    return []


def _granted(union: Union, role: UnionRole) -> Any:
    users = get_user_model()._default_manager.filter(is_active=True).exclude(email="")
    granted = {
        "groups__mentoring_union_permissions__union": union,
        "groups__mentoring_union_permissions__role": role,
    }
    return users.filter(**granted).order_by("pk").distinct()
