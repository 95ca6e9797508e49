"""What a mentor is asked: when signing up, and later on the own page whether it is still true."""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.applications.forms import StepForm
from wagtail_mentoring.applications.forms.shared import YEARS_WORKED, formats_question, times_question
from wagtail_mentoring.applications.questions import LongText, Number, One, Several, Text
from wagtail_mentoring.people.choices import TOPICS, MeetingFormat
from wagtail_mentoring.people.models import LanguageLevel, Mentor

#: Most mentees at the same time.
MOST_ROOM = 3
LANGUAGE_FIELDS = ("english", "finnish", "swedish", "other_languages")


@dataclass(frozen=True)
class Section:
    """Some questions under one heading. ``rows``: a question, its layout and the reason for it."""

    key: str
    title: Any
    intro: Any
    rows: list[tuple[BoundField, str, Any]]


class MentorQuestions(StepForm):
    """The questions about work, languages, ways to meet and topics. :meth:`columns` is what the mentor's row keeps."""

    title = Text(
        label=gettext_lazy("What is your work?"),
        help_text=gettext_lazy("Your title."),
        max_length=200,
        required=False,
        autocomplete="organization-title",
    )
    speciality = Text(
        label=gettext_lazy("What is your speciality?"),
        help_text=gettext_lazy("Areas of your profession, with commas between: health software, public sector."),
        max_length=200,
        required=False,
    )
    experience_years = Number(least=0, most=70, label=YEARS_WORKED, required=False)
    english = One(LanguageLevel, widget=forms.Select, label=gettext_lazy("English"), required=False)
    finnish = One(LanguageLevel, widget=forms.Select, label=gettext_lazy("Finnish"), required=False)
    swedish = One(LanguageLevel, widget=forms.Select, label=gettext_lazy("Swedish"), required=False)
    other_languages = Text(
        label=gettext_lazy("Other languages"),
        help_text=gettext_lazy("Those in which you can talk about work, with commas between: Arabic, French."),
        max_length=200,
        required=False,
    )
    municipality = Text(
        label=gettext_lazy("Where can you meet?"),
        help_text=gettext_lazy(
            "The town or municipality. We look for mentees near it. Needed if you would like to meet face to face."
        ),
        max_length=100,
        required=False,
        kind="mid",
        autocomplete="address-level2",
    )
    ways = formats_question()
    times = times_question()
    capacity = One(
        [(str(number), str(number)) for number in range(1, MOST_ROOM + 1)],
        label=gettext_lazy("How many mentees can you have at the same time?"),
        missing=gettext_lazy("Choose how many mentees you can have at the same time: 1, 2 or 3."),
    )
    topics = Several(TOPICS, label=gettext_lazy("What can you help with?"), required=False)
    topics_text = LongText(label=gettext_lazy("Something else, in your own words"), max_length=2000, required=False)

    layouts = {"capacity": "row"}
    why = {
        "english": gettext_lazy(
            "A mentee and both mentors must be able to talk about work in the same language: that is B2 or better. The "
            "letters and numbers are the European levels of languages (CEFR). Nobody tests you."
        )
    }
    #: What stands under which heading, in the order of the page: key, heading, a sentence below it, questions.
    parts: tuple[tuple[str, Any, Any, tuple[str, ...]], ...] = (
        ("work", gettext_lazy("Your work"), "", ("title", "speciality", "experience_years")),
        (
            "languages",
            gettext_lazy("Your languages"),
            gettext_lazy("Tell us at least one in which you can talk about your work."),
            LANGUAGE_FIELDS,
        ),
        ("meeting", gettext_lazy("How you can meet"), "", ("ways", "municipality", "times", "capacity")),
        ("topics", gettext_lazy("What you can help with"), "", ("topics", "topics_text")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The summary of errors lists them as they come on the page.
        self.order_fields([name for part in self.parts for name in part[3]])
        for name in ("english", "finnish", "swedish", "topics"):
            # Of these something is needed as a rule, so that "(optional)" beside each would not be true.
            self.fields[name].unmarked = True  # type: ignore[attr-defined]

    @property
    def sections(self) -> list[Section]:
        """The questions under their headings; those that are not asked are left out, with an empty heading."""
        found = []
        for key, title, intro, names in self.parts:
            rows = [self.row(name) for name in names if name in self.fields]
            if rows:
                found.append(Section(key, title, intro, rows))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not any(cleaned.get(name) for name in LANGUAGE_FIELDS) and not self._errors_in(LANGUAGE_FIELDS):
            self.add_error("english", _("Choose the level of at least one language, or write another language."))
        if not (cleaned.get("topics") or cleaned.get("topics_text")) and not self._errors_in(("topics", "topics_text")):
            self.add_error("topics", _("Choose at least one, or write it in your own words."))
        in_person = MeetingFormat.IN_PERSON in cleaned.get("ways", ())
        if in_person and not cleaned.get("municipality") and not self._errors_in(("municipality",)):
            self.add_error("municipality", _("Write the town or municipality where you can meet, or choose online."))
        return cleaned

    def _errors_in(self, names: tuple[str, ...]) -> bool:
        return any(name in self.errors for name in names)

    def columns(self) -> dict[str, Any]:
        """Return the cleaned answers by the names of the mentor's columns."""
        names = {field.name for field in Mentor._meta.get_fields()} & set(self.cleaned_data)
        answers = {name: self.cleaned_data[name] for name in names if name != "fields"}
        ways = self.cleaned_data["ways"]
        return answers | {
            "capacity": int(answers["capacity"]),
            "online": MeetingFormat.ONLINE in ways,
            "in_person": MeetingFormat.IN_PERSON in ways,
        }

    @classmethod
    def answers_of(cls, mentor: Mentor) -> dict[str, Any]:
        """Return what ``mentor`` has answered, as the form's first values."""
        ways = [
            way.value
            for way, possible in ((MeetingFormat.IN_PERSON, mentor.in_person), (MeetingFormat.ONLINE, mentor.online))
            if possible
        ]
        same = {name: getattr(mentor, name) for name in cls.base_fields if hasattr(mentor, name) and name != "fields"}
        return same | {"ways": ways, "capacity": str(mentor.capacity)}


def language_question(label: Any) -> One:
    """Return the question in which language we write; its choices are set when the form is made."""
    return One((), label=label, missing=gettext_lazy("Choose the language in which we write to you."))


def offer_languages(form: forms.Form, languages: list[tuple[str, str]]) -> None:
    """Offer ``languages`` in the form's field ``language``."""
    cast(One, form.fields["language"]).choices = [(code, name[:1].upper() + name[1:]) for code, name in languages]
