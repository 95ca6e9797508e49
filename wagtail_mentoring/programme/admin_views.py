"""Wagtail's stock views, asking about the row: by themselves they ask about the model alone."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from wagtail.admin.views import generic
from wagtail.admin.views.generic import history, usage
from wagtail.admin.viewsets.model import ModelViewSet

from wagtail_mentoring.compat import PolicyFromModel, permission_policy

#: Whoever has one of these rights reads the rows that they may edit, and those that apply to them.
READING = ("view", "add", "change", "delete")


class OwnRows:
    """An index of the rows on which the user has one of the rights ``row_actions``. Put it before Wagtail's view."""

    row_actions: tuple[str, ...] = ("view", "change")
    request: Any
    model: Any

    def get_base_queryset(self) -> Any:
        policy = permission_policy(self.model)
        own = policy.instances_user_has_any_permission_for(self.request.user, self.row_actions)
        return super().get_base_queryset().filter(pk__in=own.values("pk"))  # type: ignore[misc]


class OwnRow:
    """Any view of one row: 404 for a row on which the user has none of the rights ``row_actions``.

    Put it before Wagtail's view: it serves Edit, Delete, Inspect, History and Usage alike.
    """

    row_actions: tuple[str, ...] = ("view", "change")
    request: Any
    model: Any

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        """Return the row. Raises Http404 for one that is not the user's."""
        found = super().get_object(*args, **kwargs)  # type: ignore[misc]
        policy = permission_policy(self.model)
        if not policy.user_has_any_permission_for_instance(self.request.user, self.row_actions, found):
            raise Http404
        return found


class IndexView(OwnRows, generic.IndexView):
    """The list of the rows that one may edit or that apply to them.

    ``related`` and ``prefetched`` name the rows that the columns show, so that a list costs the same at any length.
    """

    row_actions = READING
    related: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()

    def get_base_queryset(self) -> Any:
        queryset = super().get_base_queryset()
        if self.related:
            queryset = queryset.select_related(*self.related)
        return queryset.prefetch_related(*self.prefetched)

    def get_edit_url(self, instance: Any) -> Any:
        policy = permission_policy(self.model)
        if not policy.user_has_permission_for_instance(self.request.user, "change", instance):
            return None
        return super().get_edit_url(instance)


class EditView(OwnRow, generic.EditView):
    """Edits a row of one's own."""

    row_actions = ("change",)


class DeleteView(OwnRow, generic.DeleteView):
    """Deletes a row of one's own."""

    row_actions = ("delete",)


class HistoryView(OwnRow, history.HistoryView):
    """The history of a row of one's own."""

    row_actions = ("change",)


class UsageView(OwnRow, usage.UsageView):
    """Where a row of one's own is used."""

    row_actions = ("change",)


class CopyView(generic.CopyView):
    """Begins a new row with what another holds. The stock view hands the other row itself to the form."""

    def get_object(self, queryset: Any = None) -> Any:
        """Return the row to copy. Raises Http404 for one that the user may not read."""
        rows = permission_policy(self.model).instances_user_has_any_permission_for(self.request.user, READING)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_initial_form_instance(self) -> Any:
        copied = self.get_object()
        copied.pk, copied._state.adding = None, True
        return copied


class EditorViewSet(PolicyFromModel, ModelViewSet):
    """A viewset whose views ask about the row. The policy is registered for the model, see ``registration.py``."""

    index_view_class = IndexView
    edit_view_class = EditView
    delete_view_class = DeleteView
    history_view_class = HistoryView
    usage_view_class = UsageView
    copy_view_class = CopyView
    copy_view_enabled = False
    add_to_admin_menu = False
    list_per_page = 50
    related: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()

    def get_index_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        view_kwargs: dict[str, Any] = super().get_index_view_kwargs(
            related=self.related, prefetched=self.prefetched, **kwargs
        )
        return view_kwargs
