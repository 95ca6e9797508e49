"""Which wording of the agreement counts."""

from wagtail_mentoring.programme.models import Participation
from wagtail_mentoring.programme.texts import in_force

from .models import AgreementText


def text_in_force(participation: Participation, language: str) -> AgreementText | None:
    """Return the agreement's text for a union in ``language``, else in English, else None."""
    return in_force(AgreementText.objects.all(), participation, language)
