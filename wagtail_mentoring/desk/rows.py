"""Rows of the own unions only: one mixin for every stock view of Wagtail, which by themselves never ask."""

from typing import Any

from django.http import Http404

from wagtail_mentoring.compat import permission_policy


class OwnUnionsRows:
    """Narrows a list to the rows whose union is granted to the user, and answers 404 for anybody else's.

    ``row_actions`` are the rights of which one is needed. Put it before Wagtail's view class: it serves the
    Index, Edit, Delete, Inspect, History and Usage views alike.
    """

    row_actions: tuple[str, ...] = ("view", "change")
    request: Any
    model: Any

    def get_base_queryset(self) -> Any:
        """Return the rows of an index view."""
        policy = permission_policy(self.model)
        own = policy.instances_user_has_any_permission_for(self.request.user, self.row_actions)
        return super().get_base_queryset().filter(pk__in=own.values("pk"))  # type: ignore[misc]

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        """Return the one row of any other view. Raises Http404 when it belongs to another union."""
        found = super().get_object(*args, **kwargs)  # type: ignore[misc]
        policy = permission_policy(self.model)
        if not policy.user_has_any_permission_for_instance(self.request.user, self.row_actions, found):
            raise Http404
        return found
