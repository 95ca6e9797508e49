"""Forms of the admin for rules, fields, themes and routing."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http.request import validate_host
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from .colours import check_colours
from .editing import editable_unions, edits_whole_programme
from .models import DegreeLevel, Participation, ProfessionalField, Sector, Union
from .weights import WeightsField, criteria

#: Field names that bind a row to a union, with the path from what they point to.
_BINDING = {"union": "pk", "participation": "union", "field": "participation__union"}


class UnionBoundForm(WagtailAdminModelForm):
    """Offers only the unions that the user may edit, and demands one of users who do not edit the whole programme."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                self._prepare(field)
        if self.for_user is None or edits_whole_programme(self.for_user):
            return
        unions = editable_unions(self.for_user)
        for name, lookup in _BINDING.items():
            field = self.fields.get(name)
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                field.queryset = field.queryset.filter(**{f"{lookup}__in": unions})
        # Without a union the row would be the whole programme's.
        if "participation" in self.fields:
            self.fields["participation"].required = True

    @staticmethod
    def _prepare(field: forms.ModelChoiceField) -> None:
        if field.queryset is None:
            return
        # The names of these rows are made of related rows: one query instead of one for each choice.
        related = {
            Participation: ("union", "programme"),
            ProfessionalField: ("profession", "participation__union"),
        }.get(field.queryset.model)
        if related:
            field.queryset = field.queryset.select_related(*related)


class UnionForm(UnionBoundForm):
    """A union; its colours must be readable."""

    # Of an address without a scheme we assume what the next Django assumes.
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    base_url = forms.URLField(label=_("Base address for links in mails"), required=False, assume_scheme="https")

    def clean_base_url(self) -> str:
        """Refuse another server: whoever runs it would get the private links that people open, and with them all."""
        address = str(self.cleaned_data["base_url"])
        parts = urlsplit(address)
        if address and (parts.username or not validate_host(parts.hostname or "", settings.ALLOWED_HOSTS)):
            raise ValidationError(
                _("This site does not answer at this address (ALLOWED_HOSTS). Private links would lead elsewhere."),
                code="foreign",
            )
        return address

    def _post_clean(self) -> None:
        super()._post_clean()
        if not {"accent", "accent_soft", "accent_dark", "accent_dark_soft"} & set(self.errors):
            try:
                check_colours(self.instance)
            except ValidationError as error:
                self.add_error(None, error)

    class Meta:
        model = Union
        fields: list[str] = []
        widgets = {
            name: forms.TextInput(attrs={"type": "color"})
            for name in ("accent", "accent_soft", "accent_dark", "accent_dark_soft")
        }


class RulesForm(UnionBoundForm):
    """A union's rules; the points of the criteria as numbers by name."""

    weights = WeightsField(
        help_text=_(
            "Each pair gets points by these criteria when mentors are suggested. What counts is the part that a "
            "criterion has of all points; 0 leaves it out. Mentors of another profession, without room or without a "
            "common language are never suggested, whatever stands here. The change holds for suggestions made from "
            "now on; the points of pairs that were asked already stay as they were. The parts are worked out anew "
            "when you save."
        )
    )

    def clean_weights(self) -> dict[str, int]:
        """Keep the points of criteria that are not there now: they may be back tomorrow."""
        known = {one.name for one in criteria()}
        before = {name: value for name, value in (self.instance.weights or {}).items() if name not in known}
        return before | self.cleaned_data["weights"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        reminded, days = cleaned.get("invitation_reminder_days"), cleaned.get("invitation_days")
        if reminded is not None and days is not None and reminded >= days:
            self.add_error(
                "invitation_reminder_days",
                _("The reminder must come before the last day to answer: at most %(days)s.") % {"days": days - 1}
                if days > 1
                else _("With one day to answer there is no time for a reminder. Give at least two days to answer."),
            )
        return cleaned


class ThemeForm(UnionBoundForm):
    """A theme; for a union or a field it must be one of the theme's programme."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        programme, participation, field = (cleaned.get(name) for name in ("programme", "participation", "field"))
        if participation and programme and participation.programme_id != programme.pk:
            self.add_error("participation", _("This union’s rules belong to another programme."))
        if field and participation and field.participation_id != participation.pk:
            self.add_error("field", _("This field belongs to another union. Choose the same union, or no field."))
        if field and programme and field.participation.programme_id != programme.pk:
            self.add_error("field", _("This field belongs to another programme."))
        return cleaned


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 6})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(_("Write at least one word."), code="required")

    def run_validators(self, value: Any) -> None:
        for line in value:
            super().run_validators(line)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class RoutingRuleForm(UnionBoundForm):
    """A rule of "which union is mine?": words one a line, degree levels and sectors as boxes."""

    words = LinesField(
        label=_("Words in the profession"),
        help_text=_("One a line, in any language. A rule matches when one of them begins a word of the profession."),
    )
    degree_levels = forms.MultipleChoiceField(
        label=_("Degree levels"),
        choices=DegreeLevel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: every level."),
    )
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"),
        choices=Sector.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: every sector."),
    )
