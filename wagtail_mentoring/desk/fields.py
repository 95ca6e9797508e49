"""Form fields of the handlers' screens."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput, AdminDateTimeInput

from wagtail_mentoring import clock

# Besides the format that the site's date picker writes, what people type.
DAY_FORMATS = ["%Y-%m-%d", "%d.%m.%Y"]
MOMENT_FORMATS = ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y %H.%M"]

#: No date of a case lies before the first, nor so many years ahead: a slip of the pen, such as 2062 for 2026.
FIRST_YEAR, YEARS_AHEAD = 2000, 5


def refuse_slipped_year(value: datetime.date) -> None:
    """Raise ValidationError for a day or moment in a year that cannot be meant."""
    last = clock.today().year + YEARS_AHEAD
    if not FIRST_YEAR <= value.year <= last:
        raise ValidationError(
            _("Check the year: %(year)s. It must lie between %(first)s and %(last)s."),
            code="year",
            params={"year": str(value.year), "first": str(FIRST_YEAR), "last": str(last)},
        )


def refuse_day_to_come(value: datetime.date) -> None:
    """Raise ValidationError for a day after today, of something that was done."""
    if value > clock.today():
        raise ValidationError(_("This day is still to come. Write the day on which it was done."), code="to_come")


class DayInput(AdminDateInput):
    """Wagtail's calendar, which leaves alone what was typed: it would make 3 March of 31 February without a word."""

    def get_config(self) -> dict[str, Any]:
        """Return what the calendar is set up with."""
        return {**super().get_config(), "validateOnBlur": False}


class MomentInput(AdminDateTimeInput):
    """Wagtail's calendar with the time, which leaves alone what was typed, as :class:`DayInput`."""

    def get_config(self) -> dict[str, Any]:
        """Return what the calendar is set up with."""
        return {**super().get_config(), "validateOnBlur": False}


class DayField(forms.DateField):
    """A day, chosen from Wagtail's calendar or typed."""

    default_validators = [refuse_slipped_year]

    def __init__(self, **kwargs: Any) -> None:
        widget = DayInput()
        kwargs.setdefault("widget", widget)
        kwargs.setdefault("input_formats", [widget.format, *DAY_FORMATS])
        kwargs.setdefault("error_messages", {"invalid": _("Write the day, such as 24.11.2026.")})
        super().__init__(**kwargs)


class PastDayField(DayField):
    """A day on which something was done: today or earlier."""

    default_validators = [refuse_slipped_year, refuse_day_to_come]


class MomentField(forms.DateTimeField):
    """A day with a time, local."""

    default_validators = [refuse_slipped_year]

    def __init__(self, **kwargs: Any) -> None:
        widget = MomentInput()
        kwargs.setdefault("widget", widget)
        kwargs.setdefault("input_formats", [widget.format, *MOMENT_FORMATS])
        super().__init__(**kwargs)


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows of a short list. Refuses any other number, also one that the database cannot even compare."""

    def clean(self, value: Any) -> Any:
        """Return the rows. Raises ValidationError for a value that is none of them."""
        known = {str(pk) for pk in self.queryset.values_list("pk", flat=True)}  # type: ignore[union-attr]
        for one in value or ():
            if str(one) not in known:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": one}
                )
        return super().clean(value)


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
