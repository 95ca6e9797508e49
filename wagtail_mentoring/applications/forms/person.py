"""Who applies: the person, the profession and the degree, the work and the languages."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring import clock
from wagtail_mentoring.people.models import LanguageLevel
from wagtail_mentoring.programme.models import DegreeLevel, Sector

from ..models import DegreeStatus, Recognition
from ..questions import DocumentField, Number, One, Text, Tick
from ..validation import refuse_address
from .base import StepForm
from .shared import YEARS_WORKED, email_question, name_question, phone_question

#: "Not at all" is an answer, and differs from no answer; the person's row keeps it as an empty level.
NOT_AT_ALL = "none"
EARLIEST_YEAR = 1940
LATEST_YEARS_AHEAD = 8


class AboutForm(StepForm):
    name = name_question()
    preferred_name = Text(
        label=gettext_lazy("What should we call you?"),
        help_text=gettext_lazy("If it is another name than the one above."),
        max_length=100,
        required=False,
        kind="mid",
        autocomplete="nickname",
        validators=[refuse_address],
    )
    email = email_question(gettext_lazy("We write to this address, and send the link to your own page there."))
    phone = phone_question()
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
            "Your degree decides which union can help you and which mentors fit you. Only the contact persons and "
            "supervisors of the union see the country and the year."
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
        label=YEARS_WORKED,
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
