"""Municipalities and regions: complete, unambiguous, found however people write them."""

import pytest

from wagtail_mentoring.programme.municipalities import municipality_of, region_of, regions
from wagtail_mentoring.programme.routing import fold

COUNTS = {
    "uusimaa": 26,
    "varsinais-suomi": 27,
    "satakunta": 16,
    "kanta-hame": 11,
    "pirkanmaa": 23,
    "paijat-hame": 10,
    "kymenlaakso": 6,
    "etela-karjala": 9,
    "etela-savo": 12,
    "pohjois-savo": 19,
    "pohjois-karjala": 13,
    "keski-suomi": 22,
    "etela-pohjanmaa": 18,
    "pohjanmaa": 14,
    "keski-pohjanmaa": 8,
    "pohjois-pohjanmaa": 30,
    "kainuu": 8,
    "lappi": 21,
    "ahvenanmaa": 16,
}


def test_every_region_has_as_many_municipalities_as_it_should() -> None:
    assert {region.code: len(region.municipalities) for region in regions()} == COUNTS
    assert sum(COUNTS.values()) == 309


def test_no_name_stands_for_two_municipalities() -> None:
    owners: dict[str, set[str]] = {}
    for region in regions():
        for one in region.municipalities:
            for name in (one.finnish, one.swedish):
                owners.setdefault(fold(name), set()).add(one.finnish)
    assert {name: found for name, found in owners.items() if len(found) > 1} == {}


def test_every_municipality_is_found_by_both_names() -> None:
    for region in regions():
        for one in region.municipalities:
            assert region_of(one.finnish) == region_of(one.swedish) == region.code, one


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("Turku", "varsinais-suomi"),
        ("Åbo", "varsinais-suomi"),
        ("abo", "varsinais-suomi"),
        ("  HELSINKI ", "uusimaa"),
        ("Helsinki (Kallio)", "uusimaa"),
        ("Espoo, Tapiola", "uusimaa"),
        ("Vaasa/Vasa", "pohjanmaa"),
        ("Hameenlinna", "kanta-hame"),
        ("Jakobstad", "pohjanmaa"),
        ("Karleby", "keski-pohjanmaa"),
        ("Mariehamn", "ahvenanmaa"),
        ("Pedersöre", "pohjanmaa"),
        ("Iitti", "paijat-hame"),
        ("Heinävesi", "pohjois-karjala"),
        ("Joroinen", "pohjois-savo"),
        ("Kuhmoinen", "pirkanmaa"),
        ("Isokyrö", "etela-pohjanmaa"),
        ("", ""),
        ("Stockholm", ""),
        ("(", ""),
    ],
)
def test_region_of_what_people_write(written: str, region: str) -> None:
    assert region_of(written) == region


def test_a_municipality_says_both_its_names() -> None:
    found = municipality_of("borgå")
    assert found is not None
    assert (found.finnish, found.swedish, found.region) == ("Porvoo", "Borgå", "uusimaa")
