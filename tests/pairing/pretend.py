"""Facts for tests of matching: a mentee and mentors of one field, and random ones in which everything happens."""

import random
from typing import Any

from wagtail_mentoring.pairing.matching.facts import MenteeFacts, MentorFacts

FIELD = 7
TOPICS = ("labour_market", "cv", "networks", "recognition")
TIMES = ("mornings", "afternoons", "evenings", "weekends")
AREAS = ("health software", "public sector", "games", "data security", "bridges", "data")
PLACES = (("espoo", "uusimaa"), ("helsinki", "uusimaa"), ("turku", "southwest"), ("elsewhere", ""), ("", ""))


def mentee(**facts: Any) -> MenteeFacts:
    """Return somebody who speaks English at B2 and wishes nothing else."""
    return MenteeFacts(**({"case": 1, "mentee": 1, "field": FIELD, "english": 4} | facts))


def mentor(pk: int, **facts: Any) -> MentorFacts:
    """Return a mentor with room, English at B2 and nothing else in the profile."""
    return MentorFacts(**({"pk": pk, "fields": (FIELD,), "english": 4} | facts))


def some(rnd: random.Random, words: tuple[str, ...], most: int = 4) -> tuple[str, ...]:
    return tuple(sorted(rnd.sample(words, rnd.randint(0, min(most, len(words))))))


def random_mentee(rnd: random.Random, mentors: int) -> MenteeFacts:
    town, region = rnd.choice(PLACES)
    few = [pk for pk in range(1, mentors + 1) if rnd.random() < 0.08]
    return mentee(
        english=rnd.randint(0, 6),
        finnish=rnd.randint(0, 5),
        swedish=rnd.choice((0, 0, 4)),
        other=some(rnd, ("ar", "so", "ru"), 2),
        municipality=town,
        region=region,
        goals=some(rnd, (*TOPICS, "other")),
        formats=some(rnd, ("in_person", "online"), 2),
        times=some(rnd, TIMES, 3),
        words=some(rnd, ("health", "software", "data", "gaming", "bridge"), 3),
        experience_years=rnd.choice((None, 0, 3, 12)),
        holds=tuple(few[:1]),
        earlier=tuple(few[1:2]),
        declined=tuple(few[2:3]),
        conflicts=tuple(few[3:]),
        one_mentor_allowed=rnd.random() < 0.7,
    )


def random_mentors(rnd: random.Random, number: int, *, plain: float = 0.3) -> list[MentorFacts]:
    """Return ``number`` mentors; about the part ``plain`` of them are all alike, so that many points are equal."""
    keys = list(range(1, number + 1))
    found = []
    for pk in keys:
        others = [key for key in keys if key != pk]
        ties: dict[str, Any] = {}
        if others and rnd.random() < 0.25:
            ties["partners"] = (rnd.choice(others),)
        if others and rnd.random() < 0.25:
            ties["together"] = ((rnd.choice(others), rnd.randint(2020, 2026)),)
        if others and rnd.random() < 0.15:
            ties["conflicts"] = (rnd.choice(others),)
        if rnd.random() < plain:
            found.append(mentor(pk, english=5, **ties))
            continue
        town, region = rnd.choice(PLACES)
        capacity = rnd.randint(1, 3)
        found.append(
            mentor(
                pk,
                fields=(FIELD,) if rnd.random() < 0.95 else (FIELD + 1,),
                english=rnd.choice((0, 3, 4, 4, 5, 6)),
                finnish=rnd.choice((0, 6)),
                swedish=rnd.choice((0, 4)),
                other=some(rnd, ("ar", "so", "ru"), 1),
                municipality=town,
                region=region,
                online=rnd.random() < 0.8,
                in_person=rnd.random() < 0.8,
                topics=some(rnd, TOPICS),
                times=some(rnd, TIMES),
                title=rnd.choice(("", "Data engineer", "Lead developer")),
                specialities=some(rnd, AREAS, 2),
                experience_years=rnd.choice((None, 2, 5, 9, 10, 20)),
                capacity=capacity,
                load=rnd.choice((0, 0, 0, capacity)),
                away_until=rnd.choice(("", "", "", "", "2026-12-01")),
                recent=rnd.randint(0, 3),
                consent=rnd.random() < 0.9,
                **ties,
            )
        )
    return found
