"""The list of mentors: who they are, what stands between them and the next mentee, and the export."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button, HeaderButton

from wagtail_mentoring.pairing.mentor_states import MentorState, with_state
from wagtail_mentoring.people.choices import TOPICS
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.querysets import filter_known_language, filter_topics, filter_unchecked
from wagtail_mentoring.programme.admin_views import OwnRows

from ..brief import languages
from ..cases import LabelledColumn, NumberColumn, granted_fields, granted_unions
from . import wording
from .exporting import SafeExport

LANGUAGES = [
    ("english", gettext_lazy("English")),
    ("finnish", gettext_lazy("Finnish")),
    ("swedish", gettext_lazy("Swedish")),
    ("other", gettext_lazy("Any other language")),
]


class MentorFilterSet(WagtailFilterSet):
    """State, field, language, room, topics, and whose profile should be asked about."""

    state = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("State"),
        method="filter_state",
        choices=MentorState.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    union = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Union"),
        queryset=granted_unions,
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("All"),
    )
    fields = django_filters.ModelChoiceFilter(label=gettext_lazy("Professional field"), queryset=granted_fields)
    language = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("Language"),
        method="filter_language",
        choices=LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
    )
    room = django_filters.ChoiceFilter(
        label=gettext_lazy("Room"),
        method="filter_room",
        choices=[("yes", gettext_lazy("Could take a mentee now")), ("no", gettext_lazy("Not now"))],
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("All"),
    )
    topics = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("Topics"), method="filter_topics", choices=TOPICS, widget=forms.CheckboxSelectMultiple
    )
    check = django_filters.ChoiceFilter(
        label=gettext_lazy("Profile"),
        method="filter_check",
        choices=[("old", gettext_lazy("To be asked about"))],
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("All"),
    )

    class Meta:
        model = Mentor
        fields = ["state", "union", "fields", "language", "room", "topics", "check"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request and len(granted_unions(self.request)[:2]) < 2:
            del self.filters["union"]

    # The state is worked out for all mentors only when it is asked for: it counts in four other tables.
    def filter_state(self, queryset: Any, name: str, value: list[str]) -> Any:
        return with_state(queryset).filter(state_code__in=value) if value else queryset

    def filter_language(self, queryset: Any, name: str, value: list[str]) -> Any:
        return filter_known_language(queryset, value)

    def filter_room(self, queryset: Any, name: str, value: str) -> Any:
        free = Q(state_code=MentorState.AVAILABLE)
        return with_state(queryset).filter(free if value == "yes" else ~free)

    def filter_topics(self, queryset: Any, name: str, value: list[str]) -> Any:
        return filter_topics(queryset, value)

    def filter_check(self, queryset: Any, name: str, value: str) -> Any:
        return filter_unchecked(queryset, wording.checked_before())


class NameColumn(TitleColumn):
    """Name and title, one above the other."""

    cell_template_name = "wagtail_mentoring/desk/mentors/name_cell.html"


class StateColumn(Column):
    """What stands between a mentor and the next mentee; free ones stand out, and sign-ups that wait."""

    cell_template_name = "wagtail_mentoring/desk/mentor_state_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        return super().get_cell_context_data(instance, parent_context) | {
            "label": wording.state_words(instance),
            "free": instance.state_code == MentorState.AVAILABLE,
            "act": instance.state_code == MentorState.WAITING,
            "old": instance.needs_check,
        }


class MentorIndex(OwnRows, SafeExport, generic.IndexView):
    """The list. Sign-ups that wait come first by the filter "Waits for approval", the oldest on top."""

    filterset_class = MentorFilterSet
    results_template_name = "wagtail_mentoring/desk/mentors_results.html"
    default_ordering = "name"
    table_classname = "listing mtg-stack"
    any_permission_required = ["view", "change"]

    @cached_property
    def columns(self) -> list[Column]:
        def address(mentor: Mentor) -> str:
            return str(self.get_inspect_url(mentor))

        columns = [
            NameColumn("name", label=_("Name"), get_url=address, sort_key="name", width="24%"),
            LabelledColumn("fields", label=_("Fields"), accessor=field_names),
            LabelledColumn("municipality", label=_("Municipality"), sort_key="municipality"),
            LabelledColumn("languages", label=_("Languages"), accessor=languages),
            NumberColumn("load", label=_("Mentees"), accessor=wording.load_words),
            StateColumn("state", label=_("State")),
        ]
        if "union" in (self.filters.filters if self.filters else {}):
            columns.insert(2, LabelledColumn("union", label=_("Union"), accessor="union.short"))
        return columns

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.add_url:
            return []
        return [HeaderButton(_("Register a mentor"), url=self.add_url, icon_name="plus", classname="mtg-wide")]

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if self.add_url:
            buttons.append(Button(_("Register a mentor"), url=self.add_url, icon_name="plus", priority=10))
            imported = reverse("mentoring_mentor:import")
            buttons.append(Button(_("Import a sheet"), url=imported, icon_name="upload", priority=20))
        return buttons

    def get_base_queryset(self) -> Any:
        own = super().get_base_queryset().filter(anonymised_at__isnull=True)
        return own.select_related("union").prefetch_related("fields__profession")

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """Return one page, with the state and the load of its mentors, in one more query."""
        paginator, page, rows, several = super().paginate_queryset(queryset, page_size)
        shown = list(rows)
        known = with_state(Mentor.objects.filter(pk__in=[mentor.pk for mentor in shown])).in_bulk()
        before = wording.checked_before()
        for mentor in shown:
            mentor.needs_check = wording.needs_check(mentor, before)
            mentor.load, mentor.state_code = known[mentor.pk].load, known[mentor.pk].state_code
        page.object_list = shown
        return paginator, page, shown, several

    def order_queryset(self, queryset: Any) -> Any:
        # Whoever looks at the sign-ups alone wants to know who has waited longest.
        if self.request.GET.getlist("state") == [MentorState.WAITING] and not self.request.GET.get("ordering"):
            return queryset.order_by("signed_up_at", "pk")
        # Always down to the number, so that pages neither repeat nor lose a mentor.
        return queryset.order_by(self.ordering, "pk")


def field_names(mentor: Mentor) -> str:
    """Return the mentor's fields in words."""
    return ", ".join(str(field.profession) for field in mentor.fields.all())
