"""Who read what: one line for each reading of a sensitive field or a private file."""

from typing import Any

from .models import ReadingLogEntry


def record_reading(user: Any, union_id: int, what: str, case_id: int | None = None) -> ReadingLogEntry:
    """Write that ``user`` read ``what`` (a short name, nothing personal) of a union's case. Returns the entry."""
    return ReadingLogEntry.objects.create(user=user, union_id=union_id, case_id=case_id, what=what[:80])
