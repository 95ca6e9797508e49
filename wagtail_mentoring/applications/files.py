"""Whose CV is it? Only that of an application that was sent belongs to a case."""

from wagtail_mentoring.privacy.models import PrivateFile
from wagtail_mentoring.privacy.ownership import Owner, register_finder

from .models import Application


@register_finder
def cv_of(stored: PrivateFile) -> Owner | None:
    """Return the case whose application has the file as its CV."""
    case_id = Application.objects.filter(cv=stored).values_list("case_id", flat=True).first()
    return None if case_id is None else Owner(case_id, "cv")
