"""The themes of the meetings, narrowed from programme to union to field."""

from typing import Any

from .localized import localized
from .models import MeetingTheme, ProfessionalField


def themes_for(field: ProfessionalField) -> list[dict[str, Any]]:
    """Return the themes of ``field`` as a case freezes them: ``[{"number", "titles", "summaries"}]``, one query.

    For each number the narrowest row counts: the field's own, else its union's, else the programme's. Where fewer
    meetings are held than there are themes, they are taken together, the later ones first: with three meetings 1, 2
    and 3, 4 and 5. A union or field that has a theme of its own for every meeting has arranged them itself.
    """
    participation = field.participation
    rows = MeetingTheme.objects.filter(programme=participation.programme_id)
    chosen: dict[int, tuple[int, MeetingTheme]] = {}
    for theme in rows:
        if theme.field_id not in (None, field.pk) or theme.participation_id not in (None, participation.pk):
            continue
        rank = 2 if theme.field_id else 1 if theme.participation_id else 0
        if theme.number not in chosen or rank > chosen[theme.number][0]:
            chosen[theme.number] = (rank, theme)
    most = participation.max_meetings
    if all(chosen.get(number, (0,))[0] > 0 for number in range(1, most + 1)):
        chosen = {number: found for number, found in chosen.items() if number <= most}
    themes = [theme for _number, (_rank, theme) in sorted(chosen.items())]
    if len(themes) <= most:
        return [_frozen(theme.number, [theme]) for theme in themes]
    return [_frozen(number, group) for number, group in enumerate(_groups(themes, most), 1)]


def _groups(themes: list[MeetingTheme], count: int) -> list[list[MeetingTheme]]:
    """Return ``themes`` in ``count`` groups of nearly equal size, the larger ones last."""
    bounds = [len(themes) * number // count for number in range(count + 1)]
    return [themes[start:end] for start, end in zip(bounds, bounds[1:], strict=False)]


def _frozen(number: int, themes: list[MeetingTheme]) -> dict[str, Any]:
    return {
        "number": number,
        "titles": _joined([theme.titles for theme in themes], " · "),
        "summaries": _joined([theme.summaries for theme in themes], " "),
    }


def _joined(texts: list[dict[str, str]], between: str) -> dict[str, str]:
    """Return the texts joined, in every language that one of them has."""
    codes = dict.fromkeys(code for text in texts for code in text)
    return {code: between.join(filter(None, (localized(text, code) for text in texts))) for code in codes}
