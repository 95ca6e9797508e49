"""The steps of the application: what is asked, in which words, and what is wrong with an answer."""

from typing import Any, cast

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.contrib.forms.forms import FormBuilder

from wagtail_mentoring import clock
from wagtail_mentoring.people.choices import Goal, MeetingFormat, SuitableTime
from wagtail_mentoring.people.models import LanguageLevel
from wagtail_mentoring.programme.models import DegreeLevel, ProfessionalField, Sector
from wagtail_mentoring.workflows import SITUATION_LABELS, Situation

from .models import (
    DegreeStatus,
    EligibilityBasis,
    HeardFrom,
    Recognition,
)
from .questions import DocumentField, Email, LongText, Number, One, Several, Text, Tick, without_nulls
from .validation import refuse_address, refuse_control_characters, refuse_identity_code

#: "Not at all" is an answer, and differs from no answer; the person's row keeps it as an empty level.
NOT_AT_ALL = "none"
EARLIEST_YEAR = 1940
LATEST_YEARS_AHEAD = 8
EXTRA = "extra_"


class StepForm(forms.Form):
    """One page of questions. ``field`` is the professional field, or None while it is not known."""

    #: How an answer is called where all are listed.
    short: dict[str, Any] = {}
    #: Why a question is asked, shown on demand: field name → text.
    why: dict[str, Any] = {}
    layouts: dict[str, str] = {}
    use_required_attribute = False

    def __init__(self, *args: Any, field: ProfessionalField | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.professional_field = field

    @property
    def rows(self) -> list[tuple[Any, str, Any]]:
        """Every question with its layout and the reason for it, as the template shows them."""
        return [(bound, self.layouts.get(bound.name, ""), self.why.get(bound.name, "")) for bound in self]

    def short_label(self, name: str) -> str:
        return str(self.short.get(name) or self.fields[name].label)


class AboutForm(StepForm):
    name = Text(
        label=gettext_lazy("What is your name?"),
        max_length=200,
        missing=gettext_lazy("Write your name."),
        autocomplete="name",
        validators=[refuse_address],
    )
    preferred_name = Text(
        label=gettext_lazy("What should we call you?"),
        help_text=gettext_lazy("If it is another name than the one above."),
        max_length=100,
        required=False,
        kind="mid",
        autocomplete="nickname",
        validators=[refuse_address],
    )
    email = Email(
        label=gettext_lazy("What is your e-mail address?"),
        help_text=gettext_lazy("We write to this address, and send the link to your own page there."),
        max_length=254,
        missing=gettext_lazy("Write your e-mail address."),
        autocomplete="email",
    )
    phone = Text(
        label=gettext_lazy("What is your phone number?"), max_length=40, required=False, kind="mid", autocomplete="tel"
    )
    safe_contact = Text(
        label=gettext_lazy("Is there a safe way to contact you?"),
        help_text=gettext_lazy("For example “only by text message” or “do not call in the evening”."),
        max_length=200,
        required=False,
    )
    municipality = Text(
        label=gettext_lazy("Where do you live?"),
        help_text=gettext_lazy("The town or municipality. We look for mentors near you."),
        max_length=100,
        missing=gettext_lazy("Write the town or municipality where you live."),
        kind="mid",
        autocomplete="address-level2",
    )
    hide_municipality = Tick(
        label=gettext_lazy("Show the place where I live to nobody but the contact person."), required=False
    )

    short = {
        "name": gettext_lazy("Name"),
        "preferred_name": gettext_lazy("What we call you"),
        "email": gettext_lazy("E-mail"),
        "phone": gettext_lazy("Phone"),
        "safe_contact": gettext_lazy("Safe way to contact you"),
        "municipality": gettext_lazy("Where you live"),
        "hide_municipality": gettext_lazy("Place hidden from mentors"),
    }
    why = {
        "hide_municipality": gettext_lazy(
            "Some people must keep secret where they live. The contact person at the union needs the place to find "
            "mentors near you. With this tick your mentors do not see it."
        )
    }


class ProfessionForm(StepForm):
    profession = Text(
        label=gettext_lazy("What is your profession?"),
        help_text=gettext_lazy("Write it as you would say it."),
        max_length=120,
        missing=gettext_lazy("Write your profession."),
        autocomplete="organization-title",
    )
    degree_level = One(
        DegreeLevel,
        label=gettext_lazy("What is your highest degree?"),
        missing=gettext_lazy("Choose your highest degree."),
        hints={
            DegreeLevel.BACHELOR: gettext_lazy("About 3 or 4 years at a university"),
            DegreeLevel.MASTER: gettext_lazy("About 5 or 6 years at a university"),
        },
    )
    degree_field = Text(label=gettext_lazy("What did you study?"), max_length=160, required=False)
    degree_status = One(
        DegreeStatus,
        label=gettext_lazy("Have you finished this degree?"),
        missing=gettext_lazy("Tell us if you have finished this degree."),
    )
    degree_year = Number(
        least=0,
        most=99999,
        label=gettext_lazy("In which year did you finish?"),
        missing=gettext_lazy("Write the year in which you finished."),
        help_text=gettext_lazy(
            "For example 2016. If you do not remember, give your best guess. If you have not finished, leave it empty."
        ),
    )
    degree_country = Text(
        label=gettext_lazy("In which country did you study?"),
        help_text=gettext_lazy("The country of the university. We do not ask your nationality."),
        max_length=80,
        missing=gettext_lazy("Write the country of the university."),
        kind="mid",
        autocomplete="off",
    )

    short = {
        "profession": gettext_lazy("Profession"),
        "degree_level": gettext_lazy("Degree"),
        "degree_field": gettext_lazy("Field of study"),
        "degree_status": gettext_lazy("Finished"),
        "degree_year": gettext_lazy("Year"),
        "degree_country": gettext_lazy("Country of study"),
    }
    why = {
        "degree_country": gettext_lazy(
            "Your degree decides which union can help you and which mentors fit you. Only the contact person at the "
            "union sees the country and the year."
        )
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("degree_status") != DegreeStatus.COMPLETED:
            self.fields["degree_year"].required = False
        if self.professional_field:
            self.fields["profession"].help_text = _("Write it as you would say it. You chose the field %(field)s.") % {
                "field": self.professional_field.profession
            }

    def clean_degree_year(self) -> int | None:
        year: int | None = self.cleaned_data.get("degree_year")
        finished = self.cleaned_data.get("degree_status") == DegreeStatus.COMPLETED
        if year is None:
            return None
        latest = clock.today().year + (0 if finished else LATEST_YEARS_AHEAD)
        if year > latest:
            raise forms.ValidationError(
                _("The year must be %(latest)s or earlier. You wrote %(year)s."),
                params={"latest": str(latest), "year": str(year)},
            )
        if year < EARLIEST_YEAR:
            raise forms.ValidationError(
                _("The year must be %(earliest)s or later. You wrote %(year)s."),
                params={"earliest": str(EARLIEST_YEAR), "year": str(year)},
            )
        return year


class SectorForm(StepForm):
    sector = One(
        Sector,
        label=gettext_lazy("Where do you work, or where would you like to work?"),
        missing=gettext_lazy("Choose where you work or would like to work."),
    )
    short = {"sector": gettext_lazy("Where you work or want to work")}


class WorkForm(StepForm):
    experience_years = Number(
        least=0,
        most=70,
        label=gettext_lazy("How many years have you worked in your profession?"),
        help_text=gettext_lazy("In all countries together. Write 0 if you have not worked yet."),
        missing=gettext_lazy("Write how many years you have worked, or 0."),
    )
    recognition = One(
        Recognition,
        label=gettext_lazy("Is your qualification recognised in Finland?"),
        help_text=gettext_lazy("In this profession the law asks for a permission to work. You can apply without it."),
        missing=gettext_lazy("Choose the answer that is closest."),
    )
    english = One((), widget=forms.Select, label=gettext_lazy("How well do you speak English?"))
    finnish = One((), widget=forms.Select, label=gettext_lazy("How well do you speak Finnish?"))
    swedish = One((), widget=forms.Select, label=gettext_lazy("How well do you speak Swedish?"))
    other_languages = Text(label=gettext_lazy("Which other languages do you speak?"), max_length=200, required=False)
    cv = DocumentField(
        label=gettext_lazy("Do you want to add a CV?"),
        help_text=gettext_lazy("A PDF, DOCX or ODT document. Please take a personal identity code and a photo out."),
        required=False,
    )
    remove_cv = Tick(label=gettext_lazy("Take the CV out again"), required=False)

    short = {
        "experience_years": gettext_lazy("Years of work"),
        "recognition": gettext_lazy("Recognition"),
        "english": gettext_lazy("English"),
        "finnish": gettext_lazy("Finnish"),
        "swedish": gettext_lazy("Swedish"),
        "other_languages": gettext_lazy("Other languages"),
    }
    why = {
        "english": gettext_lazy(
            "Most mentors speak English with you. The letters and numbers are the European levels of languages (CEFR). "
            "Choose what is closest, nobody tests you."
        )
    }

    def __init__(self, *args: Any, cv: Any = None, cv_possible: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [
            ("", _("Choose")),
            *((value or NOT_AT_ALL, label) for value, label in LanguageLevel.choices),
        ]
        for name in ("english", "finnish", "swedish"):
            cast(One, self.fields[name]).choices = levels
            self.fields[name].error_messages["required"] = _("Choose how well you speak this language.")
        if not (self.professional_field and self.professional_field.regulated):
            del self.fields["recognition"]
        if not cv_possible:
            del self.fields["cv"]
        if cv is None or not cv_possible:
            del self.fields["remove_cv"]
        else:
            self.fields["cv"].label = _("Do you want to change your CV?")
            self.fields["cv"].help_text = _("You have added “%(name)s”. A new document takes its place.") % {
                "name": cv.name
            }


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
    formats = Several(
        MeetingFormat,
        label=gettext_lazy("How would you like to meet?"),
        missing=gettext_lazy("Choose how you would like to meet."),
    )
    times = Several(
        SuitableTime,
        label=gettext_lazy("Which times suit you?"),
        help_text=gettext_lazy("You agree the exact times with your mentors later."),
        missing=gettext_lazy("Choose at least one time that suits you."),
    )
    mentor_wish = LongText(
        label=gettext_lazy("Is there something you wish of your mentors?"),
        help_text=gettext_lazy("Only the contact person reads it. It is no promise. At most 500 characters."),
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
            "The programme is for people who may stay in Finland. Only the contact person at the union reads this, and "
            "we erase it some months after the decision. Applying does not affect your permit."
        )
    }

    def __init__(self, *args: Any, asylum_seekers: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asylum_seekers:
            cast(One, self.fields["basis"]).choices = [
                choice for choice in EligibilityBasis.choices if choice[0] != EligibilityBasis.ASYLUM_SEEKER
            ]
