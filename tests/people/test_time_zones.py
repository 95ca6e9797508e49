"""In which time zone somebody reads times."""

import zoneinfo

import pytest
from django.test import override_settings

from wagtail_mentoring.people.models import Mentee
from wagtail_mentoring.people.time_zones import choices, is_zone, place_of, zone_of


@pytest.mark.parametrize(
    "own, expected",
    [
        ("", "Europe/Helsinki"),
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("Europe/Atlantis", "Europe/Helsinki"),
        ("../etc/passwd", "Europe/Helsinki"),
        ("posixrules", "Europe/Helsinki"),
    ],
)
def test_the_own_zone_else_that_of_the_site(own: str, expected: str) -> None:
    assert zone_of(Mentee(time_zone=own)).key == expected


@override_settings(TIME_ZONE="Europe/Stockholm")
def test_a_site_elsewhere() -> None:
    assert zone_of(Mentee()).key == "Europe/Stockholm"


def test_every_choice_can_be_chosen_and_stored() -> None:
    found = [name for _region, names in choices() for name, _place in names]
    assert len(found) == len(set(found)) > 300
    longest = Mentee._meta.get_field("time_zone").max_length
    assert all(is_zone(name) and len(name) <= longest and zone_of(Mentee(time_zone=name)).key == name for name in found)
    assert not is_zone("Etc/GMT+3")


@pytest.mark.parametrize(
    "name, place",
    [
        ("Europe/Helsinki", "Helsinki"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires (Argentina)"),
        ("America/New_York", "New York"),
        ("UTC", "UTC"),
    ],
)
def test_places(name: str, place: str) -> None:
    assert place_of(zoneinfo.ZoneInfo(name)) == place
