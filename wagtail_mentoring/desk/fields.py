"""Form fields of the handlers' screens."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput, AdminDateTimeInput

# Besides the format that the site's date picker writes, what people type.
DAY_FORMATS = ["%Y-%m-%d", "%d.%m.%Y"]
MOMENT_FORMATS = ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y %H.%M"]


class DayField(forms.DateField):
    """A day, chosen from Wagtail's calendar or typed."""

    def __init__(self, **kwargs: Any) -> None:
        widget = AdminDateInput()
        kwargs.setdefault("widget", widget)
        kwargs.setdefault("input_formats", [widget.format, *DAY_FORMATS])
        super().__init__(**kwargs)


class MomentField(forms.DateTimeField):
    """A day with a time, local."""

    def __init__(self, **kwargs: Any) -> None:
        widget = AdminDateTimeInput()
        kwargs.setdefault("widget", widget)
        kwargs.setdefault("input_formats", [widget.format, *MOMENT_FORMATS])
        super().__init__(**kwargs)


class TextField(forms.CharField):
    """A text of several lines."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", AdminAutoHeightTextInput())
        kwargs.setdefault("max_length", 5000)
        super().__init__(**kwargs)


class RadioField(forms.ChoiceField):
    """A choice without a preselected answer, all of it visible."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.RadioSelect())
        kwargs.setdefault("error_messages", {"required": _("Choose one.")})
        super().__init__(**kwargs)
