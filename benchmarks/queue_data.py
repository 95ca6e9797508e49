"""Made-up queues: mentees who wait and mentors with little room, in unions of different sizes."""

from dataclasses import dataclass
from random import Random
from typing import TypedDict

from wagtail_mentoring.pairing.matching.facts import MenteeFacts, MentorFacts

UNIONS = 15
SEED = 42
TOPICS = ("labour_market", "cv", "networks", "recognition", "language", "culture", "studies")
TIMES = ("mornings", "afternoons", "evenings", "weekends")
AREAS = (
    "bridges roads concrete steel timber acoustics lighting energy heating water soil mapping planning housing schools "
    "hospitals libraries museums harbours railways tunnels mines forests fields gardens parks interiors textiles glass"
).split()
OTHER_LANGUAGES = ("ar", "fa", "ru", "uk", "so", "es", "fr", "zh", "et", "tr")
REGIONS = tuple(f"region {number}" for number in range(19))


@dataclass(frozen=True, slots=True)
class Rules:
    """What the union decided: nothing of its own, unless said."""

    weights: dict[str, float]
    minimum_fit: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    """The facts of one union."""

    mentees: tuple[MenteeFacts, ...]
    mentors: tuple[MentorFacts, ...]
    rules: Rules

    def rules_of(self, mentee: MenteeFacts) -> Rules:
        return self.rules


def queues(cases: int, mentors: int, *, biggest: float | None = None, minimum_fit: int = 0) -> list[Queue]:
    """Return the queues of all unions together of that size. ``biggest``: the share of the first union."""
    random = Random(f"{SEED} {cases} {mentors} {biggest}")
    shares = [random.uniform(0.5, 1.5) for _union in range(UNIONS)]
    if biggest is not None:
        shares[0] = biggest / (1 - biggest) * sum(shares[1:])
    total = sum(shares)
    found, key = [], 0
    for union, share in enumerate(shares):
        number = round(cases * share / total), round(mentors * share / total)
        found.append(
            Queue(
                tuple(_mentee(random, key + place, union) for place in range(number[0])),
                tuple(_mentor(random, key + place, union, key, number[1]) for place in range(number[1])),
                Rules({}, minimum_fit),
            )
        )
        key += 1_000_000
    return found


class Levels(TypedDict):
    """How well somebody speaks each language."""

    english: int
    finnish: int
    swedish: int


class Home(TypedDict):
    """Where somebody lives."""

    region: str
    municipality: str


def _levels(random: Random, english: float, finnish: float, swedish: float) -> Levels:
    """Return levels, B2 or better with these likelihoods."""
    level = [
        random.randint(4, 6) if random.random() < likely else random.randint(0, 3)
        for likely in (english, finnish, swedish)
    ]
    return {"english": level[0], "finnish": level[1], "swedish": level[2]}


def _place(random: Random) -> Home:
    """Return a third of all people in the capital's region, and several towns in each."""
    region = 0 if random.random() < 0.35 else random.randrange(1, len(REGIONS))
    return {"region": REGIONS[region], "municipality": f"town {region} {random.randrange(4)}"}


def _mentee(random: Random, key: int, union: int) -> MenteeFacts:
    formats = random.choice([("online",), ("in_person",), ("in_person", "online"), ("in_person", "online")])
    return MenteeFacts(
        case=key,
        mentee=key,
        field=union,
        **_levels(random, 0.7, 0.25, 0.08),
        **_place(random),
        other=tuple(random.sample(OTHER_LANGUAGES, random.choice([1, 1, 2]))),
        goals=tuple(random.sample(TOPICS, random.randint(1, 3))),
        formats=formats,
        times=tuple(random.sample(TIMES, random.randint(1, 3))),
        words=tuple(random.sample(AREAS, random.randint(1, 4))),
        experience_years=random.randint(0, 20),
        rematch=random.random() < 0.02,
        waited_days=random.randint(0, 250),
    )


def _mentor(random: Random, key: int, union: int, first: int, number: int) -> MentorFacts:
    capacity = random.choices([1, 2, 3], [60, 25, 15])[0]
    in_person, online = random.choice([(True, True), (True, True), (True, False), (False, True)])
    together = tuple((first + random.randrange(number), 2025) for _once in range(random.random() < 0.15))
    return MentorFacts(
        pk=key,
        fields=(union,),
        **_levels(random, 0.75, 0.95, 0.15),
        **_place(random),
        other=(random.choice(OTHER_LANGUAGES),) if random.random() < 0.1 else (),
        online=online,
        in_person=in_person,
        topics=tuple(random.sample(TOPICS, random.randint(1, 4))),
        times=tuple(random.sample(TIMES, random.randint(1, 3))),
        specialities=tuple(random.sample(AREAS, random.randint(1, 2))),
        experience_years=random.randint(2, 35),
        capacity=capacity,
        # Mentors are scarce: most have what they have agreed to.
        load=min(capacity, random.choices([0, 1, 2, 3], [35, 40, 15, 10])[0]),
        away_until="2027-03-01" if random.random() < 0.08 else "",
        recent=random.choice([0, 0, 1, 1, 2]),
        partners=(first + random.randrange(number),) if random.random() < 0.05 else (),
        together=tuple((other, year) for other, year in together if other != key),
    )
