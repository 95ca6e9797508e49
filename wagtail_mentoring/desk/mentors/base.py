"""What the screens about one mentor have in common."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.pairing.mentor_states import with_state
from wagtail_mentoring.people.models import Mentor

from ..base import Screen


class MentorsScreen(Screen):
    """A screen for those who may add and change mentors of some union."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not permission_policy(Mentor).user_has_permission(request.user, "change"):
            raise PermissionDenied
        return View.dispatch(self, request, *args, **kwargs)

    def crumbs(self) -> list[tuple[str, str]]:
        return [(reverse("mentoring_mentors:index"), _("Mentors"))]


class MentorScreen(MentorsScreen):
    """A screen about one mentor. A mentor of another union is 404, as if there were none; readers may not write."""

    mentor: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        policy = permission_policy(Mentor)
        if not policy.user_has_any_permission(request.user, ["view", "change"]):
            raise PermissionDenied
        own = policy.instances_user_has_any_permission_for(request.user, ["view", "change"])
        self.mentor = get_object_or_404(with_state(own).select_related("union"), pk=kwargs["pk"])
        if not policy.user_has_permission_for_instance(request.user, "change", self.mentor):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self) -> list[tuple[str, str]]:
        return [*super().crumbs(), (self.address, self.mentor.name)]

    @property
    def address(self) -> str:
        """The address of the mentor's page."""
        return reverse("mentoring_mentors:inspect", args=[self.mentor.pk])

    def to_the_mentor(self) -> HttpResponseRedirect:
        """Return the way back to the mentor's page."""
        return redirect(self.address)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(mentor=self.mentor, **context)
