"""The forms of a mentor's own pages: the answer to an invitation, a question, a pause, days away, the end."""

import datetime
from typing import Any, cast

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring import clock
from wagtail_mentoring.applications.forms import StepForm
from wagtail_mentoring.applications.questions import LongText, One, Tick
from wagtail_mentoring.conf import conf
from wagtail_mentoring.pairing.choices import MenteeAnswer, NoReason

from .mentor_questions import MentorQuestions, language_question, offer_languages
from .sign_up_form import SignUpForm

YES = "yes"
LONGEST_MESSAGE = 2000
#: A longer pause, or days away so far ahead, are a slip of the pen.
LONGEST_PAUSE = 730
#: Years that somebody can mean.
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


class Day(forms.DateField):
    """A day, chosen from the browser's own calendar or typed. Its year is one that people plan with or remember."""

    def __init__(self, *, missing: Any = None, **kwargs: Any) -> None:
        messages = {"invalid": gettext_lazy("Write the day, such as 24.11.2026.")}
        if missing:
            messages["required"] = missing
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "mtg-in--mid"}))
        super().__init__(input_formats=["%Y-%m-%d", "%d.%m.%Y"], error_messages=messages, **kwargs)

    def validate(self, value: datetime.date | None) -> None:
        """Raise ValidationError for a year far away: it is a slip, and at the calendar's ends there are no moments."""
        super().validate(value)
        if value is not None and not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
            raise forms.ValidationError(_("Check the year."), code="year")


def refuse_far_day(day: datetime.date, *, today: bool = False) -> None:
    """Raise ValidationError for a day that is over (or is today, unless ``today``), or more than two years ahead."""
    ahead = (day - clock.today()).days
    if ahead < (0 if today else 1):
        raise forms.ValidationError(_("This day is over. Choose one that is still to come."))
    if ahead > LONGEST_PAUSE:
        raise forms.ValidationError(_("This is more than two years ahead. Check the year."))


class AnswerForm(StepForm):
    """The answer to an invitation. ``said_yes``: only a no is possible; ``orientation``: its address, to be ticked."""

    answer = One((), label=gettext_lazy("Your answer"), missing=gettext_lazy("Choose your answer."))
    oriented = Tick(required=False)
    message = LongText(
        label=gettext_lazy("A message to the contact person"),
        help_text=gettext_lazy("Only the contact persons and supervisors of the union read it."),
        max_length=LONGEST_MESSAGE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    layouts = {"answer": "cards"}

    def __init__(self, *args: Any, said_yes: bool = False, orientation: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer = cast(One, self.fields["answer"])
        choices = [
            (YES, _("Yes, I will mentor")),
            (NoReason.NO_TIME.value, _("No, I have no time now")),
            (NoReason.NOT_MY_SPECIALITY.value, _("No, it is not my speciality")),
            (NoReason.CONFLICT.value, _("No, something links me to this person")),
            (NoReason.OTHER.value, _("No, for another reason")),
        ]
        answer.choices = choices[1:] if said_yes else choices
        answer.widget.option_hints = {  # type: ignore[attr-defined]
            YES: _("You may still change your mind before you sign."),
            NoReason.NO_TIME.value: _("If you like, you choose on the next page until when you need a break."),
            NoReason.CONFLICT.value: _("We do not propose you to each other again."),
            NoReason.OTHER.value: _("You do not have to say why."),
        }
        if said_yes or not orientation:
            del self.fields["oriented"]
        else:
            self.fields["oriented"].label = format_html(
                _('I have read the <a href="{address}">orientation for mentors</a>. It takes five minutes.'),
                address=orientation,
            )
            self.fields["oriented"].help_text = _("This is asked once, when you say yes for the first time.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("answer") == YES and "oriented" in self.fields and not cleaned.get("oriented"):
            self.add_error("oriented", _("Read the orientation for mentors and tick the box."))
        return cleaned


class QuestionForm(StepForm):
    """A question to the contact person before answering."""

    question = LongText(
        label=gettext_lazy("What would you like to know?"),
        help_text=gettext_lazy("The contact person answers here, and you get a mail."),
        max_length=LONGEST_MESSAGE,
        missing=gettext_lazy("Write your question."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PairAnswerForm(StepForm):
    """What the mentee says about the mentors who have said yes."""

    answer = One((), label=gettext_lazy("Your answer"), missing=gettext_lazy("Choose your answer."))
    note = LongText(
        label=gettext_lazy("Do you want to say something about it?"),
        help_text=gettext_lazy("Only the contact persons and supervisors of the union read this. The mentors do not."),
        max_length=LONGEST_MESSAGE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    layouts = {"answer": "cards"}

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        yes = _("Yes, this mentor suits me") if number == 1 else _("Yes, these mentors suit me")
        answer = cast(One, self.fields["answer"])
        answer.choices = [
            (MenteeAnswer.YES.value, yes),
            (MenteeAnswer.NO.value, _("I would rather have somebody else")),
        ]
        answer.widget.option_hints = {  # type: ignore[attr-defined]
            MenteeAnswer.YES.value: _("Then you all get a short agreement to read and sign."),
            MenteeAnswer.NO.value: _("That is all right. We look for somebody else, and you lose nothing."),
        }


class PauseForm(StepForm):
    """Until when a mentor is asked nothing."""

    until = Day(
        label=gettext_lazy("Until which day do you need a break?"),
        help_text=gettext_lazy("We ask you nothing until then. After that day you are asked again."),
        missing=gettext_lazy("Choose the last day of your break."),
    )

    def clean_until(self) -> datetime.date:
        until: datetime.date = self.cleaned_data["until"]
        refuse_far_day(until)
        return until


class AwayForm(StepForm):
    """Some days on which a mentor is away."""

    first_day = Day(label=gettext_lazy("First day away"), missing=gettext_lazy("Choose the first day."))
    last_day = Day(label=gettext_lazy("Last day away"), missing=gettext_lazy("Choose the last day."))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last:
            if last < first:
                self.add_error("last_day", _("The last day is before the first day."))
            else:
                try:
                    refuse_far_day(last, today=True)
                except forms.ValidationError as error:
                    self.add_error("last_day", error)
        return cleaned


class StopForm(StepForm):
    """A last word to the contact person; it may stay empty."""

    message = LongText(
        label=gettext_lazy("Do you want to say something to the contact person?"),
        max_length=LONGEST_MESSAGE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ProfileForm(MentorQuestions):
    """Whether everything is still true: the questions of the sign-up that may change."""

    language = language_question(gettext_lazy("In which language shall we write to you?"))
    partner_wish = SignUpForm.base_fields["partner_wish"]
    conflicts = SignUpForm.base_fields["conflicts"]
    shown_to_mentee = SignUpForm.base_fields["shown_to_mentee"]
    shown_to_partner = SignUpForm.base_fields["shown_to_partner"]

    layouts = SignUpForm.layouts
    parts = (
        *MentorQuestions.parts,
        *(part for part in SignUpForm.parts if part[0] in ("others", "shown")),
        ("mails", gettext_lazy("Our mails"), "", ("language",)),
    )

    def __init__(self, *args: Any, load: int = 0, **kwargs: Any) -> None:
        """``load`` is how many places of the mentor are taken or held now."""
        super().__init__(*args, **kwargs)
        if load:
            self.fields["capacity"].help_text = _(
                "Places in use now, by mentees or by open questions: %(number)s. A smaller number takes nobody away; "
                "it only means that you are asked about nobody new."
            ) % {"number": load}
        offer_languages(self, conf.LANGUAGES)
