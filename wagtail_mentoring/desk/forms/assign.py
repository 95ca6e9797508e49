"""The form that chooses who handles a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.programme.users import user_name


class AssignForm(forms.Form):
    """Who handles the case: one of those who may."""

    handler: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        label=_("Handler"),
        queryset=None,
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("Those who may move cases of this union."),
    )

    def __init__(self, *args: Any, handlers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["handler"]
        field.queryset = handlers  # type: ignore[attr-defined]
        field.label_from_instance = user_name  # type: ignore[attr-defined]
