"""The demo's mentors: more where more cases are, at least one for every field."""

import datetime
from functools import partial
from random import Random
from typing import Any

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.mentors import with_load
from wagtail_mentoring.pairing.standing import make_standing
from wagtail_mentoring.people.choices import TOPICS, SuitableTime
from wagtail_mentoring.people.mentors import approve, declare_conflict
from wagtail_mentoring.people.models import Mentor, MentorAbsence
from wagtail_mentoring.people.signing_up import sign_up
from wagtail_mentoring.privacy.models import Consent, ConsentKind, NoticeKind
from wagtail_mentoring.privacy.public_texts import notice_in_force
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
_SHOWN = ["name", "title", "municipality", "languages"]
_LANGUAGES = (
    "",
    "",
    "Arabic",
    "Russian",
    "Ukrainian, Russian",
    "Dari, Persian",
    "Somali",
    "French",
    "Spanish",
    "German",
)
_SPECIALITIES = {
    "masters-in-technology": ("software development", "energy technology", "construction", "automation", "electronics"),
    "teachers": ("mathematics and physics", "languages", "history and society", "special education", "early years"),
    "doctors": ("general practice", "surgery", "paediatrics", "occupational health"),
    "architects": ("housing", "landscape", "town planning", "renovation"),
    "masters-of-economics-business-and-administration": ("banking", "business analysis", "public finance", "marketing"),
    "bba-graduates": ("accounting", "logistics", "marketing", "sales"),
    "social-workers": ("child protection", "adult social work", "health care"),
    "lawyers": ("labour law", "company law", "human rights", "environmental law"),
    "psychologists": ("schools", "health care"),
    "translators-and-interpreters": ("interpreting in health care", "legal translation"),
}


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
    # Of a chance of their own: the lives of the mentees hang on the order of the other one.
    _profile(mentor, Random(number), _SPECIALITIES.get(field.profession.slug, ("",)))  # noqa: S311
    _consents(mentor)


def _profile(mentor: Mentor, random: Random, specialities: tuple[str, ...], languages: str | None = None) -> None:
    """Say what the mentor can help with, when, and in which other languages."""
    topics = [topic for topic, _words in TOPICS]
    mentor.speciality = random.choice(specialities)
    mentor.topics = sorted(random.sample(topics, k=random.randint(2, 4)), key=topics.index)
    mentor.times = [time for time in SuitableTime.values if random.random() < (0.75 if time == "evenings" else 0.35)]
    mentor.other_languages = random.choice(_LANGUAGES) if languages is None else languages
    mentor.save(update_fields=["speciality", "topics", "times", "other_languages"])


def _consents(mentor: Mentor) -> None:
    Consent.objects.bulk_create(
        Consent(mentor=mentor, kind=kind, fields=_SHOWN)
        for kind in (ConsentKind.SHOWN_TO_MENTEE, ConsentKind.SHOWN_TO_PARTNER)
    )


def load_more_mentors(field: ProfessionalField) -> list[Mentor]:
    """Make the mentors of the field in which many wait, each with a speciality, and return them."""
    made = []
    for number, (name, place, title, speciality, languages) in enumerate(packaged("queue")["mentors"]):
        random = Random(1000 + number)  # noqa: S311
        swedish = name.split()[-1].endswith(("berg", "ström", "gren", "qvist", "Fors"))
        mentor = Mentor.objects.create(
            union=field.participation.union,
            name=name,
            email=f"engineer{number + 1:02d}@example.org",
            phone=f"+358 40 555 {3000 + number}",
            municipality=place,
            language="sv" if swedish else random.choice(["en", "fi"]),
            english=random.choice(("b2", "c1", "c1", "c2")),
            finnish="c1" if languages else "c2",
            swedish="c2" if swedish else random.choice(("a2", "b1", "b1", "b2")),
            title=title,
            experience_years=random.randint(4, 30),
            capacity=random.choice((1, 1, 1, 2)),
            online=random.random() < 0.8,
            in_person=random.random() < 0.95,
            membership_confirmed_on=clock.today(),
            oriented_on=clock.today() if number % 6 else None,
            approved_on=clock.today(),
            checked_on=clock.today(),
        )
        mentor.fields.add(field)
        _profile(mentor, random, (speciality,), languages)
        _consents(mentor)
        made.append(mentor)
    return made


