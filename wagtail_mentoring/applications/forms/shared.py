"""Questions that an applicant and a colleague who offers to be a mentor are asked in the same words."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.people.choices import MeetingFormat, SuitableTime
from wagtail_mentoring.people.phones import refuse_no_number

from ..questions import Email, Several, Text, Tick
from ..validation import refuse_address

YEARS_WORKED = gettext_lazy("How many years have you worked in your profession?")


def name_question() -> Text:
    return Text(
        label=gettext_lazy("What is your name?"),
        max_length=200,
        missing=gettext_lazy("Write your name."),
        autocomplete="name",
        validators=[refuse_address],
    )


def email_question(help_text: Any, label: Any = None) -> Email:
    return Email(
        label=label or gettext_lazy("What is your e-mail address?"),
        help_text=help_text,
        max_length=254,
        missing=gettext_lazy("Write your e-mail address."),
        autocomplete="email",
    )


def phone_question() -> Text:
    return Text(
        label=gettext_lazy("What is your phone number?"),
        max_length=40,
        required=False,
        kind="mid",
        autocomplete="tel",
        validators=[refuse_no_number],
    )


def formats_question() -> Several:
    return Several(
        MeetingFormat,
        label=gettext_lazy("How would you like to meet?"),
        missing=gettext_lazy("Choose how you would like to meet."),
    )


def times_question(help_text: Any = "") -> Several:
    return Several(
        SuitableTime,
        label=gettext_lazy("Which times suit you?"),
        help_text=help_text,
        missing=gettext_lazy("Choose at least one time that suits you."),
    )


def notice_tick() -> Tick:
    """Return the tick that the privacy notice was read. :func:`name_notice` gives it its words."""
    return Tick(missing=gettext_lazy("Read the privacy notice and tick the box."))


def name_notice(form: forms.Form, address: str) -> None:
    """Link the notice at ``address`` beside the form's tick ``notice``."""
    form.fields["notice"].label = format_html(
        _('I have read the <a href="{address}">privacy notice</a> of this union.'), address=address
    )
