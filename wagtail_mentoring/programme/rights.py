"""Row rights: which unions' cases, mentors and applications a user may read or change.

A group is granted unions on its own page in the admin. Django's model permissions still say *what* may be done;
the grants say *to whose rows*. Superusers may do everything.
"""

from typing import Any

from django.db.models import Model, Q, QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from .models import GroupUnionPermission, Union, UnionRole

_READ = frozenset(UnionRole.values)
_WRITE = frozenset({UnionRole.HANDLER.value})
_CACHE = "_mentoring_union_roles"

# A user of whatever model the site has, or the anonymous user.
User = Any


def union_roles(user: User) -> dict[int, frozenset[str]]:
    """Return the roles of an active ``user`` by union id, cached on the user object (one query per request)."""
    roles = getattr(user, _CACHE, None)
    if roles is None:
        collected: dict[int, set[str]] = {}
        if user.is_authenticated and user.is_active:
            rows = GroupUnionPermission.objects.filter(group__user=user).values_list("union_id", "role")
            for union_id, role in rows:
                collected.setdefault(union_id, set()).add(role)
        roles = {union_id: frozenset(found) for union_id, found in collected.items()}
        setattr(user, _CACHE, roles)
    return roles


def may_read(user: User, union_id: int) -> bool:
    """Return whether ``user`` may read what belongs to the union."""
    return bool(user.is_active and user.is_superuser) or bool(union_roles(user).get(union_id, frozenset()) & _READ)


def may_handle(user: User, union_id: int) -> bool:
    """Return whether ``user`` may change what belongs to the union."""
    return bool(user.is_active and user.is_superuser) or bool(union_roles(user).get(union_id, frozenset()) & _WRITE)


def unions_for(user: User, *, handle: bool = False) -> QuerySet[Union]:
    """Return the unions whose rows ``user`` may read, or with ``handle`` may change."""
    if user.is_active and user.is_superuser:
        return Union.objects.all()
    wanted = _WRITE if handle else _READ
    return Union.objects.filter(pk__in=[pk for pk, roles in union_roles(user).items() if roles & wanted])


def _model_action(action: str) -> str:
    # Django has no permission "choose": whoever may see a row may choose it.
    return "view" if action == "choose" else action


class UnionPermissionPolicy(ModelPermissionPolicy):
    """Model permissions narrowed to the rows of the unions that are granted to the user's groups.

    ``union_lookup`` is the path from the model to its union's id.
    """

    def __init__(self, model: type[Model], union_lookup: str = "union_id", **kwargs: Any) -> None:
        super().__init__(model, **kwargs)
        self.union_lookup = union_lookup

    def _granted(self, user: User, actions: Any) -> Q:
        handle = not set(actions) <= {"view", "choose"}
        pks = [pk for pk, roles in union_roles(user).items() if roles & (_WRITE if handle else _READ)]
        return Q(**{f"{self.union_lookup}__in": pks})

    def user_has_any_permission(self, user: User, actions: Any) -> bool:
        if user.is_active and user.is_superuser:
            return True
        return super().user_has_any_permission(user, actions) and bool(union_roles(user))

    def user_has_permission(self, user: User, action: str) -> bool:
        if user.is_active and user.is_superuser:
            return True
        wanted = _READ if action in {"view", "choose"} else _WRITE
        return super().user_has_permission(user, _model_action(action)) and any(
            roles & wanted for roles in union_roles(user).values()
        )

    def instances_user_has_any_permission_for(self, user: User, actions: Any) -> QuerySet[Any]:
        queryset = self.model._default_manager.all()
        if user.is_active and user.is_superuser:
            return queryset
        allowed = [action for action in actions if self.user_has_permission(user, action)]
        if not allowed:
            return queryset.none()
        condition = Q(pk__in=[])
        for action in allowed:
            condition |= self._granted(user, [action])
        return queryset.filter(condition)

    def instances_user_has_permission_for(self, user: User, action: str) -> QuerySet[Any]:
        return self.instances_user_has_any_permission_for(user, [action])

    def user_has_any_permission_for_instance(self, user: User, actions: Any, instance: Any) -> bool:
        return any(self.user_has_permission_for_instance(user, action, instance) for action in actions)

    def user_has_permission_for_instance(self, user: User, action: str, instance: Any) -> bool:
        if user.is_active and user.is_superuser:
            return True
        if not super().user_has_permission(user, _model_action(action)):
            return False
        union_id: Any = instance
        for part in self.union_lookup.split("__"):
            union_id = getattr(union_id, part)
        if action in {"view", "choose"}:
            return may_read(user, union_id)
        return may_handle(user, union_id)
