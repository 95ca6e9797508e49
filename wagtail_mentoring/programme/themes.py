"""The themes of the meetings, narrowed from programme to union to field."""

from typing import Any

from .models import MeetingTheme, ProfessionalField


def themes_for(field: ProfessionalField) -> list[dict[str, Any]]:
    """Return the themes of ``field`` as a case freezes them: ``[{"number", "titles", "summaries"}]``, one query.

    For each number the narrowest row counts: the field's own, else its union's, else the programme's.
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
    return [
        {"number": number, "titles": theme.titles, "summaries": theme.summaries}
        for number, (_rank, theme) in sorted(chosen.items())
        if number <= participation.max_meetings
    ]
