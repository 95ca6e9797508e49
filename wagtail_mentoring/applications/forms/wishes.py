"""What is hoped for, how to meet, and the right to apply."""

from typing import Any, cast

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy
from wagtail.contrib.forms.forms import FormBuilder

from wagtail_mentoring.people.choices import Goal
from wagtail_mentoring.programme.models import ProfessionalField
from wagtail_mentoring.workflows import SITUATION_LABELS, Situation

from ..models import EligibilityBasis, HeardFrom
from ..questions import LongText, One, Several, without_nulls
from ..validation import refuse_control_characters, refuse_identity_code
from .base import StepForm
from .shared import formats_question, times_question

#: In front of the names of the questions that a union's editors added.
EXTRA = "extra_"


class GoalsForm(StepForm):
    goals = Several(
        Goal,
        label=gettext_lazy("What do you hope to get from mentoring?"),
        help_text=gettext_lazy("Choose all that fit."),
        missing=gettext_lazy("Choose at least one goal."),
    )
    goals_text = LongText(
        label=gettext_lazy("Tell it in your own words"),
        help_text=gettext_lazy("What would you like to ask a colleague? At most 2,000 characters."),
        max_length=2000,
        required=False,
    )
    situation = One(
        [(key.value, label) for key, label in SITUATION_LABELS.items() if key != Situation.UNKNOWN],
        label=gettext_lazy("What is your situation now?"),
        required=False,
    )
    confidence = One(
        [
            ("1", gettext_lazy("1 – not at all sure")),
            ("2", "2"),
            ("3", "3"),
            ("4", "4"),
            ("5", gettext_lazy("5 – very sure")),
        ],
        label=gettext_lazy("How sure are you that you find work in your profession?"),
        required=False,
    )

    short = {
        "goals": gettext_lazy("Goals"),
        "goals_text": gettext_lazy("In your own words"),
        "situation": gettext_lazy("Situation now"),
        "confidence": gettext_lazy("How sure you are to find work"),
    }
    why = {
        "confidence": gettext_lazy(
            "We ask this again at the end. So we see if mentoring helps. The answer has no effect on your application."
        )
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.professional_field:
            self.fields.update(extra_fields(self.professional_field))


def extra_fields(field: ProfessionalField) -> dict[str, forms.Field]:
    """Return the form fields that the union's editors have added, with the checks that every text gets."""
    made: dict[str, forms.Field] = {}
    for name, question in FormBuilder(field.questions.all()).formfields.items():
        if isinstance(question.widget, forms.HiddenInput):
            continue
        if isinstance(question, forms.CharField):
            question.validators = [
                *without_nulls(question.validators),
                refuse_control_characters,
                refuse_identity_code,
            ]
            if question.max_length is None:
                question.max_length = 2000
                question.validators.append(MaxLengthValidator(question.max_length))
            question.widget.attrs.pop("maxlength", None)
        made[EXTRA + name] = question
    return made


class MeetingForm(StepForm):
    formats = formats_question()
    times = times_question(gettext_lazy("You agree the exact times with your mentors later."))
    mentor_wish = LongText(
        label=gettext_lazy("Is there something you wish of your mentors?"),
        help_text=gettext_lazy(
            "Only the contact persons and supervisors of the union read it. It is no promise. At most 500 characters."
        ),
        max_length=500,
        required=False,
    )
    access_needs = LongText(
        label=gettext_lazy("What helps you take part?"),
        help_text=gettext_lazy("For example a place without stairs, an interpreter for sign language, or breaks."),
        max_length=1000,
        required=False,
    )

    short = {
        "formats": gettext_lazy("How you want to meet"),
        "times": gettext_lazy("Times that suit"),
        "mentor_wish": gettext_lazy("What you wish of your mentors"),
        "access_needs": gettext_lazy("What helps you take part"),
    }
    why = {
        "access_needs": gettext_lazy(
            "You do not have to answer. What you write here can tell about your health. So we treat it with special "
            "care: only the contact person at the union reads it, every reading is recorded, and your mentors hear of "
            "it only if you want."
        )
    }


class RightForm(StepForm):
    basis = One(
        EligibilityBasis,
        label=gettext_lazy("Which of these is true for you?"),
        help_text=gettext_lazy("You do not send us any document. The contact person may ask to see one."),
        missing=gettext_lazy("Choose the one that is true for you."),
    )
    heard_from = One(HeardFrom, label=gettext_lazy("How did you hear of us?"), required=False)

    short = {"basis": gettext_lazy("Why you can apply"), "heard_from": gettext_lazy("How you heard of us")}
    why = {
        "basis": gettext_lazy(
            "The programme is for people who may stay in Finland. Only the contact persons and supervisors of the "
            "union read this, and we erase it some months after the decision. Applying does not affect your permit."
        )
    }

    def __init__(self, *args: Any, asylum_seekers: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asylum_seekers:
            cast(One, self.fields["basis"]).choices = [
                choice for choice in EligibilityBasis.choices if choice[0] != EligibilityBasis.ASYLUM_SEEKER
            ]
