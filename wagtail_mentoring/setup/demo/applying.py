"""Fills in and sends the public application for the demo's mentees, through the steps of the form itself."""

from random import Random
from typing import Any

from wagtail_mentoring.applications import drafts, services
from wagtail_mentoring.applications.journey import Journey
from wagtail_mentoring.applications.models import ApplicationDraft, EligibilityBasis, HeardFrom
from wagtail_mentoring.people.choices import Goal, SuitableTime
from wagtail_mentoring.privacy.models import NoticeKind
from wagtail_mentoring.privacy.public_texts import notice_in_force
from wagtail_mentoring.programme.models import ProfessionalField, Programme

from ..packaged import packaged
from .stories import Story


class DemoFault(Exception):
    """The demo's own data do not pass the rules of the product."""


def apply(
    programme: Programme,
    field: ProfessionalField | None,
    story: Story,
    number: int,
    random: Random,
) -> services.Submission:
    """Send the application of the demo's mentee ``number`` and return what became of it."""
    people = packaged("people")
    name, language = (story.name, story.language) if story.name else people["mentees"][number]
    participation = field.participation if field else None
    notice = notice_in_force(NoticeKind.PRIVACY, participation, language)
    never_tell = notice_in_force(NoticeKind.NEVER_TELL, participation, language)
    if notice is None or never_tell is None:
        raise DemoFault("There is no privacy notice in force. Run “manage.py mentoring_setup” first.")
    draft = drafts.begin(programme, field, language, notice=notice, never_tell=never_tell)
    draft.answers = {**draft.answers, **_answers(name, number, story, random, people)}
    journey = Journey(draft)
    where = journey.destination
    if where.asked:
        chosen = str(field.pk) if field and field in where.options else "queue"
        draft.answers["union"] = {"choice": [chosen], "for": journey.choice_signature()}
    journey.forget()
    journey.settle()
    drafts.save(draft, language)
    try:
        return services.submit(draft, adult=True, follow_up=random.random() < 0.6)
    except services.NotComplete as error:
        raise DemoFault(f"{name}, {story.profession}: {_errors(draft, error.step)}") from error


def _errors(draft: ApplicationDraft, step: str) -> str:
    journey = Journey(draft)
    found = next((one for one in journey.steps if one.key == step and one.form), None)
    return f"step {step}: {journey.kept_form(found).errors.as_json() if found else 'not answered'}"


def _answers(name: str, number: int, story: Story, random: Random, people: dict[str, Any]) -> dict[str, Any]:
    finished = random.random() < 0.9
    goals = random.sample([goal for goal in Goal.values if goal != Goal.OTHER], k=random.randint(1, 3))
    times = random.sample(SuitableTime.values, k=random.randint(1, 3))
    formats = random.choice([["in_person"], ["online"], ["in_person", "online"], ["in_person", "online"]])
    basis = EligibilityBasis.RESIDENCE_PERMIT if random.random() < 0.75 else EligibilityBasis.MUNICIPALITY
    return {
        "about": {
            "name": [name],
            "preferred_name": [name.split()[0]] if number % 5 == 0 else [""],
            "email": [f"mentee{number + 1:02d}@example.org"],
            "phone": [f"+358 45 555 {2000 + number}"] if number % 3 else [""],
            "safe_contact": ["Only by text message, please."] if number in (4, 21) else [""],
            "municipality": [story.place or random.choice(people["municipalities"])],
            **({"hide_municipality": ["on"]} if number in (4, 16) else {}),
        },
        "profession": {
            "profession": [story.profession],
            "degree_level": [story.degree],
            "degree_field": [story.profession],
            "degree_status": ["completed" if finished else "ongoing"],
            "degree_year": [str(random.randint(2003, 2023)) if finished else ""],
            "degree_country": [random.choice(people["countries"])],
        },
        "sector": {"sector": ["private"]},
        "work": {
            "experience_years": [str(random.randint(0, 18))],
            "recognition": [random.choice(["recognised", "applied", "not_yet", "unsure"])],
            "english": [story.english or random.choice(["b1", "b2", "b2", "c1", "c2"])],
            "finnish": [random.choice(["none", "a1", "a2", "b1", "b2"])],
            "swedish": [random.choice(["none", "none", "none", "a1", "b1"])],
            "other_languages": [
                story.languages
                if story.name
                else random.choice(["Arabic, French", "Russian", "Spanish", "Persian", "Hindi", ""])
            ],
        },
        "goals": {
            "goals": goals,
            "goals_text": [random.choice(people["goals"])],
            "situation": [random.choice(["looking", "looking", "other_job", "studies"])],
            "confidence": [str(random.randint(1, 4))],
        },
        "meeting": {
            "formats": formats,
            "times": times,
            "access_needs": [people["access_needs"][number % 2] if number in (9, 28) else ""],
        },
        "right": {"basis": [basis.value], "heard_from": [random.choice(HeardFrom.values)]},
    }
