"""Whose document is it? That of an agreement belongs to the agreement's case."""

from wagtail_mentoring.privacy.models import PrivateFile
from wagtail_mentoring.privacy.ownership import Owner, register_finder

from .models import Agreement


@register_finder
def agreement_of(stored: PrivateFile) -> Owner | None:
    """Return the case whose agreement is stored in the file."""
    case_id = Agreement.objects.filter(document__stored=stored).values_list("case_id", flat=True).first()
    return None if case_id is None else Owner(case_id, "agreement")