def say_still_true() -> None:
    """Let the profiles have been confirmed within the last months, but for a few that are due: one in twenty."""
    today = clock.today()
    confirmed = []
    for number, mentor in enumerate(Mentor.objects.filter(checked_on__isnull=False).order_by("pk")):
        if number % 20 != 10:
            days = 20 + number * 7 % 280
            mentor.checked_on = max(mentor.checked_on or today, today - datetime.timedelta(days=days))
            confirmed.append(mentor)
    Mentor.objects.bulk_update(confirmed, ["checked_on"], batch_size=200)


def arrange(mentors: list[Mentor], handler: Any) -> None:
    """Let some of ``mentors`` be standing pairs, and others not be possible together, as it is among colleagues."""
    for first, second in ((0, 12), (6, 7)):
        make_standing(mentors[first], mentors[second], handler)
    for first, second in ((2, 25), (4, 22)):
        declare_conflict(mentors[first], other=mentors[second])


def sign_ups(field: ProfessionalField, handler: Any) -> list[tuple[int, Any]]:
    """Return who signs up on the site, and who is approved: the age in days, and what then happens.

    The others wait for the contact person.
    """
    found: list[tuple[int, Any]] = []
    for *who, age, approved in packaged("queue")["sign_ups"]:
        found.append((age, partial(_sign_up, field, who)))
        if approved:
            found.append((approved, partial(_approve, field, who[0], handler)))
    return found


def _approve(field: ProfessionalField, name: str, handler: Any) -> None:
    mentor = Mentor.objects.get(union=field.participation.union, name=name)
    note = "We talked on the phone for ten minutes. She has mentored students before, and would like to start soon."
    approve(mentor.pk, handler, membership_confirmed_on=clock.today(), interview_note=note, fields=[field])


def _sign_up(field: ProfessionalField, who: list[str]) -> None:
    name, language, place, title, speciality, languages = who
    notice = notice_in_force(NoticeKind.PRIVACY, field.participation, language)
    if notice is None:
        raise LookupError("There is no privacy notice in force.")
    answers = {
        "name": name,
        "email": f"{name.split()[0].lower()}@example.org",
        "municipality": place,
        "language": language,
        "english": "c1",
        "finnish": "c1",
        "swedish": "c2" if language == "sv" else "a2",
        "other_languages": languages,
        "title": title,
        "speciality": speciality,
        "experience_years": 8,
        "topics": ["labour_market", "cv"],
        "times": ["evenings"],
        "membership_number": f"{len(name)}{len(speciality):03d}21",
    }
    sign_up(field.participation.union, [field], answers, notice=notice, shown_to_mentee=_SHOWN, shown_to_partner=_SHOWN)


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


def away(mentors: list[Mentor], field: ProfessionalField) -> None:
    """Let some of ``mentors`` be paused or away today, and one person who waits be known to a mentor."""
    free = list(
        with_load(Mentor.objects.filter(pk__in=[mentor.pk for mentor in mentors])).filter(load=0).order_by("pk")
    )
    today = clock.today()
    for mentor, days in ((free[3], 30), (free[9], 75)):
        mentor.paused_until = today + datetime.timedelta(days=days)
        mentor.save(update_fields=["paused_until"])
    for mentor, first, last in ((free[1], -4, 10), (free[5], -1, 20), (free[7], 30, 44)):
        MentorAbsence.objects.create(
            mentor=mentor,
            first_day=today + datetime.timedelta(days=first),
            last_day=today + datetime.timedelta(days=last),
        )
    known = Case.objects.waiting().filter(field=field).order_by("opened_at")[2]
    declare_conflict(free[0], mentee=known.mentee)
