"""The form with which editors write a field page."""

from itertools import groupby
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

from wagtail_mentoring.programme.models import ProfessionalField


class FieldsByUnion(forms.models.ModelChoiceIterator):
    """The professional fields under the names of their unions, in one query."""

    def __iter__(self) -> Any:
        yield ("", self.field.empty_label)
        rows = self.queryset.select_related("profession", "participation__union", "participation__programme")
        ordered = sorted(rows, key=lambda row: (row.union.sort_order, row.union.slug, str(row.profession).casefold()))
        for union, fields in groupby(ordered, key=lambda row: row.union):
            yield (str(union), [self.choice(field) for field in fields])


class FieldChoiceField(forms.ModelChoiceField):
    """A choice of a professional field, grouped by union; paused fields say so."""

    iterator = FieldsByUnion

    def label_from_instance(self, obj: ProfessionalField) -> str:
        name = capfirst(str(obj.profession))
        return name if obj.intake_open else _("%(name)s (paused)") % {"name": name}


class FieldPageForm(WagtailAdminPageForm):
    """Offers the fields of the programme that the parent page is about, and refuses a second page for one field."""

    field = FieldChoiceField(
        queryset=ProfessionalField.objects.all(), label=_("professional field"), empty_label=_("Choose a field")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programme = getattr(self.parent_page.specific if self.parent_page else None, "programme_id", None)
        if programme:
            self.fields["field"].queryset = ProfessionalField.objects.filter(participation__programme=programme)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        field = cleaned.get("field")
        if field is not None and self.parent_page is not None:
            pages = type(self.instance).objects.child_of(self.parent_page).exclude(pk=self.instance.pk)
            other = pages.filter(field=field).first()
            if other:
                self.add_error(
                    "field",
                    _("The page “%(page)s” is about this field already. Choose another field, or change that page.")
                    % {"page": other.title},
                )
        return cleaned
