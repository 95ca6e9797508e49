"""In which time zone somebody reads times."""

import functools
import zoneinfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .models import Person

#: The parts of the world under which the zone database files its places, in words.
REGIONS = {
    "Europe": _("Europe"),
    "Africa": _("Africa"),
    "America": _("America"),
    "Asia": _("Asia"),
    "Atlantic": _("Islands in the Atlantic"),
    "Australia": _("Australia"),
    "Indian": _("Islands in the Indian Ocean"),
    "Pacific": _("Islands in the Pacific"),
}


@functools.cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(name for name in zoneinfo.available_timezones() if name.split("/")[0] in REGIONS))


def site_zone() -> zoneinfo.ZoneInfo:
    """Return the time zone of the site."""
    return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def is_zone(name: str) -> bool:
    """Return whether ``name`` is one that somebody may choose, such as ``Europe/Helsinki``."""
    return name in _names()


def zone_of(person: Person) -> zoneinfo.ZoneInfo:
    """Return the time zone of ``person``: the own one, else (also for a name that is not known any more) the site's."""
    if person.time_zone and is_zone(person.time_zone):
        return zoneinfo.ZoneInfo(person.time_zone)
    return site_zone()


def place_of(zone: zoneinfo.ZoneInfo) -> str:
    """Return the place after which ``zone`` is named: "Helsinki", "Buenos Aires (Argentina)"."""
    _region, *places = zone.key.replace("_", " ").split("/")
    if not places:
        return zone.key
    return f"{places[-1]} ({', '.join(places[:-1])})" if places[:-1] else places[-1]


def choices() -> list[tuple[object, list[tuple[str, str]]]]:
    """Return the time zones for a select: by part of the world, then by place. Nothing chosen stands for the site's."""
    groups: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for name in _names():
        groups[name.split("/")[0]].append((name, place_of(zoneinfo.ZoneInfo(name))))
    return [(REGIONS[region], sorted(found, key=lambda one: one[1])) for region, found in groups.items() if found]
