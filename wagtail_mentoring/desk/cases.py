"""The list of cases: those of the own unions, with search, filters and the finer situation in words."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.widgets.button import Button, HeaderButton

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.querysets import CaseQuerySet
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.programme.models import ProfessionalField
from wagtail_mentoring.programme.rights import unions_for
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows import STATE_LABELS, CaseState

from .due import kinds
from .situation import situation
from .wording import ASKING


class CaseColumn(TitleColumn):
    """Name and reference, one above the other."""

    cell_template_name = "wagtail_mentoring/desk/case_cell.html"


class StateColumn(Column):
    """The state as a tag, and the finer situation in words under it."""

    cell_template_name = "wagtail_mentoring/desk/state_cell.html"

    def get_cell_context_data(self, instance: Case, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        finer, late = situation(instance)
        return context | {"label": STATE_LABELS[CaseState(instance.state)], "situation": finer, "late": late}


class LabelledColumn(Column):
    """A cell that carries its column's label, which is shown where the table has become blocks (on a phone)."""

    cell_template_name = "wagtail_mentoring/desk/labelled_cell.html"


class NumberColumn(LabelledColumn):
    """A number, aligned at its end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, classname="mtg-num", **kwargs)


def granted_unions(request: Any) -> Any:
    """Return the unions that a filter may offer to the user."""
    return unions_for(request.user)


def granted_fields(request: Any) -> Any:
    """Return the fields of those unions."""
    return (
        ProfessionalField.objects.filter(participation__union__in=unions_for(request.user))
        .select_related("profession", "participation__union")
        .order_by("participation__union", "profession__slug")
    )


class CaseFilterSet(WagtailFilterSet):
    """State, union, field and handler. A union or field that is not granted is not offered."""

    state = django_filters.MultipleChoiceFilter(
        label=_("State"),
        choices=[(state.value, label) for state, label in STATE_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    union = django_filters.ModelChoiceFilter(
        label=_("Union"), queryset=granted_unions, widget=forms.RadioSelect, empty_label=_("All")
    )
    field = django_filters.ModelChoiceFilter(label=_("Professional field"), queryset=granted_fields)
    mine = django_filters.ChoiceFilter(
        label=_("Handler"),
        method="filter_mine",
        choices=[("me", _("Me")), ("nobody", _("Nobody yet")), ("ours", _("Me, or nobody yet"))],
        widget=forms.RadioSelect,
        empty_label=_("All"),
    )

    asking = django_filters.MultipleChoiceFilter(
        label=_("Finding mentors"),
        method="filter_asking",
        choices=list(ASKING.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    due = django_filters.ChoiceFilter(
        label=_("What is due"),
        method="filter_due",
        choices=lambda: [(kind.name, kind.choice) for kind in kinds() if kind.cases is not None],
        empty_label=_("All"),
    )

    class Meta:
        model = Case
        fields = ["state", "asking", "due", "union", "field", "mine"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request and len(granted_unions(self.request)[:2]) < 2:
            del self.filters["union"]

    def filter_asking(self, queryset: CaseQuerySet, name: str, values: list[str]) -> CaseQuerySet:
        return queryset.filter(asking__in=values) if values else queryset

    def filter_due(self, queryset: CaseQuerySet, name: str, value: str) -> CaseQuerySet:
        kind = next((kind for kind in kinds() if kind.name == value), None)
        if kind is None or kind.cases is None:
            return queryset
        found = queryset if kind.also_closed else queryset.running()
        return found.filter(pk__in=kind.cases(self.request.user))

    def filter_mine(self, queryset: CaseQuerySet, name: str, value: str) -> CaseQuerySet:
        me = Q(handler=self.request.user)
        nobody = Q(handler__isnull=True)
        return queryset.filter({"me": me, "nobody": nobody}.get(value, me | nobody))


class CaseIndex(IndexView):
    """The list. No menu in each row: the name opens the case."""

    model = Case
    page_title = _("Cases")
    header_icon = "group"
    index_url_name = "mentoring_desk:cases"
    index_results_url_name = "mentoring_desk:cases_results"
    template_name = "wagtail_mentoring/desk/cases.html"
    results_template_name = "wagtail_mentoring/desk/cases_results.html"
    any_permission_required = ["view"]
    search_fields = ["mentee__name", "reference", "mentee__email"]
    search_backend_name = None
    filterset_class = CaseFilterSet
    default_ordering = "-pk"
    paginate_by = 20
    table_classname = "listing mtg-stack"
    # Switched off: the stock export reads everything into memory and does not defuse formulas.
    FORMATS = ()

    @property
    def permission_policy(self) -> Any:
        return permission_policy(Case)

    @cached_property
    def columns(self) -> list[Column]:
        def address(case: Case) -> str:
            return reverse("mentoring_desk:case", args=[case.pk])

        columns = [
            CaseColumn("mentee", label=_("Mentee"), get_url=address, sort_key="pk", width="24%"),
            StateColumn("state", label=_("State"), sort_key="state", width="24%"),
            Column("field_name", label=_("Field"), accessor=lambda case: capfirst(case.field_name)),
            LabelledColumn("municipality", label=_("Municipality"), accessor=municipality),
            NumberColumn("days_in_state", label=_("Days in state"), sort_key="state_since"),
            LabelledColumn("handler", label=_("Handler"), accessor=handler_name),
        ]
        if "union" in (self.filters.filters if self.filters else {}):
            columns.insert(3, Column("union", label=_("Union"), accessor="union.short"))
        return columns

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.user_has_permission("change"):
            return []
        address = reverse("mentoring_desk:register_applicant")
        return [HeaderButton(_("Register an applicant"), url=address, icon_name="plus", classname="mtg-wide")]

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        if not self.user_has_permission("change"):
            return []
        applicant, mentor = reverse("mentoring_desk:register_applicant"), reverse("mentoring_mentors:add")
        return [
            Button(_("Register an applicant"), url=applicant, icon_name="plus", priority=10),
            Button(_("Register a mentor"), url=mentor, icon_name="plus", priority=20),
            Button(_("Ask to sign again"), url=reverse("mentoring_desk:sign_again"), icon_name="rotate", priority=30),
        ]

    def get_base_queryset(self) -> CaseQuerySet:
        return Case.objects.readable_by(self.request.user).for_listing().select_related("participation")

    def order_queryset(self, queryset: CaseQuerySet) -> CaseQuerySet:
        # Always down to the number, so that pages neither repeat nor lose a case.
        return (
            queryset.order_by(self.ordering)
            if self.ordering.endswith("pk")
            else queryset.order_by(self.ordering, "-pk")
        )


def municipality(case: Case) -> str:
    """Return the municipality; of somebody who hides it nothing stands in a list that others may glance at."""
    return str(_("Hidden")) if case.mentee.hide_municipality else case.mentee.municipality


def handler_name(case: Case) -> str:
    return user_name(case.handler) or str(_("Nobody yet"))
