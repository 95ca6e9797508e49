"""The mentors of the own unions: list, registration, editing. Never public."""

from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic import history, usage
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminAutoHeightTextInput

from wagtail_mentoring import clock
from wagtail_mentoring.compat import PolicyFromModel
from wagtail_mentoring.conf import conf
from wagtail_mentoring.pairing.mentors import available, with_load
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.signals import mentor_registered
from wagtail_mentoring.privacy.models import SHOWN_OF_MENTOR, Consent, ConsentKind

from . import words
from .cases import LabelledColumn, NumberColumn, granted_fields
from .fields import DayField, RowsField
from .forms import refuse_in_texts
from .panels.person import languages
from .register import handled_fields
from .rows import OwnUnionsRows


class MentorForm(WagtailAdminModelForm):
    """A mentor. The union is that of the chosen fields; only fields of the user's own unions are offered."""

    membership_confirmed_on = DayField(
        label=gettext_lazy("Membership confirmed on"),
        required=False,
        help_text=gettext_lazy("Without it the mentor is not offered for a case."),
    )
    paused_until = DayField(label=gettext_lazy("Paused until"), required=False)
    shown_to_mentee = forms.BooleanField(
        label=gettext_lazy("Agrees to be shown to a mentee"),
        required=False,
        help_text=gettext_lazy("With name, title, languages and municipality."),
    )
    shown_to_partner = forms.BooleanField(
        label=gettext_lazy("Agrees to be shown to the partner mentor"),
        required=False,
        help_text=gettext_lazy("With name, title, languages and municipality."),
    )

    class Meta:
        model = Mentor
        fields = [
            "name",
            "email",
            "phone",
            "fields",
            "title",
            "membership_confirmed_on",
            "capacity",
            "municipality",
            "online",
            "in_person",
            "english",
            "finnish",
            "swedish",
            "other_languages",
            "language",
            "paused_until",
            "topics_text",
            "conflicts",
        ]
        field_classes = {"fields": RowsField}
        widgets = {
            "fields": forms.CheckboxSelectMultiple,
            "topics_text": AdminAutoHeightTextInput,
            "conflicts": AdminAutoHeightTextInput,
        }
        help_texts = {
            "email": gettext_lazy("The privacy notice and the private links go here."),
            "conflicts": gettext_lazy("Whom the mentor cannot mentor, such as own employees."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = handled_fields(self.for_user)
        if self.instance.pk:
            offered = offered.filter(participation__union=self.instance.union_id)
        self.fields["fields"].queryset = offered
        self.fields["fields"].required = True
        self.fields["fields"].error_messages["required"] = _("Choose at least one field.")
        self.fields["language"] = forms.ChoiceField(
            label=self.fields["language"].label, choices=conf.LANGUAGES, initial="en"
        )
        if self.instance.pk:
            for name in CONSENTS:
                given = Consent.objects.filter(mentor=self.instance, kind=CONSENTS[name], withdrawn_at__isnull=True)
                self.initial[name] = given.exists()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_in_texts(self, cleaned)
        chosen = cleaned.get("fields")
        if chosen:
            unions = {field.participation.union for field in chosen}
            if len(unions) > 1:
                self.add_error("fields", _("Choose fields of one union. Register the mentor twice for two unions."))
            else:
                self.instance.union = unions.pop()
        return cleaned

    def save_consents(self) -> None:
        """Write a consent that was newly given, and end one that was taken back."""
        for name, kind in CONSENTS.items():
            given = Consent.objects.filter(mentor=self.instance, kind=kind, withdrawn_at__isnull=True)
            if self.cleaned_data[name] and not given.exists():
                Consent.objects.create(
                    mentor=self.instance,
                    kind=kind,
                    fields=list(SHOWN_OF_MENTOR),
                    given_how="handler",
                    given_at=clock.now(),
                )
            elif not self.cleaned_data[name]:
                given.update(withdrawn_at=clock.now())


CONSENTS = {"shown_to_mentee": ConsentKind.SHOWN_TO_MENTEE, "shown_to_partner": ConsentKind.SHOWN_TO_PARTNER}


class MentorFilterSet(WagtailFilterSet):
    """By field, and by whether they could take one more mentee."""

    fields = django_filters.ModelChoiceFilter(label=gettext_lazy("Professional field"), queryset=granted_fields)
    room = django_filters.ChoiceFilter(
        label=gettext_lazy("Room"),
        method="filter_room",
        choices=[("yes", gettext_lazy("Could take a mentee now")), ("no", gettext_lazy("Not now"))],
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("All"),
    )

    class Meta:
        model = Mentor
        fields = ["fields", "room"]

    def filter_room(self, queryset: Any, name: str, value: str) -> Any:
        free = available(Mentor.objects.all()).values("pk")
        return queryset.filter(pk__in=free) if value == "yes" else queryset.exclude(pk__in=free)


def state_of(mentor: Any) -> tuple[str, bool]:
    """Return in words whether ``mentor`` (with ``load``) could take one more mentee, and whether so."""
    today = clock.today()
    if mentor.ended_on and mentor.ended_on <= today:
        return _("Stopped"), False
    if mentor.membership_confirmed_on is None:
        return _("Membership not confirmed"), False
    if mentor.paused_until and mentor.paused_until >= today:
        return _("Paused until %(day)s") % {"day": words.day(mentor.paused_until)}, False
    if mentor.load >= mentor.capacity:
        return _("No room now"), False
    return _("Available"), True


class MentorStateColumn(Column):
    cell_template_name = "wagtail_mentoring/desk/mentor_state_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        label, free = state_of(instance)
        return super().get_cell_context_data(instance, parent_context) | {"label": label, "free": free}


class MentorIndex(OwnUnionsRows, generic.IndexView):
    filterset_class = MentorFilterSet
    results_template_name = "wagtail_mentoring/desk/mentors_results.html"
    default_ordering = "name"
    table_classname = "listing mtg-stack"
    FORMATS = ()  # no export: the stock one does not defuse formulas
    any_permission_required = ["view", "change"]

    @cached_property
    def columns(self) -> list[Column]:
        def address(mentor: Mentor) -> str:
            return str(self.get_edit_url(mentor) or self.get_inspect_url(mentor))

        return [
            TitleColumn("name", label=_("Name"), get_url=address, sort_key="name"),
            Column("fields", label=_("Fields"), accessor=field_names),
            LabelledColumn("municipality", label=_("Municipality")),
            LabelledColumn("languages", label=_("Languages"), accessor=languages),
            NumberColumn("load", label=_("Mentees"), accessor=load_of),
            MentorStateColumn("state", label=_("State")),
        ]

    def get_base_queryset(self) -> Any:
        return with_load(super().get_base_queryset()).prefetch_related("fields__profession")


def field_names(mentor: Mentor) -> str:
    return ", ".join(str(field.profession) for field in mentor.fields.all())


def load_of(mentor: Any) -> str:
    return _("%(load)s of %(capacity)s") % {"load": mentor.load, "capacity": mentor.capacity}


class MentorCreate(generic.CreateView):
    page_title = gettext_lazy("Register")
    template_name = "wagtail_mentoring/desk/mentor_form.html"
    success_message = gettext_lazy("%(object)s is registered. The privacy notice is on its way.")
    submit_button_label = gettext_lazy("Register the mentor")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        after = [
            _("The mentor gets a mail with the privacy notice."),
            _("With a confirmed membership and room, the mentor is offered for cases of the chosen fields."),
        ]
        return super().get_context_data(heading=_("Register a mentor"), after=after, **kwargs)

    def save_instance(self) -> Any:
        with transaction.atomic():
            # Registered by the contact person, who knows the mentor: nobody has to approve that.
            self.form.instance.approved_on = clock.today()
            mentor = super().save_instance()
            self.form.save_consents()
            mentor_registered.send(Mentor, mentor=mentor)
        return mentor


class MentorEdit(OwnUnionsRows, generic.EditView):
    row_actions = ("change",)
    template_name = "wagtail_mentoring/desk/mentor_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(heading=self.object.name, **kwargs)

    def save_instance(self) -> Any:
        with transaction.atomic():
            mentor = super().save_instance()
            self.form.save_consents()
        return mentor

    @cached_property
    def can_delete(self) -> bool:
        return not self.object.memberships.exists() and self.user_has_permission("delete")


class MentorDelete(OwnUnionsRows, generic.DeleteView):
    """Only a mentor who never had a case; otherwise the history of those cases would lose its mentor."""

    row_actions = ("delete",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.user_has_permission("delete") and self.object.memberships.exists():
            messages.error(
                request,
                _("%(name)s has been a mentor of a case and cannot be deleted.") % {"name": self.object},
            )
            return redirect(reverse("mentoring_mentors:edit", args=[self.object.pk]))
        return super().dispatch(request, *args, **kwargs)


class MentorHistory(OwnUnionsRows, history.HistoryView):
    pass


class MentorUsage(OwnUnionsRows, usage.UsageView):
    pass


class MentorInspect(OwnUnionsRows, generic.InspectView):
    pass


class MentorViewSet(PolicyFromModel, ModelViewSet):
    """Mentors in the admin. Rights come from the union grants; every view has its rows narrowed."""

    model = Mentor
    name = "mentoring_mentors"
    url_prefix = "mentoring/mentors"
    icon = "user"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = [
        "name",
        "email",
        "phone",
        "union",
        "fields",
        "title",
        "municipality",
        "english",
        "finnish",
        "swedish",
        "other_languages",
        "capacity",
        "paused_until",
        "membership_confirmed_on",
    ]
    search_fields = ["name", "email"]
    search_backend_name = None
    index_view_class = MentorIndex
    add_view_class = MentorCreate
    edit_view_class = MentorEdit
    delete_view_class = MentorDelete
    history_view_class = MentorHistory
    usage_view_class = MentorUsage
    inspect_view_class = MentorInspect

    def get_form_class(self, for_update: bool = False) -> type[MentorForm]:
        return MentorForm
