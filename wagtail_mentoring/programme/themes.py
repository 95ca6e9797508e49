"""The themes of the meetings, narrowed from programme to union to field, as a case keeps them."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from .localized import localized
from .models import GuideText, MeetingTheme, ProfessionalField


def themes_for(field: ProfessionalField, most: int | None = None, *, with_guides: bool = True) -> list[dict[str, Any]]:
    """Return the themes of ``field``: ``[{"number", "titles", "summaries", "guides"}]``, one query.

    The guides are long: ``with_guides`` leaves them out where nobody reads them.

    For each number the narrowest row counts: the field's own, else its union's, else the programme's. Where fewer
    meetings (``most``; by default the union's) are held than there are themes, they are taken together, the later ones
    first: with three meetings 1, 2 and 3, 4 and 5. A union or field that has a theme of its own for every meeting has
    arranged them itself.
    """
    participation = field.participation
    rows = MeetingTheme.objects.filter(
        Q(participation=None) | Q(participation=participation.pk),
        Q(field=None) | Q(field=field.pk),
        programme=participation.programme_id,
    )
    chosen: dict[int, tuple[int, MeetingTheme]] = {}
    for theme in rows if with_guides else rows.defer("guides"):
        rank = 2 if theme.field_id else 1 if theme.participation_id else 0
        if theme.number not in chosen or rank > chosen[theme.number][0]:
            chosen[theme.number] = (rank, theme)
    most = most or participation.max_meetings
    if all(chosen.get(number, (0,))[0] > 0 for number in range(1, most + 1)):
        chosen = {number: found for number, found in chosen.items() if number <= most}
    themes = [theme for _number, (_rank, theme) in sorted(chosen.items())]
    if len(themes) <= most:
        return [_theme(theme.number, [theme], with_guides) for theme in themes]
    return [_theme(number, group, with_guides) for number, group in enumerate(_groups(themes, most), 1)]


def freeze(themes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return ``themes`` as a case stores them: each guide kept apart, once for all cases, and named by its SHA-256."""
    texts = {_sha256(text): text for theme in themes for text in theme["guides"].values()}
    if texts:
        rows = [GuideText(sha256=sha256, body=text) for sha256, text in texts.items()]
        GuideText.objects.bulk_create(rows, ignore_conflicts=True)
    return [{**theme, "guides": {code: _sha256(text) for code, text in theme["guides"].items()}} for theme in themes]


def kept_guide(sha256: str) -> str:
    """Return the guide that :func:`freeze` named so, ``""`` when there is none."""
    return GuideText.objects.filter(sha256=sha256).values_list("body", flat=True).first() or ""


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _groups(themes: list[MeetingTheme], count: int) -> list[list[MeetingTheme]]:
    """Return ``themes`` in ``count`` groups of nearly equal size, the larger ones last."""
    bounds = [len(themes) * number // count for number in range(count + 1)]
    return [themes[start:end] for start, end in zip(bounds, bounds[1:], strict=False)]


def _theme(number: int, themes: list[MeetingTheme], with_guides: bool) -> dict[str, Any]:
    theme: dict[str, Any] = {
        "number": number,
        "titles": _joined([theme.titles for theme in themes], " · "),
        "summaries": _joined([theme.summaries for theme in themes], " "),
    }
    if with_guides:
        theme["guides"] = themes[0].guides if len(themes) == 1 else _joined_guides(themes)
    return theme


def _codes(texts: Iterable[dict[str, str]]) -> list[str]:
    return list(dict.fromkeys(code for text in texts for code in text))


def _joined(texts: list[dict[str, str]], between: str) -> dict[str, str]:
    """Return the texts joined, in every language that one of them has."""
    return {code: between.join(filter(None, (localized(text, code) for text in texts))) for code in _codes(texts)}


def _joined_guides(themes: list[MeetingTheme]) -> dict[str, str]:
    """Return one guide for themes that share a meeting: a part for each, under its title, in every language."""
    with_guide = [theme for theme in themes if theme.guides]
    joined = {}
    for code in _codes(theme.guides for theme in with_guide):
        with translation.override(code):
            first = _(
                "This meeting has more than one theme. The times below are for a theme that has a meeting of its own:"
                " choose together what you need most from each part."
            )
        parts = [
            f"<h2>{escape(localized(theme.titles, code))}</h2>\n{_one_level_down(localized(theme.guides, code))}"
            for theme in with_guide
        ]
        joined[code] = "\n".join([f"<p>{escape(first)}</p>", *parts]) if len(parts) > 1 else parts[0]
    return joined


def _one_level_down(html: str) -> str:
    # The guide is sanitized: its headings have no attributes, and a document knows none below h3.
    below = re.sub(r"<h3>(.*?)</h3>", r"<p><strong>\1</strong></p>", html, flags=re.DOTALL)
    return re.sub(r"<(/?)h2>", r"<\1h3>", below)
