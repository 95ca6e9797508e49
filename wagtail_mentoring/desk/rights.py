"""Who may enter which of the handlers' screens."""

from typing import Any

from django.db.models import Q

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.messages.conversation.models import ConcernAbout
from wagtail_mentoring.messages.conversation.services import concerns_for
from wagtail_mentoring.messages.models import MailEvent
from wagtail_mentoring.programme.models import UnionRole
from wagtail_mentoring.programme.rights import union_roles


def may_move_cases(user: Any) -> bool:
    """Return whether ``user`` may move the cases of some union."""
    return bool(permission_policy(Case).user_has_permission(user, "change"))


def supervises(user: Any) -> bool:
    """Return whether ``user`` is a supervisor of some union, or a superuser."""
    if user.is_superuser:
        return True
    return any(UnionRole.SUPERVISOR in found for found in union_roles(user).values())


def deals_with_concerns(user: Any) -> bool:
    """Return whether concerns can be the user's to deal with: those of handlers, or those of supervisors."""
    return bool(permission_policy(Case).user_has_permission(user, "view")) and (
        may_move_cases(user) or supervises(user)
    )


def may_be_seen_by(user: Any) -> Q:
    """Return which mails ``user`` may know of, besides their unions: one about a contact person is its receiver's.

    Whoever looks after the whole site knows of the others too, besides those about concerns about themselves.
    """
    mine = ~Q(event=MailEvent.CONCERN_SUPERVISOR) | Q(user=user.pk)
    if user.is_active and user.is_superuser:
        about = concerns_for(user).filter(about=ConcernAbout.CONTACT).order_by().values_list("pk", flat=True)
        return mine | Q(context__concern__in=list(about))
    return mine
