"""Three people who have signed and look for a time, and their browsers."""

import datetime
from typing import Any

from django.utils import timezone

from tests.factories import make_case, make_field, make_mentor
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.privacy.models import Consent, ConsentKind

HOME = P = "/mentoring/p/"
TIMES, SUGGEST, MEETING = f"{P}times/", f"{P}times/suggest/", f"{P}meeting/"
RECORD, CANCEL, PLACE, UNDO = f"{MEETING}record/", f"{MEETING}cancel/", f"{MEETING}place/", f"{MEETING}undo/"
MESSAGES, CONTACT, CONCERN, NOTES, FEEDBACK = (
    f"{P}{name}/" for name in "messages contact tell-us notes feedback".split()
)


def three(state: str = "paired", **options: Any) -> Case:
    """Return a case of Amal with the mentors Maija and Erik, who show their names; all have signed."""
    field = make_field()
    maija = make_mentor(field, name="Maija Niemi", preferred_name="Maija", email="maija@example.org", shown=["name"])
    erik = make_mentor(field, name="Erik Holm", preferred_name="Erik", email="erik@example.org", shown=["name"])
    for mentor in (maija, erik):
        Consent.objects.create(mentor=mentor, kind=ConsentKind.SHOWN_TO_PARTNER, fields=["name"])
    if state == "paired":
        options.setdefault("agreement", "signed")
    names = {"name": "Amal Haddad", "preferred_name": "Amal", "email": "amal@example.org"}
    return make_case(field, state, mentors=[maija, erik], **names, **options)


def soon(days: int = 3, hour: int = 15) -> datetime.datetime:
    """Return a moment in Finland some days ahead."""
    day = clock.today() + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(hour), tzinfo=timezone.get_default_timezone())


def suggestion(*moments: datetime.datetime, place: str = "Oodi, Helsinki", minutes: int = 90) -> dict[str, str]:
    """Return what the form of suggestions sends for ``moments`` of Finnish time."""
    given = {"place": place, "minutes": str(minutes)}
    for row, moment in enumerate(moments):
        given |= {f"day_{row}": f"{moment:%Y-%m-%d}", f"time_{row}": f"{moment:%H:%M}"}
    return given
