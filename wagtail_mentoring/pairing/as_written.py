"""What people wrote in a form, read as facts: levels, languages, places, lists of texts, areas of a profession."""

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from wagtail_mentoring.programme.municipalities import municipality_of, region_of

from .matching.facts import LEVELS
from .matching.languages import codes_of

NONE: tuple[()] = ()
LEVEL = {level: number for number, level in enumerate(LEVELS)}
# What people write is written by many of them; reading it once is most of what makes this quick.
region = lru_cache(maxsize=2**12)(region_of)
languages = lru_cache(maxsize=2**14)(codes_of)


def level(written: str) -> int:
    """Return the place of a level in ``LEVELS``; anything else counts as none."""
    return LEVEL.get(written, 0)


@lru_cache(maxsize=2**12)
def place(name: str) -> str:
    """Return the municipality in one form, whether it was written in Finnish or in Swedish."""
    known = municipality_of(name)
    return (known.finnish if known else " ".join(name.split())).casefold()


def each_once(values: Any) -> tuple[str, ...]:
    """Return the texts of a list from JSON, each once, sorted; anything else counts as none."""
    if not isinstance(values, list | tuple):
        return ()
    return tuple(sorted({value for value in values if isinstance(value, str)}))


@lru_cache(maxsize=2**12)
def listed(text: str) -> tuple[str, ...]:
    """Return the same of the list that ``text`` holds as JSON."""
    return each_once(json.loads(text))


@lru_cache(maxsize=2**14)
def areas(speciality: str) -> tuple[str, ...]:
    """Return the areas of the profession that a mentor named, each once, in their order."""
    parts = (" ".join(part.split()) for part in speciality.replace(";", ",").replace("\n", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def by_first(rows: Iterable[tuple[Any, Any]]) -> dict[int, list[int]]:
    """Return the second values of ``rows`` by the first."""
    found: dict[int, list[int]] = defaultdict(list)
    for key, value in rows:
        found[key].append(value)
    return found


def sorted_keys(keys: Iterable[int]) -> tuple[int, ...]:
    """Return ``keys``, each once, rising."""
    return tuple(sorted(set(keys))) if keys else NONE
