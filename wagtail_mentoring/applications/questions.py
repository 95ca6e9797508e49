"""The kinds of fields from which the steps of the application are made."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import Choices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .validation import check_document, refuse_control_characters, refuse_identity_code


def without_nulls(validators: Iterable[Any]) -> list[Any]:
    """Leave out Django's own check for null characters: ours says it in better words, and once is enough."""
    return [one for one in validators if not isinstance(one, ProhibitNullCharactersValidator)]


class Text(forms.CharField):
    """A line of text, in which no personal identity code and no invisible sign may stand."""

    default_validators = [refuse_control_characters, refuse_identity_code]

    def __init__(self, *, missing: Any = None, kind: str = "", autocomplete: str = "", **kwargs: Any) -> None:
        """``missing`` is what to say when nothing was written, ``kind`` a size of the input: year, mid."""
        if missing:
            kwargs["error_messages"] = {"required": missing, **kwargs.get("error_messages", {})}
        kwargs.setdefault("error_messages", {})["max_length"] = gettext_lazy(
            "This is too long: %(show_value)d characters. There is room for %(limit_value)d."
        )
        super().__init__(**kwargs)
        if kind:
            self.widget.attrs["class"] = f"mtg-in--{kind}"
        if autocomplete:
            self.widget.attrs["autocomplete"] = autocomplete
        self.validators = without_nulls(self.validators)
        # Browsers cut what is too long without a word; our message says how much too long it is.
        self.widget.attrs.pop("maxlength", None)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if isinstance(cleaned, str) and not isinstance(self.widget, forms.Textarea):
            return " ".join(cleaned.split())
        return cleaned


class LongText(Text):
    """A text of several lines."""

    widget = forms.Textarea(attrs={"rows": 5})


class Email(Text):
    """An e-mail address."""

    widget = forms.EmailInput
    default_validators = [*Text.default_validators, *forms.EmailField.default_validators]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {})["invalid"] = gettext_lazy(
            "This is not a whole e-mail address. It looks like name@example.org."
        )
        super().__init__(**kwargs)


class Number(forms.IntegerField):
    """A whole number in a small field, without the arrows that change it by accident."""

    def __init__(self, *, least: int, most: int, missing: Any = None, **kwargs: Any) -> None:
        messages = {
            "invalid": gettext_lazy("Write a number in figures, such as 7."),
            "min_value": gettext_lazy("The number must be %(limit_value)s or more."),
            "max_value": gettext_lazy("The number must be %(limit_value)s or less."),
        }
        if missing:
            messages["required"] = missing
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "class": "mtg-in--year"}))
        super().__init__(min_value=least, max_value=most, error_messages=messages, **kwargs)


class One(forms.ChoiceField):
    """One of a few answers, none of them chosen beforehand."""

    widget = forms.RadioSelect

    def __init__(
        self, choices: Any, *, missing: Any = None, hints: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        error_messages = {
            "required": missing or gettext_lazy("Choose one answer."),
            "invalid_choice": gettext_lazy("Choose one of these answers."),
        }
        super().__init__(choices=_pairs(choices), error_messages=error_messages, **kwargs)
        if hints:
            self.widget.option_hints = dict(hints)  # type: ignore[attr-defined]


class Several(forms.MultipleChoiceField):
    """Any number of answers."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, choices: Any, *, missing: Any = None, **kwargs: Any) -> None:
        error_messages = {
            "required": missing or gettext_lazy("Choose at least one answer."),
            "invalid_choice": gettext_lazy("Choose from these answers."),
        }
        super().__init__(choices=_pairs(choices), error_messages=error_messages, **kwargs)


class Tick(forms.BooleanField):
    """A box to tick; ``missing`` is what to say when it must be ticked."""

    def __init__(self, *, missing: Any = None, **kwargs: Any) -> None:
        if missing:
            kwargs["error_messages"] = {"required": missing}
        kwargs.setdefault("required", bool(missing))
        super().__init__(**kwargs)


class DocumentInput(forms.FileInput):
    """A file input that tells phones which files are meant."""

    def __init__(self) -> None:
        super().__init__(attrs={"accept": ".pdf,.docx,.odt"})


class DocumentField(forms.FileField):
    """A PDF, DOCX or ODT document, known by its content. ``cleaned`` has the type in ``media_type``."""

    widget = DocumentInput

    def __init__(self, **kwargs: Any) -> None:
        messages = {
            "empty": gettext_lazy("This file is empty. Choose another."),
            "invalid": gettext_lazy("The file did not arrive. Choose it again."),
            "max_length": gettext_lazy("The name of this file is too long. Give it a shorter name."),
        }
        super().__init__(max_length=200, error_messages=messages, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file:
            file.media_type = check_document(file)
        return file


def _pairs(choices: Any) -> Iterable[tuple[str, Any]]:
    return choices.choices if isinstance(choices, type) and issubclass(choices, Choices) else choices


def in_words(field: forms.Field, value: Any) -> str:
    """Return a cleaned answer as a person reads it, in the active language; ``""`` when there is none."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value in (None, "", []):
        return ""
    if isinstance(value, list | tuple):
        return "\n".join(in_words(field, one) for one in value)
    if isinstance(field, forms.ChoiceField):
        return str(dict(cast(Iterable[Any], field.choices)).get(value, value))
    if hasattr(value, "isoformat"):
        from django.utils import formats

        return str(formats.localize(value))
    return str(value)
