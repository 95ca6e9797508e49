"""The demo's mentors: more where more cases are, at least one for every field."""

import datetime
from random import Random

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.programme.models import ProfessionalField

from ..packaged import packaged

#: How many mentors a field has; every other field has one.
NUMBERS = {
    "masters-in-technology": 14,
    "teachers": 7,
    "doctors": 4,
    "architects": 4,
    "masters-of-economics-business-and-administration": 6,
    "bba-graduates": 4,
    "social-workers": 3,
    "lawyers": 6,
    "psychologists": 2,
    "translators-and-interpreters": 2,
}
_LEVELS = ("a2", "b1", "b2", "c1", "c2")
_TOPICS = ("Applications and interviews", "Leading people", "Working in English", "Changing fields", "Research")


def load_mentors(fields: dict[str, ProfessionalField], random: Random) -> None:
    """Make the mentors, with the consents without which nobody may be told who they are."""
    people = packaged("people")
    names = iter(people["mentors"])
    places = [slug for slug in fields for _one in range(NUMBERS.get(slug, 1))]
    for number, (slug, name) in enumerate(zip(places, names, strict=True)):
        _mentor(fields[slug], name, number, random, people)


def _mentor(field: ProfessionalField, name: str, number: int, random: Random, people: dict[str, list[str]]) -> None:
    swedish = name.split()[-1].endswith(("ström", "berg", "blom", "qvist", "holm", "holmberg", "roos", "ström", "man"))
    mentor = Mentor.objects.create(
        union=field.participation.union,
        name=name,
        email=f"mentor{number + 1:02d}@example.org",
        phone=f"+358 40 555 {1000 + number}",
        municipality=random.choice(people["municipalities"]),
        language="sv" if swedish else random.choice(["en", "fi", "fi"]),
        english=random.choice(_LEVELS[2:]),
        finnish="c2",
        swedish="c2" if swedish else random.choice(_LEVELS),
        title=random.choice(people["titles"]),
        experience_years=random.randint(4, 34),
        capacity=random.choice([1, 1, 1, 2, 2, 3]),
        online=random.random() < 0.85,
        in_person=random.random() < 0.9,
        topics_text=random.choice(_TOPICS),
        membership_confirmed_on=clock.today(),
        oriented_on=clock.today(),
        approved_on=clock.today(),
        checked_on=clock.today(),
    )
    mentor.fields.add(field)
    Consent.objects.bulk_create(
        Consent(mentor=mentor, kind=kind, fields=["name", "title", "municipality", "languages"])
        for kind in (ConsentKind.SHOWN_TO_MENTEE, ConsentKind.SHOWN_TO_PARTNER)
    )


def rest(fields: dict[str, ProfessionalField]) -> None:
    """Let a few mentors of today be away: one paused, one who has stopped, one whose membership waits.

    None of a field in which a case waits, so that there is a pair to choose there.
    """
    busy = Mentor.objects.filter(memberships__isnull=False).values("pk")
    waiting = Case.objects.waiting().values("field")
    idle = list(
        Mentor.objects.filter(fields__in=fields.values())
        .exclude(pk__in=busy)
        .exclude(fields__in=waiting)
        .order_by("-pk")[:3]
    )
    changes: list[dict[str, datetime.date | None]] = [
        {"paused_until": clock.today() + datetime.timedelta(days=45)},
        {"ended_on": clock.today() - datetime.timedelta(days=20)},
        {"membership_confirmed_on": None},
    ]
    for mentor, columns in zip(idle, changes, strict=False):
        for name, value in columns.items():
            setattr(mentor, name, value)
        mentor.save(update_fields=list(columns))
