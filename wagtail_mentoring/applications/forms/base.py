"""One page of questions: what all pages have in common, those of a mentor included."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from wagtail_mentoring.programme.models import ProfessionalField


class StepForm(forms.Form):
    """One page of questions. ``field`` is the professional field, or None while it is not known."""

    #: How an answer is called where all are listed.
    short: dict[str, Any] = {}
    #: Why a question is asked, shown on demand: field name → text.
    why: dict[str, Any] = {}
    layouts: dict[str, str] = {}
    use_required_attribute = False

    def __init__(self, *args: Any, field: ProfessionalField | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.professional_field = field

    @property
    def rows(self) -> list[tuple[BoundField, str, Any]]:
        """Every question with its layout and the reason for it, as the template shows them."""
        return [self.row(name) for name in self.fields]

    def row(self, name: str) -> tuple[BoundField, str, Any]:
        """Return one question with its layout and the reason for it."""
        return self[name], self.layouts.get(name, ""), self.why.get(name, "")

    def short_label(self, name: str) -> str:
        return str(self.short.get(name) or self.fields[name].label)
