"""The forms of the steps: what a handler enters to move a case on."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.meetings.moves import theme_of
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import EARLY_END_REASONS, END_REASON_LABELS

from ..fields import DayField, MomentField, RadioField, RowsField, TextField
from ..wording import BASIS_CHOSEN, SITUATIONS
from .asking import mentee_agrees
from .base import OverridingForm, StepForm
from .picking import MentorsField


class AcceptForm(StepForm):
    basis = RadioField(
        label=_("Basis that you have seen"),
        help_text=_("Only the kind is kept, never a copy or a number. It is wiped some months after the decision."),
        error_messages={"required": _("Say which basis of eligibility you saw.")},
    )
    seen_on = DayField(
        label=_("Seen on"),
        error_messages={"required": _("Give the date on which you saw the basis of eligibility.")},
    )
    note = TextField(
        label=_("Note for handlers"),
        required=False,
        help_text=_("Not shown to the applicant, but part of what the applicant may ask to see."),
    )

    def prepare(self) -> None:
        asylum = self.dossier.case.participation.asylum_seekers_may_apply
        self.fields["basis"].choices = [  # type: ignore[attr-defined]
            (value, label) for value, label in BASIS_CHOSEN.items() if value != "asylum_seeker" or asylum
        ]


class RefuseForm(StepForm):
    reason = TextField(
        label=_("Why the applicant is not eligible"),
        help_text=_("The applicant reads this. Write it in plain words, and say where else to ask if you know."),
        error_messages={"required": _("Say why the applicant is not eligible. The applicant reads this.")},
    )


class PairForm(OverridingForm):
    refusals = {"first": "mentors", "second": "mentors"}

    mentors = MentorsField(label=_("Mentors"), error_messages={"required": _("Choose two mentors.")})
    one_mentor_reason = TextField(
        label=_("If there is only one mentor: why"), required=False, help_text=_("Empty when you choose two.")
    )
    answered_on = DayField(
        label=_("They said yes on"), required=False, help_text=_("Ask both before you choose them. Empty means today.")
    )

    def prepare(self) -> None:
        super().prepare()
        self.fields["mentors"].seek_for(self.dossier.case)  # type: ignore[attr-defined]
        if not self.dossier.case.one_mentor_allowed:
            del self.fields["one_mentor_reason"]
        if self.dossier.case.participation.mentee_asked_about_pair:
            self.fields["mentee_agrees"] = mentee_agrees(self.dossier.mentee.called)

    def clean_mentors(self) -> list[Mentor]:
        """Return one or two mentors: one where the rules allow it."""
        chosen: list[Mentor] = self.cleaned_data["mentors"]
        if len(chosen) < 2 and not self.dossier.case.one_mentor_allowed:
            raise ValidationError(_now("The rules of this union ask for two mentors."))
        return chosen

    def inputs(self) -> dict[str, Any]:
        # The tick is asked of the handler; the step itself has no use for it.
        values = {name: value for name, value in super().inputs().items() if name != "mentee_agrees"}
        first, second = (*values.pop("mentors"), None)[:2]
        return values | {"first": first, "second": second}


class SendAgreementForm(StepForm):
    """Nothing to enter: the page shows who gets what."""


class MeetingForm(StepForm):
    """What planning and recording a meeting have in common."""

    starts_at = MomentField(
        label=_("Day and time"),
        error_messages={
            "required": _("Give the day and the time of the meeting."),
            "invalid": _("Write the day and the time, such as 24.11.2026 17:00."),
        },
    )
    minutes = forms.IntegerField(label=_("Length in minutes"), min_value=15, max_value=480)
    place = forms.CharField(label=_("Place or link"), max_length=300, required=False)
    theme = forms.CharField(label=_("Theme"), max_length=300, required=False)

    def prepare(self) -> None:
        dossier, case = self.dossier, self.dossier.case
        planned = dossier.planned
        suggested: dict[str, Any] = {
            "minutes": planned.minutes if planned else case.meeting_minutes,
            "theme": (planned.theme if planned else "") or theme_of(case, dossier.next_number, case.language),
        }
        if planned is not None:
            suggested |= {"starts_at": planned.starts_at, "place": planned.place}
        self.initial.update(suggested)


class PlanMeetingForm(MeetingForm):
    pass


class RecordMeetingForm(MeetingForm):
    number = forms.IntegerField(widget=forms.HiddenInput)
    mentee_present = forms.BooleanField(label=_("The mentee was there"), required=False)
    mentors_present = RowsField(
        label=_("Mentors who were there"),
        queryset=Mentor.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def prepare(self) -> None:
        super().prepare()
        self.initial["number"] = self.dossier.next_number
        self.fields["mentee_present"].label = _now("%(name)s was there") % {"name": self.dossier.mentee.name}
        pks = [mentor.pk for mentor in self.dossier.mentors]
        self.fields["mentors_present"].queryset = Mentor.objects.filter(pk__in=pks)  # type: ignore[attr-defined]


class CancelMeetingForm(StepForm):
    reason = TextField(label=_("Why"), required=False, help_text=_("The three of them read it in the mail."))


class MissMeetingForm(StepForm):
    """Who of the three did not come."""

    mentee_absent = forms.BooleanField(label=_("The mentee did not come"), required=False)
    mentors_absent = RowsField(
        label=_("Mentors who did not come"),
        queryset=Mentor.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = TextField(label=_("What happened"), required=False, help_text=_("For the handlers of the union."))

    def prepare(self) -> None:
        super().prepare()
        self.fields["mentee_absent"].label = _now("%(name)s did not come") % {"name": self.dossier.mentee.name}
        pks = [mentor.pk for mentor in self.dossier.mentors]
        self.fields["mentors_absent"].queryset = Mentor.objects.filter(pk__in=pks)  # type: ignore[attr-defined]


class ReasonForm(StepForm):
    reason = TextField(
        label=_("Why"),
        help_text=_("Kept in the history for the handlers of the union. Part of what the mentee may ask to see."),
        error_messages={"required": _("Say why.")},
    )


class CompleteForm(StepForm):
    situation = RadioField(
        label=_("The mentee’s situation now"),
        choices=list(SITUATIONS.items()),
        error_messages={"required": _("Choose the mentee’s situation now.")},
    )
    note = TextField(label=_("Note for handlers"), required=False)


class EndForm(StepForm):
    end_reason = RadioField(
        label=_("Why it ends"),
        choices=[(reason.value, END_REASON_LABELS[reason]) for reason in EARLY_END_REASONS],
        error_messages={"required": _("Choose why the case ends.")},
    )
    situation = RadioField(
        label=_("The mentee’s situation now"),
        choices=list(SITUATIONS.items()),
        help_text=_("A fact of its own: people also find work in the middle of mentoring."),
        error_messages={"required": _("Choose the mentee’s situation now.")},
    )
    note = TextField(label=_("Note for handlers"), required=False)
