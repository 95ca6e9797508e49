"""What waits for a contact person, for the daily mail: counts of each kind, without names."""

from typing import Any

from wagtail_mentoring.messages.digests import waits_for_users

from ..rights import may_move_cases
from .base import desk_of


@waits_for_users
def counts(user: Any) -> list[str]:
    """Return a line for each kind of thing that waits for ``user``: "3 new applications"."""
    # Whoever has no desk any more is told of nothing.
    if not may_move_cases(user):
        return []
    return [kind.counted(found.things) for kind, found in desk_of(user, most=1).found]
