"""What people have agreed may be shown of them."""

from collections.abc import Iterable
from typing import Any

from .models import Consent, ConsentKind

#: What can be taken back by itself. The rest says that something was read, or is the whole mentoring.
WITHDRAWABLE = frozenset(
    {
        ConsentKind.FOLLOW_UP,
        ConsentKind.OTHER_UNION,
        ConsentKind.SHOWN_TO_MENTEE,
        ConsentKind.SHOWN_TO_PARTNER,
    }
)


def consented(mentors: Iterable[Any], kind: ConsentKind) -> dict[int, frozenset[str]]:
    """Return by mentor what may be shown: the fields of the newest consent of ``kind`` that stands. One query."""
    rows = Consent.objects.filter(mentor__in=list(mentors), kind=kind, withdrawn_at__isnull=True).order_by("given_at")
    return {row.mentor_id: row.named for row in rows if row.mentor_id}
