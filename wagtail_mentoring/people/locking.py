"""Locking people: whoever writes what hangs on somebody's time, places or mails waits for the others who do."""

from collections.abc import Iterable

from .models import Mentee, Mentor


def lock_people(*, mentees: Iterable[int] = (), mentors: Iterable[int] = ()) -> None:
    """Lock the rows of these people (keys) until the end of the transaction. A case is locked before its people.

    Mentees first, then mentors, each in the order of their keys, so that two who want some of the same people wait for
    each other instead of for ever. Rows that only point at a person (a link, a mail) may be written meanwhile: who
    writes them takes the people in any order.
    """
    for rows in (Mentee.objects.filter(pk__in=list(mentees)), Mentor.objects.filter(pk__in=list(mentors))):
        list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
