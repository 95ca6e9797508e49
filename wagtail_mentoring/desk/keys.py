"""The unions' signing keys, to read: which certificate, until when. The private part is never loaded here."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.documents.keys import short_fingerprint
from wagtail_mentoring.documents.models import SigningKey
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.editing import edits_whole_programme
from wagtail_mentoring.programme.models import Union
from wagtail_mentoring.programme.rights import unions_for

from .cases import LabelledColumn

#: From so many days before its end on a key is marked.
ENDS_SOON = 60


def readable_unions(user: Any) -> Any:
    """Return the unions whose keys ``user`` may see: all for editors of the programme, else those granted."""
    if edits_whole_programme(user):
        return Union.objects.all()
    if permission_policy(Case).user_has_permission(user, "view"):
        return unions_for(user)
    return Union.objects.none()


def may_read_keys(user: Any) -> bool:
    """Return whether ``user`` may see the keys of some union."""
    return bool(readable_unions(user).exists())


def readable_keys(user: Any) -> Any:
    """Return the keys of those unions, without the sealed private part."""
    return SigningKey.objects.filter(union__in=readable_unions(user)).select_related("union").defer("sealed_key")


def state(key: SigningKey) -> str:
    """Return whether the key signs, in words."""
    if key.revoked_at is not None:
        told = {"day": dates.day(key.revoked_at), "why": key.revoked_why}
        return _("Revoked %(day)s: documents made with it count only with a timestamp from before. Why: %(why)s") % told
    if key.retired_at is not None:
        return _("Retired %(day)s; older documents are still verified with it") % {"day": dates.day(key.retired_at)}
    days = (key.not_after - clock.now()).days
    if key.not_after <= clock.now():
        return _("Has ended: nothing can be certified. Make a new one")
    if days <= ENDS_SOON:
        return _("In use. Ends in %(days)s: make a new one") % {"days": dates.days(days)}
    return _("In use")


class Keys(BaseListingView):
    """The list. A key is made, taken in and retired on the command line only."""

    model = SigningKey
    page_title = gettext_lazy("Signing keys")
    header_icon = "key"
    index_url_name = "mentoring_desk:keys"
    index_results_url_name = "mentoring_desk:keys_results"
    results_template_name = "wagtail_mentoring/desk/keys_results.html"
    verbose_name_plural = gettext_lazy("signing keys")
    default_ordering = ["union__short", "-pk"]
    paginate_by = 50
    table_classname = "listing mtg-stack"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may_read_keys(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    @cached_property
    def columns(self) -> list[Column]:
        def certificate(key: SigningKey) -> str:
            return reverse("mentoring_desk:certificate", args=[key.pk])

        return [
            TitleColumn(
                "fingerprint",
                label=_("Certificate (SHA-256)"),
                accessor=lambda key: short_fingerprint(key.fingerprint),
                get_url=certificate,
            ),
            Column("union", label=_("Union"), accessor="union.short"),
            LabelledColumn("from", label=_("Valid from"), accessor=lambda key: dates.day(key.not_before)),
            LabelledColumn("until", label=_("Valid until"), accessor=lambda key: dates.day(key.not_after)),
            Column("state", label=_("State"), accessor=state),
        ]

    def get_base_queryset(self) -> Any:
        return readable_keys(self.request.user)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        current = SigningKey.objects.current().filter(not_after__gt=clock.now())
        without = readable_unions(self.request.user).exclude(pk__in=current.values("union"))
        return context | {"unions_without": [union.short for union in without]}


class Certificate(View):
    """The certificate of a key as a file: what everybody finds in the documents anyway."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may_read_keys(request.user):
            raise PermissionDenied
        key = get_object_or_404(readable_keys(request.user), pk=pk)
        response = HttpResponse(bytes(key.certificate), content_type="application/pkix-cert")
        name = f"{key.union.slug}-{key.fingerprint[:16]}.cer"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
