"""Notices and public texts as shipped: one HTML fragment per kind and language, with named placeholders.

They are what a union starts from; ``mentoring_setup`` copies them into rows that editors change.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

LANGUAGES = ("en", "fi", "sv")
KINDS = ("privacy_notice", "never_tell", "ethical_guidelines", "orientation", "cookies", "accessibility")
#: The names that a text may hold in braces.
PLACEHOLDERS = (
    "union",
    "programme",
    "contact_email",
    "retention_unfinished_days",
    "retention_not_eligible_months",
    "retention_closed_months",
)

_FOLDER = Path(__file__).parent
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def privacy_text(kind: str, language: str) -> str:
    """Return a shipped text with its placeholders. Raises ValueError for an unknown kind or language."""
    if kind not in KINDS:
        raise ValueError(f"There is no shipped text “{kind}”, only {', '.join(KINDS)}.")
    if language not in LANGUAGES:
        raise ValueError(f"There are no shipped texts in “{language}”, only in {', '.join(LANGUAGES)}.")
    return (_FOLDER / f"{kind}.{language}.html").read_text(encoding="utf-8")


def unknown_placeholders(text: str) -> list[str]:
    """Return the names in braces that nothing fills, in the order of the text: what an editor has mistyped."""
    return [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name not in PLACEHOLDERS]


def fill(text: str, values: Mapping[str, object]) -> SafeString:
    """Put the values, escaped, in the place of their names.

    The text must be safe HTML already (sanitize it before storing). A name without a value raises KeyError; other
    words in braces stay as they are. ``str.format`` is avoided on purpose: in a text that editors change it would reach
    attributes of the values.
    """

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        return conditional_escape(str(values[name])) if name in PLACEHOLDERS else match[0]

    return mark_safe(_PLACEHOLDER.sub(replace, text))  # noqa: S308 - the text is safe and the values are escaped
