"""The whole of a suggestion for one case, with reading from the database, in unions of 20,000 mentors."""

import gc
import statistics
import time
from typing import Any

from tests.factories import make_case, make_field, make_union
from tests.pairing.population import populate
from wagtail_mentoring.models import Case
from wagtail_mentoring.pairing.suggestions import suggest

from .measure import Row

MENTORS, GOAL, ROUNDS = 20_000, 100, 15
#: Weights of the fields of a union with as many as any in the programme has, the greatest first.
TWELVE = tuple(1 / (1 + 0.3 * place) for place in range(12))
ANSWERS = {
    "profession": "engineer of bridges",
    "degree_field": "concrete hospitals",
    "goals": ["networks", "cv"],
    "goals_text": "I want to plan schools",
    "times": ["weekends", "evenings"],
    "experience_years": 4,
}
#: Who is looked for: many can meet this one, few those.
PEOPLE: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"formats": ["online", "in_person"]}, {"english": "c1", "other_languages": "Arabic", "municipality": "Espoo"}),
    ({"formats": ["in_person"], "times": []}, {"english": "b1", "finnish": "b2", "municipality": "Turku"}),
    ({"formats": ["online"]}, {"english": "", "other_languages": "Somali", "municipality": "Oulu"}),
)


def one_suggestion() -> list[Row]:
    """Seconds of this process, in which the database's own are not counted; told beside is what a person waits."""
    return [*_rows("twelve", TWELVE), *_rows("one", (1.0,))]


def _rows(slug: str, weights: tuple[float, ...]) -> list[Row]:
    union = make_union(f"suggest-{slug}")
    fields = [make_field(union, f"{slug}-{place}") for place in range(len(weights))]
    populate(union, dict(zip(fields, weights, strict=True)), MENTORS)
    found = []
    for answers, person in PEOPLE:
        case = make_case(fields[0], "eligible", answers=ANSWERS | answers, **person)
        spent, waited, told = _measure(case)
        name = f"suggest: {MENTORS:,} mentors in {len(fields)} field(s), {told}"
        against = f"the goal of {GOAL} ms of the processor ({waited:.0f} ms waited)"
        found.append(Row(name, round(spent, 1), "ms", against, round(spent / GOAL, 2), 1.0))
    return found


def _measure(case: Case) -> tuple[float, float, str]:
    spent, waited = [], []
    for turn in range(-3, ROUNDS):
        fresh = Case.objects.select_related("union").get(pk=case.pk)
        gc.collect()
        begin, processor = time.perf_counter(), time.process_time()
        found = suggest(fresh)
        if turn >= 0:
            spent.append((time.process_time() - processor) * 1000)
            waited.append((time.perf_counter() - begin) * 1000)
    told = f"{found.looked_at:,} looked at, {found.possible:,} possible"
    return statistics.median(spent), statistics.median(waited), told


ALL = (one_suggestion,)
