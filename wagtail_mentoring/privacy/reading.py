"""Who read what: one line for each reading of a sensitive field or a private file."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .models import ReadingLogEntry

#: What a reading is called.
WHAT = {
    "access_needs": _("Access needs"),
    "agreement": _("Agreement"),
    "cv": _("CV"),
    "mentors_export": _("List of mentors, downloaded"),
    "signed_copy": _("Signed copy"),
}
#: Readings of many people at once, which belong to no case.
LISTS = ("mentors_export",)


def record_reading(user: Any, union_id: int, what: str, case_id: int | None = None) -> ReadingLogEntry:
    """Write that ``user`` read ``what`` (a short name, nothing personal) of a union's case. Returns the entry."""
    return ReadingLogEntry.objects.create(user=user, union_id=union_id, case_id=case_id, what=what[:80])


def what_in_words(what: str) -> str:
    """Return what was read, in words; an unknown name as it is."""
    return str(WHAT.get(what, what))
