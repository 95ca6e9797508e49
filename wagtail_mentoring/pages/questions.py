"""How one bound form field is shown on a public page: label, hint, error and widget, tied together by ids."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField, BoundWidget


@dataclass(frozen=True)
class Option:
    """One radio button or tick box of a question, with the hint below its words."""

    widget: BoundWidget
    hint: str

    @property
    def tag(self) -> str:
        """The input alone, without Django's label around it."""
        return self.widget.tag()


@dataclass(frozen=True)
class Question:
    """A bound field with what its template needs.

    ``kind`` is ``input``, ``options``, ``tick``, ``group`` or ``hidden``.
    """

    field: BoundField
    kind: str

    @property
    def widget(self) -> str:
        """The widget with our class beside the classes that it has already."""
        own = self.field.field.widget.attrs.get("class", "")
        classes = " ".join(part for part in ("mtg-in" if self.kind == "input" else "", own) if part)
        return self.field.as_widget(attrs={"class": classes} if classes else None)

    @property
    def options(self) -> list[Option]:
        hints: dict[Any, str] = getattr(self.field.field.widget, "option_hints", {})
        return [Option(widget, str(hints.get(widget.data["value"], ""))) for widget in self.field.subwidgets]

    @property
    def hint_id(self) -> str:
        # The ids that Django puts into aria-describedby.
        return f"{self.field.auto_id}_helptext"

    @property
    def error_id(self) -> str:
        return f"{self.field.auto_id}_error"

    @property
    def anchor(self) -> str:
        """The id of the first input, to which the summary of errors leads."""
        return focus_id(self.field)


def kind_of(field: BoundField) -> str:
    """Return how the field is laid out, from its widget."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "options"
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    return "group" if widget.use_fieldset else "input"


def focus_id(field: BoundField) -> str:
    """Return the id of the input that takes the focus for ``field``."""
    if isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple | forms.MultiWidget):
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


def question(field: BoundField) -> Question:
    """Return ``field`` with what ``includes/field.html`` needs."""
    return Question(field, kind_of(field))
