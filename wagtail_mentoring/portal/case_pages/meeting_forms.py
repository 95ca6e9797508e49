"""The forms about a meeting: how it went, that it is cancelled, that it was recorded by mistake."""

import datetime
import zoneinfo
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring import clock
from wagtail_mentoring.applications.forms import StepForm
from wagtail_mentoring.applications.questions import LongText, One, Several, Text
from wagtail_mentoring.meetings import moments
from wagtail_mentoring.meetings.feedback import MOST_COMMENT
from wagtail_mentoring.meetings.models import Fit, Meeting
from wagtail_mentoring.meetings.moves import MOST_WHY
from wagtail_mentoring.meetings.recording import ToRecord
from wagtail_mentoring.meetings.searching import MOST_PLACE
from wagtail_mentoring.meetings.whose import Party

from ..mentor_forms import Day
from .time_forms import Clock, offer_lengths, which_question

#: What became of the meeting.
HELD, MOVED, CANCELLED, MISSED = "held", "moved", "cancelled", "missed"


class CancelForm(StepForm):
    """A word about the cancelled meeting; it may stay empty."""

    reason = LongText(
        label=gettext_lazy("Do you want to say why?"),
        help_text=gettext_lazy(
            "You can leave this empty. Only the contact persons and supervisors of the union read it."
        ),
        max_length=MOST_WHY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class UndoForm(StepForm):
    """Why the latest meeting is taken back. ``number``: which one the page showed; without it none is meant."""

    number = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = LongText(
        label=gettext_lazy("What was wrong?"),
        help_text=gettext_lazy("The contact person reads it."),
        max_length=MOST_WHY,
        missing=gettext_lazy("Say why the meeting is undone."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RecordForm(StepForm):
    """How the meeting went. ``starts_at``: the moment, after :meth:`is_valid`, of a meeting that was held.

    ``parties``: the three, the one who fills it in first. Only a meeting that was planned can have been moved,
    cancelled or missed. ``missed``: with whose time the form begins, without a plan. ``fit``: whether the questions of
    part 2 stand here.
    """

    number = forms.IntegerField(widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    outcome = One((), label=gettext_lazy("Did you meet?"), missing=gettext_lazy("Say whether you met."))
    day = Day(label=gettext_lazy("Day"), required=False)
    time = Clock(label=gettext_lazy("It began at"), required=False)
    minutes = forms.ChoiceField(label=gettext_lazy("It took"))
    place = Text(label=gettext_lazy("Place"), max_length=MOST_PLACE, required=False)
    there = Several((), label=gettext_lazy("Who was there?"), required=False)
    reason = LongText(
        label=gettext_lazy("Do you want to say why?"),
        help_text=gettext_lazy(
            "You can leave this empty. Only the contact persons and supervisors of the union read it."
        ),
        max_length=MOST_WHY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    fit = One(Fit, label=gettext_lazy("Do you three fit together?"), required=False)
    comment = LongText(
        label=gettext_lazy("Anything we should know?"),
        max_length=MOST_COMMENT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    layouts = {"outcome": "row mtg-opts--2", "fit": "row"}
    #: What the steps call otherwise.
    refused_names = {
        "starts_at": "day",
        "mentee_present": "there",
        "mentors_present": "there",
        "mentee_absent": "there",
        "mentors_absent": "there",
    }

    def __init__(
        self,
        *args: Any,
        found: ToRecord,
        parties: list[Party],
        zone: zoneinfo.ZoneInfo,
        contact: str,
        missed: Meeting | None = None,
        fit: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, initial=_first(found, parties, found.planned or missed, zone), **kwargs)
        self.zone, self.parties, self.planned = zone, parties, found.planned
        self.starts_at: datetime.datetime | None = None
        offer_lengths(self.fields["minutes"], found.minutes)
        names = [(_value(party), _("You") if party.you else party.name) for party in parties]
        cast(Several, self.fields["there"]).choices = names
        self.fields["which"] = which_question()
        # They hold something already, or need not be answered in every case.
        for name in ("day", "time", "there"):
            self.fields[name].unmarked = True  # type: ignore[attr-defined]
        self._ask_what_became()
        self._ask_fit(contact if fit else None)

    def _ask_what_became(self) -> None:
        """Ask what became of the plan; without one, the meeting is one that was held."""
        cast(One, self.fields["outcome"]).choices = [
            (HELD, _("Yes")),
            (MOVED, _("We moved it")),
            (CANCELLED, _("Cancelled")),
            (MISSED, _("Somebody did not come")),
        ]
        if self.planned is None:
            self.fields["outcome"].widget = forms.HiddenInput()
            del self.fields["reason"]

    def _ask_fit(self, contact: str | None) -> None:
        """Say who gets in touch about a doubt: ``contact``. None: the questions of part 2 do not stand here."""
        if contact is None:
            del self.fields["fit"], self.fields["comment"]
            return
        if len(self.parties) < 3:
            self.fields["fit"].label = _("Do you two fit together?")
        sure = _("If you are not sure, %(name)s gets in touch with you. Nothing else changes.")
        self.fields["fit"].help_text = sure % {"name": contact}

    @property
    def when_open(self) -> bool:
        """Whether the day and the time of a planned meeting must be seen: something is wrong with them."""
        return any(self.errors.get(name) for name in ("day", "time", "minutes", "place"))

    @property
    def ask_which(self) -> bool:
        """Whether the time comes twice on that day."""
        return self.is_bound and bool(self.errors.get("which") or self.data.get("which"))

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen answer needs."""
        given = super().clean() or self.cleaned_data
        outcome = given.get("outcome")
        if outcome == HELD:
            self._clean_moment(given)
        elif outcome == MISSED and len(given.get("there", [])) == len(self.parties):
            self.add_error("there", _("Untick who did not come."))
        if outcome == HELD and self.planned is None and not self._met(given.get("there", [])):
            self.add_error("there", _("A meeting needs the mentee and at least one mentor."))
        return given

    def _met(self, there: list[str]) -> bool:
        """Return whether the mentee and a mentor were ``there``."""
        return {True, False} <= {party.is_mentor for party in self.parties if _value(party) in there}

    def _clean_moment(self, given: dict[str, Any]) -> None:
        day, time = given.get("day"), given.get("time")
        if not day and "day" not in self.errors:
            self.add_error("day", _("Give the day on which you met."))
        if not time and "time" not in self.errors:
            self.add_error("time", _("Give the time, such as 17:00."))
        if not day or not time:
            return
        try:
            self.starts_at = moments.moment(day, time, self.zone, given.get("which") or "")
        except ValidationError as error:
            self.add_error("which" if error.code == "twice" else "time", error)
            return
        if self.starts_at > clock.now():
            self.add_error("day", _("The time is in the future. A meeting is recorded after it was held."))

    def present(self, party: Party) -> bool:
        """Return whether ``party`` is ticked as having been there."""
        return _value(party) in self.cleaned_data["there"]


def _value(party: Party) -> str:
    return f"{party.key[0]}-{party.key[1]}"


def _first(found: ToRecord, parties: list[Party], begins: Meeting | None, zone: zoneinfo.ZoneInfo) -> dict[str, Any]:
    """Return what the form holds before anything is typed: the values of the meeting ``begins``, if there is one."""
    first = {
        "number": found.number,
        "minutes": str(found.minutes),
        "place": found.place,
        "there": [_value(party) for party in parties],
    }
    if begins is not None:
        starts = begins.starts_at.astimezone(zone)
        first |= {"day": starts.date(), "time": starts.time()}
    return first | ({"outcome": HELD} if found.planned is None else {"shown": found.planned.stamp})
