"""The default programme and the themes of its meetings."""

from wagtail_mentoring.meetings.texts import guide_texts
from wagtail_mentoring.programme.models import MeetingTheme, Programme

from .packaged import packaged

SLUG = "mentoring"
NAMES = {
    "en": "Mentoring for highly educated immigrants",
    "fi": "Mentorointi korkeasti koulutetuille maahanmuuttajille",
    "sv": "Mentorskap för högutbildade invandrare",
}


def default_programme() -> tuple[Programme, bool]:
    """Return the programme that a site begins with, and whether it was made now.

    A site that has programmes of its own keeps them: its first one is returned.
    """
    programme = Programme.objects.filter(slug=SLUG).first() or Programme.objects.first()
    if programme is not None:
        return programme, False
    return Programme.objects.create(slug=SLUG, names=NAMES), True


def load_themes(programme: Programme) -> int:
    """Make the five default themes of ``programme`` that are missing, with their guides; return how many were made.

    A theme that editors changed stays as it is.
    """
    there = set(
        programme.themes.filter(participation__isnull=True, field__isnull=True).values_list("number", flat=True)
    )
    missing = [theme for theme in packaged("themes") if theme["number"] not in there]
    MeetingTheme.objects.bulk_create(
        MeetingTheme(programme=programme, guides=guide_texts(theme["number"]), **theme) for theme in missing
    )
    return len(missing)
