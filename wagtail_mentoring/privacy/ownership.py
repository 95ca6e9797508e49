"""To which case a private file belongs. Rooms above say so, because this room knows none of them.

A file that nobody claims, such as the CV of an application that was not sent, is served to no one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .models import PrivateFile


@dataclass(frozen=True)
class Owner:
    """``case_id`` of the case; ``what`` is the file's kind for the reading log, such as ``cv``."""

    case_id: int
    what: str


Finder = Callable[[PrivateFile], Owner | None]
_finders: list[Finder] = []


def register_finder(finder: Finder) -> Finder:
    """Add a function that says whose a file is, or None when it is not one of its own. Usable as a decorator."""
    if finder not in _finders:
        _finders.append(finder)
    return finder


def owner_of(stored: PrivateFile) -> Owner | None:
    """Return whose the file is, from the first room that knows it, or None."""
    for finder in _finders:
        if (owner := finder(stored)) is not None:
            return owner
    return None
