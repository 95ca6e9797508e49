"""Filters and tags of document templates; built into their private engine, so that no ``load`` is needed."""

import datetime
import re
from typing import Any

from django import template
from django.utils import dateformat, formats, timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from .clauses import AgreementText, demote_headings, split_clauses
from .names import clean_name

register = template.Library()

DEFAULT_ACCENT = "#0b5a4a"
_ACCENT = re.compile(r"#[0-9a-fA-F]{6}")

# As people write dates in running text; other languages take Django's own format.
_DATES = {"en": "j F Y", "fi": "j. E Y", "sv": "j F Y"}
_WEEKDAY_DATES = {"en": "l j F Y", "fi": r"l\n\a j. E Y", "sv": "l j F Y"}
_TIMES = {"en": "H:i", "fi": "H.i", "sv": "H:i"}


def _format(value: datetime.date, patterns: dict[str, str]) -> str:
    language = (translation.get_language() or "en").split("-")[0]
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return dateformat.format(value, patterns.get(language) or formats.get_format("DATE_FORMAT"))


@register.filter
def person(name: str) -> SafeString:
    """Set a name apart from the text around it, whichever way its script runs, without control characters."""
    return format_html("<bdi>{}</bdi>", clean_name(name))


@register.filter
def plain_name(name: str) -> str:
    """Return a name without control characters, for places that hold no markup (the words of a signature's place)."""
    return clean_name(name)


@register.filter
def plain_text(text: str) -> str:
    """Return what somebody wrote, line by line, without the characters that could turn the text around it."""
    return "\n".join(map(clean_name, str(text).strip().splitlines()))


@register.filter
def long_date(value: datetime.date) -> str:
    """“23 October 2026”, “23. lokakuuta 2026”."""
    return _format(value, _DATES)


@register.filter
def weekday_date(value: datetime.date) -> str:
    """“Friday 23 October 2026”, “perjantaina 23. lokakuuta 2026”: as it stands after “on”."""
    return _format(value, _WEEKDAY_DATES)


@register.filter
def date_and_time(value: datetime.date) -> str:
    """“23 October 2026, 14:05” in the site's time zone; a date without a time stays a date."""
    if not isinstance(value, datetime.datetime):
        return long_date(value)
    return f"{long_date(value)}, {_format(value, _TIMES)}"


@register.filter
def time_and_zone(value: datetime.datetime) -> str:
    """“14:05 (UTC+3)”: the hour in the site's time zone, so that nobody has to guess which."""
    local = timezone.localtime(value)
    minutes = int((local.utcoffset() or datetime.timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    zone = f"{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
    return f"{_format(value, _TIMES)} (UTC{zone if minutes else ''})"


@register.filter
def duration(minutes: int) -> str:
    """“7 h 30 min”, “6 h”, “45 min”: a length of time, given in minutes."""
    hours, rest = divmod(int(minutes), 60)
    if hours and rest:
        return gettext("{hours} h {minutes} min").format(hours=hours, minutes=rest)
    return gettext("{hours} h").format(hours=hours) if hours else gettext("{minutes} min").format(minutes=rest)


@register.filter
def iso(value: datetime.date) -> str:
    """Return the date as machines read it; the only way a date enters the file's metadata."""
    return value.isoformat() if not isinstance(value, datetime.datetime) else value.date().isoformat()


@register.filter
def accent(value: Any) -> str:
    """Return a colour as ``#rrggbb``; anything else becomes the programme's own spruce green."""
    text = str(value or "")
    return text.lower() if _ACCENT.fullmatch(text) else DEFAULT_ACCENT


@register.filter
def tint(value: Any) -> str:
    """Return the accent mixed with white, one part to nine: the ground of a quiet panel."""
    colour = accent(value)
    mixed = (round(255 - (255 - int(colour[i : i + 2], 16)) * 0.1) for i in (1, 3, 5))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


@register.filter
def clauses(text: str) -> AgreementText:
    """Split an agreement's text into its preamble and clauses, sanitized."""
    return split_clauses(text)


@register.filter
def under_clause(body: str) -> SafeString:
    """Lower the headings inside a clause, so that they stand under the clause's own."""
    return demote_headings(body)


@register.filter
def mentors_in(parties: Any) -> int:
    """Count the mentors among the parties."""
    return sum(1 for party in parties if _value(party, "role") == "mentor")


def _value(party: Any, name: str) -> Any:
    return party.get(name) if isinstance(party, dict) else getattr(party, name, None)


@register.simple_tag
def page_of_pages() -> SafeString:
    """“Page 1 of 3”, filled in by the style sheet's page counters."""
    # Translators: foot of a printed page.
    return format_html(
        gettext("Page {number} of {total}"),
        number=SafeString('<span class="page-number"></span>'),
        total=SafeString('<span class="page-total"></span>'),
    )
