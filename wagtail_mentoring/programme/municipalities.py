"""In which region of Finland is a municipality? Two municipalities of one region count as near each other."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .routing import fold

DATA = Path(__file__).parent / "data" / "municipalities.json"
#: How people write a municipality besides its names.
_ALSO = {"mänttä": "Mänttä-Vilppula", "pedersöre": "Pedersören kunta", "koski": "Koski Tl", "sankt michel": "Mikkeli"}


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality with its Finnish and its Swedish name (the same, if it has one name) and its region's code."""

    finnish: str
    swedish: str
    region: str


@dataclass(frozen=True, slots=True)
class Region:
    """A region (maakunta, landskap), with its names by language. In English the Finnish names are used."""

    code: str
    names: dict[str, str]
    municipalities: tuple[Municipality, ...]


@cache
def regions() -> tuple[Region, ...]:
    """Return Finland's 19 regions with their 309 municipalities, as they were in 2024.

    Since then some have joined others. Their names stay: people write them, and the region is the same.
    """
    return tuple(
        Region(
            row["code"],
            row["names"],
            tuple(Municipality(names[0], names[-1], row["code"]) for names in row["municipalities"]),
        )
        for row in json.loads(DATA.read_text(encoding="utf-8"))["regions"]
    )


@cache
def _by_name() -> dict[str, Municipality]:
    known = {}
    for region in regions():
        for one in region.municipalities:
            known[fold(one.finnish)] = known[fold(one.swedish)] = one
    for name, finnish in _ALSO.items():
        known[fold(name)] = known[fold(finnish)]
    return known


def municipality_of(name: str) -> Municipality | None:
    """Return the municipality that a person has written, in Finnish or Swedish, or None.

    Case, accents and what follows a comma, a slash or a bracket do not count: "turku", "Hameenlinna" and "Helsinki
    (Kallio)" are known.
    """
    known = _by_name()
    written = fold(name)
    found = known.get(written)
    if found is None:
        for mark in (",", "/", "("):
            written = written.split(mark)[0]
        found = known.get(written.strip())
    return found


def region_of(name: str) -> str:
    """Return the code of the region in which the municipality ``name`` lies; ``""`` when nobody knows it."""
    found = municipality_of(name)
    return found.region if found else ""
