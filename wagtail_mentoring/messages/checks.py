"""System check: is there somebody besides the contact person to whom a concern about that person can go?"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, connections

from wagtail_mentoring.programme.models import GroupUnionPermission, Union, UnionRole
from wagtail_mentoring.programme.rights import may_handle

from .addressing import Above, above, supervisors

_CURE = (
    "In the admin, Settings → Groups: grant the union with the role “Supervisor” to a group, and put somebody into it "
    "and into “Mentoring supervisors” who has an e-mail address and handles none of its cases."
)


@register(Tags.database)
def check_supervisors(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn of unions whose contact person nobody supervises (W301).

    Runs with ``check --database default``, and with each ``migrate``. Silent before the first migration, and about
    unions whose cases nobody handles yet.
    """
    database = GroupUnionPermission.objects.db
    if not databases or database not in databases:
        return []
    try:
        if GroupUnionPermission._meta.db_table not in connections[database].introspection.table_names():
            return []
        handled = GroupUnionPermission.objects.filter(role=UnionRole.HANDLER, group__user__is_active=True)
        unions = Union.objects.filter(pk__in=handled.values("union")).order_by("slug")
        told = {union.slug: _lacks(union) for union in unions}
    except DatabaseError:
        return []
    return [
        Warning(f"The union “{slug}” {lacks}", hint=_CURE, id="wagtail_mentoring.W301")
        for slug, lacks in told.items()
        if lacks
    ]


def _lacks(union: Union) -> str:
    """Return what is missing at ``union``, as the end of a sentence; "" for nothing."""
    who, _readers = above(union, None)
    found = supervisors(union)
    if who == Above.NOBODY:
        return "has nobody who could read a concern about its contact person: it cannot be sent."
    if len(found) == 1 and may_handle(found[0], union.pk):
        return (
            "has one supervisor, who handles its cases too: a concern about that person goes to the administrators of "
            "the site, or cannot be sent."
        )
    if who == Above.ADMINISTRATORS:
        lacks = "no supervisor besides the contact person whom it names" if found else "no supervisor"
        return f"has {lacks}: a concern about its contact person goes to the administrators of the site."
    return ""
