"""The forms around asking mentors: inviting, what somebody answered by phone, a reply, withdrawing."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_mentoring.pairing.choices import MenteeAnswer, NoReason

from ..fields import DAY_FORMATS, DayField, RadioField, TextField
from .base import StepForm

#: Why a mentor said no, as a handler says it.
NO_REASONS: dict[str, Any] = {
    NoReason.NO_TIME: _("No time now"),
    NoReason.NOT_MY_SPECIALITY: _("Not the mentor’s speciality"),
    NoReason.CONFLICT: _("Something links the mentor to this person (a conflict of interest)"),
    NoReason.OTHER: pgettext_lazy("reason", "Another reason, or none given"),
}

#: What the mentee thinks of the pair, as a handler says it.
MENTEE_ANSWERS: dict[str, Any] = {
    MenteeAnswer.YES: _("Agrees to these mentors"),
    MenteeAnswer.NO: _("Would rather have somebody else"),
}


class InviteForm(StepForm):
    """Nothing to enter for two mentors whom every rule allows; a reason for one, and for an exception."""

    one_mentor_reason = TextField(
        label=_("Why one mentor"),
        help_text=_("The rules ask for two where possible. Kept with the case."),
        error_messages={"required": _("Choose a second mentor, or say why there is only one.")},
    )
    # The same column of the proposal; only its question differs.
    replacing_reason = TextField(
        label=_("Why the mentor is replaced"),
        help_text=_("Kept in the history for the handlers of the union. Part of what the mentee may ask to see."),
        error_messages={"required": _("Say why the mentor is replaced.")},
    )
    override_reason = TextField(
        label=_("Why this mentor all the same"),
        help_text=_("A rule speaks against it, see above. Kept with the case, for the handlers of the union."),
        error_messages={"required": _("A rule speaks against this. Say why you ask all the same.")},
    )

    def __init__(self, *args: Any, asked_for: frozenset[str], **kwargs: Any) -> None:
        self.asked_for = asked_for
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        for name in ("one_mentor_reason", "replacing_reason", "override_reason"):
            if name not in self.asked_for:
                del self.fields[name]

    def reason(self) -> str:
        """Return why one mentor is asked, or why one is replaced; "" for a pair."""
        values = self.cleaned_data
        return str(values.get("replacing_reason") or values.get("one_mentor_reason") or "")


class InvitationForm(StepForm):
    """About one mentor who is being asked."""

    def __init__(self, *args: Any, invitation: Any, **kwargs: Any) -> None:
        self.invitation = invitation
        super().__init__(*args, **kwargs)


class PhoneYesForm(InvitationForm):
    """The mentor has told the handler yes."""

    oriented = forms.BooleanField(
        label=_("The mentor has gone through the orientation for mentors and agrees to it"),
        error_messages={"required": _("Go through the orientation with the mentor first, then tick this box.")},
    )
    message = TextField(label=_("What the mentor said"), required=False, help_text=_("Only for the handlers."))

    def prepare(self) -> None:
        if self.invitation.mentor.oriented_on is not None:
            del self.fields["oriented"]


class PhoneNoForm(InvitationForm):
    """The mentor has told the handler no."""

    reason = RadioField(
        label=_("Why"),
        choices=list(NO_REASONS.items()),
        error_messages={"required": _("Choose why. “Another reason” is there too.")},
    )
    pause_until = DayField(
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=DAY_FORMATS,
        label=_("Ask nothing of the mentor until"),
        required=False,
        help_text=_("When there is no time now: until then the mentor is suggested to nobody. Empty: no pause."),
    )
    message = TextField(label=_("What the mentor said"), required=False, help_text=_("Only for the handlers."))


class ReplyForm(InvitationForm):
    """The handler's answer to a mentor's question."""

    reply = TextField(
        label=_("Your answer"),
        max_length=4000,
        help_text=_("The mentor reads it. Tell nothing about the mentee that was not agreed to be shown."),
        error_messages={"required": _("Write the answer. The mentor waits for it.")},
    )


class ConfirmForm(StepForm):
    """Nothing to enter: the page says what will happen."""


class GoOnForm(StepForm):
    """Going on with the one mentor who said yes."""

    reason = TextField(
        label=_("Why one mentor"),
        help_text=_("Kept with the case and with the pair."),
        error_messages={"required": _("Say why the case goes on with one mentor.")},
    )


class MenteeAnswerForm(StepForm):
    """The mentee has told the handler what they think of the pair. ``shown``: of which mentors."""

    shown = forms.Field(widget=forms.HiddenInput)
    answer = RadioField(
        label=_("What the mentee says"),
        choices=list(MENTEE_ANSWERS.items()),
        error_messages={"required": _("Choose what the mentee says.")},
    )
    note = TextField(label=_("In the mentee’s words"), required=False, help_text=_("Only for the handlers."))

    def __init__(self, *args: Any, names: str, shown: str, **kwargs: Any) -> None:
        self.names = names
        kwargs["initial"] = {"shown": shown} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        self.fields["answer"].label = _now("What the mentee says about %(names)s") % {"names": self.names}


def mentee_agrees(name: str) -> forms.BooleanField:
    """Return the tick that the mentee has been asked about a pair that is entered by hand."""
    return forms.BooleanField(
        label=_now("%(name)s has been asked about these mentors and agrees") % {"name": name},
        help_text=_now("The rules of this union say that the mentee is asked before the pair is made."),
        error_messages={"required": _now("Ask the mentee first, then tick this box. Or invite the mentors instead.")},
    )
