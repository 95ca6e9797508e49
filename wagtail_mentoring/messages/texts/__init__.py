"""The wording of mails: as shipped, one file per language, and as editors have changed it."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import Q

from wagtail_mentoring import clock
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


def fingerprint(subject: str, body: str) -> str:
    """Return what tells one wording from another, whatever the ends of its lines are."""
    lines = (line.rstrip() for line in f"{subject.strip()}\n\n{body.strip()}".splitlines())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def default_for(text: MailText) -> Wording | None:
    """Return what ships for the event and language of ``text``; None for a language that does not ship."""
    return shipped(text.language).get(text.event) if text.language in LANGUAGES else None


def newer_default(text: MailText) -> Wording | None:
    """Return what ships now, where that has changed since ``text`` was made or last looked at; else None. No query."""
    default = default_for(text)
    if default is None or not text.based_on:
        return None
    now = fingerprint(default.subject, default.body)
    return default if now not in (text.based_on, fingerprint(text.subject, text.body)) else None


def take_default(text: MailText) -> None:
    """Give ``text`` the words that ship now; the mark of review goes. Raises ValueError where nothing ships."""
    default = default_for(text)
    if default is None:
        raise ValueError(f"Nothing ships for {text}.")
    text.subject, text.body = default.subject, default.body
    text.based_on = fingerprint(default.subject, default.body)
    text.reviewed_at, text.reviewed_by, text.changed_at = None, None, clock.now()
    text.save(update_fields=["subject", "body", "based_on", "reviewed_at", "reviewed_by", "changed_at"])


def keep_words(text: MailText) -> None:
    """Note that ``text`` keeps its words beside what ships now; the next change of the default is told again."""
    default = default_for(text)
    if default is not None:
        text.based_on = fingerprint(default.subject, default.body)
        text.save(update_fields=["based_on"])


@dataclass(frozen=True, slots=True)
class Updated:
    """How many stored texts got the new words (``taken``), and how many have words of their own (``own``)."""

    taken: int
    own: int


def update_default_texts() -> Updated:
    """Bring up to date the texts that nobody has changed, and count those with own words whose default has changed."""
    taken = own = 0
    for text in MailText.objects.order_by("pk"):
        if newer_default(text) is None:
            continue
        if text.based_on == fingerprint(text.subject, text.body):
            take_default(text)
            taken += 1
        else:
            own += 1
    return Updated(taken, own)


def load_default_texts() -> int:
    """Make a row of every shipped text that has none yet, and return how many were made. Changed texts stay."""
    there = set(MailText.objects.filter(participation__isnull=True).values_list("event", "language"))
    missing = [
        MailText(
            event=event,
            language=language,
            subject=wording.subject,
            body=wording.body,
            based_on=fingerprint(wording.subject, wording.body),
        )
        for language in LANGUAGES
        for event, wording in shipped(language).items()
        if event in MailEvent.values and (event, language) not in there
    ]
    # Somebody else may set up the same site at the same moment.
    MailText.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)
