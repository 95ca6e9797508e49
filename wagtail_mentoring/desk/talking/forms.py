"""The forms of these screens."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.messages.conversation.services import MOST_CHARACTERS

from ..fields import RadioField, TextField
from ..forms.base import StepForm, refuse_in_texts


class LetterForm(StepForm):
    """A message to one person."""

    body = TextField(
        label=_("Your message"),
        max_length=MOST_CHARACTERS,
        help_text=_("Only this person and the contact persons and supervisors of the union read it."),
        error_messages={"required": _("Write the message.")},
    )


class LeavingForm(StepForm):
    """That a mentor who wanted to leave stays after all."""

    note = TextField(
        label=_("What you agreed"), required=False, help_text=_("Kept in the history for the handlers of the union.")
    )


class ConcernForm(forms.Form):
    """What was done about a concern."""

    outcome = TextField(
        label=_("What was done"),
        max_length=MOST_CHARACTERS,
        help_text=_("Only those who may read the concern read this."),
        error_messages={"required": _("Write what was done.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_in_texts(self, cleaned)
        return cleaned


ACCEPT, REFUSE = "accept", "refuse"


class AddressForm(forms.Form):
    """Whether somebody gets another address."""

    decision = RadioField(label=_("Decision"))

    def __init__(self, *args: Any, new: str, old: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["decision"]
        field.choices = [
            (ACCEPT, _("Change the address to %(new)s") % {"new": new}),
            (REFUSE, _("Leave the address as it is: %(old)s") % {"old": old}),
        ]


MAIL, SMS, COPY = "mail", "sms", "copy"


class LinkForm(forms.Form):
    """How a fresh private link goes to its person. Without an answer by mail."""

    way = forms.ChoiceField(label=_("How"), required=False, widget=forms.RadioSelect())

    def __init__(self, *args: Any, address: str, phone: str, **kwargs: Any) -> None:
        kwargs["initial"] = {"way": MAIL} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = [(MAIL, _("By mail to %(address)s") % {"address": address})]
        if phone:
            choices.append((SMS, _("By SMS to %(phone)s") % {"phone": phone}))
        choices.append((COPY, _("Show me the text once, and I send it myself")))
        field: Any = self.fields["way"]
        field.choices = choices

    def clean_way(self) -> str:
        return self.cleaned_data["way"] or MAIL
