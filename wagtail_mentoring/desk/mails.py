"""The outbox in the admin: mails of the granted unions, as they were or will be sent."""

from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView

from wagtail_mentoring.conf import conf
from wagtail_mentoring.messages.delivery import may_be_repeated, send_again
from wagtail_mentoring.messages.models import MailEvent, OutboxMessage, OutboxStatus
from wagtail_mentoring.privacy.models import ReadingLogEntry
from wagtail_mentoring.privacy.reading import what_in_words
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.localized import language_name
from wagtail_mentoring.programme.models import UnionRole
from wagtail_mentoring.programme.rights import may_handle, union_roles, unions_for
from wagtail_mentoring.programme.users import user_name

from .base import Screen
from .mail_words import recipient, row_of
from .rights import may_be_seen_by, supervises


class Listing(Screen, BaseListingView):
    """A list for those who may read cases. The name of a column opens the row."""

    paginate_by = 20
    table_classname = "listing mtg-stack"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]


class MailFilterSet(WagtailFilterSet):
    status = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("State"), choices=OutboxStatus.choices, widget=forms.CheckboxSelectMultiple
    )
    event = django_filters.ChoiceFilter(label=gettext_lazy("Message"), choices=MailEvent.choices)

    class Meta:
        model = OutboxMessage
        fields = ["status", "event"]


class MailStatusColumn(Column):
    cell_template_name = "wagtail_mentoring/desk/mail_status_cell.html"

    def get_cell_context_data(self, instance: OutboxMessage, parent_context: Any) -> dict[str, Any]:
        return super().get_cell_context_data(instance, parent_context) | row_of(instance)


def readable_mails(user: Any) -> Any:
    """Return the mails of the unions that are granted to ``user``."""
    mails = OutboxMessage.objects.select_related("case", "mentee", "mentor", "user")
    if user.is_superuser:
        return mails
    return mails.filter(may_be_seen_by(user), union__in=unions_for(user))


class Mails(Listing):
    page_title = gettext_lazy("Mails")
    header_icon = "mail"
    index_url_name = "mentoring_desk:mails"
    index_results_url_name = "mentoring_desk:mails_results"
    filterset_class = MailFilterSet
    is_searchable = True
    search_fields = ["address", "case__reference", "mentee__name", "mentor__name", "subject"]
    search_backend_name = None
    verbose_name_plural = gettext_lazy("mails")
    default_ordering = "-pk"

    @cached_property
    def columns(self) -> list[Column]:
        def address(mail: OutboxMessage) -> str:
            return reverse("mentoring_desk:mail", args=[mail.pk])

        return [
            TitleColumn("event", label=_("Message"), accessor="get_event_display", get_url=address),
            Column("to", label=_("To"), accessor=recipient),
            Column("case", label=_("Case"), accessor=lambda mail: mail.case.reference if mail.case else ""),
            Column("when", label=_("Written"), accessor=lambda mail: dates.moment(mail.created_at), sort_key="pk"),
            MailStatusColumn("status", label=_("State")),
        ]

    def get_base_queryset(self) -> Any:
        return readable_mails(self.request.user)


# That a mail is being sent must be committed before it leaves, so no transaction may lie around this.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class MailPage(Screen):
    """One mail to read."""

    template_name = "wagtail_mentoring/desk/mail.html"
    header_icon = "mail"

    def crumbs(self) -> list[tuple[str, str]]:
        return [(reverse("mentoring_desk:mails"), _("Mails"))]

    def get_page_title(self) -> str:
        return str(self.mail.get_event_display())

    @cached_property
    def mail(self) -> OutboxMessage:
        found: OutboxMessage = get_object_or_404(readable_mails(self.request.user), pk=self.kwargs["pk"])
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = capfirst(language_name(self.mail.language))
        return self.respond(
            language=language,
            demo=conf.DEMO,
            may_send=self.may_send and may_be_repeated(self.mail),
            **row_of(self.mail),
        )

    @property
    def may_send(self) -> bool:
        """Whether the user moves cases of the mail's union, and so may send the mail again."""
        user, union = self.request.user, self.mail.union_id
        return user.has_perm("wagtail_mentoring.change_case") and (user.is_superuser or may_handle(user, union or 0))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send the mail again, when a handler asks for it: it failed, or was perhaps sent."""
        if not self.may_send:
            raise PermissionDenied
        status = send_again(self.mail)
        if status == OutboxStatus.SENT:
            messages.success(request, _("The mail was sent."))
        elif status:
            messages.error(request, _("The mail could not be sent. The reason stands below."))
        else:
            messages.warning(request, _("This mail is not sent again: it has left, or is a one-time code."))
        return redirect(reverse("mentoring_desk:mail", args=[self.mail.pk]))


class Readings(Listing):
    """Who read what: sensitive fields and private files of the supervised unions."""

    page_title = gettext_lazy("Who read what")
    header_icon = "view"
    index_url_name = "mentoring_desk:readings"
    index_results_url_name = "mentoring_desk:readings_results"
    verbose_name_plural = gettext_lazy("readings")
    is_searchable = True
    search_fields = ["case__reference", "user__username", "user__last_name", "what"]
    search_backend_name = None
    default_ordering = "-at"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not supervises(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def columns(self) -> list[Column]:
        return [
            Column("at", label=_("When"), accessor=lambda row: dates.moment(row.at), sort_key="at"),
            Column("user", label=_("Who"), accessor=lambda row: user_name(row.user)),
            Column("what", label=_("What"), accessor=lambda row: what_in_words(row.what)),
            Column("case", label=_("Case"), accessor=lambda row: row.case.reference if row.case else ""),
        ]

    def get_base_queryset(self) -> Any:
        readings = ReadingLogEntry.objects.select_related("user", "case")
        if self.request.user.is_superuser:
            return readings
        roles = union_roles(self.request.user)
        return readings.filter(union__in=[pk for pk, found in roles.items() if UnionRole.SUPERVISOR in found])
