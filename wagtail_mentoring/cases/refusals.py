"""What a step refused, put into the form that a person filled in."""

from collections.abc import Mapping

from django import forms

from wagtail_mentoring.workflows import StepRefused


def add_refusal(form: forms.BaseForm, refused: StepRefused, names: Mapping[str, str] | None = None) -> str:
    """Put what a step refused beside the fields of ``form``; return what belongs to none of them, "" for nothing.

    ``names``: what a field is called in the form, where the step calls it something else.
    """
    message = str(refused.reason)
    for name, why in refused.errors.items():
        field = (names or {}).get(name, name)
        if field in form.fields:
            form.add_error(field, str(why))
            message = ""
    return message
