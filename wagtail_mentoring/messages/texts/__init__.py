"""The wording of mails: as shipped, one file per language, and as editors have changed it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import Q

from wagtail_mentoring.messages.models import MailEvent, MailText
from wagtail_mentoring.programme.models import Participation

LANGUAGES = ("en", "fi", "sv")
FALLBACK = "en"

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Wording:
    """Subject and body with placeholders in braces, and the language they are in."""

    subject: str
    body: str
    language: str


@cache
def shipped(language: str) -> dict[str, Wording]:
    """Return the shipped texts of ``language`` by event. Raises ValueError for a language that does not ship."""
    if language not in LANGUAGES:
        raise ValueError(f"There are no shipped mail texts in “{language}”, only in {', '.join(LANGUAGES)}.")
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        found = tomllib.load(file)
    return {event: Wording(text["subject"], text["body"].strip(), language) for event, text in found.items()}


def text_for(event: str, participation: Participation | None, language: str) -> Wording:
    """Return the wording of the mail for ``event``: one query.

    The reader's language comes before the owner: the default text in it beats the union's own text in English. Of one
    language the union's text beats the default, and the shipped text stands in where ``mentoring_setup`` never ran.
    """
    owners = Q(participation__isnull=True)
    if participation is not None:
        owners |= Q(participation=participation)
    rows = list(MailText.objects.filter(owners, event=event, language__in=[language, FALLBACK]))
    for code in (language, FALLBACK):
        of_code = [row for row in rows if row.language == code]
        if of_code:
            row = max(of_code, key=lambda found: found.participation_id is not None)
            return Wording(row.subject, row.body, code)
        if code in LANGUAGES:
            return shipped(code)[str(event)]
    raise AssertionError("the fallback language ships")  # pragma: no cover


def load_default_texts() -> int:
    """Make a row of every shipped text that has none yet, and return how many were made. Changed texts stay."""
    there = set(MailText.objects.filter(participation__isnull=True).values_list("event", "language"))
    missing = [
        MailText(event=event, language=language, subject=wording.subject, body=wording.body)
        for language in LANGUAGES
        for event, wording in shipped(language).items()
        if event in MailEvent.values and (event, language) not in there
    ]
    # Somebody else may set up the same site at the same moment.
    MailText.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)
