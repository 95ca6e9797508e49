"""The intake queue in the admin: applications that fit no union, or wait for a paused field.

Only for users who were granted the queue by name. Handlers see nothing of it, and it shows no more of a person than
routing needs: neither the basis of eligibility nor access needs, which the union that gets the case reads.
"""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse, reverse_lazy
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin

from wagtail_mentoring.people.models import LanguageLevel
from wagtail_mentoring.programme.models import ProfessionalField
from wagtail_mentoring.programme.routing import route

from .forms import AboutForm, GoalsForm, MeetingForm, ProfessionForm, SectorForm, WorkForm
from .models import IntakeEntry
from .questions import in_words
from .services import AlreadyRouted, route_entry

VIEW, CHANGE = "wagtail_mentoring.view_intakeentry", "wagtail_mentoring.change_intakeentry"
_LEFT_OUT = frozenset(
    {"name", "email", "safe_contact", "phone", "access_needs", "mentor_wish", "situation", "confidence"}
    | {"hide_municipality", "cv"}
)
_LANGUAGES = ("english", "finnish", "swedish")


def may_read_queue(user: Any) -> bool:
    """Return whether ``user`` was granted the queue."""
    return bool(user.is_active and user.has_perm(VIEW))


class _QueueScreen(WagtailAdminTemplateMixin, View):
    """A screen for those who were granted the queue; for everybody else it does not exist."""

    request: HttpRequest
    header_icon = "download"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may_read_queue(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class IntakeIndex(_QueueScreen, BaseListingView):
    """The waiting applications, the oldest first; those that were routed come after them."""

    page_title = gettext_lazy("Intake queue")
    template_name = "wagtail_mentoring/applications/admin/intake.html"
    results_template_name = "wagtail_mentoring/applications/admin/intake_results.html"
    index_url_name = "mentoring_intake"
    index_results_url_name = "mentoring_intake_results"
    verbose_name_plural = gettext_lazy("applications")
    paginate_by = 20

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    @cached_property
    def columns(self) -> list[Column]:
        def address(entry: IntakeEntry) -> str:
            return reverse("mentoring_intake_entry", args=[entry.pk])

        return [
            TitleColumn("name", label=_("Name"), get_url=address),
            Column("profession", label=_("Profession")),
            Column("reason", label=_("Why it waits"), accessor="get_reason_display"),
            Column("received", label=_("Received"), accessor=lambda entry: _day(entry.created_at)),
            Column("routed", label=_("Routed"), accessor=_routed),
        ]

    def get_base_queryset(self) -> Any:
        # False sorts before True: what waits comes first.
        waiting_first = Q(routed_at__isnull=False)
        return IntakeEntry.objects.select_related("case").annotate(is_routed=waiting_first).order_by("is_routed", "pk")


def _day(moment: Any) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")


def _routed(entry: IntakeEntry) -> str:
    if entry.routed_at is None:
        return ""
    return f"{entry.case.reference if entry.case else ''} · {_day(entry.routed_at)}"


class RouteForm(forms.Form):
    """Chooses the field in which the case is opened."""

    field = forms.ModelChoiceField(
        ProfessionalField.objects.none(),
        label=gettext_lazy("Union and field"),
        empty_label=gettext_lazy("Choose"),
        error_messages={"required": gettext_lazy("Choose the field in which the case is opened.")},
    )

    def __init__(self, *args: Any, entry: IntakeEntry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = cast(forms.ModelChoiceField, self.fields["field"])
        chosen.queryset = (
            ProfessionalField.objects.filter(participation__programme=entry.programme_id)
            .select_related("profession", "participation__union")
            .order_by("participation__union__sort_order", "participation__union__slug", "profession__slug")
        )
        chosen.label_from_instance = _field_label  # type: ignore[method-assign, assignment]


def _field_label(field: ProfessionalField) -> str:
    label = f"{field.union.short} – {field.profession}"
    return label if field.intake_open else _("%(field)s (paused)") % {"field": label}


class IntakePage(_QueueScreen):
    """One waiting application, and the way to the union that fits."""

    template_name = "wagtail_mentoring/applications/admin/intake_entry.html"

    @cached_property
    def entry(self) -> IntakeEntry:
        found: IntakeEntry = get_object_or_404(
            IntakeEntry.objects.select_related(
                "programme", "case", "routed_by", "field__profession", "field__participation__union"
            ),
            pk=self.kwargs["pk"],
        )
        return found

    def get_page_title(self) -> str:
        return self.entry.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("mentoring_intake"), "label": _("Intake queue")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._page(RouteForm(entry=self.entry, initial={"field": self._suggested()}))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(CHANGE):
            raise Http404
        form = RouteForm(request.POST, entry=self.entry)
        if not form.is_valid():
            return self._page(form)
        try:
            case = route_entry(self.entry, form.cleaned_data["field"], request.user)
        except AlreadyRouted:
            messages.warning(request, _("Somebody has routed this application meanwhile."))
        else:
            told = _("%(union)s has got the application as case %(reference)s.")
            messages.success(request, told % {"union": case.union.name, "reference": case.reference})
        return redirect("mentoring_intake")

    def _page(self, form: RouteForm) -> HttpResponse:
        entry = self.entry
        context = self.get_context_data(
            entry=entry,
            rows=answer_rows(entry),
            form=form,
            may_route=entry.routed_at is None and self.request.user.has_perm(CHANGE),
        )
        return self.render_to_response(context)

    def _suggested(self) -> ProfessionalField | None:
        """Return the paused field that is waited for, or what the rules say now: they may have changed."""
        entry, answers = self.entry, self.entry.answers
        if entry.field is not None:
            return entry.field
        found = route(
            entry.programme, entry.profession, answers.get("degree_level") or "", answers.get("sector") or ""
        ).fields
        return found[0] if found else None


def answer_rows(entry: IntakeEntry) -> list[Mapping[str, str]]:
    """Return what routing needs of the answers, as label and text."""
    rows = [{"label": _("E-mail"), "text": entry.email}]
    answers = entry.answers
    for form in (AboutForm, ProfessionForm, SectorForm, WorkForm, GoalsForm, MeetingForm):
        for name, field in form.base_fields.items():
            if name in _LEFT_OUT or name not in answers or (name == "municipality" and answers["hide_municipality"]):
                continue
            value = answers[name]
            text = str(LanguageLevel(value or "").label) if name in _LANGUAGES else in_words(field, value)
            rows.append({"label": str(form.short.get(name) or field.label), "text": text})
    return rows + [{"label": row["label"], "text": row["answer"]} for row in answers.get("extra", [])]


class _QueueItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_read_queue(request.user)


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    """The queue's addresses in the admin."""
    return [
        path("mentoring/intake/", IntakeIndex.as_view(), name="mentoring_intake"),
        path("mentoring/intake/results/", IntakeIndex.as_view(results_only=True), name="mentoring_intake_results"),
        path("mentoring/intake/<int:pk>/", IntakePage.as_view(), name="mentoring_intake_entry"),
    ]


@hooks.register("register_mentoring_menu_item")
def menu_item() -> MenuItem:
    """The queue in the menu "Mentoring"."""
    address = reverse_lazy("mentoring_intake")
    return _QueueItem(_("Intake queue"), address, name="mentoring-intake", icon_name="download", order=15)
