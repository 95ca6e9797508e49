"""Who sees what of whom on the private pages. Of a mentor nothing is shown without a recorded consent."""

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wagtail_mentoring.applications.models import Application
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.choices import TOPICS, Goal
from wagtail_mentoring.people.models import Mentee, Mentor, Person
from wagtail_mentoring.privacy.consents import consented
from wagtail_mentoring.privacy.models import ConsentKind


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """A person as somebody else may see them. ``facts`` are pairs of label and value."""

    name: str
    role: str
    initials: str
    facts: tuple[tuple[str, str], ...] = ()
    email: str = ""
    you: bool = False


def initials(name: str) -> str:
    """Return the first letters of the first and the last word."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def languages_of(person: Person) -> str:
    """Return the languages with their levels: "English B2, Finnish A2, Arabic"."""
    levels = ((_("English"), person.english), (_("Finnish"), person.finnish), (_("Swedish"), person.swedish))
    known = [f"{name} {level.upper()}" for name, level in levels if level]
    return ", ".join([*known, *([person.other_languages] if person.other_languages else [])])


def shown_mentors(
    mentors: list[Mentor], kind: ConsentKind, *, without: frozenset[str] = frozenset()
) -> list[ShownPerson]:
    """Return the mentors as the mentee, or the partner mentor, may see them, leaving out the fields ``without``."""
    may_show = consented(mentors, kind)
    nameless = (
        pgettext("instead of a name", "Your mentor") if kind == ConsentKind.SHOWN_TO_MENTEE else _("The second mentor")
    )
    return [_shown_mentor(mentor, may_show.get(mentor.pk, frozenset()) - without, nameless) for mentor in mentors]


def _shown_mentor(mentor: Mentor, fields: frozenset[str], nameless: str) -> ShownPerson:
    years = mentor.experience_years
    facts = (
        ("title", _("Work"), mentor.title),
        (
            "experience_years",
            _("Experience"),
            ngettext("%(number)d year", "%(number)d years", years) % {"number": years} if years else "",
        ),
        ("languages", _("Languages"), languages_of(mentor)),
        ("municipality", _("Municipality"), mentor.municipality),
        ("topics", _("Can help with"), topics_of(mentor)),
        ("phone", _("Phone"), mentor.phone),
    )
    named = "name" in fields
    return ShownPerson(
        name=mentor.called if named else nameless,
        role=_("mentor"),
        initials=initials(mentor.called) if named else "",
        facts=tuple((label, value) for field, label, value in facts if field in fields and value),
        email=mentor.email if "email" in fields else "",
    )


def shown_mentee(case: Case) -> ShownPerson:
    """Return the mentee as the mentors of the case see them: what they need for the meetings, and no more."""
    mentee: Mentee = case.mentee
    application = Application.objects.filter(case=case).first()
    facts = (
        (_("Profession"), capfirst(case.field_name)),
        (_("Goals"), _goals(application)),
        (_("In own words"), application.goals_text if application else ""),
        (_("Languages"), languages_of(mentee)),
        (_("Municipality"), "" if mentee.hide_municipality else mentee.municipality),
    )
    return ShownPerson(
        name=mentee.called,
        role=_("mentee"),
        initials=initials(mentee.called),
        facts=tuple((label, value) for label, value in facts if value),
    )


def topics_of(mentor: Mentor) -> str:
    """Return what the mentor can help with, in words."""
    labels = [str(label) for value, label in TOPICS if value in mentor.topics]
    return "; ".join([*labels, *([mentor.topics_text] if mentor.topics_text else [])])


def _goals(application: Application | None) -> str:
    if application is None:
        return ""
    labels = [str(Goal(goal).label) for goal in application.goals if goal in Goal.values and goal != Goal.OTHER]
    return "; ".join(labels)
