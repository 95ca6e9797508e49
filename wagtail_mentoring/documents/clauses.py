"""Split an agreement's text into its numbered clauses."""

import re
from dataclasses import dataclass

from django.utils.safestring import SafeString

from .sanitize import sanitize

_HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_SUBHEADING = re.compile(r"<(/?)h3>")


@dataclass(frozen=True)
class Clause:
    """One point of an agreement: its number from 1, its heading, and its text, both safe HTML."""

    number: int
    heading: SafeString
    body: SafeString


@dataclass(frozen=True)
class AgreementText:
    """A text in parts: what stands before the first heading, then the clauses."""

    preamble: SafeString
    clauses: tuple[Clause, ...]


def split_clauses(html: str) -> AgreementText:
    """Sanitize the text and split it at its ``h2`` headings.

    A text without headings comes back as a preamble alone. Each part is balanced HTML of its own.
    """
    preamble, *parts = _HEADING.split(sanitize(html))
    clauses = tuple(
        Clause(number, sanitize(heading), sanitize(body))
        for number, (heading, body) in enumerate(zip(parts[::2], parts[1::2], strict=True), start=1)
    )
    return AgreementText(sanitize(preamble), clauses)


def demote_headings(html: str) -> SafeString:
    """Turn ``h3`` into ``h4``: in the document a clause's own heading is the ``h3``."""
    return SafeString(_SUBHEADING.sub(r"<\1h4>", html))
