"""Finding people by what somebody types, in capitals or not."""

import re
import unicodedata

from django.db import connections
from django.db.models import Q, QuerySet


def folded(name: str) -> str:
    """Return ``name`` as names are compared: case and spaces make no difference."""
    return " ".join(name.casefold().split())


def holding(rows: "QuerySet", words: str, *columns: str) -> Q:
    """Return the condition that one of ``columns`` of ``rows`` holds ``words``, in capitals or not, in any script."""
    return _matching(rows, words, columns, "icontains", "{}")


def called(rows: "QuerySet", words: str, *columns: str) -> Q:
    """Return the condition that one of ``columns`` of ``rows`` is ``words``, in capitals or not, in any script."""
    return _matching(rows, words, columns, "iexact", r"\A{}\Z")


def _matching(rows: "QuerySet", words: str, columns: tuple[str, ...], lookup: str, pattern: str) -> Q:
    wanted = unicodedata.normalize("NFC", words)
    if connections[rows.db].vendor == "sqlite":
        # Its LIKE knows the capitals of ASCII alone: "äij" would not find "Äijö". Its regular expressions are Python's.
        lookup, wanted = "iregex", pattern.format(re.escape(wanted))
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__{lookup}": wanted})
    return found
