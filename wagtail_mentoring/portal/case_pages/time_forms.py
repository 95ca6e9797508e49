"""The forms with which times and a place are suggested."""

import datetime
import zoneinfo
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.applications.forms import StepForm
from wagtail_mentoring.applications.questions import One, Text
from wagtail_mentoring.meetings import moments
from wagtail_mentoring.meetings.searching import MOST_PLACE
from wagtail_mentoring.programme.dates import length

from ..mentor_forms import Day

#: So many times are asked for at once.
ROWS = 3
#: Lengths to choose from, in minutes.
LENGTHS = (30, 45, 60, 90, 120, 150, 180)
#: What is wrong with moments, and with the length in minutes if it is known, by field.
Faults = Callable[[Sequence[datetime.datetime], int | None], dict[str, str]]


class Clock(forms.TimeField):
    """A time of day, chosen from the browser's own clock or typed."""

    def __init__(self, **kwargs: Any) -> None:
        messages = {
            "invalid": gettext_lazy("Write the time, such as 17:00."),
            "required": gettext_lazy("Give the time, such as 17:00."),
        }
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "mtg-in--mid"})
        super().__init__(
            input_formats=["%H:%M", "%H.%M", "%H:%M:%S", "%H"], error_messages=messages, widget=widget, **kwargs
        )


def place_question(**kwargs: Any) -> Text:
    """Return the question where the meeting is."""
    return Text(
        label=gettext_lazy("Where do you meet?"),
        help_text=gettext_lazy("An address, or the link of an online meeting."),
        max_length=MOST_PLACE,
        missing=gettext_lazy("Say where you meet. “Online” is enough for now."),
        **kwargs,
    )


def offer_lengths(field: forms.Field, minutes: int) -> None:
    """Let ``field`` choose among the usual lengths, and ``minutes`` when that is another one."""
    lengths = sorted({*LENGTHS, minutes})
    field.choices = [(str(one), length(one)) for one in lengths]  # type: ignore[attr-defined]


def which_question() -> One:
    """Return the question which of two moments with the same clock time is meant."""
    return One(
        [(moments.FIRST, _("The first one, before the clocks are put back")), (moments.SECOND, _("The second one"))],
        label=_("Which of the two?"),
        required=False,
    )


class SuggestForm(StepForm):
    """Up to three times, the place and the length. ``starts``: the moments, after :meth:`is_valid`.

    ``asks_again``: times are suggested already, which a longer meeting asks about anew. ``faults``: says of moments and
    the length what else is wrong, by place (``starts_0`` …); it is asked where the form itself has found something, so
    that all is told at once, and otherwise by the step.
    """

    minutes = forms.ChoiceField(label=gettext_lazy("How long?"))
    place = place_question()

    def __init__(
        self,
        *args: Any,
        zone: zoneinfo.ZoneInfo,
        minutes: int,
        rows: int = ROWS,
        asks_again: bool = False,
        faults: Faults | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"minutes": str(minutes)} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.zone, self.number = zone, rows
        self._faults = faults
        self.starts: list[datetime.datetime] = []
        self._rows_of_starts: list[int] = []
        offer_lengths(self.fields["minutes"], minutes)
        if asks_again:
            again = _("If you make it longer, we ask again about the times that are already suggested.")
            self.fields["minutes"].help_text = again
        for row in range(rows):
            first = row == 0
            self.fields[f"day_{row}"] = Day(
                label=_("Day"), required=first, missing=_("Suggest at least one day.") if first else None
            )
            self.fields[f"time_{row}"] = Clock(label=_("Time"), required=first)
            self.fields[f"which_{row}"] = which_question()
        self.order_fields([f"{what}_{row}" for row in range(rows) for what in ("day", "time", "which")])
        for name, field in self.fields.items():
            if name.startswith(("day_", "time_")):
                # The legend of the group says which time it is; "(optional)" twice in each would be noise.
                field.unmarked = True  # type: ignore[attr-defined]

    @property
    def groups(self) -> list[tuple[str, list[BoundField]]]:
        """The rows with their headings; the question which of two is meant only where it must be asked."""
        names = (_("First time"), _("Second time"), _("Third time"))
        found = []
        for row in range(self.number):
            ask = self.is_bound and (bool(self.errors.get(f"which_{row}")) or self.data.get(f"which_{row}"))
            columns = ("day", "time", "which") if ask else ("day", "time")
            found.append((names[row], [self[f"{name}_{row}"] for name in columns]))
        return found

    def clean(self) -> dict[str, Any]:
        """Put day and time of each row together, in the suggester's time zone."""
        given = super().clean() or self.cleaned_data
        self.starts, self._rows_of_starts = [], []
        for row in range(self.number):
            day, time = given.get(f"day_{row}"), given.get(f"time_{row}")
            if day and time:
                self._add(row, day, time, given.get(f"which_{row}") or "")
            elif day and f"time_{row}" not in self.errors:
                self.add_error(f"time_{row}", _("Give the time too."))
            elif time and f"day_{row}" not in self.errors:
                self.add_error(f"day_{row}", _("Give the day too."))
        if self.errors and self.starts and self._faults is not None:
            minutes = given.get("minutes")
            for place, fault in self._faults(self.starts, int(minutes) if minutes else None).items():
                self.add_error(self.refused_names[place], fault)
        return given

    def _add(self, row: int, day: datetime.date, time: datetime.time, which: str) -> None:
        try:
            found = moments.moment(day, time, self.zone, which)
        except ValidationError as error:
            self.add_error(f"which_{row}" if error.code == "twice" else f"time_{row}", error)
            return
        self.starts.append(found)
        self._rows_of_starts.append(row)

    @property
    def refused_names(self) -> dict[str, str]:
        """How the refusals of the moments are called here: ``starts_1`` is the day of the row where it was typed."""
        return {f"starts_{place}": f"day_{row}" for place, row in enumerate(self._rows_of_starts)}


class PlaceForm(StepForm):
    """Another place for the planned meeting, whose time stays."""

    place = place_question()
