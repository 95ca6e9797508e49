"""What the handlers' own screens have in common: the right to enter, the case, and Wagtail's header."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.conf import conf
from wagtail_mentoring.privacy.limits import allowed

from .dossier import Dossier
from .next_step import next_step


def too_often(kind: str, user: Any) -> HttpResponse | None:
    """Count that something of ``kind`` is made for ``user`` to look at; return the answer beyond LIMIT_RENDER."""
    if allowed(conf.LIMIT_RENDER, kind, "user", user.pk):
        return None
    return HttpResponse(
        _("You have opened too many of these. Try again in an hour."),
        status=429,
        content_type="text/plain; charset=utf-8",
    )


class Screen(WagtailAdminTemplateMixin, View):
    """A screen inside the admin for those who may read cases of some union."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not permission_policy(Case).user_has_permission(request.user, "view"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self) -> list[tuple[str, str]]:
        """Return the way to this screen as (address, label), without the screen itself."""
        return []

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        way = [{"url": address, "label": label} for address, label in self.crumbs()]
        return [*self.breadcrumbs_items, *way, {"url": "", "label": self.get_page_title()}]

    def respond(self, status: int = 200, **context: Any) -> HttpResponse:
        """Return the screen's page."""
        return self.render_to_response(self.get_context_data(**context), status=status)


class CaseScreen(Screen):
    """A screen about one case. A case of another union is 404, as if it did not exist."""

    dossier: Dossier
    #: Whether a POST mostly ends in a redirect, and so reads no more of the case than its right needs.
    light_post = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not permission_policy(Case).user_has_permission(request.user, "view"):
            raise PermissionDenied
        self.load(whole=not (self.light_post and request.method == "POST"))
        return super().dispatch(request, *args, **kwargs)

    def load(self, *, whole: bool = True) -> None:
        """Read the case, anew when called again; ``whole`` with all that a page shows of it."""
        cases = Case.objects.readable_by(self.request.user)
        if whole:
            related = ("participation__programme", "field__participation__union")
            cases = cases.for_listing().select_related(*related)
        else:
            # The rules of the union, by which some forms choose their fields.
            cases = cases.select_related("participation")
        self.dossier = Dossier(get_object_or_404(cases, pk=self.kwargs["pk"]), self.request.user)

    @property
    def case(self) -> Case:
        return self.dossier.case

    def crumbs(self) -> list[tuple[str, str]]:
        return [
            (reverse("mentoring_desk:cases"), _("Cases")),
            (reverse("mentoring_desk:case", args=[self.case.pk]), self.case.reference),
        ]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(case=self.case, dossier=self.dossier, **context)

    def refuse(
        self,
        status: int,
        reason: str,
        happened: list[str] | None = None,
        texts: list[tuple[Any, str]] | None = None,
        **context: Any,
    ) -> HttpResponse:
        """Explain why it is not possible now, with what ``happened`` and the ``texts`` that were written for it."""
        self.template_name = "wagtail_mentoring/desk/blocked.html"
        self.header_icon = "lock"
        return self.respond(
            status,
            reason=reason,
            happened=happened or [],
            typed=texts or [],
            next=next_step(self.dossier),
            **context,
        )
