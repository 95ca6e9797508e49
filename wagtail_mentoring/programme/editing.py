"""Who may edit rules, fields, themes and texts.

Django's model permissions say *what* may be edited. Rows of a union may be edited by those to whom the union is granted
as handlers, and all rows by the editors of the whole programme: those with the right to change programmes.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q, QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from .rights import User, unions_for

_WIDE = "wagtail_mentoring.change_programme"
_READING = frozenset({"view", "choose"})


def edits_whole_programme(user: User) -> bool:
    """Return whether ``user`` may edit the rows of all unions, and those of none."""
    return bool(user.is_active and user.has_perm(_WIDE))


def editable_unions(user: User) -> QuerySet[Any]:
    """Return the unions whose rules, fields and texts ``user`` may edit."""
    from .models import Union

    return Union.objects.all() if edits_whole_programme(user) else unions_for(user, handle=True)


class EditorPolicy(ModelPermissionPolicy):
    """Model permissions, narrowed to the rows of the user's unions unless the user edits the whole programme.

    ``union_lookups`` are the paths from the model to a union's id; of several each is empty or leads to the same.
    Rows without a union are read by everybody with the model permission and changed by programme-wide editors alone.
    """

    def __init__(self, model: type[Model], *union_lookups: str, **kwargs: Any) -> None:
        super().__init__(model, **kwargs)
        self.union_lookups = union_lookups

    def _own(self, user: User, actions: Iterable[str]) -> Q:
        pks = list(editable_unions(user).values_list("pk", flat=True))
        own, unbound = Q(pk__in=[]), Q()
        for lookup in self.union_lookups:
            own |= Q(**{f"{lookup}__in": pks})
            unbound &= Q(**{f"{lookup}__isnull": True})
        return own | unbound if set(actions) <= _READING else own

    def union_ids(self, instance: Model) -> set[int]:
        """Return the ids of the unions that the row belongs to; empty: it is the whole programme's."""
        found: set[int] = set()
        for lookup in self.union_lookups:
            value: Any = instance
            for part in lookup.split("__"):
                value = getattr(value, part, None) if value is not None else None
            if value is not None:
                found.add(value)
        return found

    def user_has_permission(self, user: User, action: str) -> bool:
        if not super().user_has_permission(user, action):
            return False
        if action in _READING or edits_whole_programme(user):
            return True
        return bool(self.union_lookups) and editable_unions(user).exists()

    def user_has_any_permission(self, user: User, actions: Iterable[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def instances_user_has_any_permission_for(self, user: User, actions: Iterable[str]) -> QuerySet[Any]:
        queryset: QuerySet[Any] = self.model._default_manager.all()
        allowed = [action for action in actions if self.user_has_permission(user, action)]
        if not allowed:
            return queryset.none()
        if edits_whole_programme(user):
            return queryset
        # Whoever may change some rows may also read those of the whole programme, which apply to theirs.
        return queryset.filter(self._own(user, _READING if set(actions) & _READING else allowed))

    def instances_user_has_permission_for(self, user: User, action: str) -> QuerySet[Any]:
        return self.instances_user_has_any_permission_for(user, [action])

    def user_has_any_permission_for_instance(self, user: User, actions: Iterable[str], instance: Any) -> bool:
        return any(self.user_has_permission_for_instance(user, action, instance) for action in actions)

    def user_has_permission_for_instance(self, user: User, action: str, instance: Any) -> bool:
        if not self.user_has_permission(user, action):
            return False
        if edits_whole_programme(user):
            return True
        unions = self.union_ids(instance)
        if not unions:
            return action in _READING
        return unions <= set(editable_unions(user).values_list("pk", flat=True))
