"""Somebody who is a mentee or a mentor, and whose a row is that is of one of them.

Many rows have the columns ``mentee`` and ``mentor``, of which one is set.
"""

from typing import Any

from .models import Mentee, Mentor

Someone = Mentee | Mentor


def key_of(person: Someone) -> tuple[str, int]:
    """Return what tells a mentee or mentor apart from every other person."""
    return ("mentor" if isinstance(person, Mentor) else "mentee", person.pk)


def key_in(row: Any) -> tuple[str, int]:
    """Return whose ``row`` (a link, an answer, a note, feedback) is, as :func:`key_of` does. No query."""
    return ("mentor", row.mentor_id) if row.mentor_id else ("mentee", row.mentee_id)


def of_person(person: Someone) -> dict[str, Any]:
    """Return the column that names ``person`` in a row, with the person: to filter rows, and to write one."""
    return {"mentor" if isinstance(person, Mentor) else "mentee": person}


def columns(person: Someone) -> dict[str, Any]:
    """Return both columns of a row that is of ``person``, the other one None."""
    return {"mentee": None, "mentor": None, **of_person(person)}
