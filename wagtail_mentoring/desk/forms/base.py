"""What the forms of the steps have in common."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.applications.validation import refuse_control_characters, refuse_identity_code
from wagtail_mentoring.cases.refusals import add_refusal
from wagtail_mentoring.workflows import StepRefused

from ..dossier import Dossier
from ..fields import TextField


def refuse_in_texts(form: forms.BaseForm, cleaned: dict[str, Any]) -> None:
    """Add an error beside every text of ``cleaned`` that holds a personal identity code or signs nobody can see."""
    for name, value in list(cleaned.items()):
        if isinstance(value, str):
            try:
                refuse_control_characters(value)
                refuse_identity_code(value)
            except ValidationError as error:
                form.add_error(name, error)


def typed(form_class: type[forms.BaseForm], data: Any) -> list[tuple[Any, str]]:
    """Return the texts that came with a form, with their labels: what a person wrote, and no choices or days."""
    fields = form_class.base_fields.items()  # type: ignore[attr-defined]
    found = [(field.label, data.get(name, "").strip()) for name, field in fields if isinstance(field, forms.CharField)]
    return [(label, text) for label, text in found if text]


def show_refusal(form: forms.BaseForm, refused: StepRefused, names: Mapping[str, str] | None = None) -> None:
    """Put what a step refused beside the fields of ``form``, and its reason above it where it belongs to none.

    ``names``: what a field is called in the form, where the step calls it something else.
    """
    if reason := add_refusal(form, refused, names):
        form.add_error(None, reason)


class StepForm(forms.Form):
    """The form of one step. ``seen`` carries how much of the history the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    #: What the fields are called here that a step's refusal calls otherwise.
    refusals: Mapping[str, str] = {}
    #: Whether it shows what was typed and has not been sent.
    kept = False

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        self.dossier = dossier
        kwargs["initial"] = {"seen": dossier.case.log_length} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.prepare()

    @property
    def file_again(self) -> bool:
        """Whether a file came with what is shown again: a browser never puts it back, so it must be chosen anew."""
        return bool(self.is_bound and self.files)

    def prepare(self) -> None:
        """Fill in choices and initial values from the case."""

    def keep(self, data: Any) -> None:
        """Show what was typed so far, without judging it: the form was not sent, but searched in."""
        self.kept = True
        for name, field in self.fields.items():
            self.initial[name] = field.widget.value_from_datadict(data, {}, name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_in_texts(self, cleaned)
        return cleaned

    def refused_file(self) -> tuple[str, bytes] | None:
        """Return why a file that came was refused, as a code, and its bytes; None: no file came, or it was taken."""
        return None

    def inputs(self) -> dict[str, Any]:
        """Return what ``cases.moves.move`` takes as the step's inputs."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class OverridingForm(StepForm):
    """A form that asks why all the same, once a rule has spoken against what was chosen."""

    override_reason = TextField(
        label=_("Why this mentor all the same"),
        required=False,
        help_text=_("Kept in the history for the handlers of the union. Part of what the mentee may ask to see."),
    )

    def prepare(self) -> None:
        super().prepare()
        field = self.fields["override_reason"]
        self._shown = field.widget
        if not self.data.get("override_reason"):
            field.widget = forms.HiddenInput()

    def keep(self, data: Any) -> None:
        super().keep(data)
        if self.initial["override_reason"]:
            self.fields["override_reason"].widget = self._shown

    def add_error(self, field: str | None, error: Any) -> None:
        if field == "override_reason":
            self.fields["override_reason"].widget = self._shown
        super().add_error(field, error)
